import { durationWords } from '../../shared/model/words';
import { spanMs } from '../../../../../schemas/words/span-words';
import { say } from './say';

/** Returns a time that has passed, exact while it is short, as `spanWords` of the schemas does in English. */
export function exactSpanWords(ms: number): string {
  if (ms < 1_000) return say('span.milliseconds', { milliseconds: Math.round(ms) });
  if (ms < 60_000) return say('time.seconds', { seconds: Math.floor(ms / 100) / 10 });
  const seconds = Math.floor((ms % 3_600_000) / 1_000) % 60;
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 1 && seconds > 0) return say('span.minutes', { minutes: Math.floor(ms / 60_000), seconds });
  if (hours >= 24 && hours % 24 > 0) return say('span.days', { count: Math.floor(hours / 24), hours: hours % 24 });
  return durationWords(ms);
}

/** Returns what passed between two moments, in milliseconds since the epoch: the same wherever it is said. */
export const spanBetween = (from: number, to: number): string => exactSpanWords(spanMs(from, to));
