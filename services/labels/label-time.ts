import type { OrderState } from '../../projections/order/order';
import type { Label } from '../../schemas/label';
import { ORDER_NUMBER_REUSE_MS } from '../../schemas/vocabulary';

/** Whose label it is, and how long it is kept. Pure: times are given. */

const HOUR_MS = 3_600_000;
/** Milliseconds that an order may be wanted ahead: a time that is further away keeps no name. */
export const MOST_AHEAD_MS = 7 * 24 * HOUR_MS;

/** A label and when it was given, in milliseconds since the epoch. */
export interface TimedLabel {
  readonly label: Label;
  readonly at: number;
}

type Lifetime = Pick<OrderState, 'number_since' | 'first_received_at' | 'reported_at' | 'ended_at'>;

/**
 * Returns whether a label is that of an order. Order numbers come again (docs/protocol.md#ruling-5-7): a label that was
 * given long after an order ended is that of the next one, and one that was given long before an order took over the
 * number is that of the last.
 */
function isOf({ at }: TimedLabel, { number_since, first_received_at, ended_at }: Lifetime): boolean {
  if (ended_at !== null && at - Date.parse(ended_at) >= ORDER_NUMBER_REUSE_MS) return false;
  return number_since === first_received_at || Date.parse(first_received_at) - at < ORDER_NUMBER_REUSE_MS;
}

/** @returns what is shown of a label with an order; null if there is nothing, or it is another order's. */
export function shownLabel(kept: TimedLabel | null, order: Lifetime): Label | null {
  if (kept === null || Object.keys(kept.label).length === 0) return null;
  return isOf(kept, order) ? kept.label : null;
}

/**
 * An order that does not end is waited for as long as there is news of it, or it is not yet wanted; so is one that nothing
 * was reported about.
 * @param order null: nothing was reported about it
 * @param hours after the end, or after the last news, that it is kept
 * @returns when a label is to be forgotten, in milliseconds since the epoch
 */
export function forgetAt(kept: TimedLabel, order: Lifetime | null, hours: number): number {
  const { at, label } = kept;
  const wanted = label.requested_for === undefined ? at : Math.min(Date.parse(label.requested_for), at + MOST_AHEAD_MS);
  const given = Math.max(at, wanted);
  const own = order !== null && isOf(kept, order) ? order : null;
  const ended = own?.ended_at ?? null;
  if (ended !== null) return Math.max(at, Date.parse(ended)) + hours * HOUR_MS;
  return (own === null ? given : Math.max(given, Date.parse(own.reported_at))) + hours * HOUR_MS;
}
