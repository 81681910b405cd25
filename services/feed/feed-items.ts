import { attentionOf } from '../../projections/order/attention';
import type { OrderState } from '../../projections/order/order';
import { classify } from '../../projections/history/timeline';
import { type FeedFact, type FeedPosition, type FeedRemoval, ORDER_REMOVED } from '../../schemas/api/feed';
import type { OrderKey } from '../../schemas/order-key';
import { OrderDeletedData } from '../../schemas/events/event-data';
import {
  decodeOrderEvent,
  ORDER_DELETED,
  type OrderEvent,
  orderKeyOfStream,
  ORDER_STREAM_PREFIX,
  RETENTION_STREAM,
} from '../../schemas/events/order-events';
import type { StreamName } from '../../schemas/events/stream-name';
import type { EventStore, Position, RecordedEvent } from '../event-store/event-store';
import { readOne } from '../event-store/reads';
import { feedPosition } from './feed-place';
import type { OrderFolds } from './order-folds';
import { classifyRemoval, type Removal } from './removal';
import { StreamBeginnings } from './stream-beginnings';

/** What the log says of an order at one place: an item of the feed before anybody's rights are looked at. */
export type LogItem = FeedFact | FeedRemoval;

export interface LogItems {
  readonly items: readonly LogItem[];
  /** Up to here everything is in; the place of the last item, or what the caller gave. */
  readonly last: FeedPosition;
  /**
   * How many of the events were read: fewer than there are if the next can be reported only later, and all after it has
   * to wait.
   */
  readonly read: number;
}

export type ReadItems = (events: readonly RecordedEvent[], last: FeedPosition) => Promise<LogItems>;

type Store = Pick<EventStore, 'exclusive' | 'readStream'>;

/**
 * Makes items of events of the log.
 * @param now milliseconds since the epoch
 */
export function createReadItems(options: {
  readonly store: Store;
  readonly folds: OrderFolds;
  readonly now: () => number;
}): ReadItems {
  const { store, folds, now } = options;
  const beginnings = new StreamBeginnings(store, now);

  const removalOf = async (stream: StreamName, last: Position, created: Date): Promise<Removal> => {
    // In this order: the deletion, and the order's coming again, may happen in between.
    const newest = await readOne(store, stream, { direction: 'backwards' });
    const oldest = await readOne(store, stream);
    const ends = { oldest: oldest?.position ?? null, newest: newest?.position ?? null };
    return classifyRemoval(ends, last, now() - created.getTime());
  };

  const factOf = (stored: RecordedEvent, event: OrderEvent, key: OrderKey, before: OrderState): FeedFact => {
    const { state, verdict } = classify(key, before, event);
    folds.keep(stored.stream, state);
    return {
      position: feedPosition(stored.position, stored.id),
      location_id: key.location_id,
      order_id: key.order_id,
      revision: event.revision,
      type: event.type,
      received_at: event.receivedAt,
      data: event.data,
      stage: state.stage,
      attention: attentionOf(state),
      source: (state.assigned ? state.driver?.source : null) ?? null,
      verdict,
    };
  };

  /** @returns null for a note that is about no order, or came to nothing. */
  const noteOf = async (stored: RecordedEvent): Promise<FeedRemoval | 'pending' | null> => {
    const note = stored.type === ORDER_DELETED ? OrderDeletedData.safeParse(stored.data).data : undefined;
    const key = note === undefined ? null : orderKeyOfStream(note.stream);
    const last = note?.leaves.at(-1)?.[0];
    if (note === undefined || key === null || last === undefined) return null;
    const removal = await removalOf(note.stream, last, stored.created);
    if (removal !== 'removed') return removal === 'pending' ? 'pending' : null;
    beginnings.forget(note.stream);
    folds.forget(note.stream);
    return {
      position: feedPosition(stored.position, stored.id),
      location_id: key.location_id,
      order_id: key.order_id,
      type: ORDER_REMOVED,
      received_at: stored.created.toISOString(),
    };
  };

  return async (events, start) => {
    const items: LogItem[] = [];
    let last = start;
    for (const [read, stored] of events.entries()) {
      const { stream } = stored;
      if (stream.startsWith(ORDER_STREAM_PREFIX)) {
        const event = decodeOrderEvent(stored);
        const key = orderKeyOfStream(stream);
        if (event === null || key === null) continue;
        if (!store.exclusive && (await beginnings.isGone(stored))) continue;
        const before = folds.atHand(stream, event.revision) ?? (await folds.before(stream, event.revision));
        items.push(factOf(stored, event, key, before));
      } else if (stream === RETENTION_STREAM) {
        const note = await noteOf(stored);
        if (note === 'pending') return { items, last, read };
        if (note !== null) items.push(note);
      }
      last = items.at(-1)?.position ?? last;
    }
    return { items, last, read: events.length };
  };
}
