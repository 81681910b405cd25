const DEPTHS = ['short', 'all', 'soak'] as const;
type Depth = (typeof DEPTHS)[number];

/** As the scripts of package.json set it; jest.config.js says which files belong to each. */
const depth = DEPTHS.find((name) => name === process.env['TEST_DEPTH']) ?? 'all';

/** @returns how often a test repeats what only chance finds, at the depth of this run */
export const repeated = (times: Readonly<Record<Depth, number>>): number => times[depth];
