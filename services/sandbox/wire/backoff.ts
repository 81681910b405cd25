import type { Random } from './random';

/** Bounds of pauses between attempts, in the unit that the caller counts in. */
export interface PauseBounds {
  /** Before the second attempt; each further pause is twice as long. */
  readonly first: number;
  readonly longest: number;
}

/** Stream's pauses, in seconds of a story. Not documented. */
const STREAM_PAUSES: PauseBounds = { first: 1, longest: 60 };

/**
 * Exponential backoff, as Stream documents it, with half of each pause left to chance, so that what failed together is not
 * sent again together.
 * @param attempts that failed so far, from 1
 * @returns how long until the next one, in the unit of `bounds`; without any, in seconds of a story
 */
export function pauseAfter(attempts: number, random: Random, { first, longest } = STREAM_PAUSES): number {
  const pause = Math.min(longest, first * 2 ** (attempts - 1));
  return pause / 2 + (random.fraction() * pause) / 2;
}
