import type { Page } from 'playwright-core';
import { esAuditors } from '../../schemas/language/auditors/es';
import { es } from '../../schemas/language/catalogues/es';
import type { OrderReceipts } from '../../schemas/api/screen-reports';
import type { Order } from '../../schemas/api/order-view';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import { VERDICTS } from '../../schemas/vocabulary';
import { browserLab } from '../support/browser-lab';
import { historyOf, orderPath, update } from '../support/deliveries';
import { pastLog } from '../support/past-log';
import { until } from '../support/patience';
import { PSEUDO_CATALOGUE } from '../support/pseudo-language';
import { expectPseudo, untranslated } from '../support/pseudo-page';
import { discard, type RunningService, startService } from '../support/running-service';
import { violations } from '../support/screen-inspect';
import { untilOnPage } from '../support/screen-watch';

/** The audit pages in other languages than English, as built, over the real service. */

const CATALOGUE = '/vendor.json';
const DAY_MS = 24 * 60 * 60 * 1_000;

// What others wrote is in Cyrillic or digits here, so that each Latin letter outside of brackets is an untranslated one.
const LOCATION = '901';
const keyOf = (order: string): OrderKey => orderKey(LOCATION, order);
/** An order of many drivers, whose number another order had the day before. */
const LIVELY = keyOf('1001');
/** An order of which little is known. */
const PLAIN = keyOf('1002');
const UNKNOWN = keyOf('9999');
const ANNA = { source: 'курьеры', name: 'Анна', vehicle_info: { license_plate: '123' }, passcode: '11' };
const PAVEL = { source: 'курьеры', name: 'Павел' };
/** With what came the day before, and what people here do, a life in which every verdict is given. */
const LIFE = [
  { status: 'in_progress', delivery_status: 'pending' },
  { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: ANNA },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: PAVEL },
  { status: 'in_progress', delivery_status: 'pending' },
  { status: '555' },
  { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' },
  { status: 'in_progress', delivery_status: 'enroute_to_pickup' },
  { status: 'completed', delivery_status: 'completed' },
  { status: 'completed', delivery_status: 'completed', 7: 8 },
  { status: 'ready_for_pickup', delivery_status: 'enroute_to_pickup', driver_details: { ...ANNA, phone: '5' } },
] as const;

const lab = browserLab({ context: { timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' } });
let service: RunningService;

async function deliver(key: OrderKey, fields: Readonly<Record<string, unknown>>): Promise<void> {
  expect((await service.deliver(update(key, fields))).status).toBe(200);
}

async function handOver(key: OrderKey): Promise<void> {
  const { revision } = (await service.get(orderPath(key))).json as Order;
  const { status } = await service.call(orderPath(key, '/actions'), {
    method: 'POST',
    headers: { 'Idempotency-Key': 'handed-over-in-a-test' },
    body: JSON.stringify({ type: 'handed_over', revision, at: new Date().toISOString(), compared: ['plate', 'name'] }),
  });
  expect(status).toBe(200);
}

beforeAll(async () => {
  const fields = { status: 'completed', driver_details: ANNA };
  const DATA_DIR = await pastLog([{ key: LIVELY, at: Date.now() - DAY_MS, fields }]);
  service = await startService({ DATA_DIR, STREAM_WEBHOOK_SECRETS: '', READERS: '' });
  for (const report of LIFE) await deliver(LIVELY, report);
  await handOver(LIVELY);
  await deliver(PLAIN, { status: 'in_progress' });
  for (const body of ['{', '[']) expect((await service.post(body)).status).toBe(422);
  const { events } = await historyOf(service, LIVELY);
  expect(new Set(events.map(({ verdict }) => verdict))).toEqual(new Set(VERDICTS));
});
afterAll(() => discard(service));

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${service.url}${path}${path.includes('?') ? '&' : '?'}lang=es`);
  await untilOnPage(page, `document.documentElement.lang === 'es'`);
};

const timelineOf = ({ location_id, order_id }: OrderKey): string => `/audit?location=${location_id}&order=${order_id}`;

/** Has the page speak the pseudo-language. */
async function speakPseudo(page: Page): Promise<void> {
  await lab.context.route(
    (url) => url.pathname === CATALOGUE,
    (route) => route.fulfill({ contentType: 'application/json', body: PSEUDO_CATALOGUE }),
  );
  await page.evaluate(
    `document.querySelector('ticket-rail-search, ticket-rail-timeline, ticket-rail-replay, ticket-rail-coverage')
       .setAttribute('catalogue', '${CATALOGUE}')`,
  );
  await untilOnPage(page, `document.documentElement.lang === 'en-XA'`);
}

/** Opens a board in another page, and waits until it has reported what it painted of an order. */
async function showOnBoard({ location_id, order_id }: OrderKey): Promise<void> {
  const board = await lab.context.newPage();
  await board.goto(`${service.url}/screens/board?location=${location_id}&screen=77`);
  await until('a receipt', async () => {
    const { json } = await service.get(orderPath(orderKey(location_id, order_id), '/receipts'));
    return (json as OrderReceipts).receipts.length > 0;
  });
  await board.close();
}

const PAGES = [
  ['the search', `/audit?location_id=${LOCATION}`, '.found tbody tr', esAuditors['audit.title']],
  ['a search that finds nothing', '/audit?location_id=90', '[role="status"]', esAuditors['audit.title']],
  ['a timeline', timelineOf(LIVELY), '.event[data-verdict="reopened"]', 'Pedido 1001 · Auditoría'],
  ['a timeline of an order that nobody knows', timelineOf(UNKNOWN), '[role="alert"]', 'Pedido 9999 · Auditoría'],
  ['the replay', `/audit/board?location=${LOCATION}`, 'ticket-rail-tile', esAuditors['replay.title']],
  ['the replay of no location', '/audit/board', 'p.panel', esAuditors['replay.title']],
  ['coverage', '/audit/coverage', '.group', esAuditors['coverage.title']],
  ['coverage of nothing', '/audit/coverage?source=777', '[data-endpoint]', esAuditors['coverage.title']],
] as const;

describe('the audit pages', () => {
  it.each(PAGES)(
    'the page of %s has no fault for axe in Spanish, and nothing English or cut off in the pseudo-language',
    async (_name, path, part, title) => {
      const { page } = lab;
      if (path === timelineOf(LIVELY)) await showOnBoard(LIVELY);
      await open(page, path);
      await page.locator(part).first().waitFor();
      if (path === timelineOf(LIVELY)) await page.locator('.shown').first().waitFor();
      expect(await page.title()).toBe(`${title} · Ticket Rail`);
      expect(await page.locator('header a[aria-current]').getAttribute('href')).toMatch(/\?lang=es$/);
      expect(await violations(page)).toEqual([]);
      await speakPseudo(page);
      await expectPseudo(page);
      expect(lab.complaints.filter((text) => !text.includes('404'))).toEqual([]);
    },
  );

  it('a time that a clock shows twice is asked for in the language of the page', async () => {
    await open(lab.page, '/audit');
    await speakPseudo(lab.page);
    await lab.page.locator('input[name="from"]').fill('2026-10-25T02:30');
    await lab.page.locator('select[name="from_offset"]').waitFor();
    expect(await untranslated(lab.page)).toEqual([]);
  });

  it('a location that was mistyped is asked about in the language of the page', async () => {
    await open(lab.page, '/audit?location_id=9001');
    await lab.page.getByText('¿Quiso decir').waitFor();
    const meant = await lab.page.getByRole('link', { name: LOCATION, exact: true }).getAttribute('href');
    expect(meant).toBe(`/audit?location_id=${LOCATION}&lang=es`);
  });

  it('a part of the names of several locations, and evidence that has more than the page had, are spoken of in the language of the page', async () => {
    const { page } = lab;
    for (const location of ['7701', '7702']) await deliver(orderKey(location, '1'), { status: 'in_progress' });
    await open(page, '/audit');
    await page.locator('#known-locations option[value="7702"]').waitFor({ state: 'attached' });
    await page.locator('input[name="location_id"]').fill('770');
    await page.getByRole('button', { name: esAuditors['search.find'], exact: true }).click();
    await page.getByRole('alert').getByText('2 locales tienen eso en su nombre o id.').waitFor();
    await speakPseudo(page);
    await expectPseudo(page);
    await open(page, '/audit?location=7701&order=1');
    const evidence = page.getByRole('link', { name: esAuditors['timeline.evidence'], exact: true });
    await evidence.waitFor();
    await deliver(orderKey('7701', '1'), { status: 'ready_for_pickup' });
    await Promise.all([page.waitForEvent('download'), evidence.click()]);
    await page.getByRole('status').getByText('Llegó 1 evento desde que se leyó esta página.').waitFor();
    await speakPseudo(page);
    await expectPseudo(page);
    expect(lab.complaints).toEqual([]);
  });

  it('what screens showed and a summary that cannot be had are missed in the language of the page, in English of the service', async () => {
    const { page } = lab;
    await page.route('**/summary', (route) => route.fulfill({ status: 503, json: { title: 'Not now' } }));
    await page.route('**/receipts', (route) => route.fulfill({ status: 503, json: {} }));
    await open(page, timelineOf(PLAIN));
    await page.locator('bdi[lang="en"]').getByText('Not now').waitFor();
    await page.getByText('No se pudo leer qué mostraron las pantallas: El servicio respondió 503.').waitFor();
    await speakPseudo(page);
    expect(await untranslated(page)).toEqual([]);
  });

  it('what cannot be asked for is said in the words of the service, which are marked as English', async () => {
    await open(lab.page, '/audit?stage=nowhere');
    const words = lab.page.getByRole('alert').locator('bdi[lang="en"]');
    await words.waitFor();
    expect(await words.innerText()).toContain('stage');
  });
});

describe('an order in the language of the page', () => {
  it('the head of the timeline says in the language of the page what became of the order', async () => {
    const key = keyOf('1003');
    await deliver(key, { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: ANNA });
    await deliver(key, { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
    await deliver(key, { status: 'completed', delivery_status: 'completed' });
    await open(lab.page, timelineOf(key));
    await lab.page.locator('.sentence').waitFor();
    const time = String.raw`\d\d:\d\d:\d\d`;
    expect(await lab.page.locator('.sentence').innerText()).toMatch(
      new RegExp(
        `^Анна estuvo aquí de ${time} a ${time} y salió con el pedido; el pedido se completó a las ${time}\\.$`,
      ),
    );
    const event = lab.page.locator('.event[data-revision="1"]');
    expect(await event.locator('.verdict').innerText()).toBe(esAuditors['verdict.advance']);
    expect(await event.locator('.rule').innerText()).toBe(esAuditors['rule.advance']);
    expect(await event.locator('.stage strong').innerText()).toBe(es['stage.on_the_way']);
    expect(await event.locator('[data-pointer="/status"] th').innerText()).toBe('Pedido status');
    expect(lab.complaints).toEqual([]);
  });

  it('what people at the counter did is said in the language of the page', async () => {
    await open(lab.page, timelineOf(LIVELY));
    const rule = lab.page.locator('.event[data-verdict="action"] .rule');
    await rule.waitFor();
    expect(await rule.innerText()).toBe('Alguien de aquí lo entregó a Анна, tras comprobar la placa y el nombre.');
  });

  it('links from one audit page to another keep the language', async () => {
    const { page } = lab;
    await open(page, `/audit?location_id=${LOCATION}`);
    await page.getByRole('button', { name: esAuditors['search.find'], exact: true }).click();
    await page.waitForURL(/location_id=901.*lang=es/);
    await page.getByRole('link', { name: PLAIN.order_id }).click();
    await page.getByRole('heading', { name: `Pedido ${PLAIN.order_id}` }).waitFor();
    await page.getByRole('link', { name: esAuditors['timeline.board'] }).click();
    await page.locator('ticket-rail-tile').first().waitFor();
    await page.waitForURL(/lang=es/);
    await untilOnPage(page, `document.documentElement.lang === 'es'`);
    expect(await page.locator('p[data-freshness="replay"] strong').innerText()).toBe(es['fresh.replay']);
    await page.getByRole('link', { name: esAuditors['page.audit_coverage'] }).click();
    await page.locator('.group').first().waitFor();
    await page.getByRole('button', { name: 'Mostrar', exact: true }).click();
    await page.waitForURL(/coverage\?lang=es$/);
    await page.getByRole('heading', { name: esAuditors['coverage.title'] }).waitFor();
    expect(lab.complaints).toEqual([]);
  });
});
