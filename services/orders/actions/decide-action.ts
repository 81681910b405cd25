import { isInForce } from '../../../projections/order/actions';
import { assignedRevision, looksAlike } from '../../../projections/order/driver';
import { evolve, initial, type OrderState } from '../../../projections/order/order';
import { isCanceled } from '../../../projections/order/stage';
import type { ActionRequest } from '../../../schemas/api/actions';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import type { EventId } from '../../../schemas/events/event-id';
import { decodeOrderEvent, hashOf } from '../../../schemas/events/order-events';
import { actionOf, COMPARED, type RailAction, timeInAction } from '../../../schemas/events/rail-actions';
import type { ReaderName } from '../../../schemas/files/readers';
import type { RecordedEvent } from '../../event-store/event-store';

/** What an action is to its order, decided from the whole of the order's stream (docs/decisions/029-actions.md). */

/** A stream, read up to its newest event for one action. */
export interface ReadForAction {
  readonly now: OrderState;
  /** As the screen showed it; null while no event up to there is an order's. */
  readonly seen: OrderState | null;
  /** What was so at any event after that, whatever is so now. */
  readonly since: { readonly assigned: boolean; readonly notCanceled: boolean };
  /** The event that the key of this action made before. */
  readonly sameKey: RecordedEvent | null;
  readonly newest: { readonly revision: number; readonly eventHash: string | null } | null;
}

const nothingSince: ReadForAction['since'] = { assigned: false, notCanceled: false };

export const nothingReadYet: ReadForAction = {
  now: initial,
  seen: null,
  since: nothingSince,
  sameKey: null,
  newest: null,
};

/**
 * @param seenRevision of the order as the screen showed it
 * @param id of the event that the action makes
 * @returns what is read after one more event of the stream
 */
export function knownAfter(
  before: ReadForAction,
  stored: RecordedEvent,
  seenRevision: number,
  id: EventId,
): ReadForAction {
  const event = decodeOrderEvent(stored);
  const now = event === null ? before.now : evolve(before.now, event);
  const isSeen = stored.revision <= seenRevision;
  const assigned = before.since.assigned || now.assigned;
  const notCanceled = before.since.notCanceled || !isCanceled(now);
  return {
    now,
    seen: event !== null && isSeen ? now : before.seen,
    since: isSeen ? nothingSince : { assigned, notCanceled },
    sameKey: stored.id === id ? stored : before.sameKey,
    newest: { revision: stored.revision, eventHash: hashOf(stored, 'event_hash') },
  };
}

/** Why an order is not as the screen showed it. */
export type Outdated = 'another_order' | 'driver_changed' | 'not_canceled' | 'not_in_force';

export type ActionDecision =
  /** Append it after exactly the newest event. */
  | { readonly kind: 'append'; readonly expected: number; readonly action: RailAction }
  /** It is in the stream already. */
  | { readonly kind: 'repeat'; readonly revision: number }
  /** Something else is in the stream under its key. */
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'outdated'; readonly because: Outdated; readonly now: OrderState }
  | { readonly kind: 'no_order' }
  /** The order never was as the screen is said to have shown it. */
  | { readonly kind: 'no_such_revision' };

/** What was pressed, and by whom; null while reading is open. */
export interface RequestedAction {
  readonly request: ActionRequest;
  readonly by: ReaderName | null;
}

/** @param driver_revision of the driver on the card @returns the action that a press is */
function actionFor({ request, by }: RequestedAction, driver_revision: number | null): RailAction {
  const pressed = { by, at: timeInAction(request.at) ?? request.at, seen_revision: request.revision };
  switch (request.type) {
    case 'handed_over': {
      const compared = COMPARED.filter((one) => request.compared.includes(one));
      return { type: 'rail.handed_over', data: { ...pressed, compared, driver_revision } };
    }
    case 'acknowledged':
      return { type: 'rail.acknowledged', data: { ...pressed, what: request.what, driver_revision } };
    case 'undone':
      return { type: 'rail.undone', data: { ...pressed, undone_revision: request.undone_revision } };
  }
}

/**
 * @param stored an event that has the key of a press
 * @returns whether it is what was pressed; who sent it does not matter, nor what driver was on the card
 */
export function isSamePress(stored: Pick<RecordedEvent, 'type' | 'data'>, press: RequestedAction): boolean {
  const action = actionOf(stored);
  if (action === null) return false;
  const driver_revision = 'driver_revision' in action.data ? action.data.driver_revision : null;
  const again = actionFor({ ...press, by: action.data.by }, driver_revision);
  return again.type === action.type && JSON.stringify(again.data) === JSON.stringify(action.data);
}

/**
 * Returns why a press is no longer about the order as it is; null if it still is. Nobody is assigned, and canceled, say
 * the same each time: they are what was seen only if nothing else was true in between.
 */
function outdated(request: ActionRequest, { seen, since, now }: ReadForAction): Outdated | null {
  if (seen?.first_received_at !== now.first_received_at) return 'another_order';
  const driver = assignedRevision(seen);
  const isSameDriver = assignedRevision(now) === driver && (driver !== null || !since.assigned);
  switch (request.type) {
    case 'handed_over':
      return isSameDriver && looksAlike(seen.driver ?? {}, now.driver ?? {}) ? null : 'driver_changed';
    case 'acknowledged':
      if (request.what === 'cancel') return isCanceled(seen) && !since.notCanceled ? null : 'not_canceled';
      return isSameDriver ? null : 'driver_changed';
    case 'undone':
      return isInForce(now, request.undone_revision) ? null : 'not_in_force';
  }
}

/**
 * Decides what a press is to its order. It counts for what the screen showed, or not at all: a handover is never recorded for
 * a driver who was not on the card. What was recorded under its key is not done again.
 * @throws {Error} if a press has in it what its schema does not take, for what is appended has to be read again
 */
export function decideAction(read: ReadForAction, press: RequestedAction): ActionDecision {
  const { now, sameKey, newest } = read;
  const { request } = press;
  if (newest === null || now.revision < 0) return { kind: 'no_order' };
  if (sameKey !== null) {
    return isSamePress(sameKey, press) ? { kind: 'repeat', revision: sameKey.revision } : { kind: 'key_reused' };
  }
  if (request.revision > newest.revision) return { kind: 'no_such_revision' };
  const because = outdated(request, read);
  if (because !== null) return { kind: 'outdated', because, now };
  const action = actionFor(press, assignedRevision(now));
  // What nobody could read again would count for nothing, and its key would be used up.
  if (actionOf(action) === null)
    throw new BrokenInvariant(`an action of type ${action.type} that cannot be read again`);
  return { kind: 'append', expected: newest.revision, action };
}
