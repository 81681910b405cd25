import type { OrderKey } from '../../schemas/order-key';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { Order } from '../../schemas/api/order-view';
import { isActionType } from '../../schemas/events/rail-actions';
import { DELIVERY_STATUSES, FINAL_STAGES, ORDER_NUMBER_REUSE_MS, type Stage, STATUSES } from '../../schemas/vocabulary';
import { acknowledgementsAfter, doneAfter, newestDone, nothingDone } from './actions';
import { attentionOf, type Noticeable } from './attention';
import { assign, assignedRevision, driverRevisionAfter, nobody, type Reassignment } from './driver';
import { leavesNow } from './leaving';
import { DRIVER_DETAILS, stillUnreadable } from '../values/lenient';
import { lastReported, nothingReported, type Reported, type Said, saidBy } from './order-status';
import { type Memory, nothingRemembered, remember } from './reports';
import {
  hasEnded,
  isCanceled,
  notStarted,
  progressAfter,
  progressAfterCancel,
  classifyStage,
  isOlderReport,
} from './stage';

/**
 * All that is known of one order. Plain JSON: a state that was written down and read again is equal to itself and folds
 * on as if nothing had happened. `attention` is not in it, because it follows from the rest and a rebuild needs the
 * time.
 */
export interface OrderState extends Noticeable, Memory {
  /** Of the newest event; -1 before the first. */
  readonly revision: number;
  /** When the first event of the order number came, which may be that of an order before this one. */
  readonly number_since: string;
  readonly first_received_at: string;
  readonly updated_at: string;
  /** When the newest report came: what people here did is no news about the order. */
  readonly reported_at: string;
  /** When the event came that brought the stage that the order has. */
  readonly stage_since: string;
  /** When the event came that ended the order; null while none has. */
  readonly ended_at: string | null;
  /** When the event came that said that the food had left; null if none did since the last driver was assigned or taken away. */
  readonly left_at: string | null;
}

/**
 * The state before the first event. Its keys stand in the order of {@link evolve}'s, so that all states have one shape.
 */
export const initial: OrderState = {
  revision: -1,
  number_since: '',
  first_received_at: '',
  updated_at: '',
  reported_at: '',
  stage: classifyStage(notStarted, nothingReported.delivery_status),
  stage_since: '',
  ended_at: null,
  left_at: null,
  status: nothingReported.status,
  delivery_status: nothingReported.delivery_status,
  driver: nobody.driver,
  assigned: nobody.assigned,
  driver_changed: false,
  kitchen: notStarted.kitchen,
  left: notStarted.left,
  delivered: notStarted.delivered,
  final: notStarted.final,
  returned: notStarted.returned,
  canceled: notStarted.canceled,
  out_of_order: false,
  number_reused: false,
  unreadable: [],
  reports: nothingRemembered.reports,
  same_report_as: nothingRemembered.same_report_as,
  driver_revision: null,
  handovers: nothingDone.handovers,
  acknowledgements: nothingDone.acknowledgements,
};

/**
 * Does an event begin a new order under the number of one that ended long ago (docs/protocol.md#ruling-5-7)? Then all
 * of that one is forgotten, what was reported of it too: tomorrow begins with the words of today.
 */
export function beginsNewOrder({ ended_at }: OrderState, event: OrderEvent, said: Reported = saidBy(event)): boolean {
  if (ended_at === null || !saysBeginning(said)) return false;
  return Date.parse(event.receivedAt) - Date.parse(ended_at) >= ORDER_NUMBER_REUSE_MS;
}

const saysBeginning = ({ status, delivery_status }: Reported): boolean =>
  (status !== null && STATUSES.get(status)?.group === 'kitchen') ||
  (delivery_status !== null && DELIVERY_STATUSES.get(delivery_status)?.group === 'before_pickup');

/**
 * Returns the state after one more event. Total: a recorded fact is never refused, and data of a wrong type is read as
 * absent. Pure: neither the state before nor the event is changed.
 */
export function evolve(known: OrderState, event: OrderEvent): OrderState {
  return evolveBy(saidBy(event), known, event);
}

/** Returns the state after one more event as {@link evolve} does, where what the event says was read before. */
export function evolveBy(said: Said, known: OrderState, event: OrderEvent): OrderState {
  return isActionType(event.type) ? afterAction(known, event) : afterReport(known, event, said);
}

/** Returns the state after what people at the counter did: nothing changes of what was reported. */
function afterAction(known: OrderState, event: OrderEvent): OrderState {
  const { revision, receivedAt } = event;
  const begun = isEmpty(known)
    ? {
        ...known,
        number_since: receivedAt,
        first_received_at: receivedAt,
        reported_at: receivedAt,
        stage_since: receivedAt,
      }
    : known;
  return { ...begun, revision, updated_at: receivedAt, ...doneAfter(known, event) };
}

function afterReport(known: OrderState, event: OrderEvent, said: Said): OrderState {
  const isNew = beginsNewOrder(known, event, said);
  const before = isNew ? initial : known;
  const isFirst = isEmpty(before);
  const reported = lastReported(before, said);
  const assignment = assign(before, said);
  const progress =
    event.type === 'order.canceled'
      ? progressAfterCancel(before)
      : progressAfter(before, said, reported.delivery_status, assignment);
  const stage = classifyStage(progress, reported.delivery_status);
  const ended = hasEnded(progress);
  const ended_at = ended ? (before.ended_at ?? event.receivedAt) : null;
  const isLeaving = progress.left && leavesNow(before, { ...assignment, left: true, ended_at });
  const memory = remember(before, event);
  const driver_revision = driverRevisionAfter(before, assignment, event.revision);
  return {
    revision: event.revision,
    number_since: isEmpty(known) ? event.receivedAt : known.number_since,
    first_received_at: isFirst ? event.receivedAt : before.first_received_at,
    updated_at: event.receivedAt,
    reported_at: event.receivedAt,
    stage,
    stage_since: isFirst || stage !== before.stage ? event.receivedAt : before.stage_since,
    ended_at,
    left_at: isLeaving ? event.receivedAt : progress.left ? before.left_at : null,
    status: reported.status,
    delivery_status: reported.delivery_status,
    driver: assignment.driver,
    assigned: assignment.assigned,
    driver_changed: (assignment.another || before.driver_changed) && !progress.left && !ended,
    kitchen: progress.kitchen,
    left: progress.left,
    delivered: progress.delivered,
    final: progress.final,
    returned: progress.returned,
    canceled: progress.canceled,
    out_of_order: isOlderReport(said, stage, progress),
    number_reused: (isNew || before.number_reused) && !ended,
    unreadable: unreadableAfter(before, event, said, assignment),
    reports: memory.reports,
    same_report_as: memory.same_report_as,
    driver_revision,
    handovers: before.handovers,
    acknowledgements: acknowledgementsAfter(before.acknowledgements, {
      driverChanged: assignedRevision({ assigned: assignment.assigned, driver_revision }) !== assignedRevision(before),
      isCanceled: isCanceled(progress),
    }),
  };
}

/**
 * Returns the pointers of the fields that are unreadable after an event. What was unreadable of a driver goes with the
 * driver.
 */
function unreadableAfter(
  { unreadable }: OrderState,
  { data }: OrderEvent,
  said: Said,
  { another, newLeg }: Reassignment,
): readonly string[] {
  const kept = another || newLeg ? unreadable.filter((pointer) => !pointer.startsWith(DRIVER_DETAILS)) : unreadable;
  return stillUnreadable(kept, data, said.unreadable);
}

const isEmpty = (state: OrderState): boolean => state.revision < 0;

/** @returns the order as the API answers it, or null before the first event. */
export function toOrder(key: OrderKey, state: OrderState): Order | null {
  if (isEmpty(state)) return null;
  return {
    location_id: key.location_id,
    order_id: key.order_id,
    status: state.status,
    delivery_status: state.delivery_status,
    driver_details: state.assigned ? state.driver : null,
    stage: state.stage,
    attention: attentionOf(state),
    same_report_as: state.same_report_as,
    ...newestDone(state),
    revision: state.revision,
    first_received_at: state.first_received_at,
    updated_at: state.updated_at,
    reported_at: state.reported_at,
    stage_since: state.stage_since,
  };
}

/** @returns where the order stands for people at the counter. */
export function stageOf(state: OrderState): Stage {
  return state.stage;
}

/** @returns whether the food is ready and still at the restaurant, wherever the driver is. */
export function isWaiting(state: OrderState): boolean {
  return state.kitchen === 'ready' && !state.left && isActive(state);
}

/** @returns whether anything is still expected to happen with the order. */
export function isActive(state: OrderState): boolean {
  return !FINAL_STAGES.has(state.stage);
}
