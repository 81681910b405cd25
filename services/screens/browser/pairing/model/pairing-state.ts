import type { BegunPairing, PairingAnswer } from '../../../../../schemas/api/pairing';

/** What becomes of a screen that wants to be signed in by a code. */

/** Why there is no code. */
export type NoCode = 'too_many' | 'fixed' | 'unreachable';

export type Begun =
  { readonly kind: 'begun'; readonly pairing: BegunPairing } | { readonly kind: 'refused'; readonly why: NoCode };

export type Asked =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'signed_in'; readonly next: string }
  /** The code is not valid any more, or was used, or the service was started anew. */
  | { readonly kind: 'over' }
  | { readonly kind: 'unreachable' };

/** An answer, with its body as JSON; null: there was none. */
export interface Heard {
  readonly status: number;
  readonly body: unknown;
}

const TOO_MANY = 429;
/** The lowest status that is the service's or a proxy's own failure. */
const FAILED = 500;

/** Reads the answer of `POST /pairings`. */
export function begunOf(heard: Heard | null): Begun {
  if (heard === null || heard.status >= FAILED) return { kind: 'refused', why: 'unreachable' };
  if (heard.status === 200) return { kind: 'begun', pairing: heard.body as BegunPairing }; // as the contract has it
  return { kind: 'refused', why: heard.status === TOO_MANY ? 'too_many' : 'fixed' };
}

/** Reads the answer of `POST /pairings/session`. */
export function askedOf(heard: Heard | null): Asked {
  if (heard === null || heard.status >= FAILED || heard.status === TOO_MANY) return { kind: 'unreachable' };
  if (heard.status !== 200) return { kind: 'over' };
  const answer = heard.body as PairingAnswer; // as the contract has it
  return answer.state === 'waiting' ? { kind: 'waiting' } : { kind: 'signed_in', next: answer.next };
}

/** Returns the page to go to when signed in, by the address of this one. */
export const nextOf = (search: string): string => new URLSearchParams(search).get('next') ?? '/';
