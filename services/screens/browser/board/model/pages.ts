/** Turning the pages of a list that nobody can scroll. */

/** Where a part of a list lies, in pixels from the top of the list. */
export interface Extent {
  readonly top: number;
  readonly bottom: number;
}

export interface Page {
  /** How far the list is scrolled. */
  readonly top: number;
  /** How many of its parts are not on the page as a whole. */
  readonly hidden: number;
}

/** Parts of a pixel, by which browsers round. */
const ROUNDING_PX = 1;

const isOn = ({ top, bottom }: Extent, from: number, height: number): boolean =>
  top >= from - ROUNDING_PX && bottom <= from + height + ROUNDING_PX;

/**
 * @param parts in their order, at least as many as lie on a page beside each other
 * @param height of a page
 * @param now how far the list is scrolled
 * @param isTurning whether the page is to turn: to what follows the last part that is on it, and after the last to the first
 */
export function pageOf(parts: readonly Extent[], height: number, now: number, isTurning: boolean): Page {
  const following = parts.find(({ top, bottom }) => bottom > now + height + ROUNDING_PX && top > now);
  const top = isTurning ? (following?.top ?? 0) : now;
  return { top, hidden: parts.filter((part) => !isOn(part, top, height)).length };
}
