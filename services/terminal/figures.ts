/** @returns a number of things as people read it, such as `12,345`. */
export const count = (things: number): string => things.toLocaleString('en-US');

/** @returns a number of things with what they are, such as `1 fault` and `12,345 faults`. */
export const counted = (things: number, one: string, more: string): string =>
  `${count(things)} ${things === 1 ? one : more}`;

/** @param begun of `performance.now()`; @returns how long ago that is, such as `1.25 s`. */
export const secondsSince = (begun: number): string => `${((performance.now() - begun) / 1_000).toFixed(2)} s`;
