import { stringifyJson } from '../../../../../schemas/json/exact-json';
import { STAGE_MEANINGS } from '../../../../../schemas/words/meanings';
import { comesTwice, type OffsetAt, offsetText, wallClock } from '../../../../../schemas/local-time';
import { keysOf, valueAt } from '../../../../../schemas/records';
import { spanWords } from '../../../../../schemas/words/span-words';
import { VERDICT_WORDS, type VerdictWords } from '../../../../../schemas/words/verdict-words';

/** What the audit pages say, in plain words. */

/** In the order in which the rules are tried. */
export const VERDICT_ORDER = keysOf(VERDICT_WORDS);

export const verdictWords = (verdict: string): VerdictWords =>
  valueAt(VERDICT_WORDS, verdict) ?? {
    words: `unknown: ${verdict}`,
    rule: 'This page does not know the rule. Load it again.',
  };

export const stageRule = (stage: string): string =>
  valueAt(STAGE_MEANINGS, stage) ?? 'this page does not know the rule';

const FIELD_WORDS: ReadonlyMap<string, string> = new Map([
  ['/status', 'Order'],
  ['/delivery_status', 'Delivery'],
  ['/stage', 'Stage'],
  ['/attention', 'Attention'],
  ['/driver_details', 'Driver details'],
  ['/driver_details/phone', 'Phone'],
  ['/driver_details/vehicle_info', 'Vehicle'],
  ['/driver_details/source', 'Source'],
  ['/driver_details/name', 'Driver'],
  ['/driver_details/phone/number', 'Phone'],
  ['/driver_details/phone/code', 'Phone code'],
  ['/driver_details/picture_url', 'Photo'],
  ['/driver_details/vehicle_info/make', 'Vehicle make'],
  ['/driver_details/vehicle_info/model', 'Vehicle model'],
  ['/driver_details/vehicle_info/color', 'Vehicle color'],
  ['/driver_details/vehicle_info/license_plate', 'License plate'],
  ['/driver_details/vehicle_info/is_autonomous', 'Robot'],
  ['/driver_details/handoff_instructions', 'Instructions'],
  ['/driver_details/passcode', 'Passcode'],
  ['/handed_over/by', 'Handed over by'],
  ['/handed_over/at', 'Handed over at, by the screen'],
  ['/handed_over/received_at', 'Handed over, received at'],
  ['/handed_over/compared', 'Handed over, compared'],
  ['/handed_over/driver_revision', 'Handed over to the driver of revision'],
  ['/handed_over/revision', 'Handed over at revision'],
]);

/** @returns a field's name, or its pointer if it is not documented. */
export const fieldWords = (pointer: string): string => FIELD_WORDS.get(pointer) ?? pointer;

/** @returns a value of a field as it came; null where there is nothing. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.length === 0 ? null : value.join(', ');
  }
  return stringifyJson(value);
}

/** @returns what lies between two events. @param ms from the one to the next; negative where the clock went back */
export function gapWords(ms: number): string {
  if (ms === 0) return 'at once';
  return ms < 0 ? `the clock went back ${spanWords(-ms)}` : `${spanWords(ms)} later`;
}

/** The clock of the browser. */
export const localOffset: OffsetAt = (ms) => -new Date(ms).getTimezoneOffset();

/** Returns ` UTC+01:00` where the time alone does not determine the moment. */
const zoneWhereAmbiguous = (ms: number, offsetAt: OffsetAt): string =>
  comesTwice(ms, offsetAt) ? ` UTC${offsetText(offsetAt(ms))}` : '';

/**
 * @param offsetAt of the clock; that of the browser, if nothing else is said
 * @returns a moment by a clock: `2026-11-21 18:04:05`; with its offset in the hour that comes twice.
 */
export const timeWords = (ms: number, offsetAt: OffsetAt = localOffset): string =>
  `${wallClock(ms, offsetAt(ms))}${zoneWhereAmbiguous(ms, offsetAt)}`;

/** @returns such a time with its milliseconds, by which events are distinguished. */
export const exactTimeWords = (ms: number, offsetAt: OffsetAt = localOffset): string =>
  `${wallClock(ms, offsetAt(ms))}.${String(((ms % 1_000) + 1_000) % 1_000).padStart(3, '0')}${zoneWhereAmbiguous(ms, offsetAt)}`;

/** Returns the browser's time zone, to read the times: `UTC+01:00`. */
export const zoneWords = (ms: number): string => `UTC${offsetText(localOffset(ms))}`;

/** Returns the beginning of a hash, which is enough to compare two by eye. */
export const shortHash = (hash: string): string => hash.slice(0, 12);
