import { setImmediate as nextTurn } from 'node:timers/promises';
import { isActive, type OrderState, stageOf } from '../../projections/order';
import type { ListedOrders, ListOptions, OrderRecord, OrderTableReader } from '../read-model/order-table';
import type { OrderHistory } from './order-history';

/**
 * The orders of a location as they stood at a time. The read model only names the orders; each is folded from its stream
 * up to that time, so what is told is what its history tells.
 */

/** Most orders that are folded for one page; a page that has seen so many ends early, and its cursor goes on. */
export const MAX_FOLDED_ORDERS = 2_000;
/** Orders of the read model that are looked at between two turns of the event loop. */
const SLICE_ORDERS = 256;
/** Most orders of the read model that are looked at for one page. */
const MAX_LOOKED_AT = 100 * SLICE_ORDERS;
/** Streams read at a time. */
const CONCURRENT_READS = 16;
/**
 * How far a clock may have been ahead and gone back, in milliseconds: one day. An order of which both the first and the
 * newest event came later than that after the time asked for is not looked at.
 */
export const MAX_CLOCK_RETURN_MS = 24 * 60 * 60 * 1_000;
/** Times are compared as text; later years are longer. */
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

export interface PastOrders {
  /**
   * @param at milliseconds since the epoch
   * @returns the orders as they stood after the last event received at or before then, as they first came; `stage` and
   *   `active` are those of then. A page may be short, or empty, and have a `next`.
   * @throws {ReadModelError} {@link EventStoreError}
   */
  list(locationId: string, at: number, options: ListOptions): Promise<ListedOrders>;
}

export function createPastOrders({
  orders,
  history,
}: {
  readonly orders: Pick<OrderTableReader, 'slice'>;
  readonly history: Pick<OrderHistory, 'stateAt'>;
}): PastOrders {
  return {
    async list(locationId, at, { stage, active, limit, after }) {
      const wanted = (state: OrderState | null): state is OrderState =>
        state !== null &&
        (stage === undefined || stageOf(state) === stage) &&
        (active === undefined || isActive(state) === active);
      const filter = {
        locations: [locationId],
        asOf: {
          time: new Date(Math.min(at, LATEST)).toISOString(),
          horizon: new Date(Math.min(at + MAX_CLOCK_RETURN_MS, LATEST)).toISOString(),
        },
        ...(stage === undefined ? {} : { stage }),
        ...(active === undefined ? {} : { active }),
      };
      const records: (OrderRecord & { readonly seq: number })[] = [];
      let folded = 0;
      let lookedAt = 0;
      let end: number | null = after;
      while (end !== null) {
        const slice = orders.slice(filter, end, SLICE_ORDERS);
        for (let first = 0; first < slice.orders.length; first += CONCURRENT_READS) {
          const some = slice.orders.slice(first, first + CONCURRENT_READS);
          const states = await Promise.all(some.map(({ key }) => history.stateAt(key, { kind: 'time', at })));
          for (const [index, { key, seq }] of some.entries()) {
            const state = states[index] ?? null;
            if (!wanted(state)) continue;
            if (records.length === limit) return { records, next: records.at(-1)?.seq ?? null };
            records.push({ key, seq, state });
          }
        }
        ({ end } = slice);
        folded += slice.orders.length;
        lookedAt += SLICE_ORDERS;
        if (folded >= MAX_FOLDED_ORDERS || lookedAt >= MAX_LOOKED_AT) break;
        await nextTurn();
      }
      return { records, next: end };
    },
  };
}
