import type { LocationId } from '../../../schemas/handle-order';

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
