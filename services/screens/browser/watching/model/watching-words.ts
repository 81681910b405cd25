import type { ScreenKind } from '../../../../../schemas/api/screen-limits';
import type { Screen } from '../../../../../schemas/api/screen-reports';
import { spanWords } from '../../../../../schemas/words/span-words';

/** What the page of screens says, in plain words. */

export const KIND_WORDS: Readonly<Record<ScreenKind, string>> = {
  board: 'Board',
  wall: 'Wall',
};

/** Milliseconds without a report after which a screen that was seen has gone quiet. */
const QUIET_MS = 30_000;
/** Milliseconds between two clocks that nobody has to know of. */
const CLOSE_MS = 2_000;

/** @returns how a screen does. @param now milliseconds since the epoch by the service's clock */
export function screenWords(screen: Screen, now: number): { readonly isTrouble: boolean; readonly words: string } {
  const { visible, freshness, age_ms, reported_at } = screen;
  const silent = Math.max(0, now - Date.parse(reported_at));
  if (silent > QUIET_MS)
    return { isTrouble: true, words: `No report for ${spanWords(silent)}: closed, asleep or cut off` };
  if (!visible) return { isTrouble: true, words: 'Hidden: another tab or window is in front of it, or it is locked' };
  switch (freshness) {
    case 'live':
      return { isTrouble: false, words: 'Live' };
    case 'connecting':
      return { isTrouble: true, words: 'Connecting' };
    case 'stale':
      return { isTrouble: true, words: `Out of date${age_ms === null ? '' : ` for ${spanWords(age_ms)}`}` };
  }
}

/** @returns how the clock of a screen differs, as far as a report shows; empty: it does not matter */
export function clockWords({ clock_offset_ms }: Pick<Screen, 'clock_offset_ms'>): string {
  if (Math.abs(clock_offset_ms) <= CLOSE_MS) return '';
  return `${spanWords(Math.abs(clock_offset_ms))} ${clock_offset_ms > 0 ? 'behind' : 'ahead'}`;
}
