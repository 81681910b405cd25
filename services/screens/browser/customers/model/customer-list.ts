import { lasted } from '../../shared/model/clock';
import type { LiveOrder } from '../../shared/model/feed-message';

/** An order that nobody fetches leaves the customers' board after so many milliseconds: it clears itself. */
export const READY_SHOWN_MS = 30 * 60_000;
/** An order that is not ready after so many milliseconds leaves too: nobody waits in front of a screen for it. */
export const PREPARING_SHOWN_MS = 3 * 3_600_000;

/** What the customers' view of the feed says of an order. */
export interface ListedOrder extends LiveOrder {
  /** The food is ready and still at the restaurant, wherever the driver is. */
  readonly ready: boolean;
  /** What the customer calls it. */
  readonly number?: string;
}

export interface CustomerLists {
  readonly ready: readonly ListedOrder[];
  readonly preparing: readonly ListedOrder[];
}

const WAITING: ReadonlySet<string> = new Set(['preparing', 'ready', 'driver_here']);

/** @returns whether customers may come and fetch an order. */
export const isCalled = ({ stage, ready }: ListedOrder): boolean => ready && WAITING.has(stage);

const oldestFirst = (one: LiveOrder, other: LiveOrder): number =>
  one.stage_since < other.stage_since ? -1 : one.stage_since > other.stage_since ? 1 : 0;
const newestFirst = (one: LiveOrder, other: LiveOrder): number => oldestFirst(other, one);

/** @param now milliseconds since the epoch by the service's clock */
export function customerLists(orders: Iterable<ListedOrder>, now: number): CustomerLists {
  const lists = { ready: [] as ListedOrder[], preparing: [] as ListedOrder[] };
  for (const order of orders) {
    if (!WAITING.has(order.stage)) continue;
    const isReady = isCalled(order);
    if (lasted(order.stage_since, now) > (isReady ? READY_SHOWN_MS : PREPARING_SHOWN_MS)) continue;
    (isReady ? lists.ready : lists.preparing).push(order);
  }
  return { ready: lists.ready.sort(newestFirst), preparing: lists.preparing.sort(oldestFirst) };
}
