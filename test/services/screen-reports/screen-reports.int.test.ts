import type { OrderReceipts, Screen, ScreenList, ScreenReport } from '../../../schemas/api/screen-reports';
import { MAX_RECEIPTS, MAX_REPORT_BYTES, WATCHING_MS } from '../../../schemas/api/screen-limits';
import { orderId, orderKey, type OrderKey } from '../../../schemas/order-key';
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { ticketRail } from '../audit/support';
import { until } from '../../support/patience';
import {
  type Answer,
  asOperator,
  asReader,
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../support/running-service';

/** What screens report, on the real service. Built by `npm run build` beforehand. */

const COUNTER = 'counter-of-here-0123456789';
const LOCAL = 'operator-of-here-0123456789';
const READERS = JSON.stringify([
  entryOf(READER_TOKEN, 'auditor'),
  entryOf(OPERATOR_TOKEN, 'operator'),
  { ...entryOf(COUNTER, 'screen', ['here']), name: 'counter' },
  entryOf(LOCAL, 'operator', ['here']),
]);

type Fields = { readonly [Field in keyof ScreenReport]?: unknown };

let screens = 0;
const newScreen = (): string => (++screens).toString(16).padStart(32, '0');
const now = (): string => new Date().toISOString();

function reportOf(fields: Fields = {}): Record<string, unknown> {
  const view = { visible: true, freshness: 'live', age_ms: 0, position: '7' };
  return { screen_id: newScreen(), name: 'counter 2', kind: 'board', ...view, sent_at: now(), receipts: [], ...fields };
}
const tile = ({ order_id }: OrderKey, revision = 0) => ({ order_id, revision, shown: 'tile', at: now() });

describe('what screens report', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ READERS });
  });
  afterAll(() => discard(service));

  const send = (body: unknown, location = 'here', token = COUNTER): Promise<Answer> =>
    service.call(`/locations/${location}/screen-reports`, {
      method: 'POST',
      headers: bearer(token),
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const listed = async (headers = asOperator): Promise<ScreenList> =>
    (await service.call('/screen-reports', { headers })).json as ScreenList;
  const receiptsOf = async (key: OrderKey): Promise<OrderReceipts> =>
    (await service.call(orderPath(key, '/receipts'), { headers: asReader })).json as OrderReceipts;
  const recorded = async (key: OrderKey, count: number): Promise<OrderReceipts['receipts']> =>
    until('the receipts', async () => {
      const { receipts } = await receiptsOf(key);
      return receipts.length >= count ? receipts : null;
    });

  it('operators see which screens watch, of their locations, with the clocks and views that they report', async () => {
    const behind = new Date(Date.now() - 60_000).toISOString();
    const screen_id = newScreen();
    expect((await send(reportOf({ screen_id, name: 'far counter', sent_at: behind }))).status).toBe(204);
    await send(reportOf({ name: 'elsewhere' }), 'there', READER_TOKEN);
    const found = (await listed()).screens.find(({ name }) => name === 'far counter');
    expect(found).toMatchObject({
      screen_id,
      kind: 'board',
      location_id: 'here',
      reader: 'counter',
      visible: true,
      freshness: 'live',
      position: '7',
      watching: true,
    } satisfies Partial<Record<keyof Screen, unknown>>);
    expect(found?.clock_offset_ms).toBeGreaterThanOrEqual(60_000);
    const names = (await listed(bearer(LOCAL))).screens.map(({ name }) => name);
    expect(names).toContain('far counter');
    expect(names).not.toContain('elsewhere');
  });

  it('a location with active orders is listed as unwatched until a board of it is live, and again when that is hidden', async () => {
    await service.deliver(update({ location_id: 'here', order_id: 'waits' }));
    const unwatched = async () => (await listed(bearer(LOCAL))).unwatched.map(({ location_id }) => location_id);
    const screen_id = newScreen();
    const hideOthers = (await listed()).screens.filter(({ location_id }) => location_id === 'here');
    // Nothing is known of it until the screens of before a start have had the time to report.
    await until('it to be known', async () => (await listed()).unwatched_locations !== null, WATCHING_MS + 15_000);
    for (const { screen_id: other } of hideOthers) await send(reportOf({ screen_id: other, visible: false }));
    expect(await unwatched()).toEqual(['here']);
    expect((await listed()).unwatched_locations).toBeGreaterThan(0);
    await send(reportOf({ screen_id }));
    expect(await unwatched()).toEqual([]);
    await send(reportOf({ screen_id, visible: false }));
    expect(await unwatched()).toEqual(['here']);
    const { text } = await service.call('/metrics', { headers: asOperator });
    expect(text).toMatch(/^ticket_rail_unwatched_locations 1$/m);
    expect(text).toMatch(/^ticket_rail_screens_watching \d+$/m);
  });

  it('what a screen painted is recorded once, however often it is reported, and shown for its order', async () => {
    const key = orderKey('here', 'painted');
    await service.deliver(update(key));
    await service.deliver(update(key, { status: 'ready_for_pickup' }));
    const report = reportOf({ receipts: [tile(key, 0), tile(key, 1), { ...tile(key, 1), shown: 'alarm' }] });
    for (let n = 0; n < 3; n++) expect((await send(report)).status).toBe(204);
    const found = await recorded(key, 3);
    expect(found.map(({ revision, shown }) => `${String(revision)} ${shown}`).sort()).toEqual([
      '0 tile',
      '1 alarm',
      '1 tile',
    ]);
    expect(found[0]).toMatchObject({ name: 'counter 2', kind: 'board', reader: 'counter' });
    for (const { shown_at, received_at } of found) expect(shown_at <= received_at).toBe(true);
    // A restart forgets what it has taken, and shows it once all the same.
    await send({ ...report, sent_at: now() });
    const other = orderKey('here', 'other');
    await service.deliver(update(other));
    await send(reportOf({ receipts: [tile(other)] }));
    await recorded(other, 1);
    expect((await receiptsOf(key)).receipts).toEqual(found);
    const { text } = await service.call('/metrics', { headers: asOperator });
    expect(text).toMatch(/^ticket_rail_display_receipts_total [1-9]/m);
  });

  it('receipts of what the service does not have at the location are not recorded, and hold nothing up', async () => {
    const [key, elsewhere] = [orderKey('here', 'known'), orderKey('there', 'known too')];
    await service.deliver(update(key));
    await service.deliver(update(elsewhere));
    const receipts = [tile(key, 1), tile(elsewhere), tile(orderKey('here', 'nobody knows it')), tile(key)];
    expect((await send(reportOf({ receipts }))).status).toBe(204);
    expect(await recorded(key, 1)).toMatchObject([{ revision: 0 }]);
    expect((await receiptsOf(elsewhere)).receipts).toEqual([]);
    await service.deliver(update(key, { status: 'ready_for_pickup' }));
    expect((await receiptsOf(key)).receipts).toHaveLength(1);
  });

  it('receipts survive an orderly end, and the log that holds them verifies', async () => {
    const key = orderKey('here', 'kept');
    const own = await startService({ READERS });
    await own.deliver(update(key));
    const body = JSON.stringify(reportOf({ receipts: [tile(key)] }));
    await own.call('/locations/here/screen-reports', { method: 'POST', headers: bearer(COUNTER), body });
    await own.end();
    const again = await startService({ READERS, DATA_DIR: own.dataDir });
    const { json } = await again.call(orderPath(key, '/receipts'), { headers: asReader });
    expect((json as OrderReceipts).receipts).toHaveLength(1);
    await again.end();
    expect(await ticketRail(['verify'], { DATA_DIR: own.dataDir })).toMatchObject({ code: 0 });
    await discard(again);
  });

  it('who may not see a location cannot report of it, and an order that was never reported has no receipts', async () => {
    expect(problemOf(await send(reportOf(), 'there'))).toEqual(problem(403, 'not-permitted'));
    expect(problemOf(await send(reportOf(), 'here', 'nobody'))).toEqual(problem(401, 'reader-not-authentic'));
    const none = await service.call(orderPath(orderKey('here', 'never'), '/receipts'), { headers: asReader });
    expect(problemOf(none)).toEqual(problem(404, 'order-not-found'));
  });

  const receipt = tile(orderKey('here', 'x'));
  it.each<[string, unknown]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', []],
    ['a field that nobody knows', reportOf({ more: 1 } as Fields)],
    ['an id that is none', reportOf({ screen_id: 'counter' })],
    ['no name', reportOf({ name: '' })],
    ['a name with control characters', reportOf({ name: 'a\u0000b' })],
    ['a name that is too long', reportOf({ name: 'x'.repeat(41) })],
    ['another kind', reportOf({ kind: 'printer' })],
    ['a negative age', reportOf({ age_ms: -1 })],
    ['a position that is none', reportOf({ position: '-1' })],
    ['a position without end', reportOf({ position: '1'.repeat(21) })],
    ['a time that is none', reportOf({ sent_at: 'now' })],
    ['a time before all clocks', reportOf({ sent_at: '1969-12-31T23:59:59.999Z' })],
    ['a time after all clocks', reportOf({ sent_at: '2100-01-01T00:00:00.000Z' })],
    ['too many receipts', reportOf({ receipts: Array.from({ length: MAX_RECEIPTS + 1 }, () => receipt) })],
    ['a receipt of nothing', reportOf({ receipts: [null] })],
    ['a receipt with a field that nobody knows', reportOf({ receipts: [{ ...receipt, __proto__x: 1 }] })],
    ['a receipt of half a revision', reportOf({ receipts: [{ ...receipt, revision: 0.5 }] })],
    ['a receipt of an order without an id', reportOf({ receipts: [{ ...receipt, order_id: '' }] })],
    ['a receipt of another part', reportOf({ receipts: [{ ...receipt, shown: 'all' }] })],
  ])('a report with %s is refused, and leaves no screen', async (_what, body) => {
    const before = (await listed()).screens.length;
    expect(problemOf(await send(body))).toEqual(problem(400, 'invalid-parameter'));
    expect((await listed()).screens).toHaveLength(before);
  });

  it('the longest report that a screen makes is taken, and a longer one is not read', async () => {
    const longest = reportOf({
      name: '\u{1f354}'.repeat(40),
      receipts: Array.from({ length: MAX_RECEIPTS }, (_, revision) => ({
        ...receipt,
        order_id: orderId('"\\'.repeat(100)),
        revision: Number.MAX_SAFE_INTEGER - revision,
      })),
    });
    const text = JSON.stringify(longest);
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_REPORT_BYTES);
    expect((await send(text)).status).toBe(204);
    expect(problemOf(await send(`${text}${' '.repeat(MAX_REPORT_BYTES)}`))).toEqual(problem(413, 'body-too-large'));
  });
});
