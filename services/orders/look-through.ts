import { cutPage } from '../../schemas/cut-page';
import type { OrderSlice } from '../read-model/order-table/slices';
import { nextTurn } from '../concurrency/turns';

/** Looks through the orders of the read model for a page of those that are wanted, in turns that keep no other work waiting. */

/** Most orders that are replayed for one page; a page that has seen so many ends early, and its cursor goes on. */
export const MAX_REPLAYED_ORDERS = 2_000;
/** Orders of the read model that are looked at between two turns of the event loop. */
const SLICE_ORDERS = 256;
/** Most orders of the read model that are looked at for one page: some 10 us each where no index leaves fewer. */
export const MAX_LOOKED_AT = 24 * SLICE_ORDERS;
/** Most orders of which the whole state is read for one page and which are then not wanted: some 60 us each. */
export const MAX_READ_IN_VAIN = 4 * SLICE_ORDERS;
/** Streams that are read at a time, each in turns of its own. */
const CONCURRENT_REPLAYS = 16;

/** What was found, in the order in which it was looked at. */
export interface FoundPage<Found> {
  readonly records: readonly Found[];
  /** For the next page's `after`; null at the end. */
  readonly next: number | null;
}

type Numbered = OrderSlice['orders'][number];

/**
 * @param slice orders after a number, in the order of the page
 * @param limit most orders of the page
 * @param after the last page's `next`; where the first slice begins for the first page
 * @param candidate what the read model has of an order; null if it is not wanted
 * @param replay what only the log has: the order as it is to be shown, or null; if there is nothing to replay, null
 * @returns a page that may be short, or empty, and have a `next`
 */
export async function lookThrough<Found>(options: {
  readonly slice: (after: number, size: number) => OrderSlice;
  readonly limit: number;
  readonly after: number;
  readonly candidate: (order: Numbered) => Found | null;
  readonly replay: ((candidate: Found) => Promise<Found | null>) | null;
}): Promise<FoundPage<Found>> {
  const { slice, limit, after, candidate, replay } = options;
  const found: { readonly seq: number; readonly record: Found }[] = [];
  let [replayed, lookedAt, inVain] = [0, 0, 0];
  let end: number | null = after;
  while (end !== null && replayed < MAX_REPLAYED_ORDERS && lookedAt < MAX_LOOKED_AT && inVain < MAX_READ_IN_VAIN) {
    await nextTurn();
    const looked = slice(end, SLICE_ORDERS);
    const candidates = looked.orders.flatMap((order) => {
      const record = candidate(order);
      return record === null ? [] : [{ seq: order.seq, record }];
    });
    for (let first = 0; first < candidates.length; first += CONCURRENT_REPLAYS) {
      const some = candidates.slice(first, first + CONCURRENT_REPLAYS);
      const records = some.map(({ record }) => record);
      const kept = replay === null ? records : await Promise.all(records.map(replay));
      for (const [index, { seq }] of some.entries()) {
        const record = kept[index] ?? null;
        if (record === null) continue;
        found.push({ seq, record });
        if (found.length <= limit) continue;
        const { items, last } = cutPage(found, limit);
        return { records: items.map((one) => one.record), next: last?.seq ?? null };
      }
    }
    ({ end } = looked);
    lookedAt += SLICE_ORDERS;
    inVain += looked.orders.length - candidates.length;
    if (replay !== null) replayed += candidates.length;
  }
  return { records: found.map(({ record }) => record), next: end };
}
