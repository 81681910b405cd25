/** What became of what was sent: the runner writes it down, everything else reads it. */

/**
 * What an attempt can have left behind at the POS: a fact that it acknowledged; perhaps one, because no answer came or the
 * POS failed; or nothing.
 */
export type Effect = 'acknowledged' | 'perhaps' | 'nothing';

/** One attempt, sent once. */
export interface Sent {
  /** Places of the order in the run, and of the delivery in the order. */
  readonly order: number;
  readonly delivery: number;
  /** Milliseconds since the beginning of the run, by a clock that never goes back. */
  readonly begun_ms: number;
  readonly ended_ms: number;
  readonly effect: Effect;
  /** Place in the order's history that the POS gave in its answer, or null. */
  readonly revision: number | null;
}
