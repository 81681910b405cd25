import { type OrderKey } from '../schemas/handle-order';
import { type OrderEvent } from '../schemas/order-events';
import { type Order } from '../schemas/order-view';
import { FINAL_STAGES, type Stage } from '../schemas/vocabulary';
import { attentionOf, type Noticeable } from './attention';
import { assign, nobody } from './driver';
import { lastReported, nothingReported, saidBy } from './order-status';
import { hasEnded, notStarted, progressAfter, progressAfterCancel, readStage, toldOlderStory } from './stage';

/**
 * All that is known of one order. Plain JSON: a state that was written down and read again is equal to itself and folds
 * on as if nothing had happened. `attention` is not in it, because it follows from the rest and a rebuild needs the time.
 */
export interface OrderState extends Noticeable {
  /** Of the newest event; -1 before the first. */
  readonly revision: number;
  readonly first_received_at: string;
  readonly updated_at: string;
  /** When the event came that brought the stage that the order has. */
  readonly stage_since: string;
}

/** The state before the first event. Its keys stand in the order of {@link evolve}'s, so that all states have one shape. */
export const initial: OrderState = {
  revision: -1,
  first_received_at: '',
  updated_at: '',
  stage: readStage(notStarted, nothingReported.delivery_status),
  stage_since: '',
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
};

/**
 * The state after one more event. Total: a recorded fact is never refused, and data of a wrong type is read as absent.
 * Pure: neither the state before nor the event is changed.
 */
export function evolve(before: OrderState, event: OrderEvent): OrderState {
  const isCancel = event.type === 'order.canceled';
  const said = isCancel ? nothingReported : saidBy(event.data);
  const reported = lastReported(before, said);
  const assignment = assign(before, said, isCancel ? null : event.data['driver_details']);
  const progress = isCancel
    ? progressAfterCancel(before)
    : progressAfter(before, said, reported.delivery_status, assignment);
  const stage = readStage(progress, reported.delivery_status);
  const isFirst = isEmpty(before);
  return {
    revision: event.revision,
    first_received_at: isFirst ? event.receivedAt : before.first_received_at,
    updated_at: event.receivedAt,
    stage,
    stage_since: isFirst || stage !== before.stage ? event.receivedAt : before.stage_since,
    status: reported.status,
    delivery_status: reported.delivery_status,
    driver: assignment.driver,
    assigned: assignment.assigned,
    driver_changed: (assignment.another || before.driver_changed) && !progress.left && !hasEnded(progress),
    kitchen: progress.kitchen,
    left: progress.left,
    delivered: progress.delivered,
    final: progress.final,
    returned: progress.returned,
    canceled: progress.canceled,
    out_of_order: toldOlderStory(said, stage, progress),
  };
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
    revision: state.revision,
    first_received_at: state.first_received_at,
    updated_at: state.updated_at,
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
