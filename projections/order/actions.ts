import { type AcknowledgedWhat, actionOf } from '../../schemas/events/rail-actions';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { Acknowledged, HandedOver, Order } from '../../schemas/api/order-view';

/** Most handovers of an order that count at a time and are kept, the newest; and as many acknowledgements of each. */
export const MAX_IN_FORCE = 16;

/** What people at the counter did with an order that still counts. It changes nothing of what was reported about it. */
export interface Done {
  /** Those that were not undone, oldest first. When the newest is undone, the one before it counts again. */
  readonly handovers: readonly HandedOver[];
  /** The same of each, as long as what it is about lasts. */
  readonly acknowledgements: Readonly<Record<AcknowledgedWhat, readonly Acknowledged[]>>;
}

const nothingAcknowledged: Done['acknowledgements'] = { cancel: [], driver_change: [] };
export const nothingDone: Done = { handovers: [], acknowledgements: nothingAcknowledged };

/** @returns what the order has of it: the newest of each, or null */
export const newestDone = ({ handovers, acknowledgements }: Done): Pick<Order, 'handed_over' | 'acknowledged'> => ({
  handed_over: handovers.at(-1) ?? null,
  acknowledged: {
    cancel: acknowledgements.cancel.at(-1) ?? null,
    driver_change: acknowledgements.driver_change.at(-1) ?? null,
  },
});

/** @returns whether the action of a revision still counts */
export const isInForce = ({ handovers, acknowledgements }: Done, revision: number): boolean =>
  [handovers, acknowledgements.cancel, acknowledgements.driver_change].some((all) =>
    all.some((one) => one.revision === revision),
  );

const withNewest = <T>(before: readonly T[], newest: T): readonly T[] => [...before, newest].slice(-MAX_IN_FORCE);

/** @returns what counts after one more action; the same after any other event */
export function doneAfter(before: Done, event: OrderEvent): Done {
  const { handovers, acknowledgements } = before;
  const action = actionOf(event);
  if (action === null) return { handovers, acknowledgements };
  const { revision, receivedAt: received_at } = event;
  switch (action.type) {
    case 'rail.handed_over': {
      const { by, at, compared, driver_revision } = action.data;
      const handover = { by, at, received_at, compared: [...compared], driver_revision, revision };
      return { handovers: withNewest(handovers, handover), acknowledgements };
    }
    case 'rail.acknowledged': {
      const { by, at, what, driver_revision } = action.data;
      const all = withNewest(acknowledgements[what], { by, at, received_at, driver_revision, revision });
      return { handovers, acknowledgements: { ...acknowledgements, [what]: all } };
    }
    case 'rail.undone': {
      const { undone_revision } = action.data;
      const kept = <T extends { readonly revision: number }>(all: readonly T[]): readonly T[] =>
        all.filter((one) => one.revision !== undone_revision);
      const { cancel, driver_change } = acknowledgements;
      return {
        handovers: kept(handovers),
        acknowledgements: { cancel: kept(cancel), driver_change: kept(driver_change) },
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
export function acknowledgementsAfter(
  before: Done['acknowledgements'],
  { driverChanged, isCanceled }: Lasting,
): Done['acknowledgements'] {
  const cancel = isCanceled ? before.cancel : nothingAcknowledged.cancel;
  const driver_change = driverChanged ? nothingAcknowledged.driver_change : before.driver_change;
  return cancel === before.cancel && driver_change === before.driver_change ? before : { cancel, driver_change };
}

/** @returns whether an order was handed over to a driver who is not the one assigned now. */
export function isWithAnother({ handovers }: Done, driver_revision: number | null): boolean {
  const taken = handovers.at(-1)?.driver_revision ?? null;
  return taken !== null && taken !== driver_revision;
}
