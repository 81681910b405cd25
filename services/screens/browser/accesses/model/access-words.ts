import type { AccessEntry } from '../../../../../schemas/api/access';
import { say, sayValue } from '../../operators/model/say';

/** @returns what a reader did, and how often within a minute if it was more than once */
export function accessWords({ what, times = 1 }: Pick<AccessEntry, 'what' | 'times'>): string {
  const words = sayValue('access.', what);
  return times < 2 ? words : say('accesses.times', { what: words, count: times });
}
