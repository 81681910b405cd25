import type { Order } from '../../../../../schemas/api/order-view';
import type { OrderChange } from '../../feed/model/feed-state';
import type { Driver } from '../../../../../projections/order/driver-details';
import { type BoardNews, previousDriver, newsOfChange } from './news';

/** Remembers what a board needs to know of its orders from before, because the feed says only how they are now. */
export class BoardMemory {
  /** By order id: the driver that people may still be waiting for. */
  readonly previousDrivers = new Map<string, Driver>();
  /** By order id: when it came to its place on the board, in milliseconds since the epoch by the service's clock. */
  readonly movedAt = new Map<string, number>();

  /** @returns what is new in the changes, oldest first: the first to come is served first */
  takeIn(changes: readonly OrderChange<Order>[], now: number): readonly BoardNews[] {
    const news: BoardNews[] = [];
    for (const change of changes) {
      const { order_id, stage } = change.after;
      const previous = previousDriver(this.previousDrivers.get(order_id) ?? null, change);
      if (previous === null) this.previousDrivers.delete(order_id);
      else this.previousDrivers.set(order_id, previous);
      if (!change.initial && change.before?.stage !== stage) this.movedAt.set(order_id, now);
      news.push(...newsOfChange(change, now));
    }
    // A snapshot has the newest first.
    return news.sort(({ order: one }, { order: other }) => (one.stage_since < other.stage_since ? -1 : 1));
  }
}
