import type { OrderKey } from '../../schemas/order-key';
import type { OrderEvent } from '../../schemas/events/order-events';
import { isActionType } from '../../schemas/events/rail-actions';
import type { Change, EarlierReport, Order } from '../../schemas/api/order-view';
import { DELIVERY_STATUSES, type Stage, STATUSES, type Verdict } from '../../schemas/vocabulary';
import { changesBetween } from './changes';
import { driverChanged } from '../order/driver';
import { type Said, saidBy } from '../order/order-status';
import { beginsNewOrder, evolveBy, type OrderState, toOrder } from '../order/order';
import { hasEnded } from '../order/stage';

/** One event as people read it, given everything before it. */
export interface EventReading {
  readonly stage: Stage;
  readonly verdict: Verdict;
  readonly same_report_as: EarlierReport | null;
  /** Pointers into its data of what was read otherwise than it came, or could not be read. */
  readonly unreadable: string[];
  readonly changes: Change[];
}

interface Step {
  readonly before: OrderState;
  readonly event: OrderEvent;
  readonly said: Said;
  readonly after: OrderState;
  /** Something that people see of the order is another than before. */
  readonly changed: () => boolean;
}

interface VerdictRule {
  readonly verdict: Verdict;
  readonly when: (step: Step) => boolean;
}

const saysUnknownValue = ({ status, delivery_status }: Said): boolean =>
  (status !== null && !STATUSES.has(status)) || (delivery_status !== null && !DELIVERY_STATUSES.has(delivery_status));

/**
 * The first rule that holds gives the verdict; what people here did is no report, and what would mislead a reader most comes first. A new order and a
 * reopening overturn all that stood; what came before may be no news at all, and late news must not be acted on,
 * whatever else it says; a driver change decides who gets the food; an unknown word means that our reading may miss
 * something. What is left either changed something or did not.
 */
export const VERDICT_RULES: readonly VerdictRule[] = [
  { verdict: 'action', when: ({ event }) => isActionType(event.type) },
  { verdict: 'new_order', when: ({ before, event, said }) => beginsNewOrder(before, event, said) },
  { verdict: 'reopened', when: ({ before, after }) => hasEnded(before) && !hasEnded(after) },
  { verdict: 'came_before', when: ({ after }) => after.same_report_as !== null },
  { verdict: 'out_of_order', when: ({ after }) => after.out_of_order },
  { verdict: 'driver_changed', when: ({ before, after }) => driverChanged(before, after) },
  { verdict: 'unknown_value', when: ({ said }) => saysUnknownValue(said) },
  { verdict: 'no_change', when: ({ changed }) => !changed() },
];

const verdictOf = (step: Step): Verdict => VERDICT_RULES.find((rule) => rule.when(step))?.verdict ?? 'advance';

/**
 * Returns that of which a person would call a change one. The ids never change; the revision and the times change with
 * every event and say nothing about the order.
 */
const visible = (order: Order | null) => ({
  status: order?.status,
  delivery_status: order?.delivery_status,
  driver_details: order?.driver_details,
  stage: order?.stage,
  attention: order?.attention ?? [],
  handed_over: order?.handed_over,
  acknowledged: order?.acknowledged,
});

const changesFrom = (key: OrderKey, before: OrderState, after: OrderState): Change[] =>
  changesBetween(visible(toOrder(key, before)), visible(toOrder(key, after)));

/** Interprets one event: the state after it, and what it meant to someone who knew everything before it. */
export function interpret(
  key: OrderKey,
  before: OrderState,
  event: OrderEvent,
): { state: OrderState; reading: EventReading } {
  const said = saidBy(event);
  const after = evolveBy(said, before, event);
  const changes = changesFrom(key, before, after);
  const verdict = verdictOf({ before, event, said, after, changed: () => changes.length > 0 });
  const { stage, same_report_as } = after;
  return { state: after, reading: { stage, verdict, same_report_as, unreadable: [...said.unreadable], changes } };
}

/**
 * Interprets an event as {@link interpret} does, but not what it changed, which takes as long as all the rest: for whole
 * logs.
 */
export function classify(
  key: OrderKey,
  before: OrderState,
  event: OrderEvent,
): { readonly state: OrderState; readonly verdict: Verdict } {
  const said = saidBy(event);
  const after = evolveBy(said, before, event);
  const step: Step = {
    before,
    event,
    said,
    after,
    changed: () =>
      before.revision < 0 ||
      before.status !== after.status ||
      before.delivery_status !== after.delivery_status ||
      before.stage !== after.stage ||
      changesFrom(key, before, after).length > 0,
  };
  return { state: after, verdict: verdictOf(step) };
}
