import { comesTwice, type OffsetAt, offsetText, wallClock } from '../../../../../schemas/local-time';

/** Moments as the pages of operators and auditors write them, the same in every language. */

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
