import { isActive, stageOf } from '../../projections/order/order';
import type { OrderFilter } from '../read-model/order-table/filter';
import type { OrderTableReader } from '../read-model/order-table/reader';
import type { ListedOrders, ListOptions } from '../read-model/order-table/slices';
import type { OrderRecord } from '../read-model/order-table/schema';
import { lookThrough } from './look-through';
import type { OrderHistory } from './history';
import type { LocationId } from '../../schemas/wire/handle-order';

/**
 * The orders of a location as they stood at a time. The read model only names the orders; each is folded from its stream
 * up to that time, so what is shown is what its history says.
 */

/**
 * How far a clock may have been ahead and gone back, in milliseconds: one day. An order of which both the first and the
 * newest event came later than that after the time asked for is not looked at.
 */
export const MAX_CLOCK_RETURN_MS = 24 * 60 * 60 * 1_000;
/** Times are compared as text; later years are longer. */
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** @returns a time as text, as stored times are. */
export const timeOf = (milliseconds: number): string => new Date(Math.min(milliseconds, LATEST)).toISOString();

export interface PastOrders {
  /**
   * @param at milliseconds since the epoch
   * @returns the orders as they stood after the last event received at or before then, as they first came; `stage` and
   *   `active` are those of then. A page may be short, or empty, and have a `next`.
   * @throws {ReadModelError} {@link EventStoreError}
   */
  list(locationId: LocationId, at: number, options: ListOptions): Promise<ListedOrders>;
}

export function createPastOrders({
  orders,
  history,
}: {
  readonly orders: Pick<OrderTableReader, 'slice'>;
  readonly history: Pick<OrderHistory, 'stateAt'>;
}): PastOrders {
  return {
    list: (locationId, at, { stage, active, limit, after }) => {
      const filter: OrderFilter = {
        locations: [locationId],
        asOf: { time: timeOf(at), horizon: timeOf(at + MAX_CLOCK_RETURN_MS) },
        ...(stage === undefined ? {} : { stage }),
        ...(active === undefined ? {} : { active }),
      };
      return lookThrough<OrderRecord>({
        slice: (from, size) => orders.slice(filter, from, size),
        limit,
        after,
        candidate: (order) => order,
        replay: async ({ key }) => {
          const state = await history.stateAt(key, { kind: 'time', at });
          if (state === null) return null;
          const isWanted =
            (stage === undefined || stageOf(state) === stage) && (active === undefined || isActive(state) === active);
          return isWanted ? { key, state } : null;
        },
      });
    },
  };
}
