import { fullPause } from '../../../../../schemas/backoff';
import {
  MAX_RECEIPTS,
  MAX_SCREEN_NAME,
  REPORT_INTERVAL_MS,
  type ShownPart,
} from '../../../../../schemas/api/screen-limits';
import type { DisplayReceipt, ScreenReport } from '../../../../../schemas/api/screen-reports';
import type { ScreenFreshness } from '../../shared/model/freshness';

/** What a screen has to report: pure, so that it can be tried without a page. */

/** Least milliseconds between two reports. */
export const LEAST_INTERVAL_MS = 1_000;
/** Least milliseconds between two reports of what was painted: in a rush, something is in each second. */
export const GATHER_MS = 3_000;
/** Most milliseconds between two reports while none is taken; after the first it is {@link REPORT_INTERVAL_MS}. */
export const MOST_WAIT_MS = 60_000;
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

/** A receipt that waits: when by a clock that nobody sets. */
export interface Pending extends Painted {
  /** Milliseconds of the monotonic clock. */
  readonly paintedAt: number;
}

/** What was painted at a location, and what of it waits to be reported. */
export interface Receipts {
  /** The revision that was painted last, by part and order, the longest ago first. */
  readonly painted: ReadonlyMap<string, number>;
  readonly pending: readonly Pending[];
}

export const noReceipts: Receipts = { painted: new Map(), pending: [] };

const keyOf = ({ shown, order_id }: Painted): string => `${shown} ${order_id}`;

/** @returns whether there is no receipt for this yet. */
export const isNew = ({ painted }: Receipts, one: Painted): boolean => painted.get(keyOf(one)) !== one.revision;

/** @returns the receipts after something was painted. @param paintedAt milliseconds of the monotonic clock */
export function withPainted(receipts: Receipts, all: readonly Painted[], paintedAt: number): Receipts {
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
  return { painted, pending: [...receipts.pending, ...fresh.map((one) => ({ ...one, paintedAt }))] };
}

/** @returns the receipts of the next report: of the rest, there is another one. */
export const nextOf = ({ pending }: Receipts): readonly Pending[] => pending.slice(0, MAX_RECEIPTS);

/**
 * Returns a receipt as it is reported: by the clock of the screen as it is then, since it may have been set after
 * painting. Where the monotonic clock stands still while a device sleeps, the time is too late, and never too early.
 * @param now milliseconds since the epoch by the screen's clock
 * @param monotonic milliseconds of the monotonic clock
 */
export const receiptAt = (
  { order_id, revision, shown, paintedAt }: Pending,
  now: number,
  monotonic: number,
): DisplayReceipt => ({
  order_id,
  revision,
  shown,
  at: new Date(Math.max(0, Math.floor(now - Math.max(0, monotonic - paintedAt)))).toISOString(),
});

/** @returns the receipts once some have been reported. */
export function withReported(receipts: Receipts, reported: readonly Pending[]): Receipts {
  const gone = new Set(reported);
  return { ...receipts, pending: receipts.pending.filter((one) => !gone.has(one)) };
}

/**
 * Returns whether a report is due.
 * @param sinceMs milliseconds since the last one began; null: there was none
 * @param isNews whether the screen is otherwise than the last report said
 * @param failures reports that were not taken since one was
 */
export function isDue(receipts: Receipts, sinceMs: number | null, isNews: boolean, failures: number): boolean {
  if (sinceMs !== null && failures > 0) {
    return sinceMs >= fullPause(failures, { first: REPORT_INTERVAL_MS, longest: MOST_WAIT_MS });
  }
  if (sinceMs === null || sinceMs >= REPORT_INTERVAL_MS) return true;
  if (isNews || receipts.pending.length >= MAX_RECEIPTS) return sinceMs >= LEAST_INTERVAL_MS;
  return receipts.pending.length > 0 && sinceMs >= GATHER_MS;
}

/** @returns how fresh a screen is, in the words of a report; null: it shows the past, or what was kept, which nobody watches */
export function viewOf(
  freshness: ScreenFreshness,
  feedId: string | null,
): Pick<ScreenReport, 'freshness' | 'age_ms' | 'position'> | null {
  if (freshness.kind === 'replay' || freshness.kind === 'kept') return null;
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
