import type { BegunPairing, PairingAnswer } from '../../../../../schemas/api/pairing';
import { MAX_PAGE_ADDRESS } from '../../../../../schemas/api/screen-limits';

/** What becomes of a screen that wants to be signed in by a code. */

/** Why there is no code. */
export type NoCode = 'too_many' | 'fixed' | 'refused' | 'unreachable';

export type Begun =
  { readonly kind: 'begun'; readonly pairing: BegunPairing } | { readonly kind: 'refused'; readonly why: NoCode };

export type AskedPairing =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'signed_in'; readonly next: string }
  /** The code is not valid any more, or was used, or the service was started anew. */
  | { readonly kind: 'over' }
  | { readonly kind: 'unreachable' };

/** An answer, with its body as JSON; null: there was none. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Why there is no code, by the status that says so. */
const WHY: Readonly<Record<number, NoCode>> = { 403: 'refused', 404: 'fixed', 409: 'fixed', 429: 'too_many' };

/** Reads the answer of `POST /pairings`. */
export function begunOf(heard: JsonAnswer | null): Begun {
  if (heard === null) return { kind: 'refused', why: 'unreachable' };
  if (heard.status === 200) return { kind: 'begun', pairing: heard.body as BegunPairing }; // as the contract has it
  return { kind: 'refused', why: WHY[heard.status] ?? 'unreachable' };
}

/** What says that a code leads to nothing; all else may be of a proxy, or of a bad connection. */
const VERDICTS: readonly number[] = [404, 409, 410];

/** Reads the answer of `POST /pairings/session`. */
export function askedOf(heard: JsonAnswer | null): AskedPairing {
  if (heard?.status !== 200) return { kind: VERDICTS.includes(heard?.status ?? 0) ? 'over' : 'unreachable' };
  const answer = heard.body as PairingAnswer; // as the contract has it
  return answer.state === 'waiting' ? { kind: 'waiting' } : { kind: 'signed_in', next: answer.next };
}

/** Returns the page to go to when signed in, by the address of this one; the first, if that is too long to ask with. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return next.length > MAX_PAGE_ADDRESS ? '/' : next;
}
