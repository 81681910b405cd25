import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { ACCESS_STREAM, type AccessEntry, AccessPage } from '../../../schemas/access';
import { hashOf } from '../../../schemas/order-events';
import { createAccessLog, MAX_WAITING, PASSCODE_INTERVAL_MS, recordedPath } from '../../../services/access/access-log';
import type { Reader } from '../../../services/access/readers';
import { type EventStore, EventStoreError } from '../../../services/event-store/event-store';
import { createMemoryStore } from '../../../services/event-store/memory/memory-store';
import { contentHash, eventHash } from '../../../services/handle-order/hashes';
import { openEventStream } from '../../support/event-stream';
import { until } from '../../support/patience';
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { bearer, discard, entryOf, type RunningService, startService } from '../../support/running-service';

const SCREEN = 'screen-of-here-0123456789';
const AUDITOR = 'auditor-of-all-0123456789';
const OPERATOR = 'operator-of-all-0123456789';
const LOCAL = 'auditor-of-here-0123456789';
const NAMES = { [SCREEN]: SCREEN.slice(0, 20), [AUDITOR]: AUDITOR.slice(0, 20), [OPERATOR]: OPERATOR.slice(0, 20) };

describe('the record of who looked', () => {
  /** A location for each test of the service that they share. */
  const LOCATIONS = Array.from({ length: 8 }, (_, n) => `location-${String(n)}`);
  let here = '';
  let used = 0;
  const keyOf = (order_id: string) => ({ location_id: here, order_id });
  let service: RunningService;
  /** The newest record from before the test. */
  let before: string | null;

  const startAudited = () =>
    startService({
      READERS: JSON.stringify([
        entryOf(SCREEN, 'screen', LOCATIONS),
        entryOf(AUDITOR, 'auditor'),
        entryOf(OPERATOR, 'operator'),
        entryOf(LOCAL, 'auditor', LOCATIONS),
      ]),
    });
  const tell = async (to: RunningService): Promise<void> => {
    for (const id of ['a', 'b']) {
      await to.deliver(update(keyOf(id), { driver_details: { name: 'Jane', passcode: '4711' } }));
    }
    await to.deliver(update(keyOf('c'), { driver_details: { name: 'Joe' } }));
  };
  beforeAll(async () => {
    service = await startAudited();
    await service.post('not JSON');
  });
  beforeEach(async () => {
    here = LOCATIONS[used++] ?? '';
    await tell(service);
    const { json } = await as(AUDITOR, '/access?limit=1000');
    before = AccessPage.strict().parse(json).accesses.at(-1)?.access_id ?? null;
  });
  afterAll(() => discard(service));

  const as = (token: string, path: string, of = service) => of.call(path, { headers: bearer(token) });
  /** What was recorded since the test began, but for passcodes that an earlier test was shown at its end. */
  const accesses = async (): Promise<AccessEntry[]> => {
    const { json } = await as(AUDITOR, `/access?limit=1000${before === null ? '' : `&after=${before}`}`);
    const since = AccessPage.strict().parse(json).accesses;
    return since.filter(({ location_id = here }) => location_id === here || !LOCATIONS.includes(location_id));
  };
  /** Waits for what is recorded after the answer. */
  const passcodes = (count: number): Promise<AccessEntry[]> =>
    until(`${String(count)} passcodes to be recorded`, async () => {
      const found = (await accesses()).filter(({ what }) => what === 'passcode');
      return found.length >= count && found;
    });
  /** What is shown first is recorded first: nothing comes after a passcode that is shown last. */
  const expectNothingRecorded = async (): Promise<void> => {
    expect((await as(AUDITOR, orderPath(keyOf('a')))).status).toBe(200);
    const marks = await passcodes(1);
    expect(marks).toMatchObject([{ reader: NAMES[AUDITOR], order_id: 'a' }]);
    expect(await accesses()).toEqual(marks);
  };

  it('a look at the past or at quarantine is recorded by when it is answered: who, what, of which order, and when', async () => {
    const asked: [string, string, Partial<AccessEntry>][] = [
      [AUDITOR, orderPath(keyOf('a'), '/history?limit=5'), { what: 'history', ...keyOf('a') }],
      [LOCAL, orderPath(keyOf('b'), '?at_revision=0'), { what: 'history', ...keyOf('b') }],
      [OPERATOR, orderPath(keyOf('c'), '?as_of=2999-01-01T00:00:00.000Z'), { what: 'history', ...keyOf('c') }],
      [AUDITOR, `/locations/${here}/orders?as_of=2999-01-01T00:00:00Z`, { what: 'history', location_id: here }],
      [OPERATOR, '/quarantine', { what: 'quarantine' }],
      [OPERATOR, '/quarantine/0', { what: 'quarantine' }],
    ];
    for (const [token, path, expected] of asked) {
      const begun = new Date().toISOString();
      expect((await as(token, path)).status).toBe(200);
      const last = (await accesses()).at(-1);
      const role = token === OPERATOR ? 'operator' : 'auditor';
      expect(last).toMatchObject({ reader: token.slice(0, 20), role, ...expected });
      expect(decodeURIComponent(last?.path ?? '')).toBe(path);
      expect((last?.at ?? '') >= begun).toBe(true);
    }
    expect(await accesses()).toHaveLength(asked.length);
  });

  it('a refused request is not recorded, nor a look at current orders without a passcode', async () => {
    await as(SCREEN, orderPath(keyOf('a'), '/history'));
    await as('wrong', orderPath(keyOf('a'), '/history'));
    await as(LOCAL, '/locations/there/orders?as_of=2999-01-01T00:00:00Z');
    await as(SCREEN, '/quarantine');
    expect((await as(SCREEN, orderPath(keyOf('c')))).status).toBe(200);
    expect((await as(OPERATOR, `/locations/${here}/orders`)).text).toContain('[withheld]');
    await expectNothingRecorded();
  });

  it('a look at a passcode is recorded once for each reader and order, however often and in whatever way it is shown', async () => {
    const stream = await openEventStream(`${service.url}/locations/${here}/live`, bearer(SCREEN));
    await until('the snapshot', () => stream.messages.length > 0);
    await as(SCREEN, orderPath(keyOf('a')));
    await as(SCREEN, `/locations/${here}/orders`);
    await as(AUDITOR, `/locations/${here}/orders`);
    await service.deliver(update(keyOf('d'), { driver_details: { passcode: '1' } }));
    await until('the update', () => stream.data('order').length === 1);
    stream.close();
    const found = await passcodes(5);
    const pairs = found.map(({ reader, order_id }) => `${reader} ${order_id ?? ''}`).sort();
    expect(pairs).toEqual(
      [
        `${NAMES[AUDITOR]} a`,
        `${NAMES[AUDITOR]} b`,
        `${NAMES[SCREEN]} a`,
        `${NAMES[SCREEN]} b`,
        `${NAMES[SCREEN]} d`,
      ].sort(),
    );
    expect(found.filter(({ path }) => path.endsWith('/live'))).toHaveLength(3);
    expect(found.every(({ location_id }) => location_id === here)).toBe(true);
  });

  it('the live feed for customers shows no passcode, and is not recorded', async () => {
    const stream = await openEventStream(`${service.url}/locations/${here}/live?view=customers`, bearer(SCREEN));
    await until('the snapshot', () => stream.messages.length > 0);
    stream.close();
    await expectNothingRecorded();
  });

  it('the access log is listed in pages, for auditors and operators of all locations only', async () => {
    const own = await startAudited();
    await tell(own);
    for (const id of ['a', 'b', 'c']) await as(AUDITOR, orderPath(keyOf(id), '/history'), own);
    const whole = AccessPage.strict().parse((await as(AUDITOR, '/access', own)).json).accesses;
    expect(whole.map(({ access_id, order_id }) => [access_id, order_id])).toEqual([
      ['0', 'a'],
      ['1', 'b'],
      ['2', 'c'],
    ]);
    const first = (await as(OPERATOR, '/access?limit=2', own)).json as AccessPage;
    expect(first).toEqual({ accesses: whole.slice(0, 2), next: '1' });
    expect((await as(OPERATOR, '/access?limit=2&after=1', own)).json).toEqual({ accesses: whole.slice(2), next: null });
    for (const token of [SCREEN, LOCAL]) {
      expect(problemOf(await as(token, '/access', own))).toEqual(problem(403, 'not-permitted'));
    }
    await discard(own);
  });

  it('the access log is kept over a stop, including passcodes shown just before it', async () => {
    const own = await startAudited();
    await tell(own);
    await as(SCREEN, orderPath(keyOf('a')), own);
    await own.end();
    const again = await startService({
      DATA_DIR: own.dataDir,
      READERS: JSON.stringify([entryOf(AUDITOR, 'auditor')]),
    });
    try {
      const { json } = await again.call('/access', { headers: bearer(AUDITOR) });
      expect(json).toMatchObject({ accesses: [{ reader: NAMES[SCREEN], what: 'passcode', order_id: 'a' }] });
    } finally {
      await discard(again);
    }
  });

  it('nobody is recorded while reading is open to all', async () => {
    const open = await startService({ READERS: '', STREAM_WEBHOOK_SECRETS: '' });
    try {
      await open.deliver(update(keyOf('a'), { driver_details: { passcode: '1' } }));
      for (const path of [orderPath(keyOf('a')), orderPath(keyOf('a'), '/history'), '/quarantine']) {
        expect((await open.call(path)).status).toBe(200);
      }
      await sleep(400); // more than what passcodes shown are gathered for
      expect((await open.call('/access')).json).toEqual({ accesses: [], next: null });
    } finally {
      await discard(open);
    }
  });
});

describe('the access log', () => {
  const reader: Reader = { open: false, name: 'jane', role: 'auditor', locations: '*' };
  const keyOf = (order_id: string) => ({ location_id: 'here', order_id });
  const shown = (order_id: string) => ({ ...keyOf(order_id), driver_details: { passcode: '1' } });
  let time = Date.UTC(2026, 10, 21);
  const lines: string[] = [];
  const make = (store: EventStore) =>
    createAccessLog({
      store,
      newId: randomUUID,
      now: () => time,
      log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    });

  it('the access log seals its events like deliveries in quarantine', async () => {
    const store = createMemoryStore({ now: () => time });
    await make(store).record(reader, { what: 'export', location_id: 'here', path: '/locations/here/history' });
    for await (const event of store.readStream(ACCESS_STREAM)) {
      const { stream, id, type, data, metadata } = event;
      expect(hashOf(event, 'content_hash')).toBe(contentHash({ type, object: data }));
      const told = metadata as Readonly<Record<string, unknown>>;
      expect(told['previous_hash']).toBeNull();
      expect(hashOf(event, 'event_hash')).toBe(eventHash({ stream, id, type, metadata: told }));
    }
  });

  it('a look at the past is refused while it cannot be recorded', async () => {
    const store = createMemoryStore({ now: () => time });
    const away: EventStore = {
      ...store,
      append: () => Promise.reject(new EventStoreError('unavailable', 'the disk is full')),
    };
    const refused = make(away).record(reader, { what: 'history', path: '/x' });
    await expect(refused).rejects.toMatchObject({ name: 'Problem', code: 'store-unavailable', status: 503 });
  });

  it('passcodes shown while the store is away are recorded later, up to a limited number', async () => {
    const store = createMemoryStore({ now: () => time });
    let away = true;
    const flaky: EventStore = {
      ...store,
      append: (...all) => (away ? Promise.reject(new EventStoreError('unavailable', 'away')) : store.append(...all)),
    };
    const accessLog = make(flaky);
    const orders = Array.from({ length: MAX_WAITING + 5 }, (_, n) => shown(String(n)));
    accessLog.shown(reader, '/locations/here/orders', orders);
    expect(lines.join('')).toContain('"lost":5');
    await until('a record to be refused', () => lines.join('').includes('cannot be recorded yet'));
    away = false;
    await accessLog.close();
    const { accesses } = await accessLog.list(null, MAX_WAITING + 10);
    expect(accesses).toHaveLength(MAX_WAITING);
    expect(accesses[0]?.order_id).toBe('5');
  });

  it('a look at the same passcode is recorded again after the interval, and not before', async () => {
    const accessLog = make(createMemoryStore({ now: () => time }));
    const look = (): void => {
      accessLog.shown(reader, '/x', [shown('a')]);
    };
    look();
    time += PASSCODE_INTERVAL_MS - 1;
    look();
    time += 1;
    look();
    accessLog.shown({ ...reader, name: 'joe' }, '/x', [shown('a')]);
    await accessLog.close();
    const { accesses } = await accessLog.list(null, 10);
    expect(accesses.map((one) => one.reader)).toEqual(['jane', 'jane', 'joe']);
  });

  it.each([
    ['/locations/a%2Fb/orders/o', '/locations/a%2Fb/orders/o'],
    ['/x?limit=5&after=7&as_of=2026-11-21T18:00:00Z', '/x?limit=5&after=7&as_of=2026-11-21T18%3A00%3A00Z'],
    ['/audit/orders?driver=Jane%20Doe&status=completed', '/audit/orders?driver=[withheld]&status=completed'],
    ['/x?what%20ever=secret', '/x?what%20ever=[withheld]'],
    ['/x?', '/x'],
  ])('the access log keeps of the address %s: %s', (address, kept) => {
    expect(recordedPath(address)).toBe(kept);
  });
});
