import { BEGINNING, type FeedItem, type FeedPosition, ORDER_REMOVED } from '../../schemas/api/feed';
import {
  comparePositions,
  type EventStore,
  isEventStoreError,
  type Position,
  type RecordedEvent,
} from '../event-store/event-store';
import { DeletedLeaves } from '../event-store/seal/deleted-leaves';
import { Semaphore } from '../concurrency/semaphore';
import { sleep } from '../concurrency/sleep';
import { nextTurn } from '../concurrency/turns';
import { Problem } from '../http/problem';
import type { ShowOrder } from '../labels/labels';
import type { OrderTableReader } from '../read-model/order-table/reader';
import type { WaitForReadModel } from '../read-model/wait';
import type { LogItem, ReadItems } from './feed-items';
import { feedPosition, laterPlace, logPosition } from './feed-place';
import { coalesced, newestOfEach, type OrdersWindow } from './orders-view';
import { Removals } from './removals';
import { HELD_MS, MAX_KEPT_ITEMS, type Tail } from './tail';

/** Events that are read and folded in one turn of the event loop: some milliseconds. */
const SLICE_EVENTS = 128;
/** Events of the log after which a request is answered at the latest, however few of them are its reader's. */
export const MAX_LOOKED_EVENTS = 20_000;
/** Orders that are looked at in one turn. */
const SLICE_ORDERS = 256;
/** Most slices of orders that one request looks at. */
const MAX_LOOKED_SLICES = 64;
/** Notes of retention that are looked at beside them: each takes two reads of a stream. */
const SLICE_NOTES = 256;
/** Notes after which a request is answered at the latest, however many orders were deleted, of any location. */
export const MAX_LOOKED_NOTES = 1_024;
/** Most milliseconds that a request waits for the tail to have what was acknowledged before it. */
const MAX_TAIL_WAIT_MS = 2_000;

/** Which locations are wanted; null: all. */
export type Wanted = ReadonlySet<string> | null;

/** @returns what a reader of these locations may follow. */
export const wantedOf = ({ locations }: { readonly locations: '*' | readonly string[] }): Wanted =>
  locations === '*' ? null : new Set(locations);

/** What is asked of the feed. */
export interface FeedQuestion {
  readonly after: FeedPosition;
  readonly limit: number;
  readonly wanted: Wanted;
  /** Events of the log after which it is answered, if there is a place to go on from; default: {@link MAX_LOOKED_EVENTS}. */
  readonly look?: number;
}

export interface FeedAnswer {
  readonly items: FeedItem[];
  readonly next: FeedPosition;
  readonly caughtUp: boolean;
}

/** What was found in a part of the log, of the newest states of orders. */
interface OrdersSlice {
  readonly items: readonly FeedItem[];
  readonly next: FeedPosition;
  /** Notes of retention that were looked at in the log. */
  readonly looked: number;
  /** What there is after it: `pending` is what can be reported only later. */
  readonly left: 'none' | 'more' | 'pending';
}

/** Something may have come that is wanted. */
export interface News {
  /** Aborted as soon as it may. */
  readonly came: AbortSignal;
  /**
   * Returns the place to go on from: after what others got while nothing came, so that who waits long has not to look
   * through all of it then.
   * @param from where the look ended that found nothing
   */
  passed(from: FeedPosition): FeedPosition;
  cancel(): void;
}

const unknownPosition = (): Problem =>
  new Problem(
    'feed-position-unknown',
    'It is of another log, or the log lost it when a backup was put back. Drop the copy, set the consumer to the ' +
      'beginning, and go on.',
  );

const wants = (wanted: Wanted, { location_id }: { readonly location_id: string }): boolean =>
  wanted === null || wanted.has(location_id);

interface Options {
  readonly store: Pick<EventStore, 'readAll'>;
  readonly readItems: ReadItems;
  readonly tail: Tail;
  readonly orders: Pick<OrderTableReader, 'news'>;
  readonly waitForReadModel: WaitForReadModel;
  /** Gives an order its label; default: it has none. */
  readonly show?: ShowOrder;
}

/** Every order's news over all locations, in the order of the log. */
export class Feed {
  #acknowledged: Position | null = null;
  readonly #readers = new Set<(locations: readonly string[]) => void>();
  /**
   * While nothing is followed, one at a time reads the log: who comes to its end has it followed, and leaves what was read
   * there for the others. If hundreds read at once, the log would grow faster than any of them comes to its end.
   */
  readonly #withoutTail = new Semaphore(1);

  readonly #options: Options;
  readonly #removals: Removals;

  constructor(options: Options) {
    this.#options = options;
    this.#removals = new Removals(options);
  }

  /** A delivery was acknowledged: clients that ask after that get it. */
  acknowledged(position: Position): void {
    const known = this.#acknowledged;
    if (known === null || comparePositions(position, known) > 0) this.#acknowledged = position;
  }

  /** Orders of these locations became readable anew. */
  projected(locations: readonly string[]): void {
    for (const reader of this.#readers) reader(locations);
  }

  /**
   * Returns each fact in the order of the log. An answer may hold fewer items than asked for, or none, before the end.
   * @throws {Problem} `feed-position-unknown` @throws {EventStoreError}
   */
  async events(question: FeedQuestion): Promise<FeedAnswer> {
    await this.#tailHasAll();
    const kept = this.#fromTail(question);
    if (kept !== null) return kept;
    if (this.#options.tail.isRunning) return this.#fromLog(question);
    return this.#withoutTail.use(async () => this.#fromTail(question) ?? (await this.#fromLog(question)));
  }

  /**
   * Returns each order with news once, in its newest state, by the place of its newest event, and what was removed. An
   * answer may hold fewer items than asked for, or none, before the end.
   * @throws {Problem} `feed-position-unknown`, `read-model-behind` @throws {EventStoreError}
   */
  async orders({ after, limit, wanted }: FeedQuestion): Promise<FeedAnswer> {
    await this.#options.waitForReadModel();
    await this.verify(after);
    const items: FeedItem[] = [];
    let last = after;
    let looked = 0;
    for (let slices = 0; slices < MAX_LOOKED_SLICES && looked < MAX_LOOKED_NOTES; slices++) {
      const slice = await this.#ordersSlice({ after: last, limit: limit - items.length, wanted });
      items.push(...slice.items);
      last = slice.next;
      looked += slice.looked;
      const isAll = slice.left === 'none';
      if (isAll && last !== BEGINNING) this.#options.tail.start(last, logPosition(last));
      if (isAll || items.length === limit) return { items: newestOfEach(items), next: last, caughtUp: isAll };
      if (slice.left !== 'pending') continue;
      // Who asks again at once would ask many times for nothing.
      if (items.length === 0) await sleep(HELD_MS);
      break;
    }
    return { items: newestOfEach(items), next: last, caughtUp: false };
  }

  /** @throws {Problem} `feed-position-unknown` if a place is not in this log. */
  async verify(place: FeedPosition): Promise<void> {
    if (place === BEGINNING || this.#options.tail.after(place) !== null) return;
    if (!(await this.#isThere(place))) await this.#verifyDeleted(place);
  }

  /** Expects news; ask for it before looking, so that nothing is missed in between. */
  expect(view: 'events' | 'orders', wanted: Wanted): News {
    const { tail } = this.#options;
    const news = new AbortController();
    const unlisten = tail.listen((items) => {
      // With no items, because the tail ended: it is started again by looking. Of orders, the read model has the news, but
      // what was deleted makes no order readable anew.
      const isNews = (item: LogItem): boolean =>
        wants(wanted, item) && (view === 'events' || item.type === ORDER_REMOVED);
      if ((view === 'events' && !tail.isRunning) || items.some(isNews)) news.abort();
    }, wanted);
    const reader = (locations: readonly string[]): void => {
      if (wanted === null ? locations.length > 0 : locations.some((id) => wanted.has(id))) news.abort();
    };
    if (view === 'orders') this.#readers.add(reader);
    return {
      came: news.signal,
      passed: (from) => tail.quietSince(from, wanted) ?? from,
      cancel: () => {
        unlisten();
        this.#readers.delete(reader);
      },
    };
  }

  /**
   * Waits until the tail has everything acknowledged, at most {@link MAX_TAIL_WAIT_MS}: what was acknowledged a moment
   * ago is on its way into it.
   */
  async #tailHasAll(): Promise<void> {
    const { tail } = this.#options;
    const target = this.#acknowledged;
    const has = (): boolean =>
      target === null || !tail.isRunning || (tail.looked !== null && comparePositions(tail.looked, target) >= 0);
    if (has()) return;
    const reached = new AbortController();
    const unlisten = tail.listen(() => {
      if (has()) reached.abort();
    });
    await sleep(MAX_TAIL_WAIT_MS, reached.signal);
    unlisten();
  }

  #fromTail({ after, limit, wanted }: FeedQuestion): FeedAnswer | null {
    const kept = this.#options.tail.after(after);
    if (kept === null) return null;
    const items: LogItem[] = [];
    let next = after;
    for (const item of kept) {
      if (items.length === limit) return { items, next, caughtUp: false };
      next = item.position;
      if (wants(wanted, item)) items.push(item);
    }
    return { items, next, caughtUp: true };
  }

  async #fromLog({ after, limit, wanted, look = MAX_LOOKED_EVENTS }: FeedQuestion): Promise<FeedAnswer> {
    const { readItems, tail } = this.#options;
    const items: LogItem[] = [];
    let next = after;
    let looked = logPosition(after);
    let isVerified = after === BEGINNING;
    let slice: RecordedEvent[] = [];
    let count = 0;
    let isCut = false;
    /** The newest items, wanted or not, and the place before them. */
    let [newest, floor] = [new Array<LogItem>(), after];

    /** @returns whether what comes next can be reported only later. */
    const take = async (): Promise<boolean> => {
      await nextTurn();
      const found = await readItems(slice, next);
      const isHeld = found.read < slice.length;
      looked = slice[found.read - 1]?.position ?? looked;
      for (const item of found.items) if (wants(wanted, item)) items.push(item);
      newest.push(...found.items);
      if (newest.length > 2 * MAX_KEPT_ITEMS) {
        floor = newest.at(-MAX_KEPT_ITEMS - 1)?.position ?? floor;
        newest = newest.slice(-MAX_KEPT_ITEMS);
      }
      next = found.last;
      slice = [];
      return isHeld;
    };

    try {
      for await (const event of this.#options.store.readAll(looked === null ? {} : { from: looked })) {
        count++;
        if (!isVerified) {
          isVerified = true;
          if (feedPosition(event.position, event.id) === after) continue;
          await this.#verifyDeleted(after);
        }
        slice.push(event);
        // A slice is never longer than what is missing, so that no item is read for nothing.
        if (slice.length < Math.min(SLICE_EVENTS, limit - items.length) && count !== look) continue;
        const isHeld = await take();
        // Only an item is a place to go on from.
        const most = items.length > 0 ? look : MAX_LOOKED_EVENTS;
        isCut = items.length === limit || (count >= most && next !== after);
        if (isHeld || isCut) break;
        // Another who came to the end meanwhile has it followed: the log need not be read any further.
        const kept = this.#fromTail({ after: next, limit: limit - items.length, wanted });
        if (kept !== null) return { ...kept, items: [...items, ...kept.items] };
      }
    } catch (error) {
      // A position that the log never gave.
      if (isVerified || !isEventStoreError(error, 'invalid')) throw error;
    }
    if (!isVerified) await this.#verifyDeleted(after);
    if (slice.length > 0) await take();
    if (!isCut) tail.start(floor, looked, newest);
    return { items, next, caughtUp: !isCut };
  }

  async #isThere(place: FeedPosition): Promise<boolean> {
    const from = logPosition(place);
    if (from === null) return false;
    try {
      for await (const { position, id } of this.#options.store.readAll({ from, limit: 1 })) {
        return feedPosition(position, id) === place;
      }
    } catch (error) {
      // A position that the log never gave.
      if (!isEventStoreError(error, 'invalid')) throw error;
    }
    return false;
  }

  /** An event that retention deleted is a place as good as another: what became of its order is reported later. */
  async #verifyDeleted(place: FeedPosition): Promise<void> {
    const position = logPosition(place);
    if (position === null) throw unknownPosition();
    try {
      const { first } = await DeletedLeaves.read(this.#options.store, position);
      if (first === null) throw unknownPosition();
    } catch (error) {
      // A position that the log never gave.
      throw isEventStoreError(error, 'invalid') ? unknownPosition() : error;
    }
  }

  /** Looks at some orders with news, and at what was removed meanwhile. */
  async #ordersSlice({ after, limit, wanted }: FeedQuestion): Promise<OrdersSlice> {
    const only = wanted === null ? null : [...wanted];
    await nextTurn();
    const slice = this.#options.orders.news(logPosition(after), only, Math.min(SLICE_ORDERS, limit));
    // A thread that had no turn for long has what was sent to it before these were written, such as labels, in hand still.
    await nextTurn();
    const newest = slice.end ?? slice.newest;
    const end = laterPlace(after, newest === null ? BEGINNING : feedPosition(newest.position, newest.id));
    const [first] = slice.orders;
    // Who begins has no copy: only what these orders came to is to be reported.
    const beginning = first === undefined ? end : feedPosition(first.position, first.eventId);
    const removed = await this.#removals.read({
      after: after === BEGINNING ? beginning : after,
      end,
      isOpen: slice.end === null,
      limit: Math.min(SLICE_NOTES, limit),
    });
    const { unread } = removed;
    const orders =
      unread === null
        ? slice.orders
        : slice.orders.filter(({ position }) => comparePositions(position, unread.from) < 0);
    const newestOrder = orders.at(-1);
    const window: OrdersWindow = {
      after,
      end:
        newestOrder === undefined
          ? removed.end
          : laterPlace(removed.end, feedPosition(newestOrder.position, newestOrder.eventId)),
    };
    const removals = removed.items.filter((item) => wants(wanted, item));
    const { items, next, cut } = coalesced(window, orders, removals, limit, this.#options.show);
    const isMore = cut || unread?.why === 'more' || (slice.end !== null && unread === null);
    return { items, next, looked: removed.looked, left: isMore ? 'more' : unread === null ? 'none' : 'pending' };
  }
}
