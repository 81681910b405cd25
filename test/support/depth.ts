const DEPTHS = ['short', 'all', 'soak'] as const;
type Depth = (typeof DEPTHS)[number];

/** As the scripts of package.json set it; jest.config.js says which files belong to each. */
const depth = DEPTHS.find((name) => name === process.env['TEST_DEPTH']) ?? 'all';

/** @returns how often a test repeats what only chance finds, at the depth of this run */
export const repeated = (times: Readonly<Record<Depth, number>>): number => times[depth];

/** How many times fewer random cases a property is tried with in a short run: each run tries others. */
const SHORTER = 5;

/** @returns how many random cases a property is tried with, at the depth of this run */
export const cases = (all: number): number => repeated({ short: Math.ceil(all / SHORTER), all, soak: all });
