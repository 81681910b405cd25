import { driverChanged } from './driver';
import type { Driver } from './driver-details';
import { leavesNow } from './leaving';
import { isBlank } from '../values/spelling';
import { isJsonObject } from '../../schemas/json/json-object';
import { ORDER_NUMBER_REUSE_MS } from '../../schemas/vocabulary';

/** Who was to bring an order, one after the other: what the folds of the order itself forget with each new driver. */

/** One driver of an order, and from when to when. */
export interface Drive {
  readonly name: string | null;
  readonly source: string | null;
  readonly license_plate: string | null;
  /** The last digits of the phone number, by which people name it; null if it has fewer. */
  readonly phone_last4: string | null;
  /** RFC 3339: when this driver was first reported. */
  readonly from: string;
  /** The same: when another one or nobody was, or the order ended; null while none of it has happened. */
  readonly to: string | null;
  /** Which of these it was; null while none of it has happened. */
  readonly ended_by: 'another_driver' | 'unassigned' | 'order_ended' | null;
  /** When it was reported that the food had left, with this driver; null if it was not. */
  readonly left_at: string | null;
}

/** What distinguishes one state of an order from another here. */
interface Driven {
  readonly revision: number;
  readonly driver: Driver | null;
  readonly assigned: boolean;
  readonly first_received_at: string;
  readonly updated_at: string;
  readonly ended_at: string | null;
  readonly left: boolean;
  readonly left_at: string | null;
  readonly out_of_order: boolean;
  readonly same_report_as: unknown;
}

/** Most drivers of one order that are kept, the last one among them; the history has all. */
export const MAX_DRIVES = 1_000;

const PHONE_DIGITS = 4;

const textIn = (value: unknown): string | null => (typeof value === 'string' && !isBlank(value) ? value : null);

const memberOf = (value: unknown, name: string): unknown => (isJsonObject(value) ? value[name] : undefined);

/** @returns the last four digits of a phone number; null if it has fewer. */
export function lastDigitsOf(number: unknown): string | null {
  const digits = typeof number === 'string' ? number.normalize('NFKC').replace(/\D/g, '') : '';
  return digits.length < PHONE_DIGITS ? null : digits.slice(-PHONE_DIGITS);
}

/** @returns what distinguishes a driver from others for people. */
export const whoIs = (driver: Driver | null): Pick<Drive, 'name' | 'source' | 'license_plate' | 'phone_last4'> => ({
  name: textIn(driver?.name),
  source: textIn(driver?.source),
  license_plate: textIn(memberOf(driver?.vehicle_info, 'license_plate')),
  phone_last4: lastDigitsOf(memberOf(driver?.phone, 'number')),
});

/** Returns whether it is another order than before, under the same number. */
const isAnotherOrder = (before: Driven, after: Driven): boolean =>
  before.revision >= 0 && before.first_received_at !== after.first_received_at;

/** @returns whether {@link drivesAfter} may give others than before: most events change none. */
export const changesDrives = (before: Driven, after: Driven): boolean =>
  before.assigned !== after.assigned ||
  before.driver !== after.driver ||
  before.ended_at !== after.ended_at ||
  before.left_at !== after.left_at ||
  (after.assigned && isAnotherOrder(before, after));

/**
 * @param drives of the order before one more event, oldest first
 * @returns those after it.
 */
export function drivesAfter(drives: readonly Drive[], before: Driven, after: Driven): readonly Drive[] {
  if (!changesDrives(before, after)) return drives;
  const last = drives.at(-1);
  const others = drives.slice(0, -1);
  const goesOn = before.assigned && !driverChanged(before, after) && !isAnotherOrder(before, after);
  if (goesOn && last !== undefined) {
    const to = after.ended_at === null ? null : (last.to ?? after.ended_at);
    const ended_by = to === null ? null : (last.ended_by ?? 'order_ended');
    const left_at = last.left_at ?? (before.left ? null : after.left_at);
    const who = after.driver === before.driver ? {} : whoIs(after.driver);
    return [...others, { ...last, ...who, to, ended_by, left_at }];
  }
  const end = after.assigned ? 'another_driver' : 'unassigned';
  const ended =
    last === undefined
      ? []
      : [...others, { ...last, to: last.to ?? after.updated_at, ended_by: last.ended_by ?? end } as const];
  return after.assigned ? [...ended.slice(0, MAX_DRIVES - 1), begun(before, after)] : ended;
}

function begun(before: Driven, after: Driven): Drive {
  const isOver = after.ended_at !== null;
  // The food may have left before anybody said with whom.
  const isFirst = before.driver === null && !after.out_of_order && after.same_report_as === null;
  return {
    ...whoIs(after.driver),
    from: after.updated_at,
    to: isOver ? after.updated_at : null,
    ended_by: isOver ? 'order_ended' : null,
    left_at: isFirst || isAnotherOrder(before, after) || leavesNow(before, after) ? after.left_at : null,
  };
}

/**
 * @param drives all of an order number, oldest first: what came too much later is of another order
 * @returns who came in place of the driver at an index; null if nobody did, or the driver was there to the end of the order
 */
export function driveInstead(drives: readonly Drive[], index: number): Drive | null {
  const [gone, next] = [drives[index], drives[index + 1]];
  if (gone === undefined || gone.to === null || gone.ended_by === 'order_ended' || next === undefined) return null;
  return Date.parse(next.from) - Date.parse(gone.to) < ORDER_NUMBER_REUSE_MS ? next : null;
}
