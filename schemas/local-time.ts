/** Moments by the clocks of a place: what the server, files and screens write where people read times. Pure. */

/** Minutes by which a clock is ahead of UTC at a moment. */
export type OffsetAt = (ms: number) => number;

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const two = (value: number): string => String(value).padStart(2, '0');

/** `+01:00`, as in RFC 3339. @param minutes by which a clock is ahead of UTC */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** @returns what a clock shows that is so many minutes ahead of UTC: `2026-11-21 18:04:05` */
export function wallClock(ms: number, offset: number): string {
  const date = new Date(ms + offset * MINUTE_MS);
  const day = [String(date.getUTCFullYear()), two(date.getUTCMonth() + 1), two(date.getUTCDate())].join('-');
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** @returns whether a clock shows the same time at another moment too, as at the end of daylight saving time */
export function comesTwice(ms: number, offsetAt: OffsetAt): boolean {
  const here = offsetAt(ms);
  return [ms - DAY_MS, ms + DAY_MS].map(offsetAt).some((there) => {
    return there !== here && offsetAt(ms + (here - there) * MINUTE_MS) === there;
  });
}

/** A zone of the IANA database by its name: `America/New_York`. No name of it is longer. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });

/** @returns whether there is a time zone of this name. */
export function isTimeZone(name: string): boolean {
  if (!ZONE_NAME.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/** @returns how far the clocks of a zone are ahead of UTC. @throws {RangeError} if there is no such zone. */
export function offsetsOfZone(timeZone: string): OffsetAt {
  const clock = clockOf(timeZone);
  return (ms) => {
    const shown = new Map(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
    const day = Date.UTC(part('year'), part('month') - 1, part('day'));
    const wall = day + ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1_000;
    return Math.round((wall - ms) / MINUTE_MS);
  };
}

/** @returns a time in words: without the day where it is `since`'s, with the offset in the hour that comes twice. */
export type TimeWords = (time: string, since: string) => string;

/** @returns words for times by a clock, of times as the API gives them; what is no time stays as it came. */
export const timeWordsBy =
  (offsetAt: OffsetAt): TimeWords =>
  (time, since) => {
    const [ms, sinceMs] = [Date.parse(time), Date.parse(since)];
    if (Number.isNaN(ms)) return time;
    const wall = wallClock(ms, offsetAt(ms));
    const sinceWall = Number.isNaN(sinceMs) ? '' : wallClock(sinceMs, offsetAt(sinceMs));
    const [day = '', clock = ''] = wall.split(' ');
    const shown = sinceWall.startsWith(day) ? clock : wall;
    return comesTwice(ms, offsetAt) ? `${shown} UTC${offsetText(offsetAt(ms))}` : shown;
  };
