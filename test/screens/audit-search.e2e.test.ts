import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import { KNOWN_SOURCES, sourceWords } from '../../schemas/words/source-words';
import { browserLab } from '../support/browser-lab';
import { update } from '../support/deliveries';
import { pastLog } from '../support/past-log';
import { until } from '../support/patience';
import { discard, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { violations } from '../support/screen-inspect';

/** The way of an auditor in the office of a chain: from the first name of a driver and an evening to the evidence. */

/** Of the browser: on it, other days and hours are written than where the restaurants are. */
const OFFICE = 'Asia/Kolkata';
const [NEW_YORK, TOKYO] = ['America/New_York', 'Asia/Tokyo'];
const lab = browserLab({ context: { viewport: { width: 1280, height: 900 }, timezoneId: OFFICE } });

/** Of the browser: in New York it is 20:10 of the 21st, in Tokyo 10:10 of the 22nd. */
const NOW = Date.parse('2026-11-22T01:10:00.000Z');
const MAIN = 'pos_17';
const LOCATIONS = [
  { location_id: MAIN, name: 'Main Street', time_zone: NEW_YORK },
  { location_id: 'pos_18', name: 'Market Hall', time_zone: NEW_YORK },
  { location_id: 'pos_19', name: 'Market Square', time_zone: TOKYO },
];
const key = (order: string, location = MAIN): OrderKey => orderKey(location, order);
const driver = (name: string, source = 'uber') => ({ source, name });
const [OMAR, OMAR_B, ANN] = [driver('Omar Haddad'), driver('Omar Bakri', 'uber_eats'), driver('Ann Lee')];

/** Times of the evening of the 21st in New York. */
const at = (time: string): number => Date.parse(`2026-11-21T${time}.000-05:00`);
const report = (of: OrderKey, time: string, status: string, delivery_status: string, driver_details?: object) => ({
  key: of,
  at: at(time),
  fields: { status, delivery_status, ...(driver_details === undefined ? {} : { driver_details }) },
});
const PAST = [
  report(key('done'), '12:00:00', 'in_progress', 'enroute_to_pickup', OMAR),
  report(key('done'), '12:30:00', 'out_for_delivery', 'enroute_to_dropoff', OMAR),
  report(key('replaced'), '18:00:00', 'in_progress', 'enroute_to_pickup', OMAR),
  report(key('replaced'), '18:19:25', 'in_progress', 'arrived_at_pickup', OMAR),
  report(key('taken'), '18:20:00', 'in_progress', 'enroute_to_pickup', OMAR_B),
  report(key('replaced'), '18:25:28', 'in_progress', 'enroute_to_pickup', ANN),
  report(key('taken'), '18:34:00', 'out_for_delivery', 'enroute_to_dropoff', OMAR_B),
  report(key('replaced'), '18:40:07', 'out_for_delivery', 'enroute_to_dropoff', ANN),
  report(key('given back'), '19:00:00', 'in_progress', 'enroute_to_pickup', OMAR),
  report(key('given back'), '19:05:00', 'in_progress', 'pending'),
  report(key('waiting'), '19:10:00', 'in_progress', 'arrived_at_pickup', driver('Omar Sy', 'ubereats')),
  report(key('market', 'pos_18'), '19:20:00', 'in_progress', 'arrived_at_pickup', driver('Bo')),
  report(key('square', 'pos_19'), '19:21:00', 'in_progress', 'arrived_at_pickup', driver('Cy')),
];

let service: RunningService;
let page: Page;
const directory = temporaryDirectory();
beforeAll(async () => {
  const LOCATIONS_FILE = join(directory, 'locations.json');
  writeFileSync(LOCATIONS_FILE, JSON.stringify({ locations: LOCATIONS }));
  const DATA_DIR = await pastLog(PAST);
  service = await startService({ DATA_DIR, LOCATIONS_FILE, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
});
afterAll(async () => {
  await discard(service);
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  page = lab.page;
});

/** Opens the search in a browser whose clock is at a moment. */
async function openSearch(query = ''): Promise<void> {
  await page.clock.setFixedTime(NOW);
  await page.goto(`${service.url}/audit${query}`);
  // Once the locations are known, times are by their clocks.
  await page
    .getByRole('rowheader')
    .getByText(/^(Main Street|Market Hall|Market Square)$/)
    .first()
    .waitFor();
}
const field = (label: string) => page.getByLabel(label, { exact: true });
const when = () => page.getByRole('combobox', { name: 'When', exact: true });
const find = (): Promise<void> => page.getByRole('button', { name: 'Find', exact: true }).click();
const foundIds = async (): Promise<readonly (string | null)[]> => {
  await page
    .getByRole('status')
    .getByText(/orders? as they are now|No order/)
    .waitFor();
  const rows = await page.locator('.found tbody tr').all();
  return Promise.all(rows.map((row) => row.getAttribute('data-order-id')));
};
const row = (order: string) => page.locator(`.found tr[data-order-id="${order}"]`);
const clean = (text: string): string => text.replace(/\s+/g, ' ').trim();
const parameters = (): Readonly<Record<string, string>> => Object.fromEntries(new URL(page.url()).searchParams);

describe('a row of what the search finds', () => {
  it('a row says whether the driver was replaced and by whom, or left with the food and when, without being opened', async () => {
    await openSearch('?driver=omar');
    expect(await foundIds()).toEqual(['waiting', 'given back', 'taken', 'replaced', 'done']);
    const said = async (order: string): Promise<readonly string[]> =>
      (await row(order).locator('.driver p').allInnerTexts()).map(clean);
    expect(await said('replaced')).toEqual([
      'Omar Haddad · Uber · 2026-11-21 18:00:00 to 18:25:28',
      'Replaced by Ann Lee',
    ]);
    expect(await said('taken')).toEqual([
      'Omar Bakri · Uber Eats · 2026-11-21 18:20:00 to now',
      'Left with the order at 18:34:00',
    ]);
    expect(await said('given back')).toEqual([
      'Omar Haddad · Uber · 2026-11-21 19:00:00 to 19:05:00',
      'Taken off the order',
    ]);
    expect(await said('waiting')).toEqual([
      'Omar Sy · Uber Eats · 2026-11-21 19:10:00 to now',
      'Not reported to have left with the order',
    ]);
    expect(await violations(page)).toEqual([]);
  });

  it('a row says when the order came first, by which rows have their order, and beside it when there was news last', async () => {
    await openSearch('?driver=omar');
    const firsts = await page.locator('.found p', { hasText: 'First news' }).allInnerTexts();
    expect(firsts).toEqual([
      'First news: 2026-11-21 19:10:00',
      'First news: 2026-11-21 19:00:00',
      'First news: 2026-11-21 18:20:00',
      'First news: 2026-11-21 18:00:00',
      'First news: 2026-11-21 12:00:00',
    ]);
    expect(await row('replaced').getByText('Last news').innerText()).toBe('Last news: 2026-11-21 18:40:07');
    await page.getByText('by first news, newest first').waitFor();
  });
});

describe('the form of the search', () => {
  it('a part of the name of a location finds it, as does all that the list shows of it, and a part of several offers them', async () => {
    await openSearch();
    for (const typed of ['main', 'Main Street · pos_17', 'pos_17']) {
      await openSearch();
      await field('Location').fill(typed);
      await page.getByText('how many orders at Main Street each word finds').waitFor();
      await field('Location').press('Enter');
      await page.waitForURL(/location_id=pos_17/);
      await row('replaced').waitFor();
      await until(
        'the name in the field',
        async () => (await field('Location').inputValue()) === 'Main Street · pos_17',
      );
    }
    await openSearch();
    await field('Location').fill('market');
    await field('Any driver’s name, or a part').fill('cy');
    await find();
    await page.getByRole('alert').getByText('2 locations have that in their name or id.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Market Square · pos_19' }).click();
    await page.waitForURL(/location_id=pos_19/);
    expect(await foundIds()).toEqual(['square']);
    expect(parameters()).toEqual({ location_id: 'pos_19', driver: 'cy' });
    expect(lab.complaints).toEqual([]);
  });

  it.each([
    ['Today', '2026-11-21T00:00:00', '2026-11-22T00:00:00'],
    ['This evening', '2026-11-21T16:00:00', '2026-11-22T04:00:00'],
    ['Yesterday', '2026-11-20T00:00:00', '2026-11-21T00:00:00'],
    ['Yesterday evening', '2026-11-20T16:00:00', '2026-11-21T04:00:00'],
    ['Last 7 days', '2026-11-15T00:00:00', '2026-11-22T00:00:00'],
  ])('%s is chosen by its name, by the clock of the restaurant', async (name, from, to) => {
    await openSearch();
    await field('Location').fill('main');
    await when().selectOption(name);
    await until('the fields to be filled', async () => (await field(`News from (${NEW_YORK})`).inputValue()) !== '');
    const inZone = (text: string): string => new Date(`${text}-05:00`).toISOString();
    await find();
    await page.waitForURL(/from=/);
    expect(parameters()).toEqual({ location_id: MAIN, from: inZone(from), to: inZone(to) });
  });

  it('a day that was chosen is that of the restaurant chosen after it, and is given up once a time is typed', async () => {
    await openSearch();
    await when().selectOption('Today');
    const from = page.locator('input[name="from"]');
    expect(await from.inputValue()).toBe('2026-11-22T00:00');
    await field('Location').fill('main');
    await until('the day in New York', async () => (await from.inputValue()) === '2026-11-21T00:00');
    await field('Location').fill('market square');
    await until('the day in Tokyo', async () => (await from.inputValue()) === '2026-11-22T00:00');
    expect(await when().inputValue()).toBe('today');
    await from.fill('2026-11-20T10:00');
    await until('no day to be chosen', async () => (await when().inputValue()) === '');
    await when().selectOption('Today');
    await when().selectOption('Times as typed');
    await until('the fields to be empty', async () => (await from.inputValue()) === '');
  });

  it('what an order is called in the delivery app is asked for in words that no name of a driver answers', async () => {
    await openSearch();
    await field('Delivery app’s order number, or a part').waitFor();
    expect(await page.getByText('What the driver says').count()).toBe(0);
  });

  it('no word stands in two lists for two things, and each platform once, however it is spelt', async () => {
    await openSearch();
    await page.getByText('The lists say how many orders').waitFor();
    const options = async (name: string): Promise<readonly string[]> =>
      (await page.locator(`select[name="${name}"] option`).allTextContents()).map(clean);
    const [attention, verdict] = [await options('attention'), await options('verdict')];
    expect(attention.filter((text) => text !== 'Any' && verdict.includes(text))).toEqual([]);
    expect(attention).toContain('Driver changed · now (0)');
    expect(verdict).toContain('Driver changed · at any time (2)');
    const listed = await page.locator('#known-source option').all();
    const sources = await Promise.all(
      listed.map(async (one) => [await one.getAttribute('value'), clean((await one.textContent()) ?? '')]),
    );
    expect(sources.map(([value]) => value)).toEqual(KNOWN_SOURCES.map(sourceWords));
    expect(sources).toContainEqual(['Uber Eats', 'Uber Eats (2)']);
    await field('Source of the driver').fill('Uber Eats');
    await find();
    await page.waitForURL(/source=/);
    expect(await foundIds()).toEqual(['waiting', 'taken']);
  });

  it.each(['en', 'es'])(
    'the fields of a row stand in one line at each width in %s, as do their words',
    async (lang) => {
      await openSearch(`?lang=${lang}`);
      for (const width of [320, 390, 820, 1_280, 1_920, 3_840]) {
        await page.setViewportSize({ width, height: 900 });
        const boxes = await page.evaluate<
          readonly { readonly row: number; readonly top: number; readonly bottom: number; readonly right: number }[]
        >(`(() => {
        const root = document.querySelector('ticket-rail-search').shadowRoot;
        return [...root.querySelectorAll('.fields label')].map((label) => {
          const { top } = label.getBoundingClientRect();
          const field = label.querySelector('input, select').getBoundingClientRect();
          return { row: Math.round(top), top: field.top, bottom: field.bottom, right: field.right };
        });
      })()`);
        expect(boxes).toHaveLength(15);
        for (const one of boxes) {
          expect(one.right).toBeLessThanOrEqual(width);
          for (const other of boxes.filter(({ row: of }) => of === one.row)) {
            expect(Math.abs(other.top - one.top)).toBeLessThan(1);
            expect(Math.abs(other.bottom - one.bottom)).toBeLessThan(1);
          }
        }
      }
    },
  );
});

describe('the way from what was found to the evidence and back', () => {
  it('the timeline leads back to the search that it was found by, with as many results, in the language of the page', async () => {
    for (let order = 0; order < 70; order += 1) {
      const fields = { driver_details: driver('Zoe Many') };
      expect((await service.deliver(update(orderKey('pos_18', `many ${String(order)}`), fields))).status).toBe(200);
    }
    await openSearch('?driver=zoe&location_id=pos_18&lang=es');
    await page.getByRole('button', { name: 'Buscar más' }).click();
    await until('all to be found', async () => (await page.locator('.found tbody tr').count()) === 70);
    const oldest = page.getByRole('link', { name: 'many 0', exact: true });
    await oldest.click();
    await page.getByRole('heading', { name: 'Pedido many 0' }).waitFor();
    await page.locator('.event').first().waitFor();
    // By way of the board of then, too.
    await page.getByRole('link', { name: 'El tablero en este momento' }).click();
    await page.locator('ticket-rail-tile').first().waitFor();
    await page.getByRole('button', { name: 'many 0', exact: false }).first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /^Cronología del pedido many/ }).click();
    await page.getByRole('link', { name: 'Buscar otro pedido' }).click();
    await until('all to be found again', async () => (await page.locator('.found tbody tr').count()) === 70);
    const { shown, ...asked } = parameters();
    expect([shown, asked]).toEqual(['70', { driver: 'zoe', location_id: 'pos_18', lang: 'es' }]);
    expect(await page.getByLabel('Nombre de cualquier repartidor, o una parte').inputValue()).toBe('zoe');
    expect(lab.complaints).toEqual([]);
  });

  it('a timeline that no search led to leads to the newest orders', async () => {
    await page.goto(`${service.url}/audit?location=${MAIN}&order=replaced`);
    await page.getByRole('link', { name: 'Find another order' }).click();
    await page.locator('.found tbody tr').first().waitFor();
    expect(page.url()).toBe(`${service.url}/audit`);
  });

  it('links to what the words mean keep the language of the page, and that page hands it on though it is English', async () => {
    await openSearch('?lang=es');
    const words = page.getByRole('link', { name: 'Qué significan las palabras (en inglés)' });
    expect([await words.getAttribute('href'), await words.getAttribute('hreflang')]).toEqual([
      '/docs?lang=es#words',
      'en',
    ]);
    await words.click();
    await page.locator('#words').waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
    await page.locator('header').getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByRole('heading', { name: 'Buscar un pedido' }).waitFor();
    expect(lab.complaints).toEqual([]);
  });

  it('evidence is the first that an order offers, says what it is and how far the page goes, and takes the page along', async () => {
    const open = orderKey('pos_18', 'open');
    expect((await service.deliver(update(open, { status: 'in_progress' }))).status).toBe(200);
    await page.goto(`${service.url}/audit?location=pos_18&order=open`);
    const evidence = page.getByRole('link', { name: 'Evidence', exact: true });
    await evidence.waitFor();
    const primary = page.locator('section .primary');
    expect(await primary.allInnerTexts()).toEqual(['Evidence']);
    const says = page.getByText('This page shows it up to revision 0.');
    expect(await says.innerText()).toContain('anybody can check it');
    expect(await evidence.getAttribute('aria-describedby')).toBe(await says.getAttribute('id'));
    const save = async (): Promise<void> => {
      const [file] = await Promise.all([page.waitForEvent('download'), evidence.click()]);
      expect(await file.failure()).toBeNull();
    };
    await save();
    expect(await page.getByText('had come since this page was read').count()).toBe(0);
    for (const status of ['ready_for_pickup', 'out_for_delivery']) {
      expect((await service.deliver(update(open, { status }))).status).toBe(200);
    }
    await save();
    await page.getByRole('status').getByText('2 events had come since this page was read.').waitFor();
    await page.locator('.event[data-revision="2"][aria-current="step"]').waitFor();
    await page.getByText('This page shows it up to revision 2.').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(lab.complaints).toEqual([]);
  });
});

describe('the replay of a board in another time zone', () => {
  it('each time on a replay is by the clock of its location, which is said once, and the board has its name', async () => {
    const moment = new Date(at('18:30:00')).toISOString();
    const orders = { location_id: MAIN, order_id: 'replaced' };
    const path = `/locations/${orders.location_id}/orders/${orders.order_id}`;
    const { json } = await service.get(path);
    const action = {
      method: 'POST',
      headers: { 'Idempotency-Key': 'replayed-handover' },
      body: JSON.stringify({
        type: 'handed_over',
        revision: (json as { revision: number }).revision,
        at: new Date(at('18:45:00')).toISOString(),
        compared: [],
      }),
    };
    expect((await service.call(`${path}/actions`, action)).status).toBe(200);
    await page.goto(`${service.url}/audit/board?location=${MAIN}&at=${moment}`);
    await page.locator('p[data-freshness="replay"]').getByText('2026-11-21 18:30:00').waitFor();
    expect(await page.locator('ticket-rail-board .bar .location').innerText()).toBe('Main Street');
    expect(await page.getByText('America/New_York').allInnerTexts()).toEqual([
      'All times: America/New_York, UTC-05:00',
    ]);
    expect(await page.locator('.player output').innerText()).toBe('2026-11-21 18:30:00');
    expect(await page.locator('input[name="at"]').inputValue()).toBe('2026-11-21T18:30');
    // A board that nobody can touch has a clock.
    await page.evaluate(
      `document.querySelector('ticket-rail-replay').shadowRoot.querySelector('ticket-rail-board').setAttribute('mode', 'wall')`,
    );
    await page
      .locator('.clock')
      .getByText(/^(18:30|6:30.PM)$/)
      .waitFor();
    expect(lab.complaints).toEqual([]);
  });
});
