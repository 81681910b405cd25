import { DELIVERY_STATUSES, type Stage, STATUSES } from '../../schemas/vocabulary';
import type { Reassignment } from './driver';
import type { Reported } from './order-status';

/**
 * What the stage is read from (docs/architecture.md#stage-and-attention). Each is guarded: it moves only on news that
 * it is about, so that late news never pulls a tile back (docs/protocol.md#ruling-4-7).
 */
export interface OrderProgress {
  /** The last of `in_progress` and `ready_for_pickup`. */
  readonly kitchen: 'preparing' | 'ready';
  /** The food has left the restaurant on this leg. */
  readonly left: boolean;
  /** Delivery `completed` was reported on this leg. */
  readonly delivered: boolean;
  /** Last final status. */
  readonly final: string | null;
  /** The food is back at the restaurant. */
  readonly returned: boolean;
  /** An `order.canceled` came. */
  readonly canceled: boolean;
}

export const notStarted: OrderProgress = {
  kitchen: 'preparing',
  left: false,
  delivered: false,
  final: null,
  returned: false,
  canceled: false,
};

interface StageRule {
  readonly stage: Stage;
  /** `delivery` is the last reported delivery status. */
  readonly when: (order: OrderProgress, delivery: string | null) => boolean;
}

const deliveryGroup = (value: string | null) => (value === null ? undefined : DELIVERY_STATUSES.get(value)?.group);

/** @returns whether someone canceled the order, whatever became of the food. */
export const isCanceled = (order: OrderProgress): boolean =>
  order.final === 'merchant_canceled' || order.final === 'dsp_canceled' || order.canceled;

/** The first rule that holds gives the stage (docs/architecture.md#stage-rules, in its order). */
export const STAGE_RULES: readonly StageRule[] = [
  { stage: 'returned', when: (order) => order.returned },
  {
    stage: 'coming_back',
    when: (_, delivery) => delivery === 'enroute_to_return' || delivery === 'arrived_at_return',
  },
  { stage: 'canceled', when: isCanceled },
  { stage: 'failed', when: (order) => order.final === 'failed' },
  { stage: 'completed', when: (order) => order.final === 'completed' || order.delivered },
  { stage: 'needs_action', when: (_, delivery) => deliveryGroup(delivery) === 'failure' },
  { stage: 'on_the_way', when: (order) => order.left },
  { stage: 'driver_here', when: (_, delivery) => delivery === 'arrived_at_pickup' },
  { stage: 'ready', when: (order) => order.kitchen === 'ready' },
];

/** @returns where an order with this progress and last reported delivery status stands. */
export function classifyStage(order: OrderProgress, delivery: string | null): Stage {
  for (const rule of STAGE_RULES) if (rule.when(order, delivery)) return rule.stage;
  return 'preparing';
}

/** @returns whether something ended the order. Its stage is then final, except while the food is coming back. */
export function hasEnded(order: OrderProgress): boolean {
  return order.final !== null || order.delivered || order.returned || order.canceled;
}

/**
 * Returns whether what was reported says that the food has left; `delivery_status` is the last reported, this
 * delivery's included.
 */
function saysLeft(said: Reported, delivery_status: string | null): boolean {
  const group = deliveryGroup(said.delivery_status);
  if (group === 'after_pickup' || group === 'return' || said.delivery_status === 'failed_to_deliver') return true;
  return said.status === 'out_for_delivery' && deliveryGroup(delivery_status) !== 'before_pickup';
}

function kitchenAfter(before: OrderProgress, status: string | null): OrderProgress['kitchen'] {
  if (status === 'in_progress') return 'preparing';
  return status === 'ready_for_pickup' ? 'ready' : before.kitchen;
}

/**
 * Returns the progress after an `order.updated`; `delivery_status` is the last reported, this delivery's included.
 *
 * A reopening is a different driver and a non-final status in one delivery. A status nobody knows counts as non-final:
 * the driver is on the way, and no later delivery would reopen the order, as the driver is no longer a different one.
 * Nothing takes an `order.canceled` back.
 *
 * An order that has ended begins a new leg only by a reopening. Otherwise a late `pending` would make it forget that it
 * was delivered, and `stage` leaves a final value only by a reopening, another final status or a return.
 */
export function progressAfter(
  before: OrderProgress,
  said: Reported,
  delivery_status: string | null,
  { another, newLeg }: Pick<Reassignment, 'another' | 'newLeg'>,
): OrderProgress {
  const saysFinal = said.status !== null && STATUSES.get(said.status)?.group === 'final';
  const ended = hasEnded(before);
  const reopened = ended && another && said.status !== null && !saysFinal && !before.canceled;
  const fresh = reopened || (newLeg && !ended);
  return {
    kitchen: kitchenAfter(before, said.status),
    left: (before.left && !fresh) || saysLeft(said, delivery_status),
    delivered: (before.delivered && !fresh) || said.delivery_status === 'completed',
    final: saysFinal ? said.status : reopened ? null : before.final,
    returned: (before.returned && !reopened) || said.delivery_status === 'returned',
    canceled: before.canceled,
  };
}

/** Returns the progress after an `order.canceled`, which says nothing but that (docs/protocol.md#section-2). */
export function progressAfterCancel(before: OrderProgress): OrderProgress {
  return {
    kitchen: before.kitchen,
    left: before.left,
    delivered: before.delivered,
    final: before.final,
    returned: before.returned,
    canceled: true,
  };
}

/**
 * How far from the kitchen a stage is. Within the restaurant nothing is older than anything else: a kitchen takes a
 * ticket back, a driver goes away again.
 */
const REACH: Readonly<Record<Stage, number>> = {
  preparing: 0,
  ready: 0,
  driver_here: 0,
  needs_action: 0,
  on_the_way: 1,
  coming_back: 2,
  completed: 3,
  failed: 3,
  canceled: 3,
  returned: 3,
};

const reach = (stage: Stage, order: OrderProgress): number => Math.max(REACH[stage], order.left ? 1 : 0);

const SAME_LEG = { another: false, newLeg: false };

/**
 * Returns whether a delivery reported an earlier step than the stage shows after it. Read as if it were the only one,
 * it would leave the order nearer to the kitchen. So `ready_for_pickup` beside `enroute_to_dropoff` is not late: one
 * axis reports the step that the stage shows. Unknown words report no step.
 */
export function isOlderReport(said: Reported, stage: Stage, order: OrderProgress): boolean {
  const shown = reach(stage, order);
  if (shown === 0) return false;
  const known =
    (said.status !== null && STATUSES.has(said.status)) ||
    (said.delivery_status !== null && DELIVERY_STATUSES.has(said.delivery_status));
  if (!known) return false;
  const alone = progressAfter(notStarted, said, said.delivery_status, SAME_LEG);
  const stageAlone = classifyStage(alone, said.delivery_status);
  return stageAlone !== stage && reach(stageAlone, alone) < shown;
}
