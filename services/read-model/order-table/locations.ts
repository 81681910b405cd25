import type { CountedOrder } from '../../../projections/overview';
import type { LocationId } from '../../../schemas/handle-order';
import type { Stage } from '../../../schemas/vocabulary';

/** Which locations there are in the table of orders, and where something goes on. */

/** A location with active orders. */
export interface BusyLocation {
  readonly location_id: LocationId;
  readonly active_orders: number;
  /** When an active order last had news: RFC 3339, UTC, milliseconds. */
  readonly updated_at: string;
}

/** Reads {@link BusyLocation}s: of each, by indexes, how many orders are active, and the newest of them. */
export const BUSY_LOCATIONS_SQL = `
  SELECT location_id, active_orders,
    (SELECT updated_at FROM orders WHERE orders.location_id = busy.location_id AND active = 1
     ORDER BY position DESC LIMIT 1) AS updated_at
  FROM (SELECT location_id, count(*) AS active_orders FROM orders WHERE active = 1 GROUP BY location_id) AS busy`;

/** An order of {@link COUNTED_ORDERS_SQL}, with SQLite's truth values. */
export interface CountedRow {
  readonly stage: Stage;
  readonly stage_since: string;
  readonly reported_at: string;
  readonly handed_over: 0 | 1;
  readonly cancel_acknowledged: 0 | 1;
}

const COUNTED = `stage, state ->> '$.stage_since' AS stage_since, state ->> '$.reported_at' AS reported_at,
  json_array_length(state, '$.handovers') > 0 AND instr(attention, ' handed_over_to_another ') = 0 AS handed_over,
  json_array_length(state, '$.acknowledgements.cancel') > 0 AS cancel_acknowledged`;
const NEWEST_OF = (active: 0 | 1): string =>
  `SELECT stage, attention, state FROM orders WHERE location_id = ? AND active = ${String(active)} ORDER BY position DESC LIMIT ?`;

/**
 * Reads {@link CountedRow}s: the open orders of a location with the newest news, and the canceled ones among those that
 * ended last. Only what is counted leaves SQLite, a fraction of what the whole states cost.
 */
export const COUNTED_ORDERS_SQL = `
  SELECT ${COUNTED} FROM (${NEWEST_OF(1)})
  UNION ALL SELECT ${COUNTED} FROM (${NEWEST_OF(0)}) WHERE stage = 'canceled'`;

export const countedOf = ({ handed_over, cancel_acknowledged, ...row }: CountedRow): CountedOrder => ({
  ...row,
  handed_over: handed_over === 1,
  cancel_acknowledged: cancel_acknowledged === 1,
});

/** @returns what reads some locations, in the order of their ids. @param only those of a list; null: all */
export const locationsAfter = (
  after: string | null,
  only: readonly string[] | null,
  limit: number,
): readonly [sql: string, parameters: readonly (string | number)[]] => [
  `SELECT location_id, updated_at,
     (SELECT count(*) FROM orders WHERE orders.location_id = locations.location_id AND active = 1) AS active_orders
   FROM locations
   WHERE location_id > ? ${only === null ? '' : 'AND location_id IN (SELECT value FROM json_each(?))'}
   ORDER BY location_id LIMIT ?`,
  [after ?? '', ...(only === null ? [] : [JSON.stringify(only)]), limit],
];
