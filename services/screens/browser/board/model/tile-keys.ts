/** What a key asks of the tiles of a board, and where the arrows lead. */

export const DIRECTIONS = ['up', 'down', 'left', 'right'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A key that acts on tiles: a digit, by the number of the tile that it means, or an arrow. */
export type TileKey = { readonly number: number } | { readonly direction: Direction };

/** What a browser says of a key. */
export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const ARROWS: ReadonlyMap<string, Direction> = new Map([
  ['ArrowUp', 'up'],
  ['ArrowDown', 'down'],
  ['ArrowLeft', 'left'],
  ['ArrowRight', 'right'],
]);

/** Most tiles that have a number: the keys 1 to 9, and 0 for the tenth. */
export const MOST_NUMBERS = 10;

/** Returns the key that means a tile, as it stands on it. @param index of the tile on the page. */
export const keyOfTile = (index: number): string => (index < MOST_NUMBERS ? String((index + 1) % MOST_NUMBERS) : '');

/** Returns what a key means, or null. Where digits need the shift key, as on French keyboards, they do not here. */
export function tileKeyOf({ key, code, ctrlKey, altKey, metaKey, shiftKey }: Pressed): TileKey | null {
  if (ctrlKey || altKey || metaKey) return null;
  const direction = shiftKey ? undefined : ARROWS.get(key);
  if (direction !== undefined) return { direction };
  const digit = /^\d$/.test(key) ? key : shiftKey ? undefined : /^Digit(\d)$/.exec(code)?.[1];
  return digit === undefined ? null : { number: digit === '0' ? MOST_NUMBERS : Number(digit) };
}

/** Where a tile lies. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How much farther a tile seems that lies beside the way: up and down stay in a column, left and right go to the next. */
const BESIDE: Readonly<Record<Direction, number>> = { up: 3, down: 3, left: 0.001, right: 0.001 };

/** A box as if every direction were to the right: `start` and `end` along the way, `low` and `high` across it. */
const turned = ({ left, top, right, bottom }: Box, direction: Direction) => {
  switch (direction) {
    case 'right':
      return { start: left, end: right, low: top, high: bottom };
    case 'left':
      return { start: -right, end: -left, low: top, high: bottom };
    case 'down':
      return { start: top, end: bottom, low: left, high: right };
    case 'up':
      return { start: -bottom, end: -top, low: left, high: right };
  }
};

/** Pixels by which neighbours may overlap: browsers round where things lie. */
const SLACK_PX = 1;

/**
 * @returns the index of the tile to which an arrow leads, of those that lie wholly that way; where there is none, the same
 */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number {
  const box = boxes[from];
  if (box === undefined) return from;
  const here = turned(box, direction);
  let nearest = { index: from, distance: Number.POSITIVE_INFINITY, shift: 0 };
  for (const [index, other] of boxes.entries()) {
    const there = turned(other, direction);
    const along = there.start - here.end;
    if (index === from || along < -SLACK_PX) continue;
    const across = Math.max(0, there.low - here.high, here.low - there.high);
    const distance = Math.max(0, along) + BESIDE[direction] * across;
    // Of a tall tile's neighbours, all as near, the one that is least to the side.
    const shift = Math.abs(there.low + there.high - here.low - here.high);
    const isNearer = distance < nearest.distance || (distance === nearest.distance && shift < nearest.shift);
    if (isNearer) nearest = { index, distance, shift };
  }
  return nearest.index;
}
