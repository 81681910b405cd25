import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Locator, Page } from 'playwright-core';
import type { Order, OrderPage } from '../../schemas/api/order-view';
import { withoutContact } from '../../services/access/withhold';
import { arbitraryOrderUpdatedObject } from '../projections/arbitraries';
import { browserLab } from '../support/browser-lab';
import { update } from '../support/deliveries';
import { until } from '../support/patience';
import {
  asReader,
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** The replay of a board as built, over the real service, in a real browser, beside what the API says of each moment. */

/** Random locations that are replayed. */
const RUNS = 3;
/** Milliseconds by which a page's clock is set ahead when it is stopped: it has not come there by itself. */
const PAUSED_AHEAD_MS = 60_000;
/** Of a screen that may not look back. */
const COUNTER_TOKEN = 'counter-0123456789abcdef';

const lab = browserLab({ context: { viewport: { width: 1440, height: 900 } } });
let service: RunningService;
let page: Page;
/** Paths that the page asked for. */
let asked: string[];

beforeAll(async () => {
  service = await startService({
    STREAM_WEBHOOK_SECRETS: '',
    READERS: JSON.stringify([
      entryOf(READER_TOKEN, 'auditor'),
      entryOf(OPERATOR_TOKEN, 'operator'),
      entryOf(COUNTER_TOKEN, 'screen'),
    ]),
  });
});
afterAll(() => discard(service));

beforeEach(async () => {
  page = lab.page;
  asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await signIn(READER_TOKEN);
});

const signIn = (token: string): Promise<void> =>
  lab.context.addCookies([{ name: 'ticket_rail_session', value: token, url: service.url }]);

let number = 0;
const newLocation = (): string => `replayed ${String((number += 1))}`;

/** Delivers, and tells a moment after which nothing else of the test came yet. */
async function deliver(about: Readonly<Record<string, unknown>>): Promise<number> {
  expect((await service.deliver(update({}, about))).status).toBe(200);
  const at = Date.now();
  // The next one comes at another millisecond.
  while (Date.now() <= at) await delay(1);
  return at;
}

const addressOf = (location: string, at: number | null): string =>
  `${service.url}/audit/board?location=${encodeURIComponent(location)}${at === null ? '' : `&at=${new Date(at).toISOString()}`}`;

async function openReplay(location: string, at: number | null = null): Promise<void> {
  await page.goto(addressOf(location, at));
  await page.locator('p[data-freshness="replay"]').waitFor();
}

const byId = (one: Order, other: Order): number => (one.order_id < other.order_id ? -1 : 1);

/** The orders that the board shows now, finished ones too. */
async function shownOrders(): Promise<Order[]> {
  const fold = page.locator('details[data-fold="finished"]');
  if ((await fold.getAttribute('open')) === null && !(await fold.innerText()).includes('(0)')) {
    await fold.locator('summary').click();
    await fold.locator('ticket-rail-tile').first().waitFor();
  }
  const tiles = await page.locator('ticket-rail-tile').all();
  const orders = await Promise.all(
    tiles.map((tile) => tile.evaluate((one) => (one as unknown as { order: Order }).order)),
  );
  return orders.sort(byId);
}

async function ordersAsOf(location: string, at: number, headers = asReader): Promise<readonly Order[]> {
  const path = `/locations/${encodeURIComponent(location)}/orders?limit=1000&as_of=${new Date(at).toISOString()}`;
  return [...((await service.get(path, headers)).json as OrderPage).orders].sort(byId);
}

const tile = (order: string): Locator => page.locator(`ticket-rail-tile[data-order-id="${order}"]`);
const inColumn = (stage: string, order: string): Locator =>
  page.locator(`.column[data-stage="${stage}"] ticket-rail-tile[data-order-id="${order}"]`);

describe('the replay of a board', () => {
  it('the replay shows at every moment of a random history what the API says as of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), arbitraryOrderUpdatedObject), { minLength: 2, maxLength: 10 }),
        async (deliveries) => {
          const location = newLocation();
          const moments: number[] = [];
          for (const [order, object] of deliveries) {
            moments.push(await deliver({ ...object, location_id: location, order_id: `order ${String(order)}` }));
          }
          for (const at of moments) {
            await openReplay(location, at);
            expect(await shownOrders()).toEqual(await ordersAsOf(location, at));
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(lab.complaints).toEqual([]);
  });

  it('the replay goes through the moments of change without a reload, and its address leads back to each', async () => {
    const location = newLocation();
    const about = { location_id: location, order_id: 'o1' };
    const moments = [
      await deliver(about),
      await deliver({ ...about, status: 'ready_for_pickup' }),
      await deliver({
        ...about,
        delivery_status: 'arrived_at_pickup',
        driver_details: { name: 'Jane', passcode: '77' },
      }),
      await deliver({ ...about, status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' }),
    ];
    await openReplay(location, moments[0]);
    await inColumn('preparing', 'o1').waitFor();
    await page.evaluate('window.same = true');
    const next = page.getByRole('button', { name: 'Next change' });
    await next.click();
    await inColumn('ready', 'o1').waitFor();
    await next.press('Enter');
    await inColumn('driver_here', 'o1').waitFor();
    await page.getByRole('button', { name: 'Open handoff card of order o1' }).click();
    expect(await page.locator('[data-passcode]').innerText()).toBe('77');
    await page.keyboard.press('Escape');
    const timeline = await page.getByRole('link', { name: 'Timeline of order o1' }).getAttribute('href');
    const { pathname, searchParams } = new URL(timeline ?? '', service.url);
    expect([pathname, Object.fromEntries(searchParams)]).toEqual(['/audit', { location, order: 'o1', revision: '2' }]);
    await next.click();
    await inColumn('on_the_way', 'o1').waitFor();
    expect(await until('the last change', () => next.isDisabled())).toBe(true);
    await page.getByRole('button', { name: 'Change before' }).click();
    await inColumn('driver_here', 'o1').waitFor();
    expect(await page.evaluate('window.same')).toBe(true);
    const here = (await ordersAsOf(location, moments[2] ?? 0))[0]?.updated_at;
    await page.waitForURL((url) => Date.parse(url.searchParams.get('at') ?? '') === Date.parse(here ?? ''));
    await page.reload();
    await inColumn('driver_here', 'o1').waitFor();
    expect(lab.complaints).toEqual([]);
  });

  it('the replay neither follows the live feed nor alarms, nor lets anything be acknowledged or printed', async () => {
    const location = newLocation();
    await deliver({ location_id: location, order_id: 'came', delivery_status: 'arrived_at_pickup' });
    await deliver({ location_id: location, order_id: 'gone', status: 'dsp_canceled' });
    for (const name of ['Jane', 'Tom']) {
      await deliver({
        location_id: location,
        order_id: 'new',
        delivery_status: 'enroute_to_pickup',
        driver_details: { name },
      });
    }
    const at = await deliver({ location_id: location, order_id: 'done', status: 'completed' });
    await openReplay(location, at);
    expect((await shownOrders()).map(({ order_id }) => order_id)).toEqual(['came', 'done', 'gone', 'new']);
    await page.getByRole('region', { name: 'Canceled in the last 2 hours' }).waitFor();
    await tile('new').locator('del', { hasText: 'Jane' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('button', { name: /acknowledge|recall|dismiss|seen|sound/i }).count()).toBe(0);
    await page.getByRole('button', { name: 'Open handoff card of order came' }).click();
    await page.getByRole('dialog', { name: /Handoff/ }).waitFor();
    expect(await page.getByRole('button', { name: /print/i }).count()).toBe(0);
    expect(asked.filter((path) => path.endsWith('/live'))).toEqual([]);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
  });

  it('the replay is scrubbed by keyboard, second by second', async () => {
    const location = newLocation();
    const at = await deliver({ location_id: location, order_id: 'o1' });
    const [order] = await ordersAsOf(location, at);
    await openReplay(location, Date.parse(order?.updated_at ?? '') + 1_000);
    await tile('o1').waitFor();
    const scrubber = page.getByRole('slider', { name: 'Moment' });
    await scrubber.focus();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('ArrowLeft');
    await tile('o1').waitFor({ state: 'detached' });
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('ArrowRight');
    await tile('o1').waitFor();
    await page.keyboard.press('Home');
    await tile('o1').waitFor({ state: 'detached' });
    expect(Number(await scrubber.inputValue())).toBe(0);
  });

  it('the replay plays as fast as is asked for, and stops at the end', async () => {
    const location = newLocation();
    const at = await deliver({ location_id: location, order_id: 'o1' });
    await page.clock.install();
    await openReplay(location, at - 120_000);
    await page.clock.pauseAt(Date.now() + PAUSED_AHEAD_MS);
    expect(await tile('o1').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('600x');
    await page.getByRole('button', { name: 'Play', exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    // 60 s of the replay.
    await page.clock.runFor(100);
    expect(await tile('o1').count()).toBe(0);
    await page.clock.runFor(200);
    await tile('o1').waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.waitForURL(/at=/);
  });

  it('the replay loads what is around another moment when it is sent there', async () => {
    const location = newLocation();
    await deliver({ location_id: location, order_id: 'o1' });
    await openReplay(location);
    await tile('o1').waitFor();
    await page.getByRole('button', { name: '4 hours earlier' }).click();
    await tile('o1').waitFor({ state: 'detached' });
    await page.locator('p[data-freshness="replay"]').waitFor();
    await page.getByRole('button', { name: '4 hours later' }).click();
    await tile('o1').waitFor();
    await page.locator('input[name="at"]').fill('2026-01-01T12:00:01');
    await page.getByRole('button', { name: 'Go to the moment' }).click();
    await page.waitForURL(/at=2026-01-01T/);
    await page.locator('p[data-freshness="replay"]').waitFor();
    expect(await page.locator('ticket-rail-tile').count()).toBe(0);
  });

  it('the replay shows to each reader only what that reader may see', async () => {
    const location = newLocation();
    const phoned = (number: string) => ({
      location_id: location,
      order_id: 'o1',
      delivery_status: 'enroute_to_pickup',
      driver_details: { source: 'uber', phone: { number }, passcode: number },
    });
    await deliver(phoned('+1555'));
    const at = await deliver(phoned('+1666'));
    const whole = await ordersAsOf(location, at);
    expect(whole[0]?.attention).toContain('driver_changed');
    await signIn(OPERATOR_TOKEN);
    await openReplay(location, at);
    expect(await shownOrders()).toEqual(whole.map(withoutContact));
    expect(await ordersAsOf(location, at, bearer(OPERATOR_TOKEN))).toEqual(whole.map(withoutContact));
    await signIn(COUNTER_TOKEN);
    await page.goto(addressOf(location, at));
    await page.getByText(/may not see this/).waitFor();
  });

  it.each(['light', 'dark'] as const)('axe finds no fault with the replay in %s colours', async (colorScheme) => {
    const location = newLocation();
    await deliver({ location_id: location, order_id: 'a', delivery_status: 'arrived_at_pickup' });
    await deliver({ location_id: location, order_id: 'b', status: 'merchant_canceled' });
    await deliver({ location_id: location, order_id: 'c', status: 'completed' });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openReplay(location);
    await tile('a').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it.each([320, 800, 3_840])('the replay fits a screen of %d px', async (width) => {
    const location = newLocation();
    await deliver({
      location_id: location,
      order_id: `<b>${'W'.repeat(150)}`,
      driver_details: { name: 'W'.repeat(3_000) },
    });
    await page.setViewportSize({ width, height: 900 });
    await openReplay(location);
    await page.locator('ticket-rail-tile').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(lab.complaints).toEqual([]);
  });
});
