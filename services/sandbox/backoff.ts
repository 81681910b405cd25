import type { Random } from './random';

/** Pause before the second attempt, in seconds of a story; each further one is twice as long. Not documented. */
const FIRST_PAUSE_S = 1;
/** Longest pause, in seconds of a story. */
const MAX_PAUSE_S = 60;

/**
 * Exponential backoff, as Stream documents it, with half of each pause left to chance, so that what failed together is not
 * sent again together.
 * @param attempts that failed so far, from 1
 * @returns seconds of a story until the next one
 */
export function pauseAfter(attempts: number, random: Random): number {
  const pause = Math.min(MAX_PAUSE_S, FIRST_PAUSE_S * 2 ** Math.min(attempts - 1, 30));
  return pause / 2 + (random.fraction() * pause) / 2;
}
