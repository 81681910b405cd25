import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import { MAX_NAME_CHARACTERS, type OrderSummaries } from '../../schemas/api/order-summary';
import { browserLab } from '../support/browser-lab';
import { orderPath } from '../support/deliveries';
import { pastLog } from '../support/past-log';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { violations } from '../support/screen-inspect';
import { ticketRail } from '../services/audit/support';

/** The head of a timeline, as built, in a real browser: it settles who was here when. */

/** Of a zone that never sets its clocks. */
const TIME_ZONE = 'Asia/Kolkata';
const lab = browserLab({ context: { viewport: { width: 1280, height: 900 }, timezoneId: TIME_ZONE } });

const at = (time: string): number => Date.parse(`2026-11-21T${time}.000Z`);
const PHONE = '+15550104711';
const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number: PHONE } };
const directory = temporaryDirectory();
const ANN = { source: 'uber', name: 'Ann Lee', vehicle_info: { license_plate: '7KX482' } };
const key = (order_id: string): OrderKey => orderKey('disputes', order_id);

const DISPUTED = key('disputed');
/** Drivers whom only their phones distinguish. */
const NAMELESS = key('nameless');
const HOSTILE = key('hostile');
const AGAIN = key('again');
const HOSTILE_NAME = `<img src=x onerror=window.hacked=1>\u202Eevil ${'W'.repeat(3_000)}`;

const delivery = (status: string, delivery_status: string, driver_details?: unknown) => ({
  ...{ status, delivery_status },
  ...(driver_details === undefined ? {} : { driver_details }),
});
const DELIVERIES = [
  [DISPUTED, '16:35:00', delivery('in_progress', 'enroute_to_pickup', OMAR)],
  [DISPUTED, '16:49:25', delivery('in_progress', 'arrived_at_pickup', OMAR)],
  [DISPUTED, '16:49:28', delivery('in_progress', 'enroute_to_pickup', ANN)],
  [DISPUTED, '17:04:07', delivery('out_for_delivery', 'enroute_to_dropoff', ANN)],
  [NAMELESS, '16:35:00', delivery('in_progress', 'arrived_at_pickup', { phone: { number: '+15550100001' } })],
  [NAMELESS, '16:36:00', delivery('in_progress', 'arrived_at_pickup', { phone: { number: '+15550100002' } })],
  [HOSTILE, '16:35:00', delivery('in_progress', 'enroute_to_pickup', { name: HOSTILE_NAME, source: HOSTILE_NAME })],
  [HOSTILE, '16:36:00', delivery('in_progress', 'enroute_to_pickup', { name: 'x', source: HOSTILE_NAME })],
  [AGAIN, '06:00:00', delivery('completed', 'completed', OMAR)],
  [AGAIN, '16:00:00', delivery('in_progress', 'pending')],
] as const;

let service: RunningService;
let page: Page;
beforeAll(async () => {
  const past = DELIVERIES.map(([of, time, fields]) => ({ key: of, at: at(time), fields }));
  const DATA_DIR = await pastLog(past);
  const READERS = JSON.stringify([entryOf(READER_TOKEN, 'auditor'), entryOf(OPERATOR_TOKEN, 'operator')]);
  service = await startService({ DATA_DIR, READERS });
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  page = lab.page;
});

async function open({ location_id, order_id }: OrderKey, token = READER_TOKEN): Promise<void> {
  await lab.context.addCookies([{ name: 'ticket_rail_session', value: token, url: service.url }]);
  const [location, order] = [location_id, order_id].map(encodeURIComponent);
  await page.goto(`${service.url}/audit?location=${location ?? ''}&order=${order ?? ''}`);
  await page.locator('.sentence').first().waitFor();
}
const summaryOf = async (of: OrderKey): Promise<OrderSummaries> =>
  (await service.call(orderPath(of, `/summary?time_zone=${TIME_ZONE}`), { headers: bearer(READER_TOKEN) }))
    .json as OrderSummaries;
const texts = async (css: string): Promise<readonly string[]> =>
  (await page.locator(css).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

describe('the head of a timeline', () => {
  it('one sentence at the head settles who was here when, in the time zone of the browser, as the API says it', async () => {
    await open(DISPUTED);
    const sentence =
      'Omar Haddad was here 22:19:25 to 22:19:28, then Uber gave the order to Ann Lee, who left with it at 22:34:07.';
    expect(await texts('.sentence')).toEqual([sentence]);
    expect((await summaryOf(DISPUTED)).orders.map((order) => order.sentence)).toEqual([sentence]);
    expect(
      await page.getByText('from 2026-11-21 22:05:00 on · times in UTC+05:30, this browser’s clock').isVisible(),
    ).toBe(true);
    expect(lab.complaints).toEqual([]);
  });

  it('the stages are a list in words, and a bar to scale that screen readers pass over', async () => {
    await open(DISPUTED);
    expect(await texts('.stages li')).toEqual([
      'Preparing 22:05:00 to 22:19:25 14 min 25 s',
      'Driver here 22:19:25 to 22:19:28 3 s',
      'Preparing 22:19:28 to 22:34:07 14 min 39 s',
      'On the way since 22:34:07',
    ]);
    expect(await page.getByRole('listitem').filter({ hasText: 'Driver here 22:19:25' }).isVisible()).toBe(true);
    expect(await page.locator('svg.bar').getAttribute('aria-hidden')).toBe('true');
    const rects = await page.locator('.bar rect').all();
    const boxes = await Promise.all(rects.map((rect) => rect.boundingBox()));
    const widths = boxes.map((box) => box?.width ?? 0);
    expect(widths).toHaveLength(4);
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(3);
    expect((widths[0] ?? 0) / (widths[2] ?? 1)).toBeCloseTo(865 / 879, 1);
  });

  it('the drivers are a list of who had the order from when to when, was here, and left with it', async () => {
    await open(DISPUTED);
    expect(await texts('.drivers > li')).toEqual([
      'Omar Haddad · Uber The order’s driver 22:05:00 to 22:19:28 Here 22:19:25 to 22:19:28, for 3 s Not reported to have left with the order',
      'Ann Lee · Uber · 7KX482 The order’s driver since 22:19:28 Not reported here Left with the order at 22:34:07',
    ]);
  });

  it('a reader who sees no phones sees as many drivers as one who does, though only their phones distinguish them', async () => {
    await open(NAMELESS);
    const seen = await texts('.drivers > li');
    expect(seen).toHaveLength(2);
    await lab.context.clearCookies();
    await open(NAMELESS, OPERATOR_TOKEN);
    expect(await texts('.drivers > li')).toEqual(seen);
    expect(await page.locator('.event').count()).toBe(2);
  });

  it('each order that had the number has a sentence of its own', async () => {
    await open(AGAIN);
    expect(await texts('.sentence')).toEqual([
      'Omar Haddad left with the order at 11:30:00; the order was completed at 11:30:00.',
      'No driver was reported; the order has been in preparation since 21:30:00.',
    ]);
    expect(await page.getByText('Order 2 of 2 with this number: revisions 1 to 1').isVisible()).toBe(true);
  });

  it('the evidence is saved from the head, with and without contacts, and verifies', async () => {
    await open(DISPUTED);
    for (const [name, ended, saved] of [
      ['Evidence', 0, /^ticket-rail-disputes-disputed-\w+\.evidence\.html$/],
      ['Evidence without phones and passcodes', 3, /^ticket-rail-disputes-disputed-\w+\.withheld\.evidence\.html$/],
    ] as const) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).press('Enter'),
      ]);
      expect(file.suggestedFilename()).toMatch(saved);
      const path = join(directory, file.suggestedFilename());
      await file.saveAs(path);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain('2026-11-21 22:19:25 UTC+05:30');
      expect(text.includes(PHONE)).toBe(ended === 0);
      expect((await ticketRail(['verify', path])).code).toBe(ended);
    }
    await lab.context.clearCookies();
    await open(DISPUTED, OPERATOR_TOKEN);
    expect(await page.getByRole('link', { name: /^Evidence/ }).allInnerTexts()).toEqual([
      'Evidence without phones and passcodes',
    ]);
  });

  it('the timeline is there though its summary cannot be had', async () => {
    await page.route('**/summary', (route) => route.fulfill({ status: 503, json: { title: 'Not now' } }));
    await lab.context.addCookies([{ name: 'ticket_rail_session', value: READER_TOKEN, url: service.url }]);
    await page.goto(`${service.url}/audit?location=disputes&order=disputed`);
    await page.getByRole('alert').getByText('Not now').waitFor();
    expect(await page.locator('.event').count()).toBe(4);
  });

  it('the head shows names of others as text, at any width', async () => {
    await open(HOSTILE);
    for (const width of [320, 1_280, 3_840]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    const shown = `${HOSTILE_NAME.slice(0, MAX_NAME_CHARACTERS)}…`;
    expect(await page.locator('.sentence bdi').first().textContent()).toBe(shown);
    expect(lab.complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('axe finds no fault with the head in %s colours', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const order of [DISPUTED, AGAIN]) {
      await open(order);
      expect(await violations(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await violations(page)).toEqual([]);
  });
});
