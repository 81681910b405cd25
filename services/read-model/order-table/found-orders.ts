import { spellingOf } from '../../../projections/values/spelling';
import { type AttentionCode, FINAL_STAGES, type Verdict } from '../../../schemas/vocabulary';
import { conditionsOf, type OrderFilter } from './filter';
import { DRIVES_OF_ORDER } from './schema';
import { verdictNumber } from './verdicts';
import { gramsOf, plateSpelling, sourceSpelling } from './words';

/** How the search finds its way to the newest orders that may be wanted: by the index that leaves fewest to look at. */

/** Larger than the number of any order; so many drivers have ids that are whole numbers. */
export const NEWEST_SEQ = Math.floor(Number.MAX_SAFE_INTEGER / DRIVES_OF_ORDER);

/** What orders are looked up by; what is found may be more. Texts are compared as {@link spellingOf} has them. */
export interface SearchFilter extends OrderFilter {
  /** A part. */
  readonly orderId?: string | undefined;
  /** A part of a driver's name. */
  readonly driver?: string | undefined;
  /** A part. */
  readonly licensePlate?: string | undefined;
  readonly phoneLast4?: string | undefined;
  readonly source?: string | undefined;
  readonly attention?: AttentionCode | undefined;
  /** At least one event was read so. */
  readonly verdict?: Verdict | undefined;
  /** One of these, by their numbers. */
  readonly among?: readonly number[] | undefined;
}

/** A statement that gives `seq` of orders, the newest first. */
interface Way {
  readonly sql: string;
  /** Before those that every way has last: the number that all are to be less than, and how many are wanted. */
  readonly parameters: readonly (string | number)[];
}

const ORDER_OF = `/ ${String(DRIVES_OF_ORDER)} AS seq`;
const BEFORE_ORDER = `< ? * ${String(DRIVES_OF_ORDER)}`;

const ofDrives = (column: string, value: string): Way => ({
  sql: `SELECT id ${ORDER_OF} FROM drives WHERE ${column} = ? AND id ${BEFORE_ORDER} ORDER BY id DESC LIMIT ?`,
  parameters: [value],
});

const ofOrders = (condition: string, parameters: readonly (string | number)[] = [], index = ''): Way => ({
  sql: `SELECT seq FROM orders ${index} WHERE ${condition} seq < ? ORDER BY seq DESC LIMIT ?`,
  parameters,
});

const ofVerdict = (verdict: Verdict): Way => ({
  sql: 'SELECT seq FROM order_verdicts WHERE verdict = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  parameters: [verdictNumber(verdict)],
});
/** Most orders may have one: what else is asked for leaves fewer. */
const COMMON_VERDICTS: ReadonlySet<Verdict> = new Set(['advance', 'no_change', 'action']);

/** What the indexes of words do not have yet, each order once. */
const UNWRITTEN: Way = {
  sql: `SELECT DISTINCT id ${ORDER_OF} FROM unwritten_words WHERE id ${BEFORE_ORDER} ORDER BY seq DESC LIMIT ?`,
  parameters: [],
};

const ACTIVE = 'INDEXED BY active_by_seq';

/** Names and plates in one query: the rarer trigrams of both leave fewest drivers. */
function driverWords({ driver, licensePlate }: SearchFilter): string | null {
  const name = driver === undefined ? null : gramsOf(spellingOf(driver));
  const plate = licensePlate === undefined ? null : gramsOf(plateSpelling(licensePlate));
  const parts = [name === null ? [] : `name : (${name})`, plate === null ? [] : `plate : (${plate})`].flat();
  return parts.length === 0 ? null : parts.join(' AND ');
}

/** Gives the numbers of orders; the parameter is a JSON array of objects with both ids. */
export const SEQS_OF_KEYS_SQL = `SELECT seq FROM json_each(?) AS one CROSS JOIN orders
  ON location_id = one.value ->> 'location_id' AND order_id = one.value ->> 'order_id'`;

/** @returns statements that together give every order that may be wanted. */
export function waysTo(filter: SearchFilter): readonly Way[] {
  if (filter.among !== undefined) {
    const sql = 'SELECT value AS seq FROM json_each(?) WHERE value < ? ORDER BY value DESC LIMIT ?';
    return [{ sql, parameters: [JSON.stringify(filter.among)] }];
  }
  const { phoneLast4, orderId, source, stage, status, deliveryStatus, attention, verdict, locations } = filter;
  if (phoneLast4 !== undefined) return [ofDrives('phone_last4', phoneLast4)];
  const words = driverWords(filter);
  if (words !== null) {
    const sql = `SELECT rowid ${ORDER_OF} FROM driver_words
      WHERE driver_words MATCH ? AND rowid ${BEFORE_ORDER} ORDER BY rowid DESC LIMIT ?`;
    return [{ sql, parameters: [words] }, UNWRITTEN];
  }
  const id = orderId === undefined ? null : gramsOf(spellingOf(orderId));
  if (id !== null) {
    const sql =
      'SELECT rowid AS seq FROM order_words WHERE order_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?';
    return [{ sql, parameters: [id] }, UNWRITTEN];
  }
  const [only] = locations?.length === 1 ? locations : [];
  if (only !== undefined) return [ofOrders('location_id = ? AND', [only], 'INDEXED BY orders_of_location')];
  if (verdict !== undefined && !COMMON_VERDICTS.has(verdict)) return [ofVerdict(verdict)];
  if (stage !== undefined) {
    const ended = ofOrders('active = 0 AND stage = ? AND', [stage], 'INDEXED BY ended_by_stage');
    return [FINAL_STAGES.has(stage) ? ended : ofOrders('active = 1 AND stage = ? AND', [stage], ACTIVE)];
  }
  if (status !== undefined) {
    return [
      ofOrders('active = 0 AND status = ? AND', [status], 'INDEXED BY ended_by_status'),
      ofOrders('active = 1 AND status = ? AND', [status], ACTIVE),
    ];
  }
  if (deliveryStatus !== undefined) {
    return [
      ofOrders('active = 0 AND delivery_status = ? AND', [deliveryStatus], 'INDEXED BY ended_by_delivery_status'),
      ofOrders('active = 1 AND delivery_status = ? AND', [deliveryStatus], ACTIVE),
    ];
  }
  if (attention !== undefined) {
    const has = 'instr(attention, ?) > 0 AND';
    return [
      ofOrders(`active = 0 AND attention <> '' AND ${has}`, [attentionMark(attention)], 'INDEXED BY ended_noticed'),
      ofOrders(`active = 1 AND ${has}`, [attentionMark(attention)], ACTIVE),
    ];
  }
  if (source !== undefined) return [ofDrives('source_spelling', sourceSpelling(source))];
  if (verdict !== undefined) return [ofVerdict(verdict)];
  return [ofOrders('')];
}

/** @returns what leaves few orders for a part that is too short for an index: all others would be read one by one */
function shortParts({
  orderId,
  driver,
  licensePlate,
}: SearchFilter): readonly (readonly [sql: string, part: string])[] {
  const ofDrives = (text: string): string =>
    `EXISTS (SELECT 1 FROM drives WHERE id >= orders.seq * ${String(DRIVES_OF_ORDER)}
       AND id < (orders.seq + 1) * ${String(DRIVES_OF_ORDER)} AND instr(${text}, ?) > 0)`;
  const parts = [
    ['instr(spelling(order_id), ?) > 0', orderId === undefined ? '' : spellingOf(orderId)],
    [ofDrives('spelling(name)'), driver === undefined ? '' : spellingOf(driver)],
    [ofDrives('plate_spelling(license_plate)'), licensePlate === undefined ? '' : plateSpelling(licensePlate)],
  ] as const;
  return parts.filter(([, part]) => part !== '' && gramsOf(part) === null);
}

const HAS_SOURCE = `EXISTS (SELECT 1 FROM drives WHERE id >= orders.seq * ${String(DRIVES_OF_ORDER)}
  AND id < (orders.seq + 1) * ${String(DRIVES_OF_ORDER)} AND source_spelling = ?)`;
const HAS_VERDICT = 'EXISTS (SELECT 1 FROM order_verdicts WHERE verdict = ? AND order_verdicts.seq = orders.seq)';

/** @returns how a code stands in the column `attention`. */
const attentionMark = (code: AttentionCode): string => ` ${code} `;

/**
 * @param found what each way gave, the newest first; an order may be in it several times
 * @param size how many were asked of each
 * @returns the newest of all of them, as far as every way was followed, and the last one that was looked at; null if that
 *   is all.
 */
export function newestOf(
  found: readonly (readonly number[])[],
  size: number,
): { readonly seqs: readonly number[]; readonly end: number | null } {
  const all = [...new Set(found.flat())].sort((one, other) => other - one);
  // A way that has more has it below its last one, where other ways may have gone on.
  const followed = Math.max(0, ...found.filter((way) => way.length === size).map((way) => way.at(-1) ?? 0));
  const seqs = all.filter((seq) => seq >= followed).slice(0, size);
  const isAll = all.length === seqs.length && found.every((way) => way.length < size);
  return { seqs, end: isAll ? null : (seqs.at(-1) ?? null) };
}

/** @returns a statement that gives those of some orders that are wanted, as far as the table alone shows. */
export function wantedOf(filter: SearchFilter): {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
} {
  const conditions = conditionsOf(filter);
  const [only] = filter.locations?.length === 1 ? filter.locations : [];
  const wanted: readonly (readonly [sql: string, ...parameters: (string | number)[]])[] = [
    ...(only === undefined ? [] : [['location_id = ?', only] as const]),
    ...(filter.attention === undefined ? [] : [['instr(attention, ?) > 0', attentionMark(filter.attention)] as const]),
    ...(filter.source === undefined ? [] : [[HAS_SOURCE, sourceSpelling(filter.source)] as const]),
    ...shortParts(filter),
    ...(filter.verdict === undefined ? [] : [[HAS_VERDICT, verdictNumber(filter.verdict)] as const]),
  ];
  const sql = [...conditions.sql, ...wanted.map(([condition]) => condition)];
  return {
    sql: `SELECT seq, location_id, order_id, state FROM json_each(?) AS one CROSS JOIN orders ON seq = one.value
      ${sql.length === 0 ? '' : `WHERE ${sql.join(' AND ')}`} ORDER BY one.id`,
    parameters: [...conditions.parameters, ...wanted.flatMap(([, ...parameters]) => parameters)],
  };
}

/** @returns the first number from 1 to `last` of which something holds that holds of all after it too; `last` if of none. */
export function firstWhere(last: number, holds: (number: number) => boolean): number {
  let [from, to] = [1, last];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return to;
}
