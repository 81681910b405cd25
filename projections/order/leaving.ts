import { type Assignment, driverChanged } from './driver';

/** When the food left the restaurant, as reported. */

/** What of a state says whether the food is gone. */
interface Departing extends Assignment {
  readonly left: boolean;
  readonly ended_at: string | null;
}

/** @returns whether an order that had ended is active again. */
export const isReopened = (before: Pick<Departing, 'ended_at'>, after: Pick<Departing, 'ended_at'>): boolean =>
  before.ended_at !== null && after.ended_at === null;

/** @returns whether an event said that the food left. A new leg and a reopening begin with the food here. */
export function leavesNow(before: Departing, after: Departing): boolean {
  if (!before.left || isReopened(before, after)) return true;
  return before.ended_at === null && before.assigned && driverChanged(before, after);
}
