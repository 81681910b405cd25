import type { Screen } from '../../../../../schemas/api/screen-reports';
import { say } from '../../operators/model/say';
import { exactSpanWords } from '../../operators/model/span-words';

/** What the page of screens says, in plain words. */

/** Milliseconds without a report after which a screen that was seen has gone quiet. */
const QUIET_MS = 30_000;
/** Milliseconds between two clocks that nobody has to know of. */
const CLOSE_MS = 2_000;

/** @returns how a screen does. @param now milliseconds since the epoch by the service's clock */
export function screenWords(screen: Screen, now: number): { readonly isTrouble: boolean; readonly words: string } {
  const { visible, freshness, age_ms, reported_at } = screen;
  const silent = Math.max(0, now - Date.parse(reported_at));
  if (silent > QUIET_MS) return { isTrouble: true, words: say('watching.silent', { time: exactSpanWords(silent) }) };
  if (!visible) return { isTrouble: true, words: say('watching.hidden') };
  switch (freshness) {
    case 'live':
      return { isTrouble: false, words: say('fresh.live') };
    case 'connecting':
      return { isTrouble: true, words: say('watching.connecting') };
    case 'stale':
      return {
        isTrouble: true,
        words: age_ms === null ? say('watching.stale') : say('watching.stale_for', { time: exactSpanWords(age_ms) }),
      };
    default:
      return { isTrouble: true, words: say('unknown', { word: freshness satisfies never }) };
  }
}

/** @returns how the clock of a screen differs, as far as a report shows; empty: it does not matter */
export function clockWords({ clock_offset_ms }: Pick<Screen, 'clock_offset_ms'>): string {
  if (Math.abs(clock_offset_ms) <= CLOSE_MS) return '';
  return say(clock_offset_ms > 0 ? 'watching.behind' : 'watching.ahead', {
    time: exactSpanWords(Math.abs(clock_offset_ms)),
  });
}
