/** How the screen words what `GET /coverage` reports. */

/** Writes a share as `12 %`, `4.2 %` or `<0.1 %`. */
export function shareWords(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.1) return '<0.1 %';
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** Writes a number as `12,345`. */
export const numberWords = (value: number): string => value.toLocaleString('en');

/** What Stream's documents say that it does when so large a share of its calls fails (docs/protocol.md#section-3). */
const ALARMS: ReadonlyMap<number, string> = new Map([
  [0.1, 'Stream begins to send alert mails'],
  [0.25, 'the upper end of what Stream alerts of'],
  [0.5, 'Stream switches all events off'],
]);

export const alarmWords = (at: number): string => ALARMS.get(at) ?? 'Stream acts';

/** @returns what it means that calls were refused as not authentic. */
export const notAuthenticWords = (secretsInDoubt: boolean): string =>
  secretsInDoubt
    ? 'They are signed, nothing authentic comes, and Stream counts its own: check that STREAM_WEBHOOK_SECRETS has the secret ' +
      'of Stream’s portal.'
    : 'Anybody can send those; they are not Stream’s as far as we know.';

/** Words that were said, the most frequent first, beside those that never were. */
export interface Heard {
  readonly said: readonly (readonly [string, number])[];
  readonly never: readonly string[];
}

export function heard(counts: Readonly<Record<string, number>>): Heard {
  const all = Object.entries(counts);
  return {
    said: all.filter(([, count]) => count > 0).sort(([, one], [, other]) => other - one),
    never: all.filter(([, count]) => count === 0).map(([value]) => value),
  };
}

/** What coverage can be asked about; the parameters stand in the page's address too. */
export const COVERAGE_FILTERS = ['location_id', 'source', 'from', 'to'] as const;
