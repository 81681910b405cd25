import { speech } from '../../shared/model/say';
import { say } from './say';

/** How the screen words what `GET /coverage` reports. */

/** Writes a number with so many digits behind the point, as the language does. */
const decimalWords = (value: number, digits: number): string =>
  new Intl.NumberFormat(speech().locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );

/** Of a share that is less, in percent, no more is said than that. */
const LEAST_PERCENT = 0.1;

/** Writes a share as `12 %`, `4.2 %` or `<0.1 %`. */
export function shareWords(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < LEAST_PERCENT) return say('coverage.under', { percent: decimalWords(LEAST_PERCENT, 1) });
  return say('coverage.percent', { percent: decimalWords(percent, percent === 0 || percent >= 10 ? 0 : 1) });
}

/** What Stream's documents say that it does when so large a share of its calls fails (docs/protocol.md#section-3). */
const ALARMS = [
  [0.1, 'endpoint.alarm_10'],
  [0.25, 'endpoint.alarm_25'],
  [0.5, 'endpoint.alarm_50'],
] as const;

export const alarmWords = (at: number): string => say(ALARMS.find(([share]) => share === at)?.[1] ?? 'endpoint.alarm');

/** @returns what it means that calls were refused as not authentic. */
export const notAuthenticWords = (secretsInDoubt: boolean): string =>
  secretsInDoubt ? say('endpoint.secrets', { variable: 'STREAM_WEBHOOK_SECRETS' }) : say('endpoint.anybody');

/** Words that were said, the most frequent first, beside those that never were. */
export interface HeardWords {
  readonly said: readonly (readonly [string, number])[];
  readonly never: readonly string[];
}

export function heard(counts: Readonly<Record<string, number>>): HeardWords {
  const all = Object.entries(counts);
  return {
    said: all.filter(([, count]) => count > 0).sort(([, one], [, other]) => other - one),
    never: all.filter(([, count]) => count === 0).map(([value]) => value),
  };
}

/** What coverage can be asked about; the parameters stand in the page's address too. */
export const COVERAGE_FILTERS = ['location_id', 'source', 'from', 'to'] as const;
