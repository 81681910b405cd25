/** @returns a number of things as people read it, such as `12,345`. */
export const count = (things: number): string => things.toLocaleString('en-US');

/** @param begun of `performance.now()`; @returns how long ago that is, such as `1.25 s`. */
export const secondsSince = (begun: number): string => `${((performance.now() - begun) / 1_000).toFixed(2)} s`;
