import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { evolve, initial, isActive, type OrderState, toOrder } from '../../../projections/order/order';
import { eventId } from '../../../schemas/events/event-id';
import { locationId, orderKey, type OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, ORDER_STREAM_PREFIX, orderStream } from '../../../schemas/events/order-events';
import { type HistoryEvent, type Order, OrderPage } from '../../../schemas/api/order-view';
import { STAGES } from '../../../schemas/vocabulary';
import { createOrderHistory } from '../../../services/orders/history';
import { createPastOrders, MAX_CLOCK_RETURN_MS, type PastOrders } from '../../../services/orders/past-orders';
import type { EventStore, JsonValue } from '../../../services/event-store/event-store';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import { openOrderTable } from '../../../services/read-model/order-table/writer';
import { runProjector } from '../../../services/read-model/projector';
import { arbitraryOrderUpdatedObject } from '../../projections/arbitraries';
import { historyOf, problem, problemOf, update } from '../../support/deliveries';
import { cases } from '../../support/depth';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

const LOCATION = 'here';
const keyOf = (order: number): OrderKey => orderKey(LOCATION, `order ${String(order)}`);

/** The state after the last of these events that came at or before a time. */
function foldedAt(events: readonly { event: Parameters<typeof evolve>[1] }[], at: number): OrderState | null {
  let state = initial;
  let found: OrderState | null = null;
  for (const { event } of events) {
    state = evolve(state, event);
    if (Date.parse(event.receivedAt) <= at) found = state;
  }
  return found;
}

describe('orders as of a time', () => {
  const BEGIN = Date.UTC(2026, 10, 21, 18);
  /** Times at which deliveries come, in minutes; the clock goes back now and then, and by less than a day. */
  const arbitraryMinute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const arbitraryFacts = fc.array(
    fc.record({ order: fc.nat(5), minute: arbitraryMinute, object: arbitraryOrderUpdatedObject }),
    { minLength: 1, maxLength: 40 },
  );
  type Fact = typeof arbitraryFacts extends fc.Arbitrary<(infer One)[]> ? One : never;

  async function storeWith(facts: readonly Fact[]): Promise<EventStore> {
    const store = createMemoryStore({ now: () => BEGIN });
    for (const [n, { order, minute, object }] of facts.entries()) {
      const event = {
        id: eventId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
        type: 'order.updated',
        data: JSON.parse(JSON.stringify({ ...object, ...keyOf(order) })) as JsonValue,
        metadata: { received_at: new Date(BEGIN + minute * 60_000).toISOString() },
      };
      await store.append(orderStream(keyOf(order)), [event], 'any');
    }
    return store;
  }

  /** Lists them over a read model that the real projector made. */
  async function withReadModel<T>(store: EventStore, look: (past: PastOrders) => Promise<T>): Promise<T> {
    const directory = temporaryDirectory();
    const file = join(directory, 'read-model.sqlite');
    const table = openOrderTable(file, 'test');
    const reader = new OrderTableReader(file);
    const stop = new AbortController();
    try {
      await runProjector({
        source: store,
        table,
        signal: stop.signal,
        onProgress: ({ caughtUp }) => {
          if (caughtUp) stop.abort();
        },
      });
      return await look(createPastOrders({ orders: reader, history: createOrderHistory(store) }));
    } finally {
      reader.close();
      table.close();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async function listAll(
    past: PastOrders,
    at: number,
    options: { stage?: Order['stage']; active?: boolean },
    limit = 3,
  ) {
    const found: Order[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const page = await past.list(locationId(LOCATION), at, { ...options, limit, after });
      expect(page.records.length).toBeLessThanOrEqual(limit);
      found.push(...page.records.map(({ key, state }) => toOrder(key, state)).filter((order) => order !== null));
      after = page.next;
    }
    return found;
  }

  it('orders as of a time are what their events up to then fold to, filtered by their stage and activity then', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryFacts,
        arbitraryMinute,
        fc.option(fc.constantFrom(...STAGES), { nil: undefined }),
        fc.option(fc.boolean(), { nil: undefined }),
        async (facts, minute, stage, active) => {
          const at = BEGIN + minute * 60_000;
          const store = await storeWith(facts);
          const streams = new Map<string, { event: NonNullable<ReturnType<typeof decodeOrderEvent>> }[]>();
          for await (const stored of store.readAll({ prefix: ORDER_STREAM_PREFIX })) {
            const event = decodeOrderEvent(stored);
            if (event !== null) streams.set(stored.stream, [...(streams.get(stored.stream) ?? []), { event }]);
          }
          const expected = [...new Set(facts.map(({ order }) => order))].flatMap((order) => {
            const state = foldedAt(streams.get(orderStream(keyOf(order))) ?? [], at);
            if (state === null || (stage !== undefined && state.stage !== stage)) return [];
            if (active !== undefined && isActive(state) !== active) return [];
            return [toOrder(keyOf(order), state)];
          });
          const options = { ...(stage === undefined ? {} : { stage }), ...(active === undefined ? {} : { active }) };
          const found = await withReadModel(store, (past) => listAll(past, at, options));
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: cases(60) },
    );
  });

  it('orders as of a time are found even if the clock was years ahead at first, or is now', async () => {
    const far = (3 * MAX_CLOCK_RETURN_MS) / 60_000;
    const object = { ...keyOf(0), status: 'in_progress' };
    const store = await storeWith([
      { order: 0, minute: far, object },
      { order: 0, minute: 5, object: { ...object, status: 'ready_for_pickup' } },
      { order: 1, minute: 5, object },
      { order: 1, minute: far, object: { ...object, status: 'ready_for_pickup' } },
      { order: 2, minute: far, object },
    ]);
    const found = await withReadModel(store, (past) => listAll(past, BEGIN + 10 * 60_000, {}));
    expect(found.map(({ order_id, revision }) => [order_id, revision])).toEqual([
      ['order 0', 1],
      ['order 1', 0],
    ]);
  });
});

describe('GET /locations/{id}/orders?as_of', () => {
  const SCREEN = 'screen-0123456789abcdef';
  const ELSEWHERE = 'auditor-elsewhere-0123456789';
  const DRIVER = { name: 'Jane', passcode: 'code-4711' };
  let service: RunningService;
  let histories: readonly { key: OrderKey; events: readonly HistoryEvent[] }[];
  beforeAll(async () => {
    const readers = [
      entryOf(READER_TOKEN, 'auditor'),
      entryOf(OPERATOR_TOKEN, 'operator'),
      entryOf(SCREEN, 'screen'),
      entryOf(ELSEWHERE, 'auditor', ['elsewhere']),
    ];
    service = await startService({ READERS: JSON.stringify(readers) });
    const statuses = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed'];
    for (const status of statuses) {
      for (const order of [0, 1, 2, 3, 4]) {
        // Later orders are reported later, and never completed.
        if (statuses.indexOf(status) < order - 1 || (status === 'completed' && order > 1)) continue;
        await service.deliver(update(keyOf(order), { status, driver_details: DRIVER }));
        await delay(3);
      }
    }
    histories = await Promise.all(
      [0, 1, 2, 3, 4].map(async (order) => ({
        key: keyOf(order),
        events: (await historyOf(service, keyOf(order))).events,
      })),
    );
  });
  afterAll(() => discard(service));

  const asOf = (at: number | string, more = ''): string =>
    `/locations/${LOCATION}/orders?as_of=${encodeURIComponent(typeof at === 'string' ? at : new Date(at).toISOString())}${more}`;

  async function walk(at: number, more: string): Promise<Order[]> {
    const found: Order[] = [];
    for (let after: string | null = '0'; after !== null;) {
      const answer = await service.get(asOf(at, `${more}&after=${after}`));
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      const page: OrderPage = OrderPage.strict().parse(answer.json);
      found.push(...page.orders);
      after = page.next;
    }
    return found;
  }

  it('GET orders?as_of gives the fold of each order’s events up to then, at the time of each event', async () => {
    const times = histories.flatMap(({ events }) => events.map(({ received_at }) => Date.parse(received_at)));
    for (const at of [Math.min(...times) - 1, ...times, Math.max(...times) + 60_000]) {
      const expected = histories
        .map(({ key, events }) => {
          const decoded = events.map(
            ({ type, data, metadata: { content_hash: contentHash }, revision, received_at: receivedAt }) => ({
              event: { type: type as 'order.updated', data, revision, receivedAt, contentHash },
            }),
          );
          const state = foldedAt(decoded, at);
          return state === null ? null : toOrder(key, state);
        })
        .filter((order) => order !== null);
      expect(await walk(at, '&limit=2')).toEqual(expected);
      expect(await walk(at, '&active=true&limit=1')).toEqual(expected.filter(({ stage }) => stage !== 'completed'));
      expect(await walk(at, '&stage=on_the_way')).toEqual(expected.filter(({ stage }) => stage === 'on_the_way'));
    }
  });

  it('GET orders?as_of takes any UTC offset, and the refusal of a malformed time names the parameter', async () => {
    const { received_at = '' } = histories[0]?.events[0] ?? {};
    const local = received_at.replace('Z', '+00:00');
    expect((await service.get(asOf(local))).json).toEqual((await service.get(asOf(received_at))).json);
    const wrong = await service.get(asOf('yesterday'));
    expect(problemOf(wrong)).toEqual(problem(400, 'invalid-parameter'));
    expect(wrong.text).toContain('as_of');
    const { driver_groups, ...current } = OrderPage.parse((await service.get(`/locations/${LOCATION}/orders`)).json);
    expect(driver_groups).toEqual([]);
    expect((await service.get(asOf('9999-12-31T23:59:59.999Z'))).json).toEqual(current);
  });

  it('GET orders?as_of is for readers who may see the past of that location, and withholds contacts from operators', async () => {
    const ask = (token: string) => service.call(asOf('9999-12-31T23:59:59Z'), { headers: bearer(token) });
    expect(problemOf(await ask(SCREEN))).toEqual(problem(403, 'not-permitted'));
    expect(problemOf(await ask(ELSEWHERE))).toEqual(problem(403, 'not-permitted'));
    expect((await ask(READER_TOKEN)).text).toContain('code-4711');
    const withheld = await ask(OPERATOR_TOKEN);
    expect(withheld.status).toBe(200);
    expect(withheld.text).not.toContain('code-4711');
  });
});
