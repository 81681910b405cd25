/**
 * What a test costs stands in the suffix of its file, and there is a project for each suffix:
 *
 *   .unit.test.ts  no build, process, thread or socket: milliseconds
 *   .int.test.ts   the built service, processes, sockets, the test node: seconds
 *   .e2e.test.ts   browsers, kills, disks, long random runs: up to minutes
 *
 * `short` and `soak` run some of the last at another depth: a short form of each kind for every `npm test`, and what is
 * repeated only to find the rare. docs/decisions/019-test-tiers.md says why.
 */

/** One of each kind: a whole story in the browser, kill -9, a full disk, the lunch rush. */
const SHORT = ['screens/story', 'faults/kill-9', 'faults/full-disk', 'services/sandbox/lunch-rush'];
const SOAK = ['faults/kill-9', 'services/sandbox/lunch-rush'];

/** Milliseconds that one test may take, before TEST_PATIENCE multiplies them. */
const TIMEOUT_MS = 120_000;
const patience = Number(process.env.TEST_PATIENCE ?? 1);

const e2e = (names) => names.map((name) => `<rootDir>/test/${name}.e2e.test.ts`);

/** @returns a project; `depth` is how often its tests repeat what only chance finds (test/support/depth.ts) */
const project = (displayName, testMatch, depth, setupFiles = []) => ({
  displayName,
  testMatch,
  setupFiles,
  globals: { testDepth: depth },
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
});

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: TIMEOUT_MS * patience,
  reporters: ['default', '<rootDir>/test/support/slowest-files.js'],
  projects: [
    project('unit', ['**/*.unit.test.ts'], 'normal', ['<rootDir>/test/support/unit-guard.ts']),
    project('int', ['**/*.int.test.ts'], 'normal'),
    project('e2e', ['**/*.e2e.test.ts'], 'normal'),
    project('short', e2e(SHORT), 'short'),
    project('soak', e2e(SOAK), 'soak'),
  ],
};
