import { type FeedPosition, type FeedRemoval, ORDER_REMOVED } from '../../schemas/api/feed';
import { ORDER_STREAM_PREFIX, RETENTION_STREAM } from '../../schemas/events/order-events';
import { comparePositions, type EventStore, type Position, type RecordedEvent } from '../event-store/event-store';
import type { LogItem, ReadItems } from './feed-items';
import { comparePlaces, feedPosition, laterPlace, logPosition } from './feed-place';
import type { Tail } from './tail';

/** A part of the log of which is asked what was removed. */
export interface AskedRemovals {
  /** Exclusive. */
  readonly after: FeedPosition;
  /** Inclusive. */
  readonly end: FeedPosition;
  /** What comes after the end, up to the next fact, is asked for as well. */
  readonly isOpen: boolean;
  /** Most notes of retention to look at in the log. What is kept in memory costs nothing to look through. */
  readonly limit: number;
}

/** Why not all was looked at. */
export interface UnreadNotes {
  /** `pending`: the deletion may be about to happen, and all after it has to wait. */
  readonly why: 'more' | 'pending';
  /** Position of the first note that was not looked at. */
  readonly from: Position;
}

export interface FoundRemovals {
  readonly items: readonly FeedRemoval[];
  /** Everything up to here was looked at, and, if notes are unread, before the first of them. */
  readonly end: FeedPosition;
  readonly unread: UnreadNotes | null;
  /** Notes that were looked at in the log. */
  readonly looked: number;
}

const isRemoval = (item: LogItem): item is FeedRemoval => item.type === ORDER_REMOVED;

const placeOf = ({ position, id }: RecordedEvent): FeedPosition => feedPosition(position, id);

/** Reads what retention removed, a bounded number of its notes at a time. */
export class Removals {
  readonly #options: {
    readonly store: Pick<EventStore, 'readAll'>;
    readonly readItems: ReadItems;
    readonly tail: Pick<Tail, 'after' | 'looked'>;
  };

  constructor(options: {
    readonly store: Pick<EventStore, 'readAll'>;
    readonly readItems: ReadItems;
    readonly tail: Pick<Tail, 'after' | 'looked'>;
  }) {
    this.#options = options;
  }

  /** @throws {EventStoreError} */
  async read(asked: AskedRemovals): Promise<FoundRemovals> {
    const { end } = asked;
    const [from, to] = [logPosition(asked.after), logPosition(end)];
    // Who has nothing has nothing that is to be removed.
    if (from === null || to === null) return { items: [], end, unread: null, looked: 0 };
    return this.#fromTail(asked, to) ?? (await this.#fromLog(asked, from, to));
  }

  /** @returns null if the tail does not have all of it. */
  #fromTail({ after, end, isOpen }: AskedRemovals, to: Position): FoundRemovals | null {
    const { tail } = this.#options;
    const kept = tail.after(after);
    if (kept === null || tail.looked === null || comparePositions(tail.looked, to) < 0) return null;
    const items: FeedRemoval[] = [];
    for (const item of kept) {
      const isBeyond = comparePlaces(item.position, end) > 0;
      if (isBeyond && !(isOpen && isRemoval(item))) break;
      if (isRemoval(item)) items.push(item);
    }
    return { items, end: laterPlace(end, items.at(-1)?.position ?? end), unread: null, looked: 0 };
  }

  async #fromLog({ after, end, isOpen, limit }: AskedRemovals, from: Position, to: Position): Promise<FoundRemovals> {
    const { store, readItems } = this.#options;
    const found: RecordedEvent[] = [];
    // One more says whether that is all; and the place itself may be one.
    for await (const event of store.readAll({ from, prefix: RETENTION_STREAM, limit: limit + 2 })) {
      if (!isOpen && comparePositions(event.position, to) > 0) break;
      if (event.position !== from) found.push(event);
    }
    // After the notes: a fact that comes in between is then seen, and what comes after it is left to later.
    const fact = isOpen && found.length > 0 ? await this.#factAfter(to) : null;
    const all = fact === null ? found : found.filter(({ position }) => comparePositions(position, fact) < 0);
    const notes = all.slice(0, limit);
    const { items, read } = await readItems(notes, after);
    const last = notes[read - 1];
    const next = all[read];
    const unread =
      next === undefined ? null : ({ why: read < notes.length ? 'pending' : 'more', from: next.position } as const);
    const lookedTo = last === undefined ? after : placeOf(last);
    return {
      items: items.filter(isRemoval),
      end: unread === null ? laterPlace(end, lookedTo) : lookedTo,
      unread,
      looked: notes.length,
    };
  }

  async #factAfter(to: Position): Promise<Position | null> {
    let fact: Position | null = null;
    const read = this.#options.store.readAll({ from: to, prefix: ORDER_STREAM_PREFIX, limit: 2 });
    for await (const { position } of read) if (position !== to) fact ??= position;
    return fact;
  }
}
