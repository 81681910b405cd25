/** Pauses between attempts, of the service and of screens: exponential backoff. */

/** Bounds of pauses between attempts, in the unit that the caller counts in. */
export interface PauseBounds {
  /** Before the second attempt; each further pause is twice as long. */
  readonly first: number;
  readonly longest: number;
}

/**
 * Returns how long until the next attempt where nothing is left to chance, in the unit of the bounds.
 * @param attempts that failed so far, from 1
 */
export const fullPause = (attempts: number, { first, longest }: PauseBounds): number =>
  Math.min(longest, first * 2 ** (attempts - 1));

/**
 * Exponential backoff with half of each pause left to chance, so that what failed together is not tried again together.
 * @param attempts that failed so far, from 1
 * @param chance from 0 to below 1
 * @returns how long until the next attempt, in the unit of the bounds
 */
export function backoff(attempts: number, bounds: PauseBounds, chance: number): number {
  const pause = fullPause(attempts, bounds);
  return pause / 2 + (chance * pause) / 2;
}
