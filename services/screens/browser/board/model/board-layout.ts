import type { Order } from '../../../../../schemas/api/order-view';
import { shortIds } from '../../shared/model/short-id';
import { groupsById } from './handoff/driver-group';
import { arrange, type Arrangement, type ArrangeOptions } from './arrange';

/** Milliseconds between looks for open orders that have become old. */
const OLD_CHECK_MS = 10_000;

/** Lays a board out anew only when something changed, or an order may have become old. */
export class BoardLayout {
  #arrangement: Arrangement | null = null;
  #arrangedFrom: readonly unknown[] = [];
  #groups: ReadonlyMap<string, readonly Order[]> = new Map();
  #groupedFrom: readonly unknown[] = [];
  #shortIds: ReadonlyMap<string, string> = new Map();
  #shortIdsOf: ReadonlyMap<string, Order> | null = null;

  arranged(orders: ReadonlyMap<string, Order>, options: ArrangeOptions): Arrangement {
    const { marks, search, now, oldAfterHours } = options;
    const from = [orders, marks, search, oldAfterHours, Math.floor(now / OLD_CHECK_MS)];
    if (this.#arrangement === null || from.some((one, index) => one !== this.#arrangedFrom[index])) {
      this.#arrangement = arrange(orders.values(), options);
      this.#arrangedFrom = from;
    }
    return this.#arrangement;
  }

  /** Returns all orders that the driver of an order takes together; none where it is only that one. */
  groupOf(orders: ReadonlyMap<string, Order>, id: string, now: number): readonly Order[] {
    const from = [orders, Math.floor(now / OLD_CHECK_MS)];
    if (from.some((one, index) => one !== this.#groupedFrom[index])) {
      // If that fails, it is not tried again before something changes.
      this.#groupedFrom = from;
      this.#groups = new Map();
      this.#groups = groupsById(orders.values(), now);
    }
    return this.#groups.get(id) ?? [];
  }

  /** @returns what people call an order: as much of its id as distinguishes it from the others */
  shortId(orders: ReadonlyMap<string, Order>, id: string): string {
    if (orders !== this.#shortIdsOf) {
      this.#shortIds = shortIds(orders.keys());
      this.#shortIdsOf = orders;
    }
    return this.#shortIds.get(id) ?? id;
  }
}
