import { driverChanged } from './driver';
import type { Driver } from './driver-details';
import { isBlank } from '../values/spelling';
import { isJsonObject } from '../../schemas/json/json-object';

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
}

/** What distinguishes one state of an order from another here. */
interface Driven {
  readonly revision: number;
  readonly driver: Driver | null;
  readonly assigned: boolean;
  readonly first_received_at: string;
  readonly updated_at: string;
  readonly ended_at: string | null;
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
export const whoIs = (driver: Driver | null): Omit<Drive, 'from' | 'to'> => ({
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
    return [...others, { ...last, ...(after.driver === before.driver ? {} : whoIs(after.driver)), to }];
  }
  const ended = last === undefined ? [] : [...others, { ...last, to: last.to ?? after.updated_at }];
  if (!after.assigned) return ended;
  const to = after.ended_at === null ? null : after.updated_at;
  return [...ended.slice(0, MAX_DRIVES - 1), { ...whoIs(after.driver), from: after.updated_at, to }];
}
