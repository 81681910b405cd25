import {
  type Choice,
  CHOICES,
  type ChoiceCount,
  MAX_COUNTED_ORDERS,
  type SearchChoices,
} from '../../schemas/api/search-choices';
import { recordOf } from '../../schemas/records';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES, VERDICTS } from '../../schemas/vocabulary';
import { KNOWN_SOURCES } from '../../schemas/words/source-words';
import { nextTurn } from '../concurrency/turns';
import { type CountedOrders, INDEXED_WHOLE } from '../read-model/order-table/choice-counts';
import { NEWEST_SEQ } from '../read-model/order-table/found-orders';
import type { OrderTableReader } from '../read-model/order-table/reader';

/** Counts orders by what the search lets people choose: each word alone, whatever else may be asked for with it. */

/** Orders that are counted one by one between two turns of the event loop. */
const SLICE_ORDERS = 500;
/**
 * Most orders of some locations that are counted one by one for one answer, one location after the other, the newest
 * orders of each first: some 20 us each. Beyond them numbers are least numbers.
 */
export const MAX_TALLIED_ORDERS = 20 * SLICE_ORDERS;
/**
 * The same of all orders that have not ended, which are as many only if the end of most is never reported, and of those
 * that have and need notice: some 7 us each.
 */
export const MAX_TALLIED_ACTIVE = 100 * SLICE_ORDERS;
/** What looking at a location costs at least, in orders: a reader may have thousands of locations with few orders. */
const LEAST_OF_LOOK = 10;
/** Most sources that are counted: others can be looked for all the same. */
export const MAX_COUNTED_SOURCES = 100;

/** The words of a choice that everybody may choose, whether or not any order has them. */
const KNOWN: Readonly<Record<Choice, readonly string[]>> = {
  status: [...STATUSES.keys()],
  delivery_status: [...DELIVERY_STATUSES.keys()],
  stage: STAGES,
  attention: ATTENTION_CODES,
  verdict: VERDICTS,
  source: KNOWN_SOURCES,
};

type Orders = Pick<OrderTableReader, 'counted' | 'countBy' | 'sources'>;

interface Tally {
  readonly counts: Readonly<Record<Choice, ReadonlyMap<string, number>>>;
  /** There were no others. */
  readonly isAll: boolean;
}

/** Counts orders one by one. @returns null once nobody waits for it any more */
async function tally(
  orders: Orders,
  scopes: readonly CountedOrders[],
  most: number,
  gone: AbortSignal,
): Promise<Tally | null> {
  const counts = recordOf(CHOICES, () => new Map<string, number>());
  let left = most;
  for (const which of scopes) {
    let end: number | null = NEWEST_SEQ;
    while (end !== null) {
      if (left <= 0) return { counts, isAll: false };
      await nextTurn();
      if (gone.aborted) return null;
      const slice = orders.counted(which, end, SLICE_ORDERS);
      for (const { choice, value, orders: some } of slice.counts) {
        counts[choice].set(value, (counts[choice].get(value) ?? 0) + some);
      }
      ({ end } = slice);
      left -= Math.max(slice.orders, LEAST_OF_LOOK);
    }
  }
  return { counts, isAll: true };
}

const countOf = (value: string, orders: number, isAll: boolean): ChoiceCount => ({
  value,
  orders: Math.min(orders, MAX_COUNTED_ORDERS),
  more: !isAll || orders > MAX_COUNTED_ORDERS,
});

/** @returns the words that everybody may choose, and those that orders have besides for as long as there are few */
const wordsOf = (choice: Choice, found: Iterable<string>): readonly string[] => [
  ...new Set(choice === 'source' ? [...KNOWN.source, ...[...found].slice(0, MAX_COUNTED_SOURCES)] : KNOWN[choice]),
];

/**
 * Counts the orders of some locations one by one: no index has the words of one location.
 * @returns null once nobody waits for it any more
 */
async function countWithin(
  orders: Orders,
  locations: readonly string[],
  gone: AbortSignal,
): Promise<SearchChoices | null> {
  const scopes = locations.map((location): CountedOrders => ({ location }));
  const tallied = await tally(orders, scopes, MAX_TALLIED_ORDERS, gone);
  if (tallied === null) return null;
  const { counts, isAll } = tallied;
  return recordOf(CHOICES, (choice) =>
    wordsOf(choice, counts[choice].keys()).map((value) => countOf(value, counts[choice].get(value) ?? 0, isAll)),
  );
}

/**
 * Counts all orders by the indexes of their words; one by one, those that have not ended, which no index has, and the codes
 * of those that have.
 */
async function countAll(orders: Orders, gone: AbortSignal): Promise<SearchChoices | null> {
  const active = await tally(orders, ['active'], MAX_TALLIED_ACTIVE, gone);
  const noticed = active === null ? null : await tally(orders, ['noticed'], MAX_TALLIED_ACTIVE, gone);
  if (active === null || noticed === null) return null;
  const counts = recordOf(CHOICES, (): ChoiceCount[] => []);
  for (const choice of CHOICES) {
    for (const value of wordsOf(choice, orders.sources(MAX_COUNTED_SOURCES))) {
      await nextTurn();
      if (gone.aborted) return null;
      const open = active.counts[choice].get(value) ?? 0;
      if (choice === 'attention') {
        const ended = noticed.counts.attention.get(value) ?? 0;
        counts.attention.push(countOf(value, open + ended, active.isAll && noticed.isAll));
        continue;
      }
      const indexed = orders.countBy(choice, value, MAX_COUNTED_ORDERS + 1);
      const isWhole = INDEXED_WHOLE.has(choice);
      counts[choice].push(countOf(value, isWhole ? indexed : indexed + open, isWhole || active.isAll));
    }
  }
  return counts;
}

/**
 * @param locations whose orders are counted; null for all
 * @param gone aborted once nobody waits for it any more
 * @returns for each choice how many orders each word finds alone; null once nobody waits for it any more
 * @throws {ReadModelError}
 */
export const countChoices = (
  orders: Orders,
  locations: readonly string[] | null,
  gone: AbortSignal,
): Promise<SearchChoices | null> =>
  locations === null ? countAll(orders, gone) : countWithin(orders, locations, gone);
