import fc from 'fast-check';
import { initial, type OrderState, toOrder } from '../../../projections/order/order';
import { interpret, classify } from '../../../projections/history/timeline';
import { BEGINNING, type FeedItem, type FeedPosition } from '../../../schemas/api/feed';
import { locationId, orderId, type OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, orderKeyOfStream, orderStream } from '../../../schemas/events/order-events';
import { createMemoryStore } from '../event-store/memory/memory-store';
import type { EventStore } from '../../../services/event-store/event-store';
import type { Feed, FeedQuestion, Wanted } from '../../../services/feed/feed';
import { comparePlaces, feedPosition, laterPlace } from '../../../services/feed/feed-place';
import { MAX_KEPT_ITEMS } from '../../../services/feed/tail';
import { newEventId } from '../../support/new-event-id';
import { arbitraryEvents } from '../../projections/arbitraries';
import { KEY } from '../../projections/scenario';
import { cases } from '../../support/depth';
import { until } from '../../support/patience';
import { feedOver, note, report, retire } from './support';

const key = (order: number, location = 0): OrderKey => ({
  location_id: locationId(`location ${String(location)}`),
  order_id: orderId(`order ${String(order)}`),
});

const STATUSES = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed', 'mystery'] as const;
const arbitraryFact = fc.record({
  order: fc.nat(3),
  location: fc.nat(1),
  status: fc.constantFrom(...STATUSES),
  name: fc.constantFrom('Jane', 'John'),
});

/** Everything after a place, asked for in answers of random lengths. */
async function followToEnd(feed: Feed, question: FeedQuestion): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for (let place = question.after; ;) {
    const answer = await feed.events({ ...question, after: place });
    expect(answer.items.length).toBeLessThanOrEqual(question.limit);
    items.push(...answer.items);
    place = answer.next;
    if (answer.caughtUp) return items;
  }
}

/** What the log says, folded from its beginning without any of the feed's code. */
async function expectedItems(store: EventStore): Promise<FeedItem[]> {
  const states = new Map<string, OrderState>();
  const items: FeedItem[] = [];
  for await (const stored of store.readAll({ prefix: 'order-' })) {
    const about = orderKeyOfStream(stored.stream);
    const event = decodeOrderEvent(stored);
    if (about === null || event === null) continue;
    const { state, reading } = interpret(about, states.get(stored.stream) ?? initial, event);
    states.set(stored.stream, state);
    items.push({
      position: feedPosition(stored.position, stored.id),
      ...about,
      revision: stored.revision,
      type: event.type,
      received_at: event.receivedAt,
      data: event.data,
      stage: reading.stage,
      source: toOrder(about, state)?.driver_details?.source ?? null,
      attention: expect.any(Array) as unknown as [],
      verdict: reading.verdict,
    });
  }
  return items;
}

it('the verdict of an event is the same, whether or not its changes are listed', () => {
  fc.assert(
    fc.property(arbitraryEvents, (events) => {
      let state = initial;
      for (const event of events) {
        const { state: after, reading } = interpret(KEY, state, event);
        expect(classify(KEY, state, event)).toEqual({ state: after, verdict: reading.verdict });
        state = after;
      }
    }),
  );
});

it('places are ordered as the log is, after the beginning', () => {
  const positions = fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n });
  fc.assert(
    fc.property(positions, positions, (one, other) => {
      const [a, b] = [one, other].map((position) => feedPosition(String(position) as never, newEventId())) as [
        FeedPosition,
        FeedPosition,
      ];
      expect(Math.sign(comparePlaces(a, b))).toBe(one === other ? 0 : one < other ? -1 : 1);
      expect(comparePlaces(BEGINNING, a)).toBeLessThan(0);
      expect(laterPlace(a, BEGINNING)).toBe(a);
    }),
  );
});

it('an answer for which the log is looked through in parts ends with what a part has, and at the end where it has nothing', async () => {
  const store = createMemoryStore({ now: Date.now });
  const { feed } = feedOver(store);
  for (let n = 0; n < 5; n++) await report(store, key(n, 0), { status: 'in_progress' });
  const question = { after: BEGINNING, limit: 100, look: 2, wanted: null };
  const first = await feed.events(question);
  expect([first.items.length, first.caughtUp]).toEqual([2, false]);
  const other = await feed.events({ ...question, wanted: new Set([key(0, 1).location_id]) });
  expect([other.items.length, other.caughtUp]).toEqual([0, true]);
  await store.close();
});

it('however many ask from the end of the log while nothing is followed, it is read once, although it grows meanwhile', async () => {
  const store = createMemoryStore({ now: Date.now });
  const facts = 300;
  let read = 0;
  const { feed } = feedOver({
    ...store,
    readAll: async function* (options) {
      for await (const event of store.readAll(options)) {
        if (read++ < facts) await report(store, key(read), { status: 'completed' });
        yield event;
      }
    },
  });
  await report(store, key(0, 1), { status: 'in_progress' });
  const { next } = await feedOver(store).feed.events({ after: BEGINNING, limit: 1, wanted: null });
  for (let n = 0; n < facts; n++) await report(store, key(n), { status: 'in_progress' });
  const question = { after: next, limit: 1_000, wanted: null };
  const answers = await Promise.all(Array.from({ length: 50 }, () => feed.events(question)));
  expect(answers.filter(({ items, caughtUp }) => items.length < facts || !caughtUp)).toEqual([]);
  expect(read).toBeLessThanOrEqual(2 * facts + 1);
  await store.close();
});

it('the feed gives every fact once, in order, with what the folds make of it, in answers of any length', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryFact, { maxLength: 40 }),
      fc.array(arbitraryFact, { maxLength: 20 }),
      fc.integer({ min: 1, max: 17 }),
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 1, max: 20 }),
      async (facts, later, limit, look, states) => {
        const question = { after: BEGINNING, limit, look, wanted: null };
        const store = createMemoryStore({ now: Date.now });
        const { feed, tail } = feedOver(store, states);
        const deliver = (list: typeof facts): Promise<void> =>
          list.reduce(async (before, { order, location, status, name }) => {
            await before;
            await report(store, key(order, location), { status, driver_details: { source: 'uber', name } });
          }, Promise.resolve());
        await deliver(facts);
        expect(await followToEnd(feed, question)).toEqual(await expectedItems(store));

        await deliver(later);
        const all = await expectedItems(store);
        const newest = (await store.readAll()[Symbol.asyncIterator]().next()).value === undefined ? null : all.at(-1);
        if (newest) await until('the tail to have all', () => tail.after(newest.position) !== null);
        // From anywhere, whether it is read from memory or from the log; and another reader far behind changes nothing.
        for (const [index, { position }] of all.entries()) {
          expect(await followToEnd(feed, { ...question, after: position })).toEqual(all.slice(index + 1));
        }
        const wanted = new Set([key(0, 1).location_id]);
        expect(await followToEnd(feed, { ...question, wanted })).toEqual(
          all.filter(({ location_id }) => wanted.has(location_id)),
        );
        await store.close();
      },
    ),
    { numRuns: cases(30) },
  );
});

it('a place of another log is refused, with what to do', async () => {
  const store = createMemoryStore({ now: Date.now });
  const { feed } = feedOver(store);
  await report(store, key(1), { status: 'in_progress' });
  const beyond = ['9223372036854775807-00000000', '9999999999999999999-00000000', '01-00000000'];
  for (const after of ['0-ffffffff', '999999-00000000', ...beyond]) {
    await expect(feed.events({ after, limit: 10, wanted: null })).rejects.toMatchObject({
      code: 'feed-position-unknown',
      detail: expect.stringContaining('set the consumer to the beginning') as unknown,
    });
    await expect(feed.verify(after)).rejects.toMatchObject({ code: 'feed-position-unknown' });
  }
  await store.close();
});

describe('what retention removed', () => {
  let store: EventStore;
  beforeEach(() => {
    store = createMemoryStore({ now: Date.now });
  });
  afterEach(() => store.close());

  it('what retention removed is an item that says so, and the order begins anew if its number comes again', async () => {
    const { feed, tail } = feedOver(store, 100);
    await report(store, key(1), { status: 'completed', driver_details: { source: 'uber', name: 'Jane' } });
    const first = await feed.events({ after: BEGINNING, limit: 10, wanted: null });
    const ofOrders = feed.expect('orders', null);
    await retire(store, key(1));
    await report(store, key(1), { status: 'in_progress' });
    await report(store, key(2), { status: 'in_progress' });
    const last = await until('the tail to have both', async () => {
      const { items } = await feed.events({ after: first.next, limit: 10, wanted: null });
      return items.length === 3 ? items : null;
    });
    expect(last).toEqual([
      expect.objectContaining({ ...key(1), type: 'order.removed' }),
      expect.objectContaining({ ...key(1), revision: 1, stage: 'preparing', verdict: 'advance', attention: [] }),
      expect.objectContaining({ ...key(2), revision: 0 }),
    ]);
    // Those who wait for orders too, which no read model reports: nothing became readable anew.
    expect(ofOrders.came.aborted).toBe(true);
    ofOrders.cancel();
    tail.stop();
  });

  it('a note of retention is no item if newer news kept the order', async () => {
    const { feed } = feedOver(store);
    await report(store, key(1), { status: 'completed' });
    await note(store, key(1));
    await report(store, key(1), { status: 'in_progress' });
    const { items } = await feed.events({ after: BEGINNING, limit: 10, wanted: null });
    expect(items.map(({ type }) => type)).toEqual(['order.updated', 'order.updated']);
  });

  it('a removal is given as soon as the deletion has happened, and nothing that came later is given before it', async () => {
    const { feed } = feedOver(store);
    await report(store, key(1), { status: 'completed' });
    const revision = await note(store, key(1));
    await report(store, key(2), { status: 'in_progress' });
    const before = await feed.events({ after: BEGINNING, limit: 10, wanted: null });
    expect(before.items.map(({ order_id }) => order_id)).toEqual(['order 1']);
    await store.deleteStream(orderStream(key(1)), revision, 'soft');
    const items = await until('both items', async () => {
      const answer = await feed.events({ after: before.next, limit: 10, wanted: null });
      return answer.items.length === 2 ? answer.items : null;
    });
    expect(items.map(({ type }) => type)).toEqual(['order.removed', 'order.updated']);
  });
});

it('the tail keeps a bounded number of items, and the log has the rest', async () => {
  const store = createMemoryStore({ now: Date.now });
  const { feed, tail } = feedOver(store, 100);
  await report(store, key(0), { status: 'in_progress' });
  const { next } = await feed.events({ after: BEGINNING, limit: 1_000, wanted: null });
  for (let n = 0; n < MAX_KEPT_ITEMS + 10; n++) await report(store, key(n % 50), { status: STATUSES[n % 5] ?? '', n });
  await until('the tail to have moved on', () => tail.after(next) === null);
  expect(await followToEnd(feed, { after: next, limit: 1_000, wanted: null })).toHaveLength(MAX_KEPT_ITEMS + 10);
  await store.close();
});

it('a client that expects news gets what it wants, and nothing else', async () => {
  const store = createMemoryStore({ now: Date.now });
  const { feed } = feedOver(store);
  await feed.events({ after: BEGINNING, limit: 10, wanted: null });
  const answered: string[] = [];
  const expected = (name: string, wanted: Wanted): void => {
    feed.expect('events', wanted).came.addEventListener('abort', () => answered.push(name));
  };
  expected('north', new Set(['location 0']));
  expected('south', new Set(['location 1']));
  expected('all', null);
  await report(store, key(1, 1), { status: 'in_progress' });
  await until('two to be told', () => answered.length === 2);
  expect([...answered].sort()).toEqual(['all', 'south']);
  await store.close();
});
