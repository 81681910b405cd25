import {
  type DriverTurn,
  MAX_NAME_CHARACTERS,
  MAX_SUMMARY_DRIVERS,
  MAX_SUMMARY_VISITS,
  type TurnEnd,
  type Visit,
} from '../../schemas/api/order-summary';
import { driverChanged, saysNobody } from './driver';
import { whoIs } from './drives';
import { isReopened, leavesNow } from './leaving';
import type { OrderState } from './order';

/** Who was to bring an order, one after the other, when each was here, and with whom the food left. */

/** One event more, between the states before and after it. */
export interface OrderStep {
  readonly before: OrderState;
  readonly after: OrderState;
  readonly at: string;
  /** When the food left, as of after the event, on the leg that the order is on. */
  readonly leftAt: string | null;
  /** The event may be an old report: one like it came before, or it is about an earlier step than the order's. */
  readonly isOld: boolean;
  /** The event itself says that somebody came: an order stays at `driver_here` too when a report only names another driver. */
  readonly arrives: boolean;
}

export interface Turns {
  readonly drivers: DriverTurn[];
  readonly drivers_left_out: number;
}

/** @returns what is longer than it may be without one in the middle, so that the first ones and the last ones are left. */
export const bounded = <T>(all: readonly T[], max: number): T[] =>
  all.filter((_, index) => all.length <= max || index !== Math.floor(max / 2));

/** @returns those of some times that an old report may have brought: those known as such, and that of this event. */
export const oldTimes = (
  known: readonly string[],
  { at, isOld }: Pick<OrderStep, 'at' | 'isOld'>,
  times: readonly (string | null)[],
): string[] => [
  ...new Set(times.filter((time): time is string => time !== null && (known.includes(time) || (isOld && time === at)))),
];

/** @returns the turns of drivers after one more event. */
export function turnsAfter({ drivers, drivers_left_out }: Turns, step: OrderStep): Turns {
  const { before, after } = step;
  const last = drivers.at(-1);
  const others = drivers.slice(0, -1);
  const isOpen = last !== undefined && (before.assigned || last.to === null);
  if (isOpen && goesOn(last, step)) return { drivers: [...others, continued(last, step)], drivers_left_out };
  const ended = last === undefined ? [] : [...others, endedTurn(last, step, endOf(step))];
  if (!after.assigned && !(after.stage === 'driver_here' && step.arrives)) return { drivers: ended, drivers_left_out };
  const all = [...ended, begun(step, ended)];
  const left = all.length > MAX_SUMMARY_DRIVERS ? 1 : 0;
  return { drivers: bounded(all, MAX_SUMMARY_DRIVERS), drivers_left_out: drivers_left_out + left };
}

/**
 * Somebody without a name goes on only while nothing says otherwise. The food leaves with one who was here just before. And
 * the one who is named next is the same only if the report that names is no old one, there was one visit, and it goes on,
 * or the food has left after it, or the order ended with that report. Else it may be another one.
 */
function goesOn(last: DriverTurn, { before, after, isOld }: OrderStep): boolean {
  if (before.assigned) return !driverChanged(before, after);
  const wasHere = before.stage === 'driver_here' || before.left;
  if (after.left && !wasHere) return false;
  const isStill = after.stage === 'driver_here' || after.left || after.ended_at !== null;
  if (after.assigned) return isStill && wasHere && last.here.length === 1 && !isOld;
  return isStill || (after.stage === 'needs_action' && !saysNobody(after.delivery_status));
}

function endOf({ before, after }: OrderStep): TurnEnd {
  if (after.assigned) return 'another_driver';
  return before.assigned || saysNobody(after.delivery_status) ? 'unassigned' : 'not_here';
}

function continued(last: DriverTurn, step: OrderStep): DriverTurn {
  const { before, after, at } = step;
  const to = after.ended_at === null ? null : (last.to ?? at);
  const without_food_at = last.without_food_at ?? (isRefused(before, after) ? at : null);
  const left_at = last.left_at ?? (after.left && !before.left ? at : null);
  return {
    ...last,
    ...(after.assigned ? namesOf(after) : {}),
    to,
    ended_by: to === null ? null : (last.ended_by ?? 'order_ended'),
    ...visitsAfter(last, after.stage === 'driver_here', step),
    without_food_at,
    left_at,
    may_be_old: oldTimes(last.may_be_old, step, [last.from, to, without_food_at, left_at]),
  };
}

function begun(step: OrderStep, earlier: readonly DriverTurn[]): DriverTurn {
  const { before, after, at, leftAt, isOld } = step;
  const to = after.ended_at === null ? null : at;
  const without_food_at = isRefused(before, after) ? at : null;
  // The food may have left before anybody said with whom.
  const isFirst = before.driver === null && !isOld && earlier.length === 0;
  const left_at = after.left && leavesNow(before, after) ? at : isFirst ? leftAt : null;
  return {
    ...namesOf(after),
    from: at,
    to,
    began: beginningOf(step),
    reopened: isReopened(before, after) ? before.stage : null,
    ended_by: to === null ? null : 'order_ended',
    ...visitsAfter({ here: [], visits_left_out: 0 }, after.stage === 'driver_here', step),
    without_food_at,
    left_at,
    may_be_old: oldTimes([], step, [at, to, without_food_at, left_at]),
  };
}

function beginningOf({ before, after }: OrderStep): DriverTurn['began'] {
  if (isReopened(before, after)) return 'reopened';
  if (before.ended_at !== null) return 'after_end';
  return after.assigned ? 'assigned' : 'here';
}

/** @returns a turn that is over at an event, if it was not before. */
export function endedTurn(turn: DriverTurn, step: Pick<OrderStep, 'at' | 'isOld'>, end: TurnEnd): DriverTurn {
  const to = turn.to ?? step.at;
  return {
    ...turn,
    to,
    ended_by: turn.ended_by ?? end,
    ...withoutOpenVisit(turn, step),
    may_be_old: oldTimes(turn.may_be_old, step, [turn.from, to, turn.without_food_at, turn.left_at]),
  };
}

const isRefused = (before: OrderState, after: OrderState): boolean =>
  after.delivery_status === 'failed_to_pickup' &&
  before.delivery_status !== 'failed_to_pickup' &&
  after.stage === 'needs_action';

/** @returns how people know the driver who is assigned, in short. */
export function namesOf({ assigned, driver }: OrderState): Pick<DriverTurn, 'name' | 'source' | 'license_plate'> {
  const { name, source, license_plate } = whoIs(assigned ? driver : null);
  return { name: short(name), source: short(source), license_plate: short(license_plate) };
}

function short(text: string | null): string | null {
  if (text === null || text.length <= MAX_NAME_CHARACTERS) return text;
  // A character takes two places at most, and none is torn.
  const begin = Array.from(text.slice(0, 2 * MAX_NAME_CHARACTERS))
    .slice(0, MAX_NAME_CHARACTERS)
    .join('');
  return begin.length === text.length ? text : `${begin}…`;
}

type Visits = Pick<DriverTurn, 'here' | 'visits_left_out'>;

/** Visits after an event after which somebody is here, or nobody. */
function visitsAfter(visits: Visits, isHere: boolean, step: OrderStep): Visits {
  if (!isHere) return withoutOpenVisit(visits, step);
  const { here, visits_left_out } = visits;
  if (here.at(-1)?.to === null || !step.arrives) return { here, visits_left_out };
  const all: Visit[] = [...here, { from: step.at, to: null, may_be_old: oldTimes([], step, [step.at]) }];
  const left = all.length > MAX_SUMMARY_VISITS ? 1 : 0;
  return { here: bounded(all, MAX_SUMMARY_VISITS), visits_left_out: visits_left_out + left };
}

function withoutOpenVisit({ here, visits_left_out }: Visits, step: Pick<OrderStep, 'at' | 'isOld'>): Visits {
  const last = here.at(-1);
  if (last?.to !== null) return { here, visits_left_out };
  const { at } = step;
  const closed: Visit = { ...last, to: at, may_be_old: oldTimes(last.may_be_old, step, [last.from, at]) };
  return { here: [...here.slice(0, -1), closed], visits_left_out };
}
