import type { Cause, LiveFreshness } from '../../shared/model/freshness';
import { KEPT_MS } from './kept-board';

/** When a board is kept, shown and forgotten. */

/** Milliseconds that a board has to come before the kept one is shown in its place. */
export const SHOWN_AFTER_MS = 2_000;
/** Milliseconds between two times that a board is kept: while it changes, and while it stays as it is. */
export const KEPT_EVERY_MS = 10_000;
export const KEPT_UNCHANGED_EVERY_MS = 60_000;

/** How a board of the live feed is, and what was done about it. */
export interface Situation {
  readonly freshness: LiveFreshness;
  /** Something came from the feed. */
  readonly hasData: boolean;
  /** Milliseconds since its location was chosen. */
  readonly waitedMs: number;
  /** What was kept of the location has been looked for. */
  readonly isLookedFor: boolean;
  /** Milliseconds since the kept board that is in sight was current; null: none is in sight. */
  readonly shownAgeMs: number | null;
  /** Milliseconds since the board was kept; null: it was not yet. */
  readonly sinceKeptMs: number | null;
  /** It is otherwise than what is kept. */
  readonly isChanged: boolean;
}

/** `forget`: the location's; `forget-all`: nobody is signed in any more. */
export type KeepingStep = 'show' | 'hide' | 'keep' | 'forget' | 'forget-all' | null;

/** @returns what there is to do now */
export function stepOf(situation: Situation): KeepingStep {
  const { freshness, hasData, waitedMs, isLookedFor, shownAgeMs, sinceKeptMs, isChanged } = situation;
  if (freshness.kind === 'stale' && freshness.cause === 'login') return 'forget-all';
  if (freshness.kind === 'stale' && freshness.cause === 'forbidden') return 'forget';
  if (!hasData && shownAgeMs !== null && shownAgeMs >= KEPT_MS) return 'forget';
  if (!hasData) return isLookedFor || waitedMs < SHOWN_AFTER_MS ? null : 'show';
  if (shownAgeMs !== null) return 'hide';
  if (freshness.kind !== 'live') return null;
  const pause = isChanged ? KEPT_EVERY_MS : KEPT_UNCHANGED_EVERY_MS;
  return sinceKeptMs === null || sinceKeptMs >= pause ? 'keep' : null;
}

/** How a board is as its page is left. */
export interface Leaving extends Pick<Situation, 'freshness' | 'hasData'> {
  /** What was kept of it was forgotten, and it was not live since: a refusal need not stand any more to hold. */
  readonly isForgotten: boolean;
}

/** Why a board is out of date while its age is still that of its data: heartbeats go on where the service lost its store. */
const SILENT: readonly Cause[] = ['offline', 'unreachable'];

/** @returns whether a board is kept as its page is left */
export function isKeptAsLeft({ freshness, hasData, isForgotten }: Leaving): boolean {
  if (!hasData || isForgotten) return false;
  return freshness.kind !== 'stale' || SILENT.includes(freshness.cause);
}
