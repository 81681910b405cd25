import { createHash } from 'node:crypto';
import { evolve, initial } from '../../../projections/order/order';
import { interpret } from '../../../projections/history/timeline';
import { eventId } from '../../../schemas/events/event-id';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { OrderEvent } from '../../../schemas/events/order-events';
import { type Change, type HistoryEvent, HistoryPage, Order } from '../../../schemas/api/order-view';
import { streamName } from '../../../schemas/events/stream-name';
import { createOrderHistory } from '../../../services/orders/history';
import { comparePositions, parsePosition } from '../../../services/event-store/event-store';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { fingerprint } from '../../../services/handle-order/receive/signature';
import { EXAMPLES, freshKeys, orderPath, parseExample, problem, problemOf, update } from '../../support/deliveries';
import { discard, type RunningService, startService, WEBHOOK_SECRET } from '../../support/running-service';

let service: RunningService;
const key = freshKeys('history');
const EXAMPLE_ORDER: OrderKey = orderKey('pos_location_456', 'pos_order_123');
beforeAll(async () => {
  service = await startService();
  for (const { bytes } of EXAMPLES) await service.post(bytes);
});
afterAll(() => discard(service));

const pageOf = async (about: OrderKey, query = ''): Promise<HistoryPage> => {
  const answer = await service.get(orderPath(about, `/history${query}`));
  expect({ query, status: answer.status }).toEqual({ query, status: 200 });
  return HistoryPage.strict().parse(answer.json);
};

describe('the history of an order', () => {
  it('the history of an order has every event as it was received, with when and how it came', async () => {
    const { events, next } = await pageOf(EXAMPLE_ORDER);
    expect(next).toBeNull();
    expect(events.map(({ revision }) => revision)).toEqual(EXAMPLES.map((_, revision) => revision));
    for (const [revision, { bytes }] of EXAMPLES.entries()) {
      const { type, object } = parseExample(bytes);
      expect(events[revision]).toMatchObject({
        type,
        data: object,
        metadata: {
          schema_version: 1,
          received_at: events[revision]?.received_at,
          body_sha256: createHash('sha256').update(bytes).digest('hex'),
          signed_with: fingerprint(WEBHOOK_SECRET),
        },
      });
      expect(JSON.stringify(events[revision]?.data)).toBe(JSON.stringify(object));
    }
  });

  it('the history of an order gives the stage and the verdict of each event', async () => {
    const { events } = await pageOf(EXAMPLE_ORDER);
    expect(events.map(({ stage, verdict }) => [stage, verdict])).toEqual([
      ['on_the_way', 'advance'],
      ['on_the_way', 'out_of_order'],
      ['preparing', 'driver_changed'],
      ['driver_here', 'advance'],
      ['on_the_way', 'advance'],
      ['completed', 'advance'],
      ['ready', 'reopened'],
      ['failed', 'advance'],
      ['canceled', 'advance'],
    ]);
  });

  it('the history of an order gives stages, verdicts and changes as the projections make them of its events', async () => {
    const { events } = await pageOf(EXAMPLE_ORDER);
    let state = initial;
    for (const { type, data, metadata, revision, received_at: receivedAt, ...answered } of events) {
      const contentHash = metadata.content_hash;
      const event: OrderEvent = { type: type as OrderEvent['type'], data, revision, receivedAt, contentHash };
      const { reading } = interpret(EXAMPLE_ORDER, state, event);
      expect(answered).toMatchObject(reading);
      state = evolve(state, event);
    }
  });

  it('the history of an order names what each event changed, from the order before it to the order after it', async () => {
    const { events } = await pageOf(EXAMPLE_ORDER);
    const at = (order: unknown, pointer: string): unknown =>
      pointer
        .split('/')
        .slice(1)
        .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
        .reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], order) ?? null;
    let before: Order | null = null;
    for (const { revision, changes, stage } of events) {
      const { json } = await service.get(orderPath(EXAMPLE_ORDER, `?at_revision=${String(revision)}`));
      const after = Order.parse(json);
      expect(after.stage).toBe(stage);
      for (const { pointer, from, to } of changes) {
        expect({ revision, pointer, to }).toEqual({ revision, pointer, to: at(after, pointer) });
        // Before the first event there is no order, and nothing calls for attention.
        const was = at(before, pointer) ?? (pointer === '/attention' ? [] : null);
        expect({ revision, pointer, from }).toEqual({ revision, pointer, from: was });
      }
      const answered = (pointer: string): Change | undefined => changes.find((change) => change.pointer === pointer);
      for (const pointer of ['/status', '/delivery_status', '/stage']) {
        expect({ revision, pointer, answered: answered(pointer) !== undefined }).toEqual({
          revision,
          pointer,
          answered: at(before, pointer) !== at(after, pointer),
        });
      }
      before = after;
    }
  });

  it('positions in histories grow from event to event, across all orders', async () => {
    const others = [key(), key()];
    for (const n of [0, 1, 2]) for (const other of others) await service.deliver(update(other, { n }));
    const [one = [], two = []] = await Promise.all(others.map(async (other) => (await pageOf(other)).events));
    const positions = one
      .flatMap((event, n) => [event, two[n]])
      .map((event) => parsePosition(event?.position ?? ''))
      .filter((position) => position !== null);
    expect(positions).toHaveLength(6);
    const grow = positions.slice(1).map((position, n) => comparePositions(position, positions[n] ?? position));
    expect(grow.every((difference) => difference > 0)).toBe(true);
  });

  it.each([1, 2, 4, 9, 10, 1_000])('the history in pages of %i events is the same as on one page', async (limit) => {
    const whole = await pageOf(EXAMPLE_ORDER);
    const events: HistoryEvent[] = [];
    for (let query = `?limit=${String(limit)}`; query !== '';) {
      const page = await pageOf(EXAMPLE_ORDER, query);
      expect(page.events.length).toBeLessThanOrEqual(limit);
      events.push(...page.events);
      query = page.next === null ? '' : `?limit=${String(limit)}&after=${page.next}`;
    }
    expect(events).toEqual(whole.events);
  });

  it('the history can begin after any revision, and is empty after the last one', async () => {
    expect((await pageOf(EXAMPLE_ORDER, '?after=6')).events.map(({ revision }) => revision)).toEqual([7, 8]);
    expect(await pageOf(EXAMPLE_ORDER, '?after=8')).toEqual({ events: [], next: null });
    expect(await pageOf(EXAMPLE_ORDER, `?after=${String(Number.MAX_SAFE_INTEGER)}`)).toEqual({
      events: [],
      next: null,
    });
  });

  it('the history can be followed: the cursor of the last page gives the events since then', async () => {
    const about = key();
    for (const n of [0, 1, 2]) await service.deliver(update(about, { n }));
    const page = await pageOf(about, '?limit=2');
    await service.deliver(update(about, { n: 3 }));
    expect((await pageOf(about, `?after=${page.next ?? ''}`)).events.map(({ data }) => data['n'])).toEqual([2, 3]);
  });

  it('the history has every event at once, because it does not wait for the read model', async () => {
    const about = key();
    for (let n = 0; n < 50; n++) {
      await service.deliver(update(about, { n }));
      expect((await pageOf(about, `?after=${n === 0 ? '0' : String(n - 1)}`)).events).toHaveLength(n === 0 ? 0 : 1);
    }
  });

  it('the history shows a cancellation under its own type, with its own name for the order id', async () => {
    const about = key();
    await service.deliver(update(about));
    const object = { location_id: about.location_id, provider_id: about.order_id, by: 'customer' };
    await service.deliver({ type: 'order.canceled', object });
    const { events } = await pageOf(about);
    expect(events[1]).toMatchObject({ type: 'order.canceled', data: object, stage: 'canceled', verdict: 'advance' });
  });

  it('the history marks events that changed nothing and events with an unknown status', async () => {
    const about = key();
    await service.deliver(update(about));
    await service.deliver(update(about, { note: 'only a field that we do not read' }));
    await service.deliver(update(about, { status: 'teleported' }));
    const { events } = await pageOf(about);
    expect(events.map(({ verdict }) => verdict)).toEqual(['advance', 'no_change', 'unknown_value']);
    expect(events[1]?.changes).toEqual([]);
  });

  it('the history of an order that was never reported is not found', async () => {
    expect(problemOf(await service.get(orderPath(key(), '/history')))).toEqual(problem(404, 'order-not-found'));
  });

  it('the history of an order is not stored by caches', async () => {
    const { headers } = await service.get(orderPath(EXAMPLE_ORDER, '/history'));
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('the replay of an order', () => {
  const about: OrderKey = orderKey('l', 'o');
  const stream = 'order-l:o';
  const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 18, 0, second)).toISOString();
  const event = (n: number, received_at?: string, type = 'order.updated') => ({
    id: eventId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
    type,
    data: { ...about, status: 'in_progress', n },
    ...(received_at === undefined ? {} : { metadata: { received_at } }),
  });

  it('the replay of an order skips events of other types that an operator added by hand', async () => {
    const store = createMemoryStore({ now: () => 0 });
    await store.append(
      streamName(stream),
      [event(1, at(0)), event(2, at(1), 'note.added'), event(3, at(2))],
      'no_stream',
    );
    const history = createOrderHistory(store);
    const page = await history.page(about, null, 10);
    expect(page?.events.map(({ revision }) => revision)).toEqual([0, 2]);
    expect((await history.stateAt(about, { kind: 'revision', revision: 2 }))?.revision).toBe(2);
  });

  it('the replay of an order finds the last event received at or before a time, even if the clock went back', async () => {
    const store = createMemoryStore({ now: () => 0 });
    await store.append(streamName(stream), [event(1, at(10)), event(2, at(30)), event(3, at(20))], 'no_stream');
    const history = createOrderHistory(store);
    const revisionAt = async (second: number) =>
      (await history.stateAt(about, { kind: 'time', at: Date.parse(at(second)) }))?.revision ?? null;
    expect(await Promise.all([9, 10, 19, 20, 30].map(revisionAt))).toEqual([null, 0, 0, 2, 2]);
  });

  it('an event without a time of receipt has the time at which the store wrote it', async () => {
    const store = createMemoryStore({ now: () => Date.parse(at(5)) });
    await store.append(streamName(stream), [event(1)], 'no_stream');
    const page = await createOrderHistory(store).page(about, null, 10);
    expect(page?.events[0]?.received_at).toBe(at(5));
  });

  it.each(['soft', 'tombstone'] as const)(
    'the replay of an order whose stream was deleted (%s) finds nothing',
    async (mode) => {
      const store = createMemoryStore({ now: () => 0 });
      await store.append(streamName(stream), [event(1, at(0))], 'no_stream');
      await store.deleteStream(streamName(stream), 0, mode);
      const history = createOrderHistory(store);
      expect(await history.page(about, null, 10)).toBeNull();
      expect(await history.stateAt(about, { kind: 'revision', revision: 0 })).toBeNull();
    },
  );
});
