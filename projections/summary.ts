import type { OrderKey } from '../schemas/order-key';
import { type OrderEvent } from '../schemas/order-events';
import {
  type DriverTurn,
  type OrderSummary,
  type StageSpan,
  type VerdictCount,
  type Visit,
} from '../schemas/order-summary';
import { type Stage, type Verdict, VERDICTS } from '../schemas/vocabulary';
import { driverChanged } from './driver';
import { whoIs } from './drives';
import { initial, type OrderState } from './order';
import { readVerdict } from './timeline';

/**
 * What became of an order, in short: how long it stood at each stage, who was to bring it, when each was at the restaurant,
 * and with whom the food left. Of a number that came again, one summary for each order.
 */
export interface SummaryFold {
  readonly state: OrderState;
  /** Oldest first. */
  readonly orders: readonly OrderSummary[];
  /** When the food left, on the leg that the order is on; null while it has not. */
  readonly left_at: string | null;
}

export const nothingSummed: SummaryFold = { state: initial, orders: [], left_at: null };

/** One event more, between the states before and after it. */
interface Step {
  readonly before: OrderState;
  readonly after: OrderState;
  readonly at: string;
  /** When the food left, as of after the event. */
  readonly leftAt: string | null;
}

/** @returns the summaries after one more event. */
export function summarize(key: OrderKey, before: SummaryFold, event: OrderEvent): SummaryFold {
  const { state, verdict } = readVerdict(key, before.state, event);
  const last = before.orders.at(-1);
  const at = laterOf(last?.updated_at, event.receivedAt);
  const isNew = last === undefined || verdict === 'new_order';
  const stateBefore = isNew ? initial : before.state;
  const leftAt = !state.left ? null : leavesNow(stateBefore, state) ? at : before.left_at;
  const step: Step = { before: stateBefore, after: state, at, leftAt };
  const summary: OrderSummary = {
    first_revision: isNew ? event.revision : last.first_revision,
    last_revision: event.revision,
    first_received_at: isNew ? at : last.first_received_at,
    updated_at: at,
    ended_at: state.ended_at === null ? null : ((isNew ? null : last.ended_at) ?? at),
    stages: stagesAfter(isNew ? [] : last.stages, state.stage, at),
    drivers: turnsAfter(isNew ? [] : last.drivers, step),
    verdicts: counted(isNew ? [] : last.verdicts, verdict),
  };
  const earlier = before.orders.slice(0, -1);
  const orders = isNew && last !== undefined ? [...earlier, closed(last, at), summary] : [...earlier, summary];
  return { state, orders, left_at: leftAt };
}

/** A clock that was set back stands still until it has caught up, so that spans never overlap. */
const laterOf = (one: string | undefined, other: string): string =>
  one !== undefined && Date.parse(one) > Date.parse(other) ? one : other;

/** An order whose number another order has from now on. */
const closed = (order: OrderSummary, at: string): OrderSummary => ({
  ...order,
  stages: order.stages.map((span) => ({ ...span, to: span.to ?? at })),
  drivers: order.drivers.map((turn) => endedTurn(turn, at)),
});

function stagesAfter(stages: StageSpan[], stage: Stage, at: string): StageSpan[] {
  const last = stages.at(-1);
  if (last?.stage === stage) return stages;
  const before = last === undefined ? [] : [...stages.slice(0, -1), { ...last, to: at }];
  return [...before, { stage, from: at, to: null }];
}

function counted(counts: readonly VerdictCount[], verdict: Verdict): VerdictCount[] {
  const all = new Map(counts.map(({ verdict: one, events }) => [one, events]));
  all.set(verdict, (all.get(verdict) ?? 0) + 1);
  return VERDICTS.flatMap((one) => {
    const events = all.get(one);
    return events === undefined ? [] : [{ verdict: one, events }];
  });
}

/** Did this event say that the food left? A new leg and a reopening begin with the food here. */
function leavesNow(before: OrderState, after: OrderState): boolean {
  if (!before.left) return true;
  const reopened = before.ended_at !== null && after.ended_at === null;
  return reopened || (before.ended_at === null && before.assigned && driverChanged(before, after));
}

/** Is somebody known to be under way with the order, by name or not? */
const isSomebodys = ({ assigned, stage }: OrderState): boolean =>
  assigned || stage === 'driver_here' || stage === 'on_the_way';

function turnsAfter(turns: readonly DriverTurn[], step: Step): DriverTurn[] {
  const { before, after, at } = step;
  const last = turns.at(-1);
  const others = turns.slice(0, -1);
  const isOpen = last !== undefined && (before.assigned || last.to === null);
  if (isOpen && goesOn(before, after)) return [...others, continued(last, step)];
  const ended = last === undefined ? [] : [...others, endedTurn(last, at)];
  return after.assigned || after.stage === 'driver_here' ? [...ended, begun(step)] : ended;
}

/** Somebody who was here without a name is the one who is named next. */
const goesOn = (before: OrderState, after: OrderState): boolean =>
  before.assigned ? !driverChanged(before, after) : isSomebodys(after) || after.ended_at !== null;

function continued(last: DriverTurn, { before, after, at }: Step): DriverTurn {
  const isNamed = after.assigned;
  const { name, source, license_plate } = isNamed ? whoIs(after.driver) : last;
  const to = after.ended_at === null ? null : (last.to ?? at);
  return {
    ...{ name, source, license_plate, from: last.from, to },
    here: visitsAfter(last.here, after.stage === 'driver_here', at),
    without_food_at: last.without_food_at ?? (isRefused(before, after) ? at : null),
    left_at: last.left_at ?? (after.left && !before.left ? at : null),
  };
}

function begun({ before, after, at, leftAt }: Step): DriverTurn {
  const { name, source, license_plate } = whoIs(after.assigned ? after.driver : null);
  // The food may have left before anybody said with whom.
  const leftUnnamed = before.driver === null ? leftAt : null;
  return {
    ...{ name, source, license_plate, from: at, to: after.ended_at === null ? null : at },
    here: visitsAfter([], after.stage === 'driver_here', at),
    without_food_at: isRefused(before, after) ? at : null,
    left_at: after.left && leavesNow(before, after) ? at : leftUnnamed,
  };
}

const isRefused = (before: OrderState, after: OrderState): boolean =>
  after.delivery_status === 'failed_to_pickup' &&
  before.delivery_status !== 'failed_to_pickup' &&
  after.stage === 'needs_action';

const endedTurn = (turn: DriverTurn, at: string): DriverTurn => ({
  ...turn,
  to: turn.to ?? at,
  here: visitsAfter(turn.here, false, at),
});

function visitsAfter(visits: Visit[], isHere: boolean, at: string): Visit[] {
  const last = visits.at(-1);
  const isOpen = last?.to === null;
  if (isHere) return isOpen ? visits : [...visits, { from: at, to: null }];
  return isOpen ? [...visits.slice(0, -1), { ...last, to: at }] : visits;
}
