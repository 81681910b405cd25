import type { OrderKey } from '../../schemas/order-key';
import type { OrderEvent } from '../../schemas/events/order-events';
import {
  MAX_SUMMARY_STAGES,
  type OrderSummary,
  type StageSpan,
  type VerdictCount,
} from '../../schemas/api/order-summary';
import { isActionType } from '../../schemas/events/rail-actions';
import { type Verdict, VERDICTS } from '../../schemas/vocabulary';
import { bounded, endedTurn, oldTimes, type OrderStep, turnsAfter } from '../order/driver-turns';
import { handoversAfter, noHandovers } from '../order/handovers';
import { isReopened, leavesNow } from '../order/leaving';
import { initial, type OrderState } from '../order/order';
import { saidBy } from '../order/order-status';
import { isCanceled } from '../order/stage';
import { classify } from './timeline';

/**
 * What became of an order, in short: how long it stood at each stage, who was to bring it, when each was at the restaurant,
 * and with whom the food left. Of a number that came again, one summary for each order.
 */
export interface SummaryFold {
  readonly state: OrderState;
  /** Oldest first. */
  readonly orders: readonly OrderSummary[];
}

export const nothingSummed: SummaryFold = { state: initial, orders: [] };

/** @returns the summaries after one more event. */
export function summarize(key: OrderKey, before: SummaryFold, event: OrderEvent): SummaryFold {
  const { state, verdict } = classify(key, before.state, event);
  const newest = before.orders.at(-1);
  const at = laterOf(newest?.updated_at, event.receivedAt);
  const last = verdict === 'new_order' ? undefined : newest;
  if (isActionType(event.type) && last !== undefined) {
    return { state, orders: [...before.orders.slice(0, -1), orderAfterAction(last, event, state, at)] };
  }
  const stateBefore = last === undefined ? initial : before.state;
  const leftAt = !state.left ? null : leavesNow(stateBefore, state) ? at : (last?.left_at ?? null);
  const isOld = state.same_report_as !== null || state.out_of_order;
  const arrives = stateBefore.stage !== 'driver_here' || saidBy(event).delivery_status === 'arrived_at_pickup';
  const step: OrderStep = { before: stateBefore, after: state, at, leftAt, isOld, arrives };
  const summary = orderAfter(last, event, step, verdict);
  const earlier = before.orders.slice(0, -1);
  const orders =
    last === undefined && newest !== undefined ? [...earlier, closed(newest, at), summary] : [...earlier, summary];
  return { state, orders };
}

/** What people here did changes nothing of what was reported. */
const orderAfterAction = (last: OrderSummary, event: OrderEvent, state: OrderState, at: string): OrderSummary => ({
  ...last,
  last_revision: event.revision,
  updated_at: at,
  ...handoversAfter(last, event, state, at),
  verdicts: counted(last.verdicts, 'action'),
});

function orderAfter(
  last: OrderSummary | undefined,
  event: OrderEvent,
  step: OrderStep,
  verdict: Verdict,
): OrderSummary {
  const { before, after, at, leftAt } = step;
  const ended_at = after.ended_at === null ? null : (last?.ended_at ?? at);
  const canceled_at = isReopened(before, after) ? null : (last?.canceled_at ?? (isCanceled(after) ? at : null));
  const stages = stagesAfter(last ?? { stages: [], stages_left_out: 0 }, step);
  return {
    first_revision: last?.first_revision ?? event.revision,
    last_revision: event.revision,
    first_received_at: last?.first_received_at ?? at,
    updated_at: at,
    ended_at,
    canceled_at,
    left_at: leftAt,
    ...stages,
    ...turnsAfter(last ?? { drivers: [], drivers_left_out: 0 }, step),
    ...handoversAfter(last ?? noHandovers, event, after, at),
    may_be_old: oldTimes(last?.may_be_old ?? [], step, [
      ended_at,
      canceled_at,
      leftAt,
      stages.stages.at(-1)?.from ?? null,
    ]),
    verdicts: counted(last?.verdicts ?? [], verdict),
  };
}

/** A clock that was set back stands still until it has caught up, so that spans never overlap; so does one without time. */
const laterOf = (one: string | undefined, other: string): string =>
  one === undefined || Number.isNaN(Date.parse(one)) || Date.parse(other) >= Date.parse(one) ? other : one;

/** An order whose number another order has from now on. */
const closed = (order: OrderSummary, at: string): OrderSummary => ({
  ...order,
  stages: order.stages.map((span) => ({ ...span, to: span.to ?? at })),
  drivers: order.drivers.map((turn) => endedTurn(turn, { at, isOld: false }, 'number_reused')),
});

type Stages = Pick<OrderSummary, 'stages' | 'stages_left_out'>;

function stagesAfter({ stages, stages_left_out }: Stages, { after, at }: OrderStep): Stages {
  const last = stages.at(-1);
  if (last?.stage === after.stage) return { stages, stages_left_out };
  const before: StageSpan[] = last === undefined ? [] : [...stages.slice(0, -1), { ...last, to: at }];
  const all = [...before, { stage: after.stage, from: at, to: null }];
  const left = all.length > MAX_SUMMARY_STAGES ? 1 : 0;
  return { stages: bounded(all, MAX_SUMMARY_STAGES), stages_left_out: stages_left_out + left };
}

function counted(counts: readonly VerdictCount[], verdict: Verdict): VerdictCount[] {
  const all = new Map(counts.map(({ verdict: one, events }) => [one, events]));
  all.set(verdict, (all.get(verdict) ?? 0) + 1);
  return VERDICTS.flatMap((one) => {
    const events = all.get(one);
    return events === undefined ? [] : [{ verdict: one, events }];
  });
}
