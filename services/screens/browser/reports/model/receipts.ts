import {
  type DisplayReceipt,
  MAX_RECEIPTS,
  MAX_SCREEN_NAME,
  REPORT_INTERVAL_MS,
  type ScreenReport,
  type ShownPart,
} from '../../../../../schemas/screen-reports';
import type { Freshness } from '../../shared/model/freshness';

/** What a screen has to report: pure, so that it can be tried without a page. */

/** Least milliseconds between two reports. */
export const LEAST_INTERVAL_MS = 1_000;
/** Most receipts that wait on a screen that cannot report. What is painted beyond them gets its receipt later, if then. */
export const MAX_PENDING = 1_000;
/** Parts of orders that are remembered as painted; one that is forgotten is reported again, and recorded once. */
export const MAX_REMEMBERED = 5_000;

/** A part of an order as it may have been painted. */
export interface Painted {
  readonly order_id: DisplayReceipt['order_id'];
  readonly revision: number;
  readonly shown: ShownPart;
}

/** What was painted at a location, and what of it waits to be reported. */
export interface Receipts {
  /** The revision that was painted last, by part and order, the longest ago first. */
  readonly painted: ReadonlyMap<string, number>;
  readonly pending: readonly DisplayReceipt[];
}

export const noReceipts: Receipts = { painted: new Map(), pending: [] };

const keyOf = ({ shown, order_id }: Painted): string => `${shown} ${order_id}`;

/** @returns whether there is no receipt for this yet. */
export const isNew = ({ painted }: Receipts, one: Painted): boolean => painted.get(keyOf(one)) !== one.revision;

/** @returns the receipts after something was painted. @param at milliseconds since the epoch by the screen's clock */
export function withPainted(receipts: Receipts, all: readonly Painted[], at: number): Receipts {
  const fresh = all.filter((one) => isNew(receipts, one)).slice(0, MAX_PENDING - receipts.pending.length);
  if (fresh.length === 0) return receipts;
  const painted = new Map(receipts.painted);
  for (const one of fresh) {
    painted.delete(keyOf(one));
    painted.set(keyOf(one), one.revision);
  }
  for (const key of painted.keys()) {
    if (painted.size <= MAX_REMEMBERED) break;
    painted.delete(key);
  }
  const time = new Date(at).toISOString();
  const made = fresh.map(({ order_id, revision, shown }) => ({ order_id, revision, shown, at: time }));
  return { painted, pending: [...receipts.pending, ...made] };
}

/** @returns the receipts of the next report: of the rest, there is another one. */
export const nextOf = ({ pending }: Receipts): readonly DisplayReceipt[] => pending.slice(0, MAX_RECEIPTS);

/** @returns the receipts once some have been reported. */
export function withReported(receipts: Receipts, reported: readonly DisplayReceipt[]): Receipts {
  const gone = new Set(reported);
  return { ...receipts, pending: receipts.pending.filter((one) => !gone.has(one)) };
}

/**
 * Returns whether a report is due.
 * @param sinceMs milliseconds since the last one began; null: there was none
 * @param isNews whether the screen is otherwise than the last report said
 */
export function isDue(receipts: Receipts, sinceMs: number | null, isNews: boolean): boolean {
  if (sinceMs === null || sinceMs >= REPORT_INTERVAL_MS) return true;
  return sinceMs >= LEAST_INTERVAL_MS && (isNews || receipts.pending.length > 0);
}

/** @returns how fresh a screen is, in the words of a report; null: it shows the past, which nobody watches */
export function viewOf(
  freshness: Freshness,
  feedId: string | null,
): Pick<ScreenReport, 'freshness' | 'age_ms' | 'position'> | null {
  if (freshness.kind === 'replay') return null;
  const { kind, ageMs } = freshness;
  return {
    freshness: kind,
    age_ms: ageMs === null ? null : Math.max(0, Math.round(ageMs)),
    position: (/^\d+/.exec(feedId ?? '')?.[0] ?? null) as ScreenReport['position'], // ids of the feed begin with it
  };
}

/** Returns a name as a screen can have it: without control characters and white space around it, and not too long. */
export const nameToSet = (text: string): string =>
  Array.from(text.replace(/[\p{Cc}\p{Cs}]/gu, '').trim())
    .slice(0, MAX_SCREEN_NAME)
    .join('')
    .trim();
