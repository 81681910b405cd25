import type { OpenStage } from '../../../../../schemas/files/thresholds';

/** How the width of a board is shared out: to where the orders are, and first to where somebody waits. */

/** The stages from the most urgent on. Those of one stack lie over each other where there is room for columns. */
export const STACKS: readonly (readonly OpenStage[])[] = [
  ['driver_here'],
  ['needs_action', 'coming_back'],
  ['ready'],
  ['preparing'],
  ['on_the_way'],
];

/** Heights in heights of a tile: a row of one line; a tile that says what has to be done, and has a button for it. */
const HEIGHTS: Readonly<Partial<Record<OpenStage, number>>> = { on_the_way: 0.55, needs_action: 1.6 };

/** How many tiles fit beside each other, and over each other. */
export interface Grid {
  readonly lanes: number;
  readonly rows: number;
}

type Counts = Readonly<Record<OpenStage, number>>;

/** Tiles over each other, were all of a stack in one lane. */
const depth = (stages: readonly OpenStage[], counts: Counts): number =>
  stages.reduce((sum, stage) => sum + counts[stage] * (HEIGHTS[stage] ?? 1), 0);

/**
 * @returns the lanes of each of {@link STACKS}: none where there is no order; so many that all drivers who are here are in
 *   sight, as long as one is left for each of the others; and the rest one by one to the deepest
 */
export function shareLanes(counts: Counts, { lanes, rows }: Grid): readonly number[] {
  const depths = STACKS.map((stages) => depth(stages, counts));
  const shares: number[] = depths.map((one) => (one > 0 ? 1 : 0));
  let left = lanes - shares.reduce((sum, share) => sum + share, 0);
  const [waiting = 0] = depths;
  while (left > 0 && (shares[0] ?? 0) > 0 && waiting > (shares[0] ?? 0) * rows) {
    shares[0] = (shares[0] ?? 0) + 1;
    left -= 1;
  }
  while (left > 0) {
    const each = depths.map((one, at) => one / Math.max(1, shares[at] ?? 1));
    const deepest = each.indexOf(Math.max(...each));
    // A lane more than there are orders would be empty.
    if ((each[deepest] ?? 0) <= 1) break;
    shares[deepest] = (shares[deepest] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}

/** @returns whether every order lies in sight. @param shares lanes of each of {@link STACKS} */
export const isInSight = (counts: Counts, shares: readonly number[], rows: number): boolean =>
  STACKS.every((stages, at) => Math.ceil(depth(stages, counts) / Math.max(1, shares[at] ?? 1)) <= rows);
