import { lasted } from './clock';
import type { FeedOrder } from './feed-message';
import type { Change } from './feed-state';

/** An order that nobody fetches leaves the customers' board after so many milliseconds: it clears itself. */
export const READY_SHOWN_MS = 30 * 60_000;
/** An order that is not ready after so many milliseconds leaves too: nobody waits in front of a screen for it. */
export const PREPARING_SHOWN_MS = 3 * 3_600_000;

export interface CustomerLists {
  readonly ready: readonly FeedOrder[];
  readonly almostReady: readonly FeedOrder[];
}

/**
 * Orders that the kitchen reported ready, as far as this screen saw it. `driver_here` hides whether the food is ready,
 * so that such an order stays in the list in which it was, and one that was never seen ready is not called so.
 */
export function seenReady(ready: ReadonlySet<string>, changes: readonly Change<FeedOrder>[]): ReadonlySet<string> {
  let next: Set<string> | null = null;
  for (const { after } of changes) {
    const isReady = after.stage === 'ready' || (after.stage === 'driver_here' && (next ?? ready).has(after.order_id));
    if (isReady === (next ?? ready).has(after.order_id)) continue;
    next ??= new Set(ready);
    if (isReady) next.add(after.order_id);
    else next.delete(after.order_id);
  }
  return next ?? ready;
}

const WAITING: ReadonlySet<string> = new Set(['preparing', 'ready', 'driver_here']);

const oldestFirst = (one: FeedOrder, other: FeedOrder): number =>
  one.stage_since < other.stage_since ? -1 : one.stage_since > other.stage_since ? 1 : 0;
const newestFirst = (one: FeedOrder, other: FeedOrder): number => oldestFirst(other, one);

/**
 * @param ready as {@link seenReady} says
 * @param now milliseconds since the epoch by the service's clock
 */
export function customerLists(orders: Iterable<FeedOrder>, ready: ReadonlySet<string>, now: number): CustomerLists {
  const lists = { ready: [] as FeedOrder[], almostReady: [] as FeedOrder[] };
  for (const order of orders) {
    if (!WAITING.has(order.stage)) continue;
    const isReady = ready.has(order.order_id);
    if (lasted(order.stage_since, now) > (isReady ? READY_SHOWN_MS : PREPARING_SHOWN_MS)) continue;
    (isReady ? lists.ready : lists.almostReady).push(order);
  }
  return { ready: lists.ready.sort(newestFirst), almostReady: lists.almostReady.sort(oldestFirst) };
}
