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
  if (hours < 24) return `${String(hours)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const days = Math.floor(hours / 24);
  return `${String(days)} ${days === 1 ? 'day' : 'days'}${hours % 24 === 0 ? '' : ` ${String(hours % 24)} h`}`;
}

/**
 * @param from milliseconds since the epoch; @param to the same
 * @returns what passed between two moments, to be said in words: whole seconds as clocks show them where it is a minute or more, so
 *   that it is what anybody finds who subtracts them, and the parts of a time add up to it
 */
export function spanMs(from: number, to: number): number {
  const exact = Math.max(0, to - from);
  return exact < 60_000 ? exact : (Math.floor(to / 1_000) - Math.floor(from / 1_000)) * 1_000;
}
