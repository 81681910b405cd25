import type { CountedOrder } from '../../../projections/overview';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { AttentionCode, Stage } from '../../../schemas/vocabulary';

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

/** What is read of an order to be counted. */
export interface CountedRow {
  readonly stage: Stage;
  readonly attention: string;
  /** As JSON, in the order of {@link COUNTED}. */
  readonly counted: string;
}

/** Only what is counted leaves SQLite, by one look at each state: a third of what parsing the whole state costs. */
const COUNTED = `stage, attention, json_extract(
    state, '$.stage_since', '$.reported_at', '$.handovers[0].revision', '$.acknowledgements.cancel[0].revision'
  ) AS counted`;

/** Reads {@link CountedRow}s: the open orders of a location with the newest news. */
export const OPEN_ORDERS_SQL = `
  SELECT ${COUNTED} FROM orders WHERE location_id = ? AND active = 1 ORDER BY position DESC LIMIT ?`;

/** Reads {@link CountedRow}s: the canceled ones among the orders of a location that ended last. */
export const CANCELED_ORDERS_SQL = `
  SELECT ${COUNTED} FROM orders WHERE stage = 'canceled' AND seq IN (
    SELECT seq FROM orders WHERE location_id = ? AND active = 0 ORDER BY position DESC LIMIT ?
  )`;

const WITH_ANOTHER: AttentionCode = 'handed_over_to_another';

export function countedOf({ stage, attention, counted }: CountedRow): CountedOrder {
  const [stage_since, reported_at, handover, acknowledgement] = JSON.parse(counted) as [
    string,
    string,
    number | null,
    number | null,
  ]; // as the state has them
  return {
    stage,
    stage_since,
    reported_at,
    handed_over: handover !== null && !attention.includes(` ${WITH_ANOTHER} `),
    cancel_acknowledged: acknowledgement !== null,
  };
}

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
