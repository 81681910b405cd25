import { backoff, type PauseBounds } from '../../../schemas/backoff';
import type { Random } from './random';

/** Stream's pauses, in seconds of a story. Not documented. */
const STREAM_PAUSES: PauseBounds = { first: 1, longest: 60 };

/**
 * Exponential backoff, as Stream documents it.
 * @param attempts that failed so far, from 1
 * @returns how long until the next one, in the unit of `bounds`; without any, in seconds of a story
 */
export function pauseAfter(attempts: number, random: Random, bounds = STREAM_PAUSES): number {
  return backoff(attempts, bounds, random.fraction());
}
