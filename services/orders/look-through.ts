import type { OrderFilter } from '../read-model/order-table/filter';
import type { ListedOrders, OrderTableReader } from '../read-model/order-table/reader';
import type { OrderRecord } from '../read-model/order-table/schema';
import { nextTurn } from '../concurrency/turns';

/** Looks through the orders of the read model for a page of those that are wanted, in turns that keep no other work waiting. */

/** Most orders that are replayed for one page; a page that has seen so many ends early, and its cursor goes on. */
export const MAX_REPLAYED_ORDERS = 2_000;
/** Orders of the read model that are looked at between two turns of the event loop. */
const SLICE_ORDERS = 256;
/** Most orders of the read model that are looked at for one page. */
export const MAX_LOOKED_AT = 100 * SLICE_ORDERS;
/** Streams that are read at a time, each in turns of its own. */
const CONCURRENT_REPLAYS = 16;

/**
 * @param limit most orders of the page
 * @param after the last page's `next`; 0 for the first page
 * @param isCandidate what the read model tells
 * @param replay what only the log tells: the order as it is to be told, or null; if there is nothing to replay, null
 * @returns a page that may be short, or empty, and have a `next`
 */
export async function lookThrough(options: {
  readonly orders: Pick<OrderTableReader, 'slice'>;
  readonly filter: OrderFilter;
  readonly limit: number;
  readonly after: number;
  readonly isCandidate: (record: OrderRecord) => boolean;
  readonly replay: ((record: OrderRecord) => Promise<OrderRecord | null>) | null;
}): Promise<ListedOrders> {
  const { orders, filter, limit, after, isCandidate, replay } = options;
  const found: { readonly seq: number; readonly record: OrderRecord }[] = [];
  let [replayed, lookedAt] = [0, 0];
  let end: number | null = after;
  while (end !== null && replayed < MAX_REPLAYED_ORDERS && lookedAt < MAX_LOOKED_AT) {
    await nextTurn();
    const slice = orders.slice(filter, end, SLICE_ORDERS);
    const candidates = slice.orders.filter(isCandidate);
    for (let first = 0; first < candidates.length; first += CONCURRENT_REPLAYS) {
      const some = candidates.slice(first, first + CONCURRENT_REPLAYS);
      const records = replay === null ? some : await Promise.all(some.map(replay));
      for (const [index, { seq }] of some.entries()) {
        const record = records[index] ?? null;
        if (record === null) continue;
        if (found.length === limit) return { records: found.map((one) => one.record), next: found.at(-1)?.seq ?? null };
        found.push({ seq, record });
      }
    }
    ({ end } = slice);
    lookedAt += SLICE_ORDERS;
    if (replay !== null) replayed += candidates.length;
  }
  return { records: found.map(({ record }) => record), next: end };
}
