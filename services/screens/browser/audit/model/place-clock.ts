import {
  DAY_MS,
  isTimeZone,
  type OffsetAt,
  offsetsOfZone,
  offsetText,
  wallClock,
} from '../../../../../schemas/local-time';
import { localOffset, zoneWords } from '../../shared/model/time-words';
import { say } from './say';

/** By whose clock the audit pages show times, and read those that somebody types. */
export interface PlaceClock {
  /** Its time zone by its name; null: it is the clock of the browser. */
  readonly zone: string | null;
  readonly offsetAt: OffsetAt;
}

export const BROWSER_CLOCK: PlaceClock = { zone: null, offsetAt: localOffset };

/** A clock takes a while to make, and each row of a table asks for one. */
const known = new Map<string, PlaceClock>();

/** @returns the clock of a zone; that of the browser if there is none, or the browser does not know it. */
export function clockOf(zone: string | null): PlaceClock {
  if (zone === null) return BROWSER_CLOCK;
  const before = known.get(zone);
  if (before !== undefined) return before;
  const clock = isTimeZone(zone) ? { zone, offsetAt: offsetsOfZone(zone) } : BROWSER_CLOCK;
  known.set(zone, clock);
  return clock;
}

/** @returns what stands beside a field: `America/New_York`. */
export const clockName = ({ zone }: PlaceClock): string => zone ?? say('clock.browser');

/** @returns what stands beside times: `America/New_York, UTC-05:00`. @param ms when the clock is so far from UTC */
export const clockWords = (clock: PlaceClock, ms: number): string =>
  clock.zone === null
    ? say('clock.and', { before: zoneWords(ms), next: clockName(clock) })
    : say('clock.and', { before: clock.zone, next: `UTC${offsetText(clock.offsetAt(ms))}` });

/** Writes a time as a field of type `datetime-local` takes and gives it. */
export const toField = (ms: number, { offsetAt }: PlaceClock): string => wallClock(ms, offsetAt(ms)).replace(' ', 'T');

/** Returns the moments at which a clock shows a time, the earlier first. @param wall the time as if it were of UTC */
const momentsAt = (wall: number, offsetAt: OffsetAt): readonly number[] =>
  [...new Set([wall - DAY_MS, wall + DAY_MS].map(offsetAt))]
    .map((offset) => wall - offset * 60_000)
    .filter((at) => at + offsetAt(at) * 60_000 === wall)
    .sort((one, other) => one - other);

/** Returns when a clock is set forward over a time that it never shows. */
function setForwardAt(wall: number, offsetAt: OffsetAt): number {
  const around = [wall - DAY_MS, wall + DAY_MS].map((at) => wall - offsetAt(at) * 60_000);
  let [before, after] = [Math.min(...around), Math.max(...around)];
  const offset = offsetAt(before);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const wallOf = (text: string): number | null => {
  const wall = Date.parse(`${text}Z`);
  return Number.isNaN(wall) ? null : wall;
};

/** Which moment is meant by a time that the clock shows twice: for the end of a span the later, so that nothing is lost. */
export type Side = 'earlier' | 'later';

/**
 * Reads a time of a field, by a clock. What the clock never shows is the moment at which it is set forward.
 * @param chosen the offset that was chosen where the clock shows the time twice, as {@link offsetsOf} gives it
 * @returns milliseconds since the epoch, or null for a field that is empty or holds no time
 */
export function fromField(text: string, { offsetAt }: PlaceClock, side: Side, chosen = ''): number | null {
  const wall = wallOf(text);
  if (wall === null) return null;
  const moments = momentsAt(wall, offsetAt);
  const meant = moments.find((at) => offsetText(offsetAt(at)) === chosen);
  return meant ?? (side === 'earlier' ? moments[0] : moments.at(-1)) ?? setForwardAt(wall, offsetAt);
}

/**
 * @returns the offsets of both moments at which a clock shows the time of a field, the earlier first; none if it is one
 */
export function offsetsOf(text: string, { offsetAt }: PlaceClock): readonly string[] {
  const wall = wallOf(text);
  const moments = wall === null ? [] : momentsAt(wall, offsetAt);
  return moments.length < 2 ? [] : moments.map((at) => offsetText(offsetAt(at)));
}
