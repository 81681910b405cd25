import type { OrderKey } from '../../schemas/order-key';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { Change } from '../../schemas/api/order-view';
import { changesBetween } from './changes';
import { evolve, initial, type OrderState, toOrder } from '../order/order';

/**
 * Where the current folds diverge from a state that other folds left behind. Of those, only the last state is known, so
 * the event is concluded: for each field that differs at the end, the event at which the current folds left the value
 * that was kept, for good; or, if they never had that value, the event that gave the field the value it has now.
 */

/** Returns what API clients see of an order: two states that show the same are no difference to anybody. */
const viewOf = (key: OrderKey, state: OrderState | null): Readonly<Record<string, unknown>> => {
  const order = state === null ? null : toOrder(key, state);
  return { ...order, attention: order?.attention ?? [] };
};

/** @returns the fields of which two states show something else: `from` the one that was kept, `to` the current one. */
export const viewChanges = (key: OrderKey, kept: OrderState | null, now: OrderState | null): Change[] =>
  changesBetween(viewOf(key, kept), viewOf(key, now));

/** One field on its way. */
interface FieldCourse<At> {
  /** The event that gave it the value that it has. */
  readonly setAt: At;
  /** The first of the events since which it is not what was kept; null while it is. */
  readonly leftAt: At | null;
  /** Was it ever what was kept? */
  readonly everMatched: boolean;
}

export interface Divergences<At> {
  readonly state: OrderState;
  readonly courses: ReadonlyMap<string, FieldCourse<At>>;
}

/**
 * @param kept the state that was kept
 * @param pointers the fields that differ at the end, as {@link viewChanges} names them
 */
export function beginDivergences<At>(pointers: readonly string[], first: At): Divergences<At> {
  const course: FieldCourse<At> = { setAt: first, leftAt: first, everMatched: false };
  return { state: initial, courses: new Map(pointers.map((pointer) => [pointer, course])) };
}

/** Returns the course of each field after one more event, which stands at `place`. */
export function follow<At>(
  key: OrderKey,
  kept: OrderState | null,
  before: Divergences<At>,
  event: OrderEvent,
  place: At,
): Divergences<At> {
  const state = evolve(before.state, event);
  const differing = new Set(viewChanges(key, kept, state).map(({ pointer }) => pointer));
  const changed = new Set(viewChanges(key, before.state, state).map(({ pointer }) => pointer));
  const courses = new Map<string, FieldCourse<At>>();
  for (const [pointer, { setAt, leftAt, everMatched }] of before.courses) {
    const differs = differing.has(pointer);
    courses.set(pointer, {
      setAt: changed.has(pointer) ? place : setAt,
      leftAt: differs ? (leftAt ?? place) : null,
      everMatched: everMatched || !differs,
    });
  }
  return { state, courses };
}

/** @returns where each field parts that differs at the end. */
export function divergences<At>({ courses }: Divergences<At>): Map<string, At> {
  const places = new Map<string, At>();
  for (const [pointer, { setAt, leftAt, everMatched }] of courses) {
    if (leftAt !== null) places.set(pointer, everMatched ? leftAt : setAt);
  }
  return places;
}
