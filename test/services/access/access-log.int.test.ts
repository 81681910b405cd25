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
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { bearer, discard, entryOf, type RunningService, startService } from '../../support/running-service';

const SCREEN = 'screen-of-here-0123456789';
const AUDITOR = 'auditor-of-all-0123456789';
const OPERATOR = 'operator-of-all-0123456789';
const LOCAL = 'auditor-of-here-0123456789';
const NAMES = { [SCREEN]: SCREEN.slice(0, 20), [AUDITOR]: AUDITOR.slice(0, 20), [OPERATOR]: OPERATOR.slice(0, 20) };
const keyOf = (order_id: string) => ({ location_id: 'here', order_id });

describe('who looked', () => {
  let service: RunningService;
  beforeEach(async () => {
    const readers = [
      entryOf(SCREEN, 'screen', ['here']),
      entryOf(AUDITOR, 'auditor'),
      entryOf(OPERATOR, 'operator'),
      entryOf(LOCAL, 'auditor', ['here']),
    ];
    service = await startService({ READERS: JSON.stringify(readers) });
    for (const id of ['a', 'b']) {
      await service.deliver(update(keyOf(id), { driver_details: { name: 'Jane', passcode: '4711' } }));
    }
    await service.deliver(update(keyOf('c'), { driver_details: { name: 'Joe' } }));
    await service.post('not JSON');
  });
  afterEach(() => discard(service));

  const as = (token: string, path: string) => service.call(path, { headers: bearer(token) });
  const accesses = async (): Promise<AccessEntry[]> =>
    AccessPage.strict().parse((await as(AUDITOR, '/access')).json).accesses;
  /** Waits for what is recorded after the answer. */
  async function passcodes(count: number): Promise<AccessEntry[]> {
    for (;;) {
      const found = (await accesses()).filter(({ what }) => what === 'passcode');
      if (found.length >= count) return found;
      await sleep(20);
    }
  }

  it('at the past or at quarantine is recorded when it is answered: who, what, whose, and when', async () => {
    const asked: [string, string, Partial<AccessEntry>][] = [
      [AUDITOR, orderPath(keyOf('a'), '/history?limit=5'), { what: 'history', ...keyOf('a') }],
      [LOCAL, orderPath(keyOf('b'), '?at_revision=0'), { what: 'history', ...keyOf('b') }],
      [OPERATOR, orderPath(keyOf('c'), '?as_of=2999-01-01T00:00:00.000Z'), { what: 'history', ...keyOf('c') }],
      [AUDITOR, '/locations/here/orders?as_of=2999-01-01T00:00:00Z', { what: 'history', location_id: 'here' }],
      [OPERATOR, '/quarantine', { what: 'quarantine' }],
      [OPERATOR, '/quarantine/0', { what: 'quarantine' }],
    ];
    for (const [token, path, expected] of asked) {
      const before = new Date().toISOString();
      expect((await as(token, path)).status).toBe(200);
      const last = (await accesses()).at(-1);
      const role = token === OPERATOR ? 'operator' : 'auditor';
      expect(last).toMatchObject({ reader: token.slice(0, 20), role, ...expected });
      expect(decodeURIComponent(last?.path ?? '')).toBe(path);
      expect((last?.at ?? '') >= before).toBe(true);
    }
    expect(await accesses()).toHaveLength(asked.length);
  });

  it('is not recorded for what is refused, nor for orders of now without a passcode', async () => {
    await as(SCREEN, orderPath(keyOf('a'), '/history'));
    await as('wrong', orderPath(keyOf('a'), '/history'));
    await as(LOCAL, '/locations/there/orders?as_of=2999-01-01T00:00:00Z');
    await as(SCREEN, '/quarantine');
    expect((await as(SCREEN, orderPath(keyOf('c')))).status).toBe(200);
    expect((await as(OPERATOR, '/locations/here/orders')).text).toContain('[withheld]');
    await sleep(600);
    expect(await accesses()).toEqual([]);
  });

  it('at a passcode is recorded once for each reader and order, however often it is shown, and however', async () => {
    const stream = await openEventStream(`${service.url}/locations/here/live`, bearer(SCREEN));
    await stream.until(() => stream.messages.length > 0);
    await as(SCREEN, orderPath(keyOf('a')));
    await as(SCREEN, '/locations/here/orders');
    await as(AUDITOR, '/locations/here/orders');
    await service.deliver(update(keyOf('d'), { driver_details: { passcode: '1' } }));
    await stream.until(() => stream.data('order').length === 1);
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
    expect(found.every(({ location_id }) => location_id === 'here')).toBe(true);
  });

  it('in front of customers sees no passcode, and is not recorded', async () => {
    const stream = await openEventStream(`${service.url}/locations/here/live?view=customers`, bearer(SCREEN));
    await stream.until(() => stream.messages.length > 0);
    stream.close();
    await sleep(600);
    expect(await accesses()).toEqual([]);
  });

  it('is listed in pages, for auditors and operators of all locations only', async () => {
    for (const id of ['a', 'b', 'c']) await as(AUDITOR, orderPath(keyOf(id), '/history'));
    const whole = await accesses();
    expect(whole.map(({ access_id, order_id }) => [access_id, order_id])).toEqual([
      ['0', 'a'],
      ['1', 'b'],
      ['2', 'c'],
    ]);
    const first = (await as(OPERATOR, '/access?limit=2')).json as AccessPage;
    expect(first).toEqual({ accesses: whole.slice(0, 2), next: '1' });
    expect((await as(OPERATOR, '/access?limit=2&after=1')).json).toEqual({ accesses: whole.slice(2), next: null });
    for (const token of [SCREEN, LOCAL]) {
      expect(problemOf(await as(token, '/access'))).toEqual(problem(403, 'not-permitted'));
    }
  });

  it('is kept over a stop, passcodes shown just before it included', async () => {
    await as(SCREEN, orderPath(keyOf('a')));
    await service.end();
    const again = await startService({
      DATA_DIR: service.dataDir,
      READERS: JSON.stringify([entryOf(AUDITOR, 'auditor')]),
    });
    try {
      const { json } = await again.call('/access', { headers: bearer(AUDITOR) });
      expect(json).toMatchObject({ accesses: [{ reader: NAMES[SCREEN], what: 'passcode', order_id: 'a' }] });
    } finally {
      await again.end();
    }
  });

  it('is nobody while reading is open', async () => {
    const open = await startService({ READERS: '', STREAM_WEBHOOK_SECRETS: '' });
    try {
      await open.deliver(update(keyOf('a'), { driver_details: { passcode: '1' } }));
      for (const path of [orderPath(keyOf('a')), orderPath(keyOf('a'), '/history'), '/quarantine']) {
        expect((await open.call(path)).status).toBe(200);
      }
      await sleep(600);
      expect((await open.call('/access')).json).toEqual({ accesses: [], next: null });
    } finally {
      await discard(open);
    }
  });
});

describe('the access log', () => {
  const reader: Reader = { open: false, name: 'jane', role: 'auditor', locations: '*' };
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

  it('seals its events like deliveries in quarantine', async () => {
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

  it('answers nothing of the past while it cannot record', async () => {
    const store = createMemoryStore({ now: () => time });
    const away: EventStore = {
      ...store,
      append: () => Promise.reject(new EventStoreError('unavailable', 'the disk is full')),
    };
    const refused = make(away).record(reader, { what: 'history', path: '/x' });
    await expect(refused).rejects.toMatchObject({ name: 'Problem', code: 'store-unavailable', status: 503 });
  });

  it('records passcodes shown later, if the store is away, and keeps a bounded number of them', async () => {
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
    await sleep(400);
    away = false;
    await accessLog.close();
    const { accesses } = await accessLog.list(null, MAX_WAITING + 10);
    expect(accesses).toHaveLength(MAX_WAITING);
    expect(accesses[0]?.order_id).toBe('5');
  });

  it('tells a passcode of an order again after the interval, and not before', async () => {
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
  ])('keeps of %s: %s', (address, kept) => {
    expect(recordedPath(address)).toBe(kept);
  });
});
