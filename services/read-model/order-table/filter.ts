import type { Stage } from '../../../schemas/vocabulary';

/** Which orders a search looks for; what is left out is any. */
export interface OrderFilter {
  /** Null: all. */
  readonly locations: readonly string[] | null;
  readonly stage?: Stage | undefined;
  readonly active?: boolean | undefined;
  readonly status?: string | undefined;
  readonly deliveryStatus?: string | undefined;
  /** RFC 3339, UTC, milliseconds: the newest event came then or later. */
  readonly updatedFrom?: string | undefined;
  /** The same: the first event of the order number came before then. */
  readonly begunBefore?: string | undefined;
  /**
   * Only orders that may have been there at a time, and, with `stage` or `active`, may have been so then. Those filters
   * do not go by the current state.
   */
  readonly asOf?: AsOf | undefined;
}

export interface AsOf {
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** The same: an order of which neither the first nor the newest event came until then is not looked at. */
  readonly horizon: string;
}

interface Conditions {
  readonly sql: readonly string[];
  readonly parameters: readonly (string | number)[];
}

/** Names of columns stand behind a `+` where an index must not be chosen: pages go by `seq`. */
export function conditionsOf(filter: OrderFilter): Conditions {
  const sql: string[] = [];
  const parameters: (string | number)[] = [];
  const add = (condition: string, ...values: readonly (string | number)[]): void => {
    sql.push(condition);
    parameters.push(...values);
  };
  const { locations, stage, active, status, deliveryStatus, updatedFrom, begunBefore, asOf } = filter;
  if (locations !== null && locations.length !== 1) {
    add('+location_id IN (SELECT value FROM json_each(?))', JSON.stringify(locations));
  }
  // What stands since before a time stood so at that time; how other orders stood only a replay can say.
  const [since, time] = asOf === undefined ? ['', []] : ['updated_at > ? OR ', [asOf.time]];
  if (asOf !== undefined) add('(number_since <= ? OR updated_at <= ?)', asOf.horizon, asOf.horizon);
  if (stage !== undefined) add(`(${since}stage = ?)`, ...time, stage);
  if (active !== undefined) add(`(${since}+active = ?)`, ...time, active ? 1 : 0);
  if (status !== undefined) add('status = ?', status);
  if (deliveryStatus !== undefined) add('delivery_status = ?', deliveryStatus);
  if (updatedFrom !== undefined) add('updated_at >= ?', updatedFrom);
  if (begunBefore !== undefined) add('number_since < ?', begunBefore);
  return { sql, parameters };
}
