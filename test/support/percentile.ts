/** @returns the duration that so many of all do not exceed; NaN of none. @param share from 0 to 1 */
export const percentile = (times: readonly number[], share: number): number =>
  [...times].sort((one, other) => one - other)[Math.ceil(share * times.length) - 1] ?? NaN;

/** Figures for people who read of a failure. @param times in milliseconds */
export const describeTimes = (times: readonly number[]): string =>
  `${String(times.length)} measured: ` +
  [0.5, 0.9, 0.99, 1].map((share) => `p${String(share * 100)} ${percentile(times, share).toFixed(0)} ms`).join(', ');
