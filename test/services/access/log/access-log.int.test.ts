import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pino from 'pino';
import { readerName } from '../../../../schemas/files/reader-name';
import {
  ACCESS_READ,
  ACCESS_STREAM,
  type AccessEntry,
  AccessPage,
  accessVolumeStream,
} from '../../../../schemas/api/access';
import { hashOf } from '../../../../schemas/events/order-events';
import { locationId, orderKey } from '../../../../schemas/order-key';
import {
  COUNTED_MS,
  createAccessLog,
  PASSCODE_INTERVAL_MS,
  PASSCODES_AT_ONCE,
  RECORDS_AT_ONCE,
  RECORDS_PER_MINUTE,
  recordedPath,
} from '../../../../services/access/log/access-log';
import { deleteOldAccesses, scheduleAccessRetention } from '../../../../services/operations/retention/access-retention';
import { VOLUME_MS } from '../../../../services/access/log/access-volumes';
import { MAX_WAITING } from '../../../../services/access/log/late-records';
import type { Reader } from '../../../../services/access/readers/readers';
import { DeletedLeaves } from '../../../../services/event-store/seal/deleted-leaves';
import {
  type EventStore,
  EventStoreError,
  parsePosition,
  type RecordedEvent,
} from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { contentHash, eventHash } from '../../../../services/event-store/seal/seal';
import { openApi, operationsOf } from '../../../docs/reference';
import { Problem } from '../../../../services/http/problem';
import { newEventId } from '../../../support/new-event-id';
import { openEventStream } from '../../../support/event-stream';
import { until } from '../../../support/patience';
import { orderPath, problem, problemOf, update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import { bearer, discard, entryOf, type RunningService, startService } from '../../../support/running-service';

/** What needs no reader. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/openapi.json']);
const SCREEN = 'screen-of-here-0123456789';
const AUDITOR = 'auditor-of-all-0123456789';
const OPERATOR = 'operator-of-all-0123456789';
const LOCAL = 'auditor-of-here-0123456789';
const NAMES = { [SCREEN]: SCREEN.slice(0, 20), [AUDITOR]: AUDITOR.slice(0, 20), [OPERATOR]: OPERATOR.slice(0, 20) };

describe('the record of who looked', () => {
  /** A location for each test of the service that they share. */
  const LOCATIONS = Array.from({ length: 12 }, (_, n) => `location-${String(n)}`);
  let here = '';
  let used = 0;
  const keyOf = (order_id: string) => orderKey(here, order_id);
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
  const deliverAll = async (to: RunningService): Promise<void> => {
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
    await deliverAll(service);
    const { json } = await as(AUDITOR, '/access?limit=1000');
    before = AccessPage.strict().parse(json).accesses.at(-1)?.access_id ?? null;
  });
  afterAll(() => discard(service));

  const as = (token: string, path: string, of = service) => of.call(path, { headers: bearer(token) });
  /** What was recorded since the test began, but for passcodes that an earlier test was shown at its end. */
  const accesses = async (): Promise<AccessEntry[]> => {
    const { json } = await as(AUDITOR, `/access?limit=1000${before === null ? '' : `&after=${before}`}`);
    const since = AccessPage.strict().parse(json).accesses;
    return since.filter(
      ({ location_id = here, what }) => what !== 'access' && (location_id === here || !LOCATIONS.includes(location_id)),
    );
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
      [
        AUDITOR,
        `/locations/${here}/orders?as_of=2999-01-01T00:00:00Z`,
        { what: 'history', location_id: locationId(here) },
      ],
      [AUDITOR, orderPath(keyOf('c'), '/summary'), { what: 'history', ...keyOf('c') }],
      [AUDITOR, orderPath(keyOf('c'), '/evidence'), { what: 'export', ...keyOf('c') }],
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
    await deliverAll(own);
    for (const id of ['a', 'b', 'c']) await as(AUDITOR, orderPath(keyOf(id), '/history'), own);
    const whole = AccessPage.strict().parse((await as(AUDITOR, '/access', own)).json).accesses;
    expect(whole.map(({ order_id }) => order_id)).toEqual(['a', 'b', 'c']);
    const first = (await as(OPERATOR, '/access?limit=2', own)).json as AccessPage;
    expect(first).toEqual({ accesses: whole.slice(0, 2), next: whole[1]?.access_id });
    const { accesses: rest } = (await as(OPERATOR, `/access?limit=2&after=${first.next ?? ''}`, own))
      .json as AccessPage;
    expect(rest).toMatchObject([whole[2], { what: 'access', reader: NAMES[AUDITOR] }]);
    for (const token of [SCREEN, LOCAL]) {
      expect(problemOf(await as(token, '/access', own))).toEqual(problem(403, 'not-permitted'));
    }
    await discard(own);
  });

  it('the access log is kept over a stop, including passcodes shown just before it', async () => {
    const own = await startAudited();
    await deliverAll(own);
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

  it('every call that looks at the past or at many is recorded, and so is a redrive; what shows current orders is not', async () => {
    const paths: Record<string, string> = {
      '/locations/{location_id}/orders/{order_id}/history': orderPath(keyOf('a'), '/history'),
      '/locations/{location_id}/orders/{order_id}/summary': orderPath(keyOf('b'), '/summary'),
      '/locations/{location_id}/orders/{order_id}/evidence': orderPath(keyOf('b'), '/evidence'),
      '/locations/{location_id}/orders/{order_id}/receipts': orderPath(keyOf('c'), '/receipts'),
      '/locations/{location_id}/history': `/locations/${here}/history`,
      '/audit/orders': '/audit/orders?status=completed',
      '/quarantine/{quarantine_id}': '/quarantine/0',
      '/quarantine/{quarantine_id}/redrive': '/quarantine/0/redrive',
      '/locations/{location_id}/orders': `/locations/${here}/orders`,
      '/locations/{location_id}/orders/{order_id}': orderPath(keyOf('c')),
    };
    const own = await startAudited();
    await deliverAll(own);
    await own.post('not JSON');
    const recorded: string[] = [];
    const silent: string[] = [];
    let seen = 0;
    for (const called of operationsOf(openApi()).keys()) {
      const [method = '', path = ''] = called.split(' ');
      if (OPEN_TO_ALL.has(path) || path === '/handle-order' || path.endsWith('/live')) continue;
      const { status } = await own.call(paths[path] ?? path, { method, headers: bearer(OPERATOR) });
      expect({ path, status }).not.toMatchObject({ status: 404 });
      const { accesses: all } = (await as(AUDITOR, '/access?limit=1000', own)).json as AccessPage;
      const mine = all.filter(({ reader, what }) => reader === NAMES[OPERATOR] && what !== 'passcode');
      (mine.length > seen ? recorded : silent).push(called);
      seen = mine.length;
    }
    await discard(own);
    expect(recorded.sort()).toEqual([
      'DELETE /readers/{name}',
      'GET /access',
      'GET /audit/orders',
      'GET /coverage',
      'GET /feed',
      'GET /history',
      'GET /locations/{location_id}/history',
      'GET /locations/{location_id}/orders/{order_id}/evidence',
      'GET /locations/{location_id}/orders/{order_id}/history',
      'GET /locations/{location_id}/orders/{order_id}/receipts',
      'GET /locations/{location_id}/orders/{order_id}/summary',
      'GET /quarantine',
      'GET /quarantine/{quarantine_id}',
      'GET /readers',
      'GET /relays',
      'POST /quarantine/{quarantine_id}/redrive',
    ]);
    // Without a word about persons, or about orders as they are now.
    expect(silent.sort()).toEqual([
      'DELETE /consumers/{name}',
      'GET /asyncapi.json',
      'GET /audit/choices',
      'GET /checkpoints',
      'GET /checkpoints/consistency',
      'GET /checkpoints/inclusion',
      'GET /checkpoints/note',
      'GET /consumers',
      'GET /destinations',
      'GET /locations',
      'GET /locations/{location_id}/orders',
      'GET /locations/{location_id}/orders/{order_id}',
      'GET /metrics',
      'GET /openapi-3.0.json',
      'GET /overview',
      'GET /screen-reports',
      'GET /session',
      'POST /consumers/{name}/commit',
      'POST /destinations/{name}/deliver',
      // This reader may not: test/services/orders/actions/actions.int.test.ts.
      'POST /locations/{location_id}/orders/{order_id}/actions',
      'POST /locations/{location_id}/screen-reports',
      'POST /pairings',
      'POST /pairings/session',
      'PUT /consumers/{name}',
      'PUT /locations/{location_id}/orders/{order_id}/label',
      // Without a code: test/services/access/pairing/pairing.int.test.ts.
      'PUT /readers/{name}',
    ]);
  });

  it('a look at what is not there is not recorded', async () => {
    for (const path of [
      orderPath(keyOf('none'), '/history'),
      orderPath(keyOf('none'), '/history?format=csv'),
      orderPath(keyOf('none'), '/summary'),
      orderPath(keyOf('none'), '/evidence'),
      orderPath(keyOf('a'), '?at_revision=99'),
      '/quarantine/99',
    ]) {
      expect((await as(OPERATOR, path)).status).toBe(404);
    }
    await expectNothingRecorded();
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
  const reader: Reader = { open: false, name: readerName('jane'), role: 'auditor', locations: '*', acts: false };
  const keyOf = (order_id: string) => orderKey('here', order_id);
  const shown = (order_id: string) => ({ ...keyOf(order_id), driver_details: { passcode: '1' } });
  let time = Date.UTC(2026, 10, 21);
  const lines: string[] = [];
  const make = (store: EventStore) =>
    createAccessLog({
      store,
      newId: randomUUID,
      now: () => time,
      monotonic: () => time,
      log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    });

  it('the access log seals its events like deliveries in quarantine', async () => {
    const store = createMemoryStore({ now: () => time });
    await make(store).record(reader, {
      what: 'export',
      location_id: locationId('here'),
      path: '/locations/here/history',
    });
    for await (const event of store.readStream(accessVolumeStream(0))) {
      const { stream, id, type, data, metadata } = event;
      expect(hashOf(event, 'content_hash')).toBe(contentHash({ type, object: data }));
      const listedNow = metadata as Readonly<Record<string, unknown>>;
      expect(listedNow['previous_hash']).toBeNull();
      expect(hashOf(event, 'event_hash')).toBe(eventHash({ stream, id, type, metadata: listedNow }));
    }
  });

  const looks = (accessLog: ReturnType<typeof make>, order_id: string, who = reader) =>
    accessLog.record(who, { what: 'history', ...keyOf(order_id), path: orderPath(keyOf(order_id), '/history') });
  const listed = async (accessLog: ReturnType<typeof make>) => (await accessLog.list(null, 100_000, 'oldest')).accesses;

  it('the looks of one reader at one thing are one record at once, and one more a minute that says how many there were', async () => {
    const accessLog = make(createMemoryStore({ now: () => time }));
    for (let second = 0; second < 150; second++) {
      for (const _ of Array.from({ length: 10 })) await looks(accessLog, 'a');
      time += 1_000;
    }
    await accessLog.close();
    expect((await listed(accessLog)).map(({ times = 1 }) => times)).toEqual([1, 599, 600, 300]);
  });

  it('the looks at other pages and moments of one thing are counted together, and those at another thing or of another reader are not', async () => {
    const accessLog = make(createMemoryStore({ now: () => time }));
    const at = (path: string, who = reader, what: 'history' | 'search' = 'history') =>
      accessLog.record(who, { what, ...(what === 'history' ? keyOf('a') : {}), path });
    await at('/locations/here/orders/a/history');
    await at('/locations/here/orders/a/history?after=5&limit=7');
    await at('/locations/here/orders/a?as_of=2026-11-21T00:00:00Z');
    await at('/locations/here/orders/a/history', { ...reader, name: readerName('joe') });
    await at('/audit/orders?status=failed', reader, 'search');
    await at('/audit/orders?status=failed&after=9', reader, 'search');
    await at('/audit/orders?driver=jane', reader, 'search');
    await accessLog.close();
    const listedNow = (await listed(accessLog)).map(
      ({ reader: name, what, times = 1 }) => `${name} ${what} ${String(times)}`,
    );
    expect(listedNow.sort()).toEqual(
      ['jane history 1', 'jane history 2', 'jane search 1', 'jane search 1', 'jane search 1', 'joe history 1'].sort(),
    );
  });

  it('whatever looks come when, the records of a reader and thing say together how many there were', async () => {
    const look = fc.record({
      order: fc.constantFrom('a', 'b', 'c'),
      who: fc.constantFrom('jane', 'joe'),
      after: fc.constantFrom(0, 1, 1_000, COUNTED_MS - 1, COUNTED_MS, 3 * COUNTED_MS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(look, { maxLength: 40 }), async (sequence) => {
        const accessLog = make(createMemoryStore({ now: () => time }));
        const expected: Record<string, number> = {};
        for (const { order, who, after } of sequence) {
          time += after;
          await looks(accessLog, order, { ...reader, name: readerName(who) });
          expected[who + order] = (expected[who + order] ?? 0) + 1;
        }
        await accessLog.close();
        const listedNow: Record<string, number> = {};
        for (const { reader: name, order_id = '', times = 1 } of await listed(accessLog)) {
          listedNow[name + order_id] = (listedNow[name + order_id] ?? 0) + times;
        }
        expect(listedNow).toEqual(expected);
      }),
      { numRuns: cases(30) },
    );
  });

  it('the looks at the same thing that come while the first is on its way into the store wait for it, and fail with it', async () => {
    const store = createMemoryStore({ now: () => time });
    let answer: (() => void) | null = null;
    const slow: EventStore = {
      ...store,
      append: (stream, ...all) =>
        stream === accessVolumeStream(0)
          ? new Promise((_, reject) => {
              answer = () => {
                reject(new EventStoreError('unavailable', 'away'));
              };
            })
          : store.append(stream, ...all),
    };
    const accessLog = make(slow);
    const both = Promise.allSettled([looks(accessLog, 'a'), looks(accessLog, 'a')]);
    (await until('the first to be on its way', () => answer))();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('one reader can have so many records a minute, however many things there are', async () => {
    const accessLog = make(createMemoryStore({ now: () => time }));
    let refusal: Problem | null = null;
    const spree = async (): Promise<number> => {
      for (let n = 0; ; n++) {
        try {
          await looks(accessLog, `${String(time)}-${String(n)}`);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          refusal = error;
          return n;
        }
      }
    };
    expect(await spree()).toBe(RECORDS_AT_ONCE);
    time += 10_000;
    expect(await spree()).toBe(RECORDS_PER_MINUTE / 6);
    expect(refusal).toMatchObject({ code: 'too-many-reads', status: 429, headers: { 'Retry-After': '2' } });
    await looks(accessLog, 'a', { ...reader, name: readerName('joe') });
    await accessLog.close();
  });

  it('a list with more passcodes than one reader may have recorded is refused, and the live feed never is', async () => {
    const accessLog = make(createMemoryStore({ now: () => time }));
    const orders = (name: string) => Array.from({ length: PASSCODES_AT_ONCE }, (_, n) => shown(`${name}${String(n)}`));
    accessLog.show(reader, '/x', orders('a'));
    expect(() => {
      accessLog.show(reader, '/x', [shown('b')]);
    }).toThrow(Problem);
    accessLog.show(reader, '/x', orders('a'));
    accessLog.shown(reader, '/x', [shown('b')]);
    await accessLog.close();
    expect(await listed(accessLog)).toHaveLength(PASSCODES_AT_ONCE);
  });

  it.each(['oldest', 'newest'] as const)(
    'accesses of all volumes are listed in pages that miss none, the %s first',
    async (order) => {
      const store = createMemoryStore({ now: () => time });
      const old = { reader: 'jane', role: 'auditor', what: 'export', path: '/x', at: new Date(time).toISOString() };
      await store.append(ACCESS_STREAM, [{ id: newEventId(), type: ACCESS_READ, data: old, metadata: {} }], 'any');
      const accessLog = make(store);
      for (const ids of ['ab', 'c', 'def']) {
        for (const id of ids) await looks(accessLog, id);
        time += VOLUME_MS;
      }
      await accessLog.close();
      const all = (await listed(accessLog)).map(({ order_id, what }) => order_id ?? what);
      expect(all).toEqual(['export', 'a', 'b', 'c', 'd', 'e', 'f']);
      for (const limit of [1, 2, 3, 7]) {
        const found: string[] = [];
        for (let after: number | null = null; ;) {
          const { accesses, next } = await accessLog.list(after, limit, order);
          expect(accesses.length).toBeLessThanOrEqual(limit);
          found.push(...accesses.map(({ order_id, what }) => order_id ?? what));
          if (next === null) break;
          after = Number(next);
        }
        expect(found).toEqual(order === 'oldest' ? all : all.toReversed());
      }
    },
  );

  const days = (count: number): number => count * 86_400_000;

  it('the records of who looked are deleted when they are too old, those from before there were volumes too, and stand in the hash of the log', async () => {
    const store = createMemoryStore({ now: () => time });
    const old = { reader: 'jane', role: 'auditor', what: 'export', path: '/history', at: new Date(time).toISOString() };
    await store.append(ACCESS_STREAM, [{ id: newEventId(), type: ACCESS_READ, data: old, metadata: {} }], 'any');
    const accessLog = make(store);
    await looks(accessLog, 'a');
    time += VOLUME_MS;
    await looks(accessLog, 'b');
    await accessLog.close();
    const before = await listed(accessLog);
    expect(before.map(({ what, order_id }) => order_id ?? what)).toEqual(['export', 'a', 'b']);
    expect(await accessLog.list(Number(before[0]?.access_id), 1, 'oldest')).toMatchObject({
      accesses: [before[1]],
      next: before[1]?.access_id,
    });
    time += days(30);
    const all: RecordedEvent[] = [];
    for await (const event of store.readAll()) all.push(event);
    const coveredTo = all.at(-1)?.position ?? null;
    const cutoff = time - days(30);
    const options = { store, newId: randomUUID, cutoff };
    expect(await deleteOldAccesses({ ...options, coveredTo: null })).toBe(0);
    expect(await deleteOldAccesses({ ...options, coveredTo })).toBe(2);
    expect(await listed(accessLog)).toEqual(before.slice(2));
    expect(await deleteOldAccesses({ ...options, coveredTo })).toBe(0);
    const gone = all.filter(({ stream }) => stream === ACCESS_STREAM || stream === accessVolumeStream(0));
    const leaves = await DeletedLeaves.read(store, null);
    const last = parsePosition('9'.repeat(18));
    expect(last && [...leaves.before(last)].map(({ position }) => position)).toEqual(
      gone.map(({ position }) => position),
    );
  });

  it('the access log deletes old records each hour by a clock that is right, and never by one that is far ahead', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      let [wall, running] = [days(1_000), 0];
      const [held, recorded]: [boolean[], number[]] = [[], []];
      const deleted: string[] = [];
      const store = createMemoryStore({ now: () => wall });
      const schedule = scheduleAccessRetention({
        store: { ...store, readStream: (stream, options) => (deleted.push(stream), store.readStream(stream, options)) },
        newId: randomUUID,
        days: 30,
        coveredTo: () => null,
        known: () => Promise.resolve(days(1_000)),
        record: (known) => recorded.push(known),
        onHeld: (isHeld) => held.push(isHeld),
        now: () => wall,
        monotonic: () => running,
        log: pino({ level: 'silent' }),
      });
      const hour = async (set = 0): Promise<void> => {
        running += 3_600_000;
        wall += 3_600_000 + set;
        await jest.advanceTimersByTimeAsync(3_600_000);
      };
      await jest.advanceTimersByTimeAsync(0); // the clock is looked at from the start on
      await hour();
      expect(held).toEqual([false]);
      const looked = deleted.length;
      expect(looked).toBeGreaterThan(0);
      await hour(days(400)); // it was set: nothing is asked of it now
      await hour();
      await hour();
      expect(held).toEqual([false, true, true]);
      expect(deleted).toHaveLength(looked);
      await hour(-days(400));
      await hour();
      expect(held).toEqual([false, true, true, false]);
      expect(Math.max(...recorded)).toBeLessThanOrEqual(days(1_001));
      await schedule.stop();
      await store.close();
    } finally {
      jest.useRealTimers();
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
    const { accesses } = await accessLog.list(null, MAX_WAITING + 10, 'oldest');
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
    accessLog.shown({ ...reader, name: readerName('joe') }, '/x', [shown('a')]);
    await accessLog.close();
    const { accesses } = await accessLog.list(null, 10, 'oldest');
    expect(accesses.map((one) => one.reader)).toEqual(['jane', 'jane', 'joe']);
  });

  it.each([
    ['/locations/a%2Fb/orders/o', '/locations/a%2Fb/orders/o'],
    ['/x?limit=5&after=7&as_of=2026-11-21T18:00:00Z', '/x?limit=5&after=7&as_of=2026-11-21T18%3A00%3A00Z'],
    ['/audit/orders?driver=Jane%20Doe&status=completed', '/audit/orders?driver=[withheld]&status=completed'],
    ['/audit/orders?delivery_status=failed_to_deliver', '/audit/orders?delivery_status=failed_to_deliver'],
    ['/x?what%20ever=secret', '/x?what%20ever=[withheld]'],
    ['/readers/x?acts=true&location_id=a', '/readers/x?acts=true&location_id=a'],
    ['/x?', '/x'],
  ])('the access log keeps of the address %s: %s', (address, kept) => {
    expect(recordedPath(address)).toBe(kept);
  });
});
