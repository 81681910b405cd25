import fc from 'fast-check';
import {
  type Box,
  type Direction,
  DIRECTIONS,
  keyOfTile,
  neighbour,
  type Pressed,
  tileKeyOf,
} from '../../../services/screens/browser/board/model/tile-keys';

const press = (key: string, about: Partial<Pressed> = {}): Pressed => ({
  key,
  code: '',
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  ...about,
});

describe('keys that mean tiles', () => {
  it('the keys 1 to 9 mean the first nine tiles, 0 the tenth, and no key the eleventh', () => {
    for (let index = 0; index < 10; index += 1) {
      expect(tileKeyOf(press(keyOfTile(index)))).toEqual({ number: index + 1 });
    }
    expect(['0', ''].map((key, at) => keyOfTile(9 + at) === key)).toEqual([true, true]);
  });

  it('a key of a French keyboard means its digit without the shift key too, and nothing else with it', () => {
    expect(tileKeyOf(press('&', { code: 'Digit1' }))).toEqual({ number: 1 });
    expect(tileKeyOf(press('1', { code: 'Digit1', shiftKey: true }))).toEqual({ number: 1 });
    expect(tileKeyOf(press('!', { code: 'Digit1', shiftKey: true }))).toBeNull();
  });

  it('a number pad without its lock has arrows', () => {
    expect(tileKeyOf(press('ArrowLeft', { code: 'Numpad4' }))).toEqual({ direction: 'left' });
    expect(tileKeyOf(press('4', { code: 'Numpad4' }))).toEqual({ number: 4 });
    expect(tileKeyOf(press('Clear', { code: 'Numpad5' }))).toBeNull();
  });

  it.each(['ctrlKey', 'altKey', 'metaKey'] as const)('a key with %s is for the browser', (modifier) => {
    expect([tileKeyOf(press('1', { [modifier]: true })), tileKeyOf(press('ArrowUp', { [modifier]: true }))]).toEqual([
      null,
      null,
    ]);
  });

  it.each(['a', 'Enter', 'Tab', 'Escape', ' ', 'F1', '１', 'Home', '12'])('the key %p means no tile', (key) => {
    expect(tileKeyOf(press(key))).toBeNull();
  });
});

const WIDTH = 100;
const GAP = 10;
const boxAt = (left: number, top: number, height = 50): Box => ({
  left,
  top,
  right: left + WIDTH,
  bottom: top + height,
});

/** Columns of tiles of any height, one below the other, as a board has them. */
const board = fc
  .array(fc.array(fc.integer({ min: 20, max: 200 }), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 })
  .map((columns) =>
    columns.flatMap((heights, column) => {
      let top = 0;
      return heights.map((height) => {
        const box = boxAt(column * (WIDTH + GAP), top, height);
        top += height + GAP;
        return { box, column };
      });
    }),
  );
const opposite = { up: 'down', down: 'up', left: 'right', right: 'left' } as const;
/** Pixels that may be an error of rounding. */
const SLACK_PX = 1;
const isBeyond = (one: Box, other: Box, direction: Direction): boolean =>
  ({
    up: other.bottom - SLACK_PX <= one.top,
    down: other.top + SLACK_PX >= one.bottom,
    left: other.right - SLACK_PX <= one.left,
    right: other.left + SLACK_PX >= one.right,
  })[direction];

describe('where the arrows lead', () => {
  it('in a grid an arrow leads to the tile beside, and at the edge stays', () => {
    const grid = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => boxAt(column * 110, row * 60)));
    expect(DIRECTIONS.map((direction) => neighbour(grid, 4, direction))).toEqual([1, 7, 3, 5]);
    expect(DIRECTIONS.map((direction) => neighbour(grid, 0, direction))).toEqual([0, 3, 0, 1]);
    expect(neighbour([], 0, 'up')).toBe(0);
  });

  it('an arrow leads to a tile that lies wholly that way, if there is one', () => {
    fc.assert(
      fc.property(board, fc.nat(), fc.constantFrom(...DIRECTIONS), (tiles, at, direction) => {
        const boxes = tiles.map(({ box }) => box);
        const from = at % boxes.length;
        const [here, there] = [boxes[from], boxes[neighbour(boxes, from, direction)]];
        if (here === undefined || there === undefined) throw new Error('no such tile');
        const ways = boxes.filter((box) => isBeyond(here, box, direction));
        expect(ways.includes(there)).toBe(ways.length > 0);
      }),
    );
  });

  it('down leads to the next tile of a column, right to the next column, and back again to the column before', () => {
    fc.assert(
      fc.property(board, fc.nat(), (tiles, at) => {
        const boxes = tiles.map(({ box }) => box);
        const from = at % boxes.length;
        const column = (index: number): number => tiles[index]?.column ?? -1;
        const isLast = column(from + 1) !== column(from);
        expect(isLast || neighbour(boxes, from, 'down') === from + 1).toBe(true);
        for (const direction of ['left', 'right'] as const) {
          const there = neighbour(boxes, from, direction);
          if (there === from) continue;
          expect(Math.abs(column(there) - column(from))).toBe(1);
          expect(column(neighbour(boxes, there, opposite[direction]))).toBe(column(from));
        }
      }),
    );
  });
});
