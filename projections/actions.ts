import { type AcknowledgedWhat, actionOf } from '../schemas/rail-actions';
import type { OrderEvent } from '../schemas/order-events';
import type { Acknowledged, HandedOver } from '../schemas/order-view';

/** What people at the counter did with an order that still counts. It changes nothing of what was reported about it. */
export interface Done {
  /** The newest handover that was not undone; null if there is none. */
  readonly handed_over: HandedOver | null;
  /** The newest acknowledgement of each that was not undone, as long as what it is about lasts. */
  readonly acknowledged: Readonly<Record<AcknowledgedWhat, Acknowledged | null>>;
}

const nothingAcknowledged: Done['acknowledged'] = { cancel: null, driver_change: null };
export const nothingDone: Done = { handed_over: null, acknowledged: nothingAcknowledged };

/** @returns what counts after one more action; the same after any other event */
export function doneAfter(before: Done, event: OrderEvent): Done {
  const { handed_over, acknowledged } = before;
  const action = actionOf(event);
  if (action === null) return { handed_over, acknowledged };
  const { revision, receivedAt: received_at } = event;
  switch (action.type) {
    case 'rail.handed_over': {
      const { by, at, compared, driver_revision } = action.data;
      return { handed_over: { by, at, received_at, compared: [...compared], driver_revision, revision }, acknowledged };
    }
    case 'rail.acknowledged': {
      const { by, at, what, driver_revision } = action.data;
      return {
        handed_over,
        acknowledged: { ...acknowledged, [what]: { by, at, received_at, driver_revision, revision } },
      };
    }
    case 'rail.undone': {
      const { undone_revision } = action.data;
      const kept = <T extends { readonly revision: number }>(one: T | null): T | null =>
        one?.revision === undone_revision ? null : one;
      return {
        handed_over: kept(handed_over),
        acknowledged: { cancel: kept(acknowledged.cancel), driver_change: kept(acknowledged.driver_change) },
      };
    }
  }
}

/** What a report changed that acknowledgements are about. */
interface Lasting {
  readonly driverChanged: boolean;
  readonly isCanceled: boolean;
}

/** Returns the acknowledgements after one more report: those whose subject is over are gone. */
export function acknowledgedAfter(
  before: Done['acknowledged'],
  { driverChanged, isCanceled }: Lasting,
): Done['acknowledged'] {
  const cancel = isCanceled ? before.cancel : null;
  const driver_change = driverChanged ? null : before.driver_change;
  if (cancel === null && driver_change === null) return nothingAcknowledged;
  return cancel === before.cancel && driver_change === before.driver_change ? before : { cancel, driver_change };
}

/** @returns whether an order was handed over to a driver who is not the one assigned now. */
export const isWithAnother = ({ handed_over }: Done, driver_revision: number | null): boolean =>
  handed_over !== null && handed_over.driver_revision !== null && handed_over.driver_revision !== driver_revision;
