import { type FeedItem, type FeedPosition, ORDER_REMOVED, ORDER_STATE } from '../../../schemas/api/feed';
import type { OrderKey } from '../../../schemas/order-key';
import type { OrderSetAsideData } from '../../../schemas/destination-events';
import { orderStream } from '../../../schemas/events/order-events';
import { comparePlaces, laterPlace } from '../../feed/feed-place';

/**
 * What is on its way to a destination: of each order a line of items, the first of which is sent before the next. Bounded: of
 * a long line only the beginning is here, and the rest is read from the log again when it is its turn. No I/O.
 */

/** Most orders with items on their way. */
export const MAX_WAITING_ORDERS = 1_024;
/** Most items, and most characters of them, on their way. */
export const MAX_WAITING_ITEMS = 8_192;
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;
/** Most items of one order that are here, and most characters but for the first. */
export const MAX_ITEMS_OF_LINE = 32;
const MAX_CHARACTERS_OF_LINE = 256 * 1024;

export interface Waiting {
  readonly item: FeedItem;
  /** As JSON. */
  readonly text: string;
  /** Everything up to here came before it; null: that is not known. */
  readonly before: FeedPosition | null;
}

/** The items of one order that are on their way. */
export interface Line {
  readonly key: OrderKey;
  /** Oldest first. */
  readonly waiting: Waiting[];
  /** All items of the order up to here are settled. */
  after: FeedPosition;
  /** There are more after those that wait, in the log. */
  hasMore: boolean;
  /** They are being read; false again, before that is over, if it is not needed any more. */
  isLoading: boolean;
  /** The first item is with the receiver now. */
  isUnderWay: boolean;
  /** Attempts that failed for the first item. */
  attempts: number;
  /** Milliseconds since the epoch; null: the first item has not failed. */
  failingSince: number | null;
  /** Milliseconds since the epoch, of the next attempt; null: it is made now, or the order does not fail. */
  nextAttemptAt: number | null;
  /** It is on record as set aside, so that commits go on without it. */
  isAside: boolean;
  /** That its events were deleted is on record with that. */
  removal: FeedPosition | null;
}

/** @returns that the events of an order were deleted, if that waits to be sent. */
export function removalOf({ waiting }: Line): OrderSetAsideData['removal'] {
  const removal = waiting.find(({ item }) => item.type === ORDER_REMOVED)?.item;
  return removal === undefined ? null : { position: removal.position, received_at: removal.received_at };
}

export class Lines {
  readonly #lines = new Map<string, Line>();
  #items = 0;
  #characters = 0;
  #readTo: FeedPosition;
  #lastSettled: FeedPosition;

  /** @param place everything up to here is settled, but for what is set aside */
  constructor(place: FeedPosition) {
    this.#readTo = this.#lastSettled = place;
  }

  /** Returns the place up to which everything was taken, or is not wanted. */
  get readTo(): FeedPosition {
    return this.#readTo;
  }

  /** Returns the place of the latest item that was settled. */
  get lastSettled(): FeedPosition {
    return this.#lastSettled;
  }

  get size(): number {
    return this.#lines.size;
  }

  get items(): number {
    return this.#items;
  }

  get isFull(): boolean {
    return (
      this.#lines.size >= MAX_WAITING_ORDERS ||
      this.#items >= MAX_WAITING_ITEMS ||
      this.#characters >= MAX_WAITING_CHARACTERS
    );
  }

  all(): Iterable<Line> {
    return this.#lines.values();
  }

  /** @returns the item that has waited longest, by when it was received. */
  oldest(): string | null {
    let oldest: string | null = null;
    for (const { waiting } of this.#lines.values()) {
      const at = waiting[0]?.item.received_at;
      if (at !== undefined && (oldest === null || at < oldest)) oldest = at;
    }
    return oldest;
  }

  /** Returns the place up to which everything is settled, but for what is set aside. */
  settledTo(): FeedPosition {
    let place = this.#readTo;
    for (const { after, isAside } of this.#lines.values()) {
      if (!isAside && comparePlaces(after, place) < 0) place = after;
    }
    return place;
  }

  /** Opens the line of an order that was set aside before. */
  resume({ location_id, order_id, after, since, removal }: OrderSetAsideData): Line {
    const line = this.#open({ location_id, order_id }, after);
    line.hasMore = true;
    line.isAside = true;
    line.failingSince = Date.parse(since);
    if (removal !== null) {
      const { position, received_at } = removal;
      const item = { position, location_id, order_id, type: ORDER_REMOVED, received_at } as const;
      line.removal = position;
      if (comparePlaces(position, after) > 0) this.#push(line, { item, text: JSON.stringify(item), before: null });
    }
    return line;
  }

  /** Nothing up to here is wanted but what was taken. */
  looked(place: FeedPosition): void {
    this.#readTo = laterPlace(this.#readTo, place);
  }

  /** Takes an item that comes next in the feed. @returns the line if it is new */
  take(waiting: Waiting): Line | null {
    const { item } = waiting;
    const { location_id, order_id } = item;
    const before = this.#readTo;
    const known = this.#lines.get(orderStream(item));
    const line = known ?? this.#open({ location_id, order_id }, before);
    this.#readTo = item.position;
    if (item.type === ORDER_REMOVED) {
      // What was said before is to be forgotten, and is not there any more.
      this.#drop(line);
      line.hasMore = line.isLoading = false;
    }
    if (item.type === ORDER_STATE) this.#drop(line);
    if (line.hasMore || line.isLoading || this.#isLong(line)) line.hasMore = true;
    else this.#push(line, { ...waiting, before });
    return known === undefined ? line : null;
  }

  /**
   * Takes items of an order that were read from the log for its line.
   * @param last up to here the log was read for it
   */
  loaded(line: Line, items: readonly Waiting[], last: FeedPosition, hasMore: boolean): void {
    if (!line.isLoading) return;
    line.isLoading = false;
    line.hasMore ||= hasMore;
    for (const waiting of items) this.#push(line, waiting);
    if (line.waiting.length === 0) line.after = laterPlace(line.after, last);
  }

  /** The first item of a line is done with. */
  settle(line: Line, settled: Waiting): void {
    if (line.waiting[0] !== settled) return;
    line.waiting.shift();
    this.#forget(settled);
    const { position } = settled.item;
    line.after = laterPlace(line.after, line.waiting.at(0)?.before ?? position);
    line.attempts = 0;
    line.failingSince = null;
    this.#lastSettled = laterPlace(this.#lastSettled, position);
  }

  /** @returns whether nothing of the line was left. */
  close(line: Line): boolean {
    if (line.waiting.length > 0 || line.hasMore) return false;
    this.#lines.delete(orderStream(line.key));
    return true;
  }

  #open(key: OrderKey, after: FeedPosition): Line {
    const line: Line = {
      key,
      waiting: [],
      after,
      hasMore: false,
      isLoading: false,
      isUnderWay: false,
      attempts: 0,
      failingSince: null,
      nextAttemptAt: null,
      isAside: false,
      removal: null,
    };
    this.#lines.set(orderStream(key), line);
    return line;
  }

  #isLong({ waiting }: Line): boolean {
    if (waiting.length < 2) return false;
    const characters = waiting.reduce((sum, { text }) => sum + text.length, 0);
    return waiting.length >= MAX_ITEMS_OF_LINE || characters >= MAX_CHARACTERS_OF_LINE;
  }

  /** Drops what the next item makes pointless; what is with the receiver has to be waited for. */
  #drop(line: Line): void {
    const dropped = line.waiting.splice(line.isUnderWay ? 1 : 0);
    for (const waiting of dropped) this.#forget(waiting);
  }

  #push(line: Line, waiting: Waiting): void {
    line.waiting.push(waiting);
    this.#items++;
    this.#characters += waiting.text.length;
  }

  #forget({ text }: Waiting): void {
    this.#items--;
    this.#characters -= text.length;
  }
}
