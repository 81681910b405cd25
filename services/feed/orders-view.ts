import { toOrder } from '../../projections/order/order';
import {
  type FeedItem,
  type FeedOrder,
  type FeedPosition,
  type FeedRemoval,
  ORDER_REMOVED,
  ORDER_STATE,
} from '../../schemas/api/feed';
import { orderStream } from '../../schemas/events/order-events';
import type { StreamName } from '../../schemas/events/stream-name';
import type { ShowOrder } from '../labels/labels';
import type { PlacedOrder } from '../read-model/order-table/schema';
import { comparePlaces, feedPosition, laterPlace } from './feed-place';

/** A part of the log: after one place, up to another. */
export interface OrdersWindow {
  readonly after: FeedPosition;
  readonly end: FeedPosition;
}

export interface Coalesced {
  readonly items: readonly FeedItem[];
  /** Everything up to here is in. */
  readonly next: FeedPosition;
  /** There is more in the window. */
  readonly cut: boolean;
}

/**
 * @param show gives the order its label; default: it has none
 * @returns an order as `view=orders` has it; null before its first event.
 */
export function orderItemOf(
  { key, state, position, eventId }: PlacedOrder,
  show: ShowOrder = toOrder,
): FeedOrder | null {
  const order = show(key, state);
  if (order === null) return null;
  return {
    position: feedPosition(position, eventId),
    location_id: key.location_id,
    order_id: key.order_id,
    revision: order.revision,
    type: ORDER_STATE,
    received_at: order.updated_at,
    order,
  };
}

/**
 * Leaves out what something later in the same answer makes worthless: of each order the newest state is left, unless it
 * was removed after that, and the newest removal.
 * @param items in the order of the log
 */
export function newestOfEach(items: readonly FeedItem[]): FeedItem[] {
  const removed = new Set<StreamName>();
  const stated = new Set<StreamName>();
  const isNewest = (item: FeedItem): boolean => {
    const stream = orderStream(item);
    if (removed.has(stream)) return false;
    const isRemoval = item.type === ORDER_REMOVED;
    if (!isRemoval && stated.has(stream)) return false;
    (isRemoval ? removed : stated).add(stream);
    return true;
  };
  return items.toReversed().filter(isNewest).reverse();
}

/**
 * Puts the orders with news in a window and what was removed in it in the order of the log. Each order is there once, at the
 * place of its newest event, but not if it was removed after that; one that has newer news than the window comes with those.
 */
export function coalesced(
  { after, end }: OrdersWindow,
  orders: readonly PlacedOrder[],
  removals: readonly FeedRemoval[],
  limit: number,
  show: ShowOrder = toOrder,
): Coalesced {
  const all = newestOfEach(
    [...orders.map((order) => orderItemOf(order, show)).filter((item) => item !== null), ...removals].sort(
      (one, other) => comparePlaces(one.position, other.position),
    ),
  );
  const items = all.slice(0, limit);
  const cut = items.length < all.length;
  return { items, next: cut ? (items.at(-1)?.position ?? after) : laterPlace(after, end), cut };
}
