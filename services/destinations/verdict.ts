import { backoff } from '../../schemas/backoff';

/** What an attempt comes to, and when there is another. Pure. */

/** Pauses between attempts for one order, in milliseconds. */
export const RETRY_PAUSES = { first: 1_000, longest: 300_000 };
/** Longest that a receiver may make us wait by `Retry-After`, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 3_600_000;
/** Milliseconds after which an item that does not arrive is given up: three days. */
export const PARKED_AFTER_MS = 3 * 86_400_000;

/** How an attempt ended. */
export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null }
  /** `reason` is a word, such as `ECONNREFUSED`. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** What was to be sent is there no longer. */
  | { readonly kind: 'nothing' };

export type AttemptVerdict =
  | { readonly kind: 'settled'; readonly delivered: boolean }
  | { readonly kind: 'gone' }
  | { readonly kind: 'parked'; readonly reason: string }
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      /** The receiver wants nothing at all meanwhile. */
      readonly all: boolean;
      readonly reason: string;
    };

/**
 * @param value of `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date
 * @param now milliseconds since the epoch
 * @returns milliseconds, bounded; null if it says nothing
 */
export function retryAfterMs(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  const ms = /^\d{1,10}$/.test(text) ? Number(text) * 1_000 : /[a-z]/i.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(ms) ? null : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms));
}

/**
 * Decides what is done after an attempt. Everything but 2xx is tried again, whatever it says: what a receiver refuses today
 * it may take once it is mended.
 * @param attempts that failed for this item, this one included
 * @param failingMs how long this item has failed
 * @param chance from 0 to below 1
 */
export function judge(
  attempt: AttemptOutcome,
  about: { readonly attempts: number; readonly failingMs: number; readonly now: number; readonly chance: number },
): AttemptVerdict {
  const { attempts, failingMs, now, chance } = about;
  if (attempt.kind === 'nothing') return { kind: 'settled', delivered: false };
  const status = attempt.kind === 'answered' ? attempt.status : null;
  if (status !== null && status >= 200 && status < 300) return { kind: 'settled', delivered: true };
  if (status === 410) return { kind: 'gone' };
  const reason = attempt.kind === 'answered' ? `status ${String(attempt.status)}` : attempt.reason;
  if (failingMs >= PARKED_AFTER_MS) return { kind: 'parked', reason };
  const asked = attempt.kind === 'answered' ? retryAfterMs(attempt.retryAfter, now) : null;
  const pause = backoff(attempts, RETRY_PAUSES, chance);
  return { kind: 'retry', afterMs: Math.max(pause, asked ?? 0), all: status === 429 && asked !== null, reason };
}
