import { OPEN_STAGES, type OpenStage } from '../../../../../schemas/files/thresholds';
import { isInSight, shareLanes } from './lanes';

/** How large the tiles of a board are: as large as all of them may be without any of them being out of sight. */

/** What there is for the columns, in letters of the board. */
export interface ColumnRoom {
  readonly width: number;
  /** Null: the board is as high as it needs to be, and is scrolled as a whole. */
  readonly height: number | null;
}

export interface Plan {
  readonly isCompact: boolean;
  /** Lanes of each stack. */
  readonly lanes: readonly number[];
}

/** A size of tiles: least width of a lane, and usual height of a tile with the space around it, in letters. */
interface Size {
  readonly isCompact: boolean;
  readonly lane: number;
  readonly tile: number;
}

const SIZES = {
  hand: [
    { isCompact: false, lane: 16, tile: 10 },
    { isCompact: true, lane: 15, tile: 6.5 },
    { isCompact: true, lane: 12.5, tile: 6.5 },
    { isCompact: true, lane: 10.6, tile: 6.5 },
  ],
  wall: [
    { isCompact: true, lane: 20, tile: 6.8 },
    { isCompact: true, lane: 16, tile: 6.8 },
    { isCompact: true, lane: 13, tile: 6.8 },
  ],
} as const satisfies Record<string, readonly Size[]>;

/** Height of the head of a column. */
const HEAD = 3;

/** More open orders than this, and tiles are compact where they are scrolled. */
export const MOST_ROOMY = 12;

type Counts = Readonly<Record<OpenStage, number>>;

/** @returns the largest tiles with which every order is in sight, or else the smallest */
export function planOf(counts: Counts, { width, height }: ColumnRoom, isWall: boolean): Plan {
  const open = OPEN_STAGES.reduce((sum, stage) => sum + counts[stage], 0);
  const isScrolled = height === null;
  const plans = SIZES[isWall ? 'wall' : 'hand'].map(({ isCompact, lane, tile }) => {
    const rows = isScrolled ? 1 : Math.max(1, Math.floor((height - HEAD) / tile));
    const room = { lanes: Math.floor(width / lane), rows };
    const lanes = shareLanes(counts, room);
    const isFitting = isScrolled
      ? isCompact === open > MOST_ROOMY
      : lanes.reduce((sum, share) => sum + share, 0) <= room.lanes && isInSight(counts, lanes, rows);
    return { isCompact, lanes, isFitting };
  });
  const { isCompact = true, lanes = [] } = plans.find(({ isFitting }) => isFitting) ?? plans.at(-1) ?? {};
  return { isCompact, lanes };
}
