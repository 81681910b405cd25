import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import type { Delivery } from '../../../../schemas/wire/handle-order';
import { OrderEventMetadata } from '../../../../schemas/events/event-data';
import { hashOf, orderStream, receivedAtOf } from '../../../../schemas/events/order-events';
import { orderKey } from '../../../../schemas/order-key';
import { EventStoreError, type EventStore, type Position } from '../../../../services/event-store/event-store';
import { createMemoryStore } from '../../event-store/memory/memory-store';
import { contentHash, deliveryEventId, eventHash } from '../../../../services/event-store/seal/seal';
import {
  Admission,
  MAX_PENDING_BYTES,
  MAX_PENDING_DELIVERIES,
} from '../../../../services/handle-order/record/admission';
import {
  createRecorder,
  decide,
  type GuessHead,
  type Head,
  MAX_CONFLICTS,
  type Receipt,
} from '../../../../services/handle-order/record/record-update';
import {
  EXAMPLES,
  freshKeys,
  historyOf,
  orderPath,
  parseExample,
  pointersOf,
  problem,
  problemOf,
  quarantinedBy,
  readLog,
  update,
} from '../../../support/deliveries';
import { counting, over } from '../../../support/changed-store';
import { readIfThere } from '../../../../services/event-store/reads';
import { bulky, fillQueue, type HeldStore, holdOrders } from '../../../support/full-queue';
import { type InProcessApp, serveInProcess } from '../../../support/in-process-app';
import { discard, type RunningService, startService } from '../../../support/running-service';

const recorderOver = (store: EventStore, admission = new Admission()) => createRecorder(store, admission);

describe('recording over HTTP', () => {
  let service: RunningService;
  const key = freshKeys('record');
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => discard(service));

  const outcomesOf = async (...bodies: readonly unknown[]): Promise<(readonly [string, number])[]> => {
    const outcomes: (readonly [string, number])[] = [];
    for (const body of bodies) {
      const { status, json } = await service.deliver(body);
      expect(status).toBe(200);
      const { outcome, revision } = json as { outcome: string; revision: number };
      outcomes.push([outcome, revision]);
    }
    return outcomes;
  };

  it('a delivery with the content of the newest event (A, A) is answered as a repeat, and not stored', async () => {
    const about = key();
    const a = update(about, { status: 'in_progress' });
    expect(await outcomesOf(a, a, a)).toEqual([
      ['recorded', 0],
      ['repeat', 0],
      ['repeat', 0],
    ]);
    expect((await historyOf(service, about)).events).toHaveLength(1);
    expect((await service.deliver(a)).json).toEqual({ outcome: 'repeat', ...about, revision: 0 });
  });

  it('a delivery with the content of an earlier event (A, B, A) is recorded, because only the newest event counts', async () => {
    const about = key();
    const [a, b] = [
      update(about, { driver_details: { name: 'Jane' } }),
      update(about, { driver_details: { name: 'John' } }),
    ];
    expect(await outcomesOf(a, b, a, a, b)).toEqual([
      ['recorded', 0],
      ['recorded', 1],
      ['recorded', 2],
      ['repeat', 2],
      ['recorded', 3],
    ]);
    const { events } = await historyOf(service, about);
    expect(events.map(({ data }) => data['driver_details'])).toEqual(
      ['Jane', 'John', 'Jane', 'John'].map((name) => ({ name })),
    );
  });

  it('a repeat is recognised despite another order of keys, other white space and other fields beside the object', async () => {
    const about = key();
    const { type, object } = update(about, { driver_details: { name: 'Zoë', phone: { number: '1', code: '2' } } });
    expect(await outcomesOf({ type, object })).toEqual([['recorded', 0]]);
    const turned = Object.fromEntries(Object.entries(object).reverse());
    for (const body of [
      JSON.stringify({ object: turned, type }),
      JSON.stringify({ type, object }, null, 4),
      JSON.stringify({ type, object }).replace('Zoë', '\\u005ao\\u00eb'),
      JSON.stringify({ sent_at: 7, type, object }),
    ]) {
      expect((await service.post(body)).json).toEqual({ outcome: 'repeat', ...about, revision: 0 });
    }
    const turnedDriver = { ...object, driver_details: { phone: { code: '2', number: '1' }, name: 'Zoë' } };
    expect(await outcomesOf({ type, object: turnedDriver })).toEqual([['repeat', 0]]);
  });

  it('what stands beside the object is kept verbatim in the metadata of the event, and is shown in the history', async () => {
    const about = key();
    const { type, object } = update(about);
    const envelope = '{"event_id":1894721983472198341,"__proto__":{"sent_at":[1e400,null]},"metadata":"x"}';
    const body = `${JSON.stringify({ type, object }).slice(0, -1)},${envelope.slice(1)}`;
    expect((await service.post(body)).json).toEqual({ outcome: 'recorded', ...about, revision: 0 });
    const { text } = await service.get(orderPath(about, '/history'));
    expect(text).toContain(`"envelope":${envelope}`);
    const stored = readLog(service.dataDir).find(({ stream }) => stream === orderStream(about));
    expect(stored?.metadata).toContain(`"envelope":${envelope}`);
    expect(stored?.data).toBe(JSON.stringify(object));
  });

  it('an event whose body had nothing beside the object has no envelope', async () => {
    const about = key();
    await outcomesOf(update(about));
    expect((await historyOf(service, about)).events[0]?.metadata).not.toHaveProperty('envelope');
  });

  it('a repeat in another envelope is a repeat, and the first envelope stays', async () => {
    const about = key();
    const bodies = [1, 2, null].map((event_id) => ({ ...update(about), event_id }));
    expect(await outcomesOf(...bodies)).toEqual([
      ['recorded', 0],
      ['repeat', 0],
      ['repeat', 0],
    ]);
    const { events } = await historyOf(service, about);
    expect(events.map(({ metadata }) => metadata.envelope)).toEqual([{ event_id: 1 }]);
  });

  it('a delivery with null where the newest event has no field is recorded', async () => {
    const about = key();
    expect(await outcomesOf(update(about), update(about, { delivery_status: null }))).toEqual([
      ['recorded', 0],
      ['recorded', 1],
    ]);
  });

  it('a repeat is recognised after a restart', async () => {
    const first = await startService();
    const about = key();
    const [a, b] = [update(about), update(about, { status: 'completed' })];
    await first.deliver(a);
    await first.deliver(b);
    expect(await first.end()).toBe(0);
    const second = await startService({ DATA_DIR: first.dataDir });
    try {
      expect((await second.deliver(b)).json).toEqual({ outcome: 'repeat', ...about, revision: 1 });
      expect((await second.deliver(a)).json).toEqual({ outcome: 'recorded', ...about, revision: 2 });
      expect((await historyOf(second, about)).events).toHaveLength(3);
    } finally {
      await discard(second);
    }
  });

  it('64 concurrent deliveries about one order get the revisions 0 to 63, and none is lost', async () => {
    const about = key();
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, number) => service.deliver(update(about, { number }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
    const revisions = answers.map(({ json }) => (json as { revision: number }).revision);
    expect([...revisions].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, revision) => revision));
    const { events } = await historyOf(service, about);
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 64 }, (_, revision) => revision));
    expect(revisions.map((revision) => events[revision]?.data['number'])).toEqual(
      Array.from({ length: 64 }, (_, n) => n),
    );
  });

  it('64 concurrent deliveries of the same content are recorded once', async () => {
    const about = key();
    const answers = await Promise.all(Array.from({ length: 64 }, () => service.deliver(update(about))));
    expect(answers.filter(({ json }) => (json as { outcome: string }).outcome === 'recorded')).toHaveLength(1);
    expect(answers.every(({ json }) => (json as { revision: number }).revision === 0)).toBe(true);
    expect((await historyOf(service, about)).events).toHaveLength(1);
  });

  it('an order.canceled is recorded in the stream of the same order', async () => {
    const about = key();
    const cancel = { type: 'order.canceled', object: { location_id: about.location_id, provider_id: about.order_id } };
    expect(await outcomesOf(update(about), cancel, cancel, update(about))).toEqual([
      ['recorded', 0],
      ['recorded', 1],
      ['repeat', 1],
      ['recorded', 2],
    ]);
    const { events } = await historyOf(service, about);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['order.updated', update(about).object],
      ['order.canceled', cancel.object],
      ['order.updated', update(about).object],
    ]);
    expect((await service.get(orderPath(about))).json).toMatchObject({ stage: 'canceled', revision: 2 });
  });

  it('a cancellation may be the first event of an order', async () => {
    const about = key();
    const object = { location_id: about.location_id, provider_id: about.order_id };
    expect(await outcomesOf({ type: 'order.canceled', object })).toEqual([['recorded', 0]]);
    expect((await service.get(orderPath(about))).json).toMatchObject({ status: null, stage: 'canceled', ...about });
  });

  it.each(['order.created', 'order.accepted', 'menu.updated', 'order.updated.v2'])(
    'a delivery of the type %s is quarantined, not refused',
    async (type) => {
      const about = key();
      const answer = await service.deliver({ ...update(about), type });
      expect(answer.status).toBe(202);
      expect(pointersOf(answer)).toEqual(['/type']);
      expect(await quarantinedBy(service, answer)).toMatchObject({ errors: [{ pointer: '/type' }] });
      expect((await historyOf(service, about)).events).toEqual([]);
    },
  );

  it('a recorded event holds its content, and where, when and how it was received', async () => {
    const [example] = EXAMPLES;
    if (example === undefined) throw new Error('there are no examples');
    const began = Date.now();
    const answer = await service.post(example.bytes);
    const { object } = parseExample(example.bytes);
    const stream = `order-pos_location_456:pos_order_123`;
    expect(orderStream(object)).toBe(stream);
    const row = readLog(service.dataDir).find((one) => one.stream === stream && one.revision === 0);
    expect(row).toMatchObject({ type: 'order.updated' });
    expect(JSON.parse(row?.data ?? '')).toEqual(object);
    const metadata = JSON.parse(row?.metadata ?? '') as OrderEventMetadata;
    expect(metadata).toEqual({
      schema_version: 1,
      received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      content_hash: contentHash({ type: 'order.updated', object }),
      previous_hash: null,
      event_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      signed_with: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
      request_id: answer.headers['x-request-id'],
    });
    expect(Date.parse(metadata.received_at)).toBeGreaterThanOrEqual(began - 1);
    expect(Date.parse(metadata.received_at)).toBeLessThanOrEqual(Date.now());
  });
});

const KEY = orderKey('l', 'o');
const STREAM = orderStream(KEY);
const deliveryOf = (fields: Record<string, unknown> = {}) => update(KEY, fields) as Delivery;
const receipt = (bodyBytes = 100): Receipt => ({
  receivedAt: '2026-11-21T18:00:00.000Z',
  bodySha256: 'f'.repeat(64),
  bodyBytes,
  signedWith: null,
  requestId: randomUUID(),
});
const memoryStore = (): EventStore => createMemoryStore({ now: () => 0 });

/** The store with some of its calls replaced; a spread would lose what stands on its prototype. */
const contentsOf = async (store: EventStore): Promise<unknown[]> => {
  const contents: unknown[] = [];
  for await (const { data } of store.readStream(STREAM)) contents.push(data);
  return contents;
};

/** Every event as the newest one, oldest first; none while the stream is not there. */
const headsOf = async (store: EventStore): Promise<Head[]> => {
  const heads: Head[] = [];
  for await (const event of readIfThere(store, STREAM)) {
    heads.push({
      revision: event.revision,
      position: event.position,
      contentHash: hashOf(event, 'content_hash'),
      eventHash: hashOf(event, 'event_hash'),
      receivedAt: receivedAtOf(event),
    });
  }
  return heads;
};

/** Each event names the hash of the one before it; the first that can be read names none that could be. */
const chainHolds = async (store: EventStore): Promise<void> => {
  let before: string | null | undefined;
  for await (const event of store.readStream(STREAM)) {
    if (before !== undefined) expect(hashOf(event, 'previous_hash')).toBe(before);
    before = hashOf(event, 'event_hash');
  }
};

describe('decide', () => {
  const at = (hours: number): string => new Date(Date.UTC(2026, 10, 21) + hours * 3_600_000).toISOString();
  const head = { revision: 6, position: '7' as Position, contentHash: 'a', eventHash: null, receivedAt: at(0) };

  it('the first delivery about an order is appended expecting no stream', () => {
    expect(decide(null, 'a', at(0))).toEqual({ kind: 'append', expected: 'no_stream', revision: 0 });
  });
  it('a delivery with the content of the newest event is decided to be its repeat', () => {
    expect(decide(head, 'a', at(0))).toEqual({ kind: 'repeat', head });
  });
  it('a delivery with the content of the newest event is its repeat for less than 6 hours, and when the clock goes back', () => {
    for (const hours of [5.999, -100]) expect(decide(head, 'a', at(hours)).kind).toBe('repeat');
    for (const hours of [6, 24]) {
      expect(decide(head, 'a', at(hours))).toEqual({ kind: 'append', expected: 6, revision: 7 });
    }
  });
  it('a delivery with other content than the newest event is appended after it', () => {
    expect(decide(head, 'b', at(0))).toEqual({ kind: 'append', expected: 6, revision: 7 });
  });
  it('a delivery is no repeat of an event without a content hash, such as one that was added by hand', () => {
    expect(decide({ ...head, contentHash: null }, 'b', at(0))).toEqual({ kind: 'append', expected: 6, revision: 7 });
  });
});

describe('recorder', () => {
  /** A store in which another process appends to the order just before each of our first `times` appends. */
  const withRival = (store: EventStore, times: number, rivalSays: (attempt: number) => Delivery): EventStore => {
    const rival = recorderOver(over(store, { exclusive: false }));
    let attempt = 0;
    return over(store, {
      exclusive: false,
      append: async (stream, events, expected) => {
        if (attempt < times) await rival(rivalSays(attempt++), receipt());
        return store.append(stream, events, expected);
      },
    });
  };

  it('the recorder gives each event an id that follows from stream, revision, content and request', async () => {
    const store = memoryStore();
    const record = recorderOver(store);
    const receipts = [receipt(), receipt()];
    for (const n of [0, 1]) await record(deliveryOf({ n }), receipts[n] ?? receipt());
    const ids: string[] = [];
    for await (const { id } of store.readStream(STREAM)) ids.push(id);
    expect(ids).toEqual(
      receipts.map(({ requestId }, n) => deliveryEventId(STREAM, n, contentHash(deliveryOf({ n })), requestId)),
    );
  });

  it('the recorder seals each event with the hash of its content and of the event before it, regardless of the process that wrote that', async () => {
    const store = memoryStore();
    const rivals = [1, 2, 3].map(() => recorderOver(over(store, { exclusive: false })));
    for (let n = 0; n < 24; n++) await rivals[(n * n) % 3]?.(deliveryOf({ n }), receipt());
    await recorderOver(store)(deliveryOf({ n: 'after a restart' }), receipt());
    let previous: string | null = null;
    let events = 0;
    for await (const { id, type, data, metadata } of store.readStream(STREAM)) {
      const said = OrderEventMetadata.parse(metadata);
      expect(said.previous_hash).toBe(previous);
      expect(said.content_hash).toBe(contentHash({ type, object: data }));
      expect(said.event_hash).toBe(eventHash({ stream: STREAM, id, type, metadata: said }));
      previous = said.event_hash ?? null;
      events++;
    }
    expect(events).toBe(25);
  });

  it.each([true, false])(
    'the recorder starts a deleted order anew, even with the same content (exclusive: %s)',
    async (exclusive) => {
      const store = memoryStore();
      await recorderOver(store)(deliveryOf({ n: 0 }), receipt());
      await store.deleteStream(STREAM, 0, 'soft');
      const record = recorderOver(over(store, { exclusive }));
      expect(await record(deliveryOf({ n: 0 }), receipt())).toMatchObject({ kind: 'recorded', revision: 1 });
      expect(await record(deliveryOf({ n: 0 }), receipt())).toMatchObject({ kind: 'repeat', revision: 1 });
      expect(await contentsOf(store)).toEqual([deliveryOf({ n: 0 }).object]);
    },
  );

  it('the recorder records the second A of A, B, A even if another process recorded A and B', async () => {
    const store = memoryStore();
    const [ours, theirs] = [recorderOver(over(store, { exclusive: false })), recorderOver(store)];
    const [start, a, b] = [{ n: 0 }, { n: 1 }, { n: 2 }].map((fields) => deliveryOf(fields)) as [
      Delivery,
      Delivery,
      Delivery,
    ];
    await ours(start, receipt());
    for (const one of [a, b]) await theirs(one, receipt());
    expect(await ours(a, receipt())).toMatchObject({ kind: 'recorded', revision: 3 });
    await theirs(start, receipt());
    expect(await ours(a, receipt())).toMatchObject({ kind: 'recorded', revision: 5 });
    expect(await ours(a, receipt())).toMatchObject({ kind: 'repeat', revision: 5 });
  });

  it.each([true, false])(
    'the recorder records the first report of a new order though it says what the last of the one before said (exclusive: %s)',
    async (exclusive) => {
      const store = memoryStore();
      const record = recorderOver(over(store, { exclusive }));
      const came = (hours: number): Receipt => ({
        ...receipt(),
        receivedAt: new Date(Date.UTC(2026, 10, 21) + hours * 3_600_000).toISOString(),
      });
      expect(await record(deliveryOf({ n: 0 }), came(0))).toMatchObject({ kind: 'recorded', revision: 0 });
      expect(await record(deliveryOf({ n: 0 }), came(1))).toMatchObject({ kind: 'repeat', revision: 0 });
      expect(await record(deliveryOf({ n: 0 }), came(24))).toMatchObject({ kind: 'recorded', revision: 1 });
      expect(await recorderOver(store)(deliveryOf({ n: 0 }), came(25))).toMatchObject({
        kind: 'repeat',
        revision: 1,
      });
    },
  );

  it('the recorder reads and decides again after another writer was faster', async () => {
    const store = memoryStore();
    const record = recorderOver(withRival(store, 3, (attempt) => deliveryOf({ rival: attempt })));
    expect(await record(deliveryOf({ ours: true }), receipt())).toMatchObject({ kind: 'recorded', revision: 3 });
    expect(await contentsOf(store)).toEqual(
      [{ rival: 0 }, { rival: 1 }, { rival: 2 }, { ours: true }].map((fields) => deliveryOf(fields).object),
    );
  });

  it('the recorder recognises a repeat of what a faster writer recorded', async () => {
    const store = memoryStore();
    const record = recorderOver(withRival(store, 1, () => deliveryOf({ same: true })));
    expect(await record(deliveryOf({ same: true }), receipt())).toMatchObject({
      kind: 'repeat',
      key: KEY,
      revision: 0,
    });
    expect(await contentsOf(store)).toHaveLength(1);
  });

  it('an order that was deleted and has an event again is recorded on after it, although it reads as not there for now', async () => {
    const store = memoryStore();
    await recorderOver(store)(deliveryOf({ n: 0 }), receipt());
    await store.deleteStream(STREAM, 0, 'soft');
    await recorderOver(store)(deliveryOf({ n: 1 }), receipt());
    let unseen = 3;
    const late = over(store, {
      readStream: (stream, options) => {
        if (unseen-- > 0) throw new EventStoreError('not-found', 'not yet');
        return store.readStream(stream, options);
      },
    });
    expect(await recorderOver(late)(deliveryOf({ n: 2 }), receipt())).toMatchObject({
      kind: 'recorded',
      revision: 2,
    });
    await chainHolds(store);
    expect(await contentsOf(store)).toEqual([1, 2].map((n) => deliveryOf({ n }).object));
  });

  it('a recorder that is given the newest event of an order needs one call of the store for a fact, and one for a repeat', async () => {
    const store = memoryStore();
    await recorderOver(store)(deliveryOf({ n: 0 }), receipt());
    const [head] = await headsOf(store);
    for (const [n, call] of [
      [0, 'lastRevision'],
      [1, 'append'],
    ] as const) {
      const calls: string[] = [];
      const counted = counting(store, calls);
      const record = createRecorder(counted, new Admission(), () => head ?? null);
      expect(await record(deliveryOf({ n }), receipt())).toMatchObject({ revision: n });
      expect(calls).toEqual([call]);
    }
  });

  it('whatever earlier event of its order a recorder is given, each event is sealed with the hash of the one before it', async () => {
    const arbitrarySteps = fc.array(
      fc.record({ recorder: fc.nat(2), content: fc.nat(2), restarts: fc.boolean(), age: fc.nat(4) }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(arbitrarySteps, async (steps) => {
        const store = memoryStore();
        let newest: Head | null = null;
        const guess: GuessHead = () => newest;
        const start = () => createRecorder(store, new Admission(), guess);
        const recorders = [start(), start(), start()];
        const said: number[] = [];
        for (const { recorder, content, restarts, age } of steps) {
          if (restarts) recorders[recorder] = start();
          newest = (await headsOf(store)).at(-1 - age) ?? null;
          await recorders[recorder]?.(deliveryOf({ content }), receipt());
          if (said.at(-1) !== content) said.push(content);
        }
        expect(await contentsOf(store)).toEqual(said.map((content) => deliveryOf({ content }).object));
        await chainHolds(store);
      }),
    );
  });

  it(`the recorder gives up after ${String(MAX_CONFLICTS)} conflicts, and reports it instead of storing out of order`, async () => {
    const store = memoryStore();
    const record = recorderOver(withRival(store, Infinity, (attempt) => deliveryOf({ rival: attempt })));
    expect(await record(deliveryOf({ ours: true }), receipt())).toMatchObject({ kind: 'unavailable' });
    expect(await contentsOf(store)).toHaveLength(MAX_CONFLICTS + 1);
    expect(await contentsOf(store)).not.toContainEqual(deliveryOf({ ours: true }).object);
  });

  it.each([true, false])(
    'the recorder asks the store once to prove a repeat, and reads nothing of an order that it remembers (exclusive: %s)',
    async (exclusive) => {
      const store = memoryStore();
      const calls = { reads: 0, proofs: 0 };
      const record = recorderOver(
        over(store, {
          exclusive,
          readStream: (stream, options) => {
            calls.reads++;
            return store.readStream(stream, options);
          },
          lastRevision: (stream) => {
            calls.proofs++;
            return store.lastRevision(stream);
          },
        }),
      );
      for (const n of [0, 1, 1]) await record(deliveryOf({ n }), receipt());
      expect(calls).toEqual({ reads: 0, proofs: 1 });
    },
  );

  it('the recorder acknowledges no repeat that the store cannot prove, whatever it remembers or can read', async () => {
    const store = memoryStore();
    let broken = false;
    const record = recorderOver(
      over(store, {
        lastRevision: (stream) =>
          broken ? Promise.reject(new EventStoreError('unavailable', 'no')) : store.lastRevision(stream),
      }),
    );
    await record(deliveryOf(), receipt());
    broken = true;
    expect(await record(deliveryOf(), receipt())).toEqual({ kind: 'unavailable', detail: 'no' });
    broken = false;
    expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'repeat', revision: 0 });
  });

  it('the recorder records a delivery anew that looks like a repeat to a store whose stream ends elsewhere', async () => {
    const [store, other] = [memoryStore(), memoryStore()];
    let current = store;
    const record = recorderOver(
      over(store, {
        append: (...args) => current.append(...args),
        readStream: (...args) => current.readStream(...args),
        lastRevision: (...args) => current.lastRevision(...args),
      }),
    );
    await record(deliveryOf(), receipt());
    current = other;
    expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'recorded', revision: 0 });
    expect(await contentsOf(other)).toEqual([deliveryOf().object]);
  });

  it('the recorder reports a delivery that never fits the store, and takes the next one', async () => {
    const store = memoryStore();
    const record = recorderOver(store);
    const huge = deliveryOf({ note: 'x'.repeat(1_000_000) });
    expect(await record(huge, receipt())).toEqual({
      kind: 'unstorable',
      detail: expect.stringContaining('over the limit') as unknown,
    });
    expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'recorded', revision: 0 });
  });

  it.each(['unavailable', 'outcome-unknown', 'closed'] as const)(
    'the recorder turns the error %s into the outcome unavailable, after which the delivery can be sent again',
    async (code) => {
      const store = memoryStore();
      let broken = true;
      const record = recorderOver(
        over(store, {
          append: (stream, events, expected) =>
            broken ? Promise.reject(new EventStoreError(code, 'no')) : store.append(stream, events, expected),
        }),
      );
      expect(await record(deliveryOf(), receipt())).toEqual({ kind: 'unavailable', detail: 'no' });
      broken = false;
      expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'recorded', revision: 0 });
    },
  );

  it('the recorder reports unavailable if it cannot read the order’s stream', async () => {
    const store = memoryStore();
    const failing = over(store, {
      exclusive: false,
      // eslint-disable-next-line @typescript-eslint/require-await
      async *readStream() {
        throw new EventStoreError('unavailable', 'no');
      },
    });
    await recorderOver(store)(deliveryOf(), receipt());
    expect(await recorderOver(failing)(deliveryOf(), receipt())).toEqual({
      kind: 'unavailable',
      detail: 'no',
    });
  });

  it('the recorder stores a delivery once that is sent again after an append with an unknown outcome', async () => {
    const store = memoryStore();
    let unknown = true;
    const record = recorderOver(
      over(store, {
        append: async (stream, events, expected) => {
          const result = await store.append(stream, events, expected);
          if (unknown) throw new EventStoreError('outcome-unknown', 'who knows');
          return result;
        },
      }),
    );
    await expect(record(deliveryOf(), receipt())).resolves.toMatchObject({ kind: 'unavailable' });
    unknown = false;
    expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'repeat', key: KEY, revision: 0 });
    expect(await record(deliveryOf({ n: 1 }), receipt())).toMatchObject({ kind: 'recorded', revision: 1 });
    expect(await contentsOf(store)).toHaveLength(2);
  });

  /** A store that takes its time until it is let go. */
  const gated = () => {
    const store = memoryStore();
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = over(store, {
      append: async (stream, events, expected) => {
        await gate;
        return store.append(stream, events, expected);
      },
    });
    return { slow, open };
  };

  it(`the recorder takes ${String(MAX_PENDING_DELIVERIES)} deliveries at a time, and is overloaded beyond`, async () => {
    const { slow, open } = gated();
    const admission = new Admission();
    const record = recorderOver(slow, admission);
    const accepted = Array.from({ length: MAX_PENDING_DELIVERIES }, (_, n) =>
      record(update({ ...KEY, order_id: `o${String(n % 100)}` }, { n }) as Delivery, receipt()),
    );
    expect(admission.pending).toBe(MAX_PENDING_DELIVERIES);
    expect(await record(deliveryOf(), receipt())).toEqual({ kind: 'overloaded' });
    open();
    const outcomes = await Promise.all(accepted);
    expect(outcomes.every(({ kind }) => kind === 'recorded')).toBe(true);
    expect(admission.pending).toBe(0);
    expect(await record(deliveryOf(), receipt())).toMatchObject({ kind: 'recorded' });
  });

  it('the recorder limits the bytes of pending deliveries, too', async () => {
    const { slow, open } = gated();
    const admission = new Admission();
    const record = recorderOver(slow, admission);
    const first = record(deliveryOf({ n: 0 }), receipt(MAX_PENDING_BYTES - 100));
    expect(await record(deliveryOf({ n: 1 }), receipt(101))).toEqual({ kind: 'overloaded' });
    const second = record(deliveryOf({ n: 1 }), receipt(100));
    open();
    expect(await first).toMatchObject({ kind: 'recorded', revision: 0 });
    expect(await second).toMatchObject({ kind: 'recorded', revision: 1 });
    expect(await record(deliveryOf({ n: 2 }), receipt(101))).toMatchObject({ kind: 'recorded' });
  });

  it('the recorder keeps the order of deliveries about one order, even if an earlier one fails', async () => {
    const store = memoryStore();
    let calls = 0;
    const record = recorderOver(
      over(store, {
        append: async (stream, events, expected) => {
          if (calls++ === 1) throw new EventStoreError('unavailable', 'no');
          return store.append(stream, events, expected);
        },
      }),
    );
    const outcomes = await Promise.all([0, 1, 2, 3].map((n) => record(deliveryOf({ n }), receipt())));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['recorded', 'unavailable', 'recorded', 'recorded']);
    expect(await contentsOf(store)).toEqual([0, 2, 3].map((n) => deliveryOf({ n }).object));
  });
});

describe('answer to a delivery that was not stored', () => {
  it.each<[string, (app: InProcessApp, held: HeldStore) => Promise<void> | void]>([
    ['overloaded', fillQueue],
    [
      'store-unavailable',
      (_app, held) => {
        held.fail();
      },
    ],
  ])('a delivery that is not stored because of %s is answered with 503 and Retry-After', async (code, prepare) => {
    const held = holdOrders(memoryStore());
    const app = await serveInProcess(held.store);
    try {
      await prepare(app, held);
      const answer = await app.deliver(bulky());
      expect(problemOf(answer)).toEqual(problem(503, code));
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(answer.text).not.toContain('disk');
    } finally {
      held.fail();
      await app.close();
    }
  });

  it('a delivery that never fits the store is quarantined and answered with 202', async () => {
    const app = await serveInProcess(memoryStore());
    try {
      // Five bytes each, of which the store has to keep 22.
      const body = JSON.stringify(deliveryOf({ numbers: [7] })).replace('7', Array<string>(60_000).fill('1e20').join());
      const headers = { 'Content-Type': 'application/json' };
      const answer = await app.call('/handle-order', { method: 'POST', headers, body });
      expect(answer).toMatchObject({ status: 202, json: { outcome: 'quarantined', errors: [{ pointer: '' }] } });
    } finally {
      await app.close();
    }
  });

  it('a delivery is quarantined and answered with 202 when its order’s stream was tombstoned', async () => {
    const store = memoryStore();
    const app = await serveInProcess(store);
    try {
      await app.deliver(deliveryOf());
      await store.deleteStream(STREAM, 0, 'tombstone');
      const answer = await app.deliver(deliveryOf({ n: 1 }));
      expect(answer).toMatchObject({ status: 202, json: { outcome: 'quarantined', errors: [{ pointer: '' }] } });
    } finally {
      await app.close();
    }
  });

  it('an unusable delivery is answered with 503 while the quarantine cannot be written', async () => {
    const store = over(memoryStore(), { append: () => Promise.reject(new EventStoreError('unavailable', 'no')) });
    const app = await serveInProcess(store);
    try {
      expect(problemOf(await app.deliver({ type: 7 }))).toEqual(problem(503, 'store-unavailable'));
    } finally {
      await app.close();
    }
  });

  it('a delivery is answered with 500 because of our own defect, with the reason only in the log', async () => {
    const store = over(memoryStore(), { append: () => Promise.reject(new TypeError('a defect')) });
    const app = await serveInProcess(store);
    try {
      const answer = await app.deliver(deliveryOf());
      expect(problemOf(answer)).toEqual(problem(500, 'internal-error'));
      expect(answer.text).not.toContain('a defect');
      expect(app.lines.join('')).toContain('a defect');
    } finally {
      await app.close();
    }
  });
});
