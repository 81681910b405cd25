import { comparePositions, type Position } from '../event-store/event-store';

/**
 * What a note of retention came to. It is written before the events go, and if anything comes of the order in between they
 * stay: only the stream shows which it was.
 */
export type Removal =
  /** The events are gone. */
  | 'removed'
  /** Newer news kept them. */
  | 'kept'
  /** They are there, and nothing but them: the deletion is about to happen, or the process ended before it. */
  | 'pending';

/** Milliseconds after which a deletion that has not happened will not: the next run writes a note of its own. */
export const REMOVAL_SETTLES_MS = 10_000;

/**
 * @param oldest position of the first event that the stream has; null if it has none
 * @param newest of its last one
 * @param last position of the last event that the note is about
 * @param ageMs how old the note is
 */
export function classifyRemoval(
  { oldest, newest }: { readonly oldest: Position | null; readonly newest: Position | null },
  last: Position,
  ageMs: number,
): Removal {
  if (oldest === null || newest === null || comparePositions(oldest, last) > 0) return 'removed';
  if (comparePositions(newest, last) > 0) return 'kept';
  return ageMs < REMOVAL_SETTLES_MS ? 'pending' : 'kept';
}
