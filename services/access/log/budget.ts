import { createRemembered } from '../../concurrency/remembered';

/** What each of many may do, as a bucket that fills steadily: so many at once, and so many a minute for long. */

/** Names that are remembered; one that is forgotten begins with a full bucket. */
const REMEMBERED_NAMES = 10_000;
const MILLISECONDS_PER_MINUTE = 60_000;

/** Takes so many from what a name has left. @returns false, and takes nothing, if there are not so many. */
export type TakeFromBudget = (name: string, many: number) => boolean;

/** @param now milliseconds of a clock that never goes back */
export function createBudget(options: {
  readonly atOnce: number;
  readonly perMinute: number;
  readonly now: () => number;
}): TakeFromBudget {
  const { atOnce, perMinute, now } = options;
  const buckets = createRemembered<{ left: number; at: number }>(REMEMBERED_NAMES);
  return (name, many) => {
    const at = now();
    const bucket = buckets.get(name) ?? { left: atOnce, at };
    const left = Math.min(atOnce, bucket.left + ((at - bucket.at) / MILLISECONDS_PER_MINUTE) * perMinute);
    const isEnough = left >= many;
    buckets.set(name, { left: isEnough ? left - many : left, at });
    return isEnough;
  };
}
