import { type OrderEvent } from '../schemas/order-events';
import { type EarlierReport } from '../schemas/order-view';

/**
 * Remembers what was reported about an order, to know it when it comes again (docs/protocol.md#ruling-5-12). It may be
 * news, for a driver does come back; or a delivery that was sent again because its acknowledgement was lost.
 */

/** Different reports of an order that are remembered, the newest; an order has some ten. */
export const REMEMBERED_REPORTS = 64;
/** Characters of a content hash that tell the reports of one order apart: 48 bits. */
const SHORT_HASH = 12;

/** The beginning of the content hash of a report, and where and when it came first. An array, because it is kept so often. */
type Report = readonly [hash: string, revision: number, receivedAt: number];

export interface Memory {
  /** Oldest first, and one that came again as the newest. */
  readonly reports: readonly Report[];
  /** What the newest event may be a repeat of. */
  readonly same_report_as: EarlierReport | null;
}

export const nothingRemembered: Memory = { reports: [], same_report_as: null };

/** The memory after one more event. The newest report once more is no news, and changes nothing. */
export function remember(before: Memory, { contentHash, revision, receivedAt }: OrderEvent): Memory {
  const { reports } = before;
  const at = Date.parse(receivedAt);
  if (contentHash === null || Number.isNaN(at)) return { reports, same_report_as: null };
  const hash = contentHash.slice(0, SHORT_HASH);
  if (reports.at(-1)?.[0] === hash) return before;
  const earlier = reports.find(([known]) => known === hash);
  if (earlier === undefined) {
    return { reports: [...reports.slice(1 - REMEMBERED_REPORTS), [hash, revision, at]], same_report_as: null };
  }
  return {
    reports: [...reports.filter((report) => report !== earlier), earlier],
    same_report_as: { revision: earlier[1], received_at: new Date(earlier[2]).toISOString() },
  };
}
