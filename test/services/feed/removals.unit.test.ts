import fc from 'fast-check';
import { evolve, initial } from '../../../projections/order/order';
import { BEGINNING, type FeedItem, type FeedPosition, ORDER_REMOVED } from '../../../schemas/api/feed';
import { decodeOrderEvent, orderStream, RETENTION_STREAM } from '../../../schemas/events/order-events';
import type { StreamName } from '../../../schemas/events/stream-name';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import { nextTurn } from '../../../services/concurrency/turns';
import { comparePositions, type EventStore, type Position } from '../../../services/event-store/event-store';
import { readOne } from '../../../services/event-store/reads';
import { type Feed, type FeedAnswer, MAX_LOOKED_NOTES, type Wanted } from '../../../services/feed/feed';
import { comparePlaces } from '../../../services/feed/feed-place';
import type { OrderTableReader } from '../../../services/read-model/order-table/reader';
import type { PlacedOrder } from '../../../services/read-model/order-table/schema';
import { cases } from '../../support/depth';
import { until } from '../../support/patience';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { feedOver, note, report, retire } from './support';

/** What `view=orders` says of orders that retention deleted. */

const key = (order: number): OrderKey => orderKey(order % 2 === 0 ? 'north' : 'south', `order ${String(order)}`);

/** A read model as simple as can be, which forgets a deleted order only when it is asked to. */
class Table implements Pick<OrderTableReader, 'news'> {
  readonly #rows = new Map<StreamName, PlacedOrder>();
  #newest: { readonly position: Position; readonly id: PlacedOrder['eventId'] } | null = null;

  async take(store: EventStore, about: OrderKey): Promise<void> {
    const stream = orderStream(about);
    const stored = await readOne(store, stream, { direction: 'backwards' });
    const event = stored === null ? null : decodeOrderEvent(stored);
    if (stored === null || event === null) throw new Error('there is no event');
    const { position, id: eventId } = stored;
    this.#rows.set(stream, { key: about, state: evolve(initial, event), position, eventId });
    this.#newest = { position, id: eventId };
  }

  forget(about: OrderKey): void {
    this.#rows.delete(orderStream(about));
  }

  news(after: Position | null, only: readonly string[] | null, size: number): ReturnType<OrderTableReader['news']> {
    const ahead = [...this.#rows.values()]
      .filter(({ position }) => after === null || comparePositions(position, after) > 0)
      .sort((one, other) => comparePositions(one.position, other.position));
    const last = ahead[size - 1];
    return {
      newest: this.#newest,
      orders: ahead.slice(0, size).filter(({ key: { location_id } }) => only === null || only.includes(location_id)),
      end: last === undefined ? null : { position: last.position, id: last.eventId },
    };
  }
}

/** A store that counts what is read of it, and lets something happen before it is read. */
class Watched {
  readonly store: EventStore;
  notes = 0;
  reads = 0;
  readonly meanwhile: (() => Promise<void>)[] = [];

  constructor(store: EventStore) {
    const watched = (): this => this;
    this.store = {
      ...store,
      readStream: (...asked) => {
        watched().reads += 1;
        return store.readStream(...asked);
      },
      readAll: async function* (options) {
        await watched().meanwhile.shift()?.();
        for await (const event of store.readAll(options)) {
          if (event.stream === RETENTION_STREAM) watched().notes += 1;
          yield event;
        }
      },
    };
  }
}

/** A copy of all orders of some locations: the revision of each. */
class Copy {
  readonly orders = new Map<string, number>();
  place: FeedPosition = BEGINNING;
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  async ask(feed: Feed, limit: number): Promise<FeedAnswer> {
    const answer = await feed.orders({ after: this.place, limit, wanted: this.#wanted });
    expect(answer.items.length).toBeLessThanOrEqual(limit);
    const said = answer.items.map((item) => `${item.type === ORDER_REMOVED ? 'removed' : 'state'} ${item.order_id}`);
    expect(new Set(said).size).toBe(said.length);
    for (const item of answer.items) this.#take(item);
    expect(comparePlaces(answer.next, this.place)).toBeGreaterThanOrEqual(0);
    this.place = answer.next;
    return answer;
  }

  #take(item: FeedItem): void {
    expect(comparePlaces(item.position, this.place)).toBeGreaterThan(0);
    this.place = item.position;
    expect(this.#wanted?.has(item.location_id) ?? true).toBe(true);
    if (item.type === ORDER_REMOVED) this.orders.delete(item.order_id);
    else if ('revision' in item) this.orders.set(item.order_id, item.revision);
  }
}

const WANTED: readonly Wanted[] = [null, new Set(['north'])];
const arbitraryStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('report' as const), order: fc.nat(7) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('retire', 'retire and forget'), order: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('note of nothing' as const), order: fc.nat(7) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('ask', 'ask meanwhile'),
      order: fc.nat(1),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

it('a copy made from the orders view lacks just what retention deleted whenever the view has caught up, whatever came in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryStep, { maxLength: 60 }), fc.boolean(), async (steps, isFollowed) => {
      // Nothing is about to be deleted: whatever was noted was noted long ago.
      const store = createMemoryStore({ now: () => 0 });
      const watched = new Watched(store);
      const table = new Table();
      const { feed, tail } = feedOver(watched.store, 100, table);
      const live = new Map<string, { readonly about: OrderKey; revision: number }>();
      const next = new Map<string, number>();
      const copies = WANTED.map((wanted) => new Copy(wanted));

      const change = async (kind: string, order: number): Promise<void> => {
        const about = key(order);
        const { order_id } = about;
        if (kind === 'report') {
          await report(store, about, { status: 'in_progress' });
          await table.take(store, about);
          const revision = next.get(order_id) ?? 0;
          next.set(order_id, revision + 1);
          live.set(order_id, { about, revision });
        } else if (live.has(order_id)) {
          if (kind === 'note of nothing') {
            await note(store, about);
            return;
          }
          await retire(store, about);
          live.delete(order_id);
          if (kind === 'retire and forget') table.forget(about);
        }
      };
      /** What is in the tail is all there is, or there is no tail. */
      const settle = async (): Promise<void> => {
        if (!isFollowed) tail.stop();
        let newest: Position | null = null;
        for await (const { position } of store.readAll()) newest = position;
        while (
          tail.isRunning &&
          newest !== null &&
          (tail.looked === null || comparePositions(tail.looked, newest) < 0)
        ) {
          await nextTurn();
        }
      };
      const expectEqual = (index: number): void => {
        const wanted = WANTED[index] ?? null;
        const all = [...live].filter(([, { about }]) => wanted?.has(about.location_id) ?? true);
        expect(copies[index]?.orders).toEqual(new Map(all.map(([id, { revision }]) => [id, revision])));
      };

      for (const [index, step] of steps.entries()) {
        if (!('limit' in step)) {
          await change(step.kind, step.order);
          continue;
        }
        const isQuiet = step.kind === 'ask';
        await settle();
        if (!isQuiet) {
          for (const kind of ['report', 'retire', 'report']) watched.meanwhile.push(() => change(kind, index % 8));
        }
        const answer = await copies[step.order]?.ask(feed, step.limit);
        for (const left of watched.meanwhile.splice(0)) await left();
        if (isQuiet && answer?.caughtUp === true) expectEqual(step.order);
      }
      await settle();
      for (const [index, copy] of copies.entries()) {
        while (!(await copy.ask(feed, 3)).caughtUp);
        expectEqual(index);
      }
      tail.stop();
      await store.close();
    }),
    { numRuns: cases(60) },
  );
});

it('a removal that is about to happen holds up what came after it, and nothing has caught up before it is given', async () => {
  const store = createMemoryStore({ now: Date.now });
  const table = new Table();
  const { feed, tail } = feedOver(store, 100, table);
  for (const order of [0, 1]) {
    await report(store, key(order), { status: 'completed' });
    await table.take(store, key(order));
  }
  const copy = new Copy(null);
  expect((await copy.ask(feed, 10)).caughtUp).toBe(true);
  const revision = await note(store, key(0));
  await report(store, key(2), { status: 'in_progress' });
  await table.take(store, key(2));
  expect(await copy.ask(feed, 10)).toMatchObject({ items: [], caughtUp: false });
  await store.deleteStream(orderStream(key(0)), revision, 'soft');
  const { items } = await until('both items', async () => {
    const answer = await copy.ask(feed, 10);
    return answer.items.length > 0 ? answer : null;
  });
  expect(items.map(({ type, order_id }) => [type, order_id])).toEqual([
    [ORDER_REMOVED, 'order 0'],
    ['order.state', 'order 2'],
  ]);
  expect([...copy.orders.keys()]).toEqual(['order 1', 'order 2']);
  tail.stop();
  await store.close();
});

/** @returns a feed after so many removals of orders of the north, and a copy from before them. */
async function afterRemovals(
  removals: number,
): Promise<{ readonly watched: Watched; readonly feed: Feed; place: FeedPosition }> {
  const watched = new Watched(createMemoryStore({ now: Date.now }));
  const table = new Table();
  const { feed, tail } = feedOver(watched.store, 100, table);
  for (let order = 0; order < removals; order++) await report(watched.store, key(2 * order), { status: 'completed' });
  await report(watched.store, key(1), { status: 'in_progress' });
  await table.take(watched.store, key(1));
  const { next } = await feed.orders({ after: BEGINNING, limit: 10, wanted: null });
  for (let order = 0; order < removals; order++) await retire(watched.store, key(2 * order));
  await report(watched.store, key(3), { status: 'in_progress' });
  await table.take(watched.store, key(3));
  // The tail keeps some of them: what is asked of here is the log.
  tail.stop();
  return { watched, feed, place: next };
}

it('an answer of the orders view reads no more of the log however many orders were deleted, and all are given once', async () => {
  const costs: unknown[] = [];
  const MANY = 2 * MAX_LOOKED_NOTES;
  for (const removals of [MANY, 2 * MANY]) {
    const { watched, feed, place } = await afterRemovals(removals);
    for (const [limit, wanted] of [
      [1, null],
      [10, null],
      [1_000, null],
      [1_000, new Set(['south'])],
    ] as const) {
      [watched.notes, watched.reads] = [0, 0];
      const { items, caughtUp } = await feed.orders({ after: place, limit, wanted });
      expect({ limit, items: items.length, caughtUp }).toEqual({
        limit,
        items: wanted === null ? limit : 0,
        caughtUp: false,
      });
      // A slice reads up to two more than it looks at, and each that is looked at takes two reads of its order.
      const looked = wanted === null ? limit : MAX_LOOKED_NOTES;
      expect(watched.notes).toBeLessThanOrEqual(1.1 * looked + 2);
      expect(watched.reads).toBeLessThanOrEqual(2 * looked);
      costs.push({ limit, notes: watched.notes, reads: watched.reads });
    }
    const copy = new Copy(null);
    copy.place = place;
    const given: string[] = [];
    for (let isOver = false; !isOver;) {
      const answer = await copy.ask(feed, 1_000);
      given.push(...answer.items.filter(({ type }) => type === ORDER_REMOVED).map(({ order_id }) => order_id));
      isOver = answer.caughtUp;
    }
    expect(given).toEqual(Array.from({ length: removals }, (_, order) => key(2 * order).order_id));
    expect([...copy.orders.keys()]).toEqual(['order 3']);
    await watched.store.close();
  }
  expect(costs.slice(costs.length / 2)).toEqual(costs.slice(0, costs.length / 2));
});
