const two = (value: number): string => String(value).padStart(2, '0');

/**
 * @returns a time that has passed, exact while it is short: `250 ms`, `4.2 s`, `3 min 20 s`, `2 h 05 min`, `3 days 4
 *   h`.
 */
export function spanWords(ms: number): string {
  if (ms < 1_000) return `${String(Math.round(ms))} ms`;
  if (ms < 60_000) return `${String(Math.floor(ms / 100) / 10)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) {
    const seconds = Math.floor((ms % 60_000) / 1_000);
    return seconds === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${String(seconds)} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${String(hours)} h ${two(minutes % 60)} min`;
  const days = Math.floor(hours / 24);
  return `${String(days)} ${days === 1 ? 'day' : 'days'}${hours % 24 === 0 ? '' : ` ${String(hours % 24)} h`}`;
}

/**
 * @returns milliseconds from one time to another as clocks show both, to the whole second: what a reader computes from the two,
 *   so that the parts of a span add up to it; never below 0
 */
export const clockSpan = (from: number, to: number): number =>
  Math.max(0, Math.floor(to / 1_000) - Math.floor(from / 1_000)) * 1_000;

/** @returns a {@link clockSpan} in words: `3 s`, `14 min 25 s`, `1 h 05 min 07 s`, `2 days 3 h 00 min 10 s`. */
export function clockSpanWords(ms: number): string {
  const all = Math.floor(ms / 1_000);
  if (all === 0) return 'less than 1 s';
  const [days, hours, minutes, seconds] = [
    Math.floor(all / 86_400),
    Math.floor(all / 3_600) % 24,
    Math.floor(all / 60) % 60,
    all % 60,
  ] as const;
  if (all < 60) return `${String(seconds)} s`;
  if (all < 3_600) return seconds === 0 ? `${String(minutes)} min` : `${String(minutes)} min ${String(seconds)} s`;
  const clock = `${String(hours)} h ${two(minutes)} min ${two(seconds)} s`;
  return days === 0 ? clock : `${String(days)} ${days === 1 ? 'day' : 'days'} ${clock}`;
}

/**
 * @param from milliseconds since the epoch; @param to the same
 * @returns what passed between two moments that are shown with their milliseconds, to be said in words: a {@link clockSpan}
 *   from a minute on, and exact while it is shorter
 */
export function spanMs(from: number, to: number): number {
  const exact = Math.max(0, to - from);
  return exact < 60_000 ? exact : clockSpan(from, to);
}
