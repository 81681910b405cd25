import type { OrderEvent } from '../../schemas/events/order-events';
import type { EarlierReport } from '../../schemas/api/order-view';

/**
 * Remembers what was reported about an order, to know it when it comes again (docs/protocol.md#ruling-5-12). It may be
 * news, for a driver does come back; or a delivery that was sent again because its acknowledgement was lost.
 */

/** Different reports of an order that are remembered, the newest; an order has some ten. */
export const REMEMBERED_REPORTS = 64;
/** Characters of a content hash that distinguish the reports of one order: 48 bits. */
const SHORT_HASH = 12;
const HASH_LENGTH = 64;
const BEGINS_AS_HASH = /^[0-9a-f]{12}/;

export interface Memory {
  /**
   * For each report its {@link SHORT_HASH}, and revision and time (in milliseconds, both in base 36) of when it came
   * first: `,hash.revision.time`. Oldest first, and one that came again as the newest. One text, because it is copied
   * and written with every event: a list of them takes three times as long.
   */
  readonly reports: string;
  /** What the newest event may be a repeat of. */
  readonly same_report_as: EarlierReport | null;
}

export const nothingRemembered: Memory = { reports: '', same_report_as: null };

/** Looks no further than is remembered: every event comes through here. */
const isHash = (text: string): boolean => text.length === HASH_LENGTH && BEGINS_AS_HASH.test(text);

/** Digits of base 36 that a small integer of V8 holds. */
const FEW_DIGITS = 5;
const FEW = 36 ** FEW_DIGITS;

/** Writes a whole number in base 36 in two parts: V8 does so in a fifth of the time that it takes for a large one. */
const inBase36 = (number: number): string =>
  number < FEW
    ? number.toString(36)
    : Math.floor(number / FEW).toString(36) + (number % FEW).toString(36).padStart(FEW_DIGITS, '0');

/** Returns the memory after one more event. The newest report once more is no news, and changes nothing. */
export function remember(before: Memory, { contentHash, revision, receivedAt }: OrderEvent): Memory {
  const { reports } = before;
  const at = Date.parse(receivedAt);
  if (contentHash === null || !isHash(contentHash) || Number.isNaN(at)) return { reports, same_report_as: null };
  const begin = `,${contentHash.slice(0, SHORT_HASH)}.`;
  const known = reports.indexOf(begin);
  if (known < 0) {
    const report = `${begin}${revision.toString(36)}.${inBase36(at)}`;
    return { reports: withoutOldest(reports) + report, same_report_as: null };
  }
  const next = reports.indexOf(',', known + 1);
  if (next < 0) return before;
  const earlier = reports.slice(known, next);
  const [, came = '', time = ''] = earlier.split('.');
  return {
    reports: reports.slice(0, known) + reports.slice(next) + earlier,
    same_report_as: { revision: parseInt(came, 36), received_at: new Date(parseInt(time, 36)).toISOString() },
  };
}

/** Counts only where there may be too many: each takes {@link SHORT_HASH} characters and three signs or more. */
function withoutOldest(reports: string): string {
  if (reports.length < REMEMBERED_REPORTS * (SHORT_HASH + 3)) return reports;
  return reports.split(',').length <= REMEMBERED_REPORTS ? reports : reports.slice(reports.indexOf(',', 1));
}
