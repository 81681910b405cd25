/** Turning the pages of a list that nobody can scroll. */

/** Where a part of a list lies, in pixels from the top of the list. */
export interface Extent {
  readonly top: number;
  readonly bottom: number;
}

export interface Page {
  /** How far the list is scrolled. */
  readonly top: number;
  /** Indexes of the parts that are not on the page as a whole. */
  readonly hidden: ReadonlySet<number>;
}

/** Parts of a pixel, by which browsers round. */
const ROUNDING_PX = 1;

const isOn = (part: Extent | undefined, from: number, height: number): boolean =>
  part !== undefined && part.top >= from - ROUNDING_PX && part.bottom <= from + height + ROUNDING_PX;

/**
 * @param parts in their order
 * @param height of a page
 * @param now how far the list is scrolled
 * @param isTurning whether the page is to turn: to what follows the last part that is on it, and after the last to the first
 */
export function pageOf(parts: readonly Extent[], height: number, now: number, isTurning: boolean): Page {
  const following = parts.find(({ top, bottom }) => top > now && bottom > now + height + ROUNDING_PX);
  const last = Math.max(0, ...parts.map(({ bottom }) => bottom)) - height;
  const top = isTurning ? Math.max(0, Math.min(following?.top ?? 0, last)) : now;
  return { top, hidden: new Set([...parts.keys()].filter((at) => !isOn(parts[at], top, height))) };
}
