declare global {
  /** Set for each project of tests (jest.config.js). */
  var testDepth: 'short' | 'normal' | 'soak';
}

/**
 * @returns how often a test repeats what only chance finds: `short` for every `npm test`, `normal` for `test:all`, `soak`
 *   for a night
 */
export const repeated = (times: Readonly<Record<typeof testDepth, number>>): number => times[testDepth];
