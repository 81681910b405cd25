import { type AttentionCode, DELIVERY_STATUSES, FINAL_STAGES, type Stage, STATUSES } from '../../schemas/vocabulary';
import { type Done, isWithAnother } from './actions';
import { assignedRevision, type KnownSince } from './driver';
import type { Reported } from './order-status';
import type { Memory } from './reports';
import { hasEnded, isCanceled, type OrderProgress } from './stage';

/** What the codes are read from. */
export interface Noticeable extends Reported, KnownSince, OrderProgress, Pick<Memory, 'same_report_as'>, Done {
  readonly stage: Stage;
  /** The driver is another than people may have expected; until the food leaves or the order has ended. */
  readonly driver_changed: boolean;
  /** The newest delivery reported an earlier step than the stage shows. */
  readonly out_of_order: boolean;
  /** An order before this one had its number; until this one has ended. */
  readonly number_reused: boolean;
  /** Pointers of the fields of which the last that was reported was read otherwise than it came. */
  readonly unreadable: readonly string[];
}

interface AttentionRule {
  readonly code: AttentionCode;
  readonly when: (order: Noticeable) => boolean;
}

const isRobot = ({ driver, assigned }: Noticeable): boolean => assigned && driver?.vehicle_info?.is_autonomous === true;

/**
 * Returns whether a delivery that failed counts: it does until the order went well after all or the food is back, when
 * nobody need act on it.
 */
const failureMatters = (stage: Stage): boolean =>
  stage === 'needs_action' || stage === 'failed' || stage === 'canceled';

/**
 * Each code and when it is true (docs/architecture.md#attention-codes), in the order in which they are shown. A code is
 * a reason to look now: those about a driver to come end when the food has left or the order is over.
 */
export const ATTENTION_RULES: readonly AttentionRule[] = [
  { code: 'driver_here', when: (order) => order.stage === 'driver_here' },
  { code: 'robot', when: (order) => isRobot(order) && !order.left && !FINAL_STAGES.has(order.stage) },
  { code: 'driver_changed', when: (order) => order.driver_changed },
  {
    code: 'handed_over_to_another',
    when: (order) => isWithAnother(order, assignedRevision(order)) && !hasEnded(order),
  },
  { code: 'may_be_a_repeat', when: (order) => order.same_report_as !== null },
  {
    code: 'no_driver',
    when: (order) =>
      order.delivery_status === 'failed_to_assign_driver' &&
      !order.assigned &&
      (order.stage === 'needs_action' || order.stage === 'failed'),
  },
  {
    code: 'delivery_failed',
    when: ({ delivery_status, stage }) =>
      delivery_status !== null &&
      delivery_status !== 'failed_to_assign_driver' &&
      DELIVERY_STATUSES.get(delivery_status)?.group === 'failure' &&
      failureMatters(stage),
  },
  { code: 'coming_back', when: (order) => order.stage === 'coming_back' },
  { code: 'canceled_after_pickup', when: (order) => isCanceled(order) && order.left && !order.returned },
  { code: 'out_of_order', when: (order) => order.out_of_order },
  { code: 'order_number_reused', when: (order) => order.number_reused },
  { code: 'unreadable_field', when: ({ unreadable }) => unreadable.length > 0 },
  { code: 'unknown_status', when: ({ status }) => status !== null && !STATUSES.has(status) },
  {
    code: 'unknown_delivery_status',
    when: ({ delivery_status }) => delivery_status !== null && !DELIVERY_STATUSES.has(delivery_status),
  },
];

/** @returns what someone at the counter should look at now. */
export function attentionOf(order: Noticeable): AttentionCode[] {
  const codes: AttentionCode[] = [];
  for (const rule of ATTENTION_RULES) if (rule.when(order)) codes.push(rule.code);
  return codes;
}
