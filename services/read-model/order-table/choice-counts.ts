import type { Choice } from '../../../schemas/api/search-choices';
import { VERDICTS } from '../../../schemas/vocabulary';
import { DRIVES_OF_ORDER } from './schema';
import { verdictNumber } from './verdicts';
import { sourceSpelling } from './words';

/** How orders are counted by what the search lets people choose. */

/** Some orders that were counted. */
export interface CountedSlice {
  /** How many of them have each word, by the choice that it belongs to. */
  readonly counts: readonly { readonly choice: Choice; readonly value: string; readonly orders: number }[];
  readonly orders: number;
  /** The number of the last one that was counted; null if that is all. */
  readonly end: number | null;
}

/** Which orders are counted one by one: those of a location, all that have not ended, or all that have and need notice. */
export type CountedOrders = { readonly location: string } | 'active' | 'noticed';

/** Counts by column; `attention` has several codes. */
const COUNT_BY = (['status', 'delivery_status', 'stage', 'attention'] as const).map(
  (column) =>
    `SELECT '${column}', ${column}, count(*) FROM some WHERE coalesce(${column}, '') <> '' GROUP BY ${column}`,
);

/** What orders have besides their columns. */
const COUNT_BESIDES = [
  `SELECT 'verdict', verdict, count(*) FROM some
    CROSS JOIN json_each('${JSON.stringify(VERDICTS.map(verdictNumber))}') AS one
    CROSS JOIN order_verdicts ON verdict = one.value AND order_verdicts.seq = some.seq GROUP BY verdict`,
  `SELECT 'source', source_spelling, count(DISTINCT seq) FROM some
    CROSS JOIN drives ON id >= seq * ${String(DRIVES_OF_ORDER)} AND id < (seq + 1) * ${String(DRIVES_OF_ORDER)}
    WHERE source_spelling IS NOT NULL GROUP BY source_spelling`,
];

/** @returns a statement of which the rows are {@link WordRow}; its parameters are the scope's, a number and a size */
const countSql = (scope: string, counts: readonly string[]): string => `
  WITH some AS MATERIALIZED (
    SELECT seq, status, delivery_status, stage, attention FROM orders ${scope} AND seq < ? ORDER BY seq DESC LIMIT ?
  )
  SELECT 'all' AS choice, min(seq) AS value, count(*) AS orders FROM some
  UNION ALL ${counts.join(' UNION ALL ')}`;

const OF_LOCATION = countSql('INDEXED BY orders_of_location WHERE location_id = ?', [...COUNT_BY, ...COUNT_BESIDES]);
/** Of what they have besides, the indexes have all orders ({@link INDEXED_WHOLE}). */
const ACTIVE = countSql('INDEXED BY active_by_seq WHERE active = 1', COUNT_BY);
const NOTICED = `
  WITH some AS MATERIALIZED (
    SELECT seq, attention FROM orders INDEXED BY ended_noticed
    WHERE active = 0 AND attention <> '' AND seq < ? ORDER BY seq DESC LIMIT ?
  )
  SELECT 'all' AS choice, min(seq) AS value, count(*) AS orders FROM some
  UNION ALL SELECT 'attention', attention, count(*) FROM some GROUP BY attention`;

export interface WordRow {
  readonly choice: Choice | 'all';
  readonly value: string | number | null;
  readonly orders: number;
}

interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** @returns what counts the newest orders of some before a number, `size` of them */
export function countingOf(which: CountedOrders, before: number, size: number): Statement {
  if (which === 'active') return { sql: ACTIVE, parameters: [before, size] };
  if (which === 'noticed') return { sql: NOTICED, parameters: [before, size] };
  return { sql: OF_LOCATION, parameters: [which.location, before, size] };
}

/** @returns the words that a row is about */
function wordsOf({ choice, value }: WordRow): readonly string[] {
  if (choice === 'verdict') return VERDICTS.filter((verdict) => verdictNumber(verdict) === value);
  return choice === 'attention' ? String(value).trim().split(/ +/) : [String(value)];
}

export function countedSlice(rows: readonly WordRow[], size: number): CountedSlice {
  const all = rows.find(({ choice }) => choice === 'all');
  const counts = rows.flatMap((row) => {
    const { choice, orders } = row;
    return choice === 'all' ? [] : wordsOf(row).map((value) => ({ choice, value, orders }));
  });
  return { counts, orders: all?.orders ?? 0, end: all?.orders === size ? Number(all.value) : null };
}

/** Choices of which the index has all orders; that of the others has those that have ended. */
export const INDEXED_WHOLE: ReadonlySet<Choice> = new Set<Choice>(['verdict', 'source']);

/** What is counted word by word, each in its index; the codes of `attention` are several in one entry. */
export type IndexedChoice = Exclude<Choice, 'attention'>;

const INDEXED: Readonly<Record<IndexedChoice, string>> = {
  status: '1 FROM orders INDEXED BY ended_by_status WHERE active = 0 AND status = ?',
  delivery_status: '1 FROM orders INDEXED BY ended_by_delivery_status WHERE active = 0 AND delivery_status = ?',
  stage: '1 FROM orders INDEXED BY ended_by_stage WHERE active = 0 AND stage = ?',
  verdict: '1 FROM order_verdicts WHERE verdict = ?',
  source: `DISTINCT id / ${String(DRIVES_OF_ORDER)} FROM drives INDEXED BY drives_by_source WHERE source_spelling = ?`,
};

/** @returns a word as the index has it */
function indexed(choice: IndexedChoice, value: string): string | number {
  if (choice === 'verdict') return VERDICTS.findIndex((verdict) => verdict === value);
  return choice === 'source' ? sourceSpelling(value) : value;
}

/** @returns what counts the orders that have a word, at most `limit`, by the index of the words */
export const countingBy = (choice: IndexedChoice, value: string, limit: number): Statement => ({
  sql: `SELECT count(*) AS orders FROM (SELECT ${INDEXED[choice]} LIMIT ?)`,
  parameters: [indexed(choice, value), limit],
});

/** Gives the sources that any driver had, each once, so many: one look into the index for each. */
export const SOURCES_SQL = `
  WITH RECURSIVE known (spelling) AS (
    SELECT min(source_spelling) FROM drives WHERE source_spelling IS NOT NULL
    UNION ALL
    SELECT (SELECT min(source_spelling) FROM drives WHERE source_spelling > spelling) FROM known WHERE spelling IS NOT NULL
  )
  SELECT spelling FROM known WHERE spelling IS NOT NULL LIMIT ?`;
