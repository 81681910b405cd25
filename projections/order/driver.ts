import { type Driver, mergeDriver } from './driver-details';
import type { Said } from './order-status';
import { isBlank, spellingOf } from '../values/spelling';
import { isJsonObject, type JsonObject } from '../../schemas/json/json-object';

/** Who is to bring the order, and whether still. */
export interface Assignment {
  /**
   * The last driver heard of. It is remembered when nobody is assigned any more, because only then can the next one be
   * distinguished from the one people may still be waiting for.
   */
  readonly driver: Driver | null;
  readonly assigned: boolean;
}

/** An assignment and how one delivery led to it. */
export interface Reassignment extends Assignment {
  /** Somebody else than the last driver heard of. */
  readonly another: boolean;
  /** A different driver, or nobody assigned any more (docs/architecture.md#stage-and-attention). */
  readonly newLeg: boolean;
}

export const nobody: Assignment = { driver: null, assigned: false };

/** Reported without details, these mean that nobody is assigned any more (docs/protocol.md#ruling-4-6). */
const UNASSIGNING: ReadonlySet<string> = new Set(['pending', 'pending_driver_confirmation', 'failed_to_assign_driver']);

/** @returns whether a delivery status, reported without details, says that nobody is assigned. */
export const saysNobody = (delivery_status: string | null): boolean =>
  delivery_status !== null && UNASSIGNING.has(delivery_status);

/** A blank text identifies nobody. */
export const isMark = (value: unknown): value is string => typeof value === 'string' && !isBlank(value);

/**
 * Returns whether two values agree, as far as both are known: what only one of two drivers has cannot distinguish them.
 */
const agree = (one: unknown, other: unknown): boolean =>
  one === other || !isMark(one) || !isMark(other) || spellingOf(one) === spellingOf(other);

const inner = (value: unknown, key: string): unknown => (isJsonObject(value) ? value[key] : undefined);

/**
 * Returns whether these are details of one and the same driver (docs/protocol.md#ruling-4-6).
 *
 * Both names known: names and sources must agree. A name missing: source, phone number and plate must agree, as far as
 * both have them. A source that only one of the two has contradicts nothing. Where nothing at all can be compared it is
 * the same driver: such details (a passcode, say) add to what is known, and a change of driver says who comes instead.
 */
export function sameDriver(one: JsonObject, other: JsonObject): boolean {
  if (!agree(one['source'], other['source'])) return false;
  if (isMark(one['name']) && isMark(other['name'])) return agree(one['name'], other['name']);
  return (
    agree(inner(one['phone'], 'number'), inner(other['phone'], 'number')) &&
    agree(inner(one['vehicle_info'], 'license_plate'), inner(other['vehicle_info'], 'license_plate'))
  );
}

/** What of a driver people compare with a card, in its order there. */
const comparable = (driver: JsonObject): readonly unknown[] => [
  driver['name'],
  driver['source'],
  inner(driver['vehicle_info'], 'license_plate'),
  inner(driver['phone'], 'number'),
  driver['passcode'],
];

/**
 * @returns whether a card that showed one driver does not contradict the other: all that people compare agrees, as far as
 *   both have it. {@link sameDriver} asks less where both names are known: a plate may change, but what was compared is
 *   then no more what is true.
 */
export function looksAlike(one: JsonObject, other: JsonObject): boolean {
  const others = comparable(other);
  return comparable(one).every((value, index) => agree(value, others[index]));
}

/**
 * Reads the `driver_details` of one delivery (docs/protocol.md#ruling-4-6): the same driver's are merged field by
 * field, another's replace them whole. Details in which nothing stands, such as `{}` or `{"name":null}`, are absent
 * details.
 *
 * A driver who comes back after nobody was assigned starts from a clean sheet: an old passcode might not open the robot.
 */
export function assign(before: Assignment, said: Said): Reassignment {
  const { details } = said;
  const unassigning = saysNobody(said.delivery_status);
  const { driver } = before;
  // Most deliveries: the driver we know, whose details are mostly those we have. Without this way, a copy for each.
  if (before.assigned && driver !== null && !unassigning && details !== null && sameDriver(driver, details)) {
    return { driver: mergeDriver(driver, details), assigned: true, another: false, newLeg: false };
  }
  const named = details === null ? null : mergeDriver(null, details);
  if (named === null) {
    const taken = before.assigned && unassigning;
    return { driver, assigned: before.assigned && !unassigning, another: false, newLeg: taken };
  }
  const another = driver !== null && !sameDriver(driver, named);
  const merged = before.assigned && !another ? mergeDriver(driver, named) : named;
  return { driver: merged, assigned: true, another, newLeg: before.assigned && another };
}

/** An assignment, and when its driver was first reported. */
export interface KnownSince extends Assignment {
  /**
   * Of the event that first reported the last driver heard of; null before there is one. It is remembered as the driver
   * is: who comes back after nobody was assigned has the same again.
   */
  readonly driver_revision: number | null;
}

/** @returns the revision of the event that first reported the last driver heard of, after an event of a revision */
export const driverRevisionAfter = (before: KnownSince, after: Reassignment, revision: number): number | null =>
  after.driver !== null && (before.driver === null || after.another) ? revision : before.driver_revision;

/** @returns by which revision the driver who is assigned is known; null while nobody is. */
export const assignedRevision = ({ assigned, driver_revision }: Pick<KnownSince, 'assigned' | 'driver_revision'>) =>
  assigned ? driver_revision : null;

/** @returns whether a person would say that the driver changed between two states: somebody else, or nobody any more. */
export function driverChanged(before: Assignment, after: Assignment): boolean {
  if (before.assigned && !after.assigned) return true;
  return before.driver !== null && after.driver !== null && !sameDriver(before.driver, after.driver);
}
