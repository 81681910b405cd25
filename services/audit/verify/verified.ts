import type { Doubt, Tally } from '../chain/verification';
import type { VerificationFault } from '../chain/verify-event';
import type { About, Within } from './about';
import type { Progressed } from './saved-state';

/** What a verification found. */
export interface Verified {
  readonly tally: Tally;
  /** All that does not hold, first position first. */
  readonly faults: readonly VerificationFault[];
  /** Why it cannot be said to hold, though nothing contradicts it. */
  readonly doubts?: readonly Doubt[];
  /** What readers of the result have to know besides. */
  readonly notes: readonly string[];
  /** Signed statements that events were lost before, in words: what is there holds, and something is missing. */
  readonly restores?: readonly string[];
  /** What a file is about; only where nothing that was verified contradicts it. */
  readonly about?: About | null;
  /** How many claims of screens are in evidence; only where nothing that was verified contradicts it. */
  readonly claims?: number;
  /** What of a file that does not hold is as it was written nevertheless. */
  readonly within?: Within | null;
  /** What is known of who signed what is signed in evidence. */
  readonly signer?: Signer;
}

/** `nobody`: nothing in it is signed. `unknown`: no key was given. `key`: all that is signed in it is by the key that was given. */
export type Signer = 'nobody' | 'unknown' | 'key';

/** Is shown now and then how far a verification is, and asked to save. */
export interface Watch {
  /** @param done of @param total positions or bytes */
  onProgress(done: number, total: number, events: number): void;
  /** Called where a verification can go on from; whether to write is the watcher's to decide. */
  onResumable(state: () => Progressed): void;
}

/** What there is to say of the whole: it holds, something in it does not, or not all of it could be verified. */
export type VerificationVerdict = 'holds' | 'broken' | 'undecided';

/** @returns the verdict; what does not hold counts most. */
export function verdictOf({ tally, doubts = [] }: Pick<Verified, 'tally' | 'doubts'>): VerificationVerdict {
  if (tally.faultCount > 0) return 'broken';
  return doubts.length > 0 ? 'undecided' : 'holds';
}
