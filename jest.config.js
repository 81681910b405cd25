const os = require('node:os');

/**
 * What a test costs stands in the suffix of its file, and there is a project for each suffix:
 *
 *   .unit.test.ts  no build, process, thread or socket: milliseconds
 *   .int.test.ts   the built service, processes, sockets, the test node: seconds
 *   .e2e.test.ts   browsers, kills, disks, long random runs: up to minutes
 *
 * TEST_DEPTH says how much of the last is run: `short`, one of each kind, as every `npm test` does; `soak`, what is
 * repeated only to find the rare; anything else, all of it (docs/decisions/019-test-tiers.md).
 */

/**
 * A whole story in the browser, a client that dies, kill -9, a full disk, the lunch rush, interleaved actions: where `short`
 * and `soak` repeat less or more.
 */
const SHORT = [
  'screens/story',
  'clients/clients',
  'faults/kill-9',
  'faults/full-disk',
  'services/orders/actions/interleavings',
  'services/sandbox/runner/lunch-rush',
];
const SOAK = [
  'clients/kills',
  'faults/kill-9',
  'services/destinations/kills',
  'services/handle-order/mutations',
  'services/labels/hostile-orders',
  'services/event-store/sqlite/upgrade-kill',
  'services/operations/copy/copy-command',
  'services/orders/actions/interleavings',
  'services/sandbox/runner/lunch-rush',
  'services/server/eventstoredb-service',
];

/** Milliseconds that one test may take, before TEST_PATIENCE multiplies them. */
const TIMEOUT_MS = 120_000;
const patience = Number(process.env.TEST_PATIENCE ?? 1);

/**
 * Waiting is what tests cost, so there are more workers than processors; one that has grown to so much memory is
 * replaced. `--maxWorkers` overrides it.
 */
const WORKERS_PER_PROCESSOR = 2;
const WORKER_MEMORY = '1GB';

/**
 * What the language itself has, handed to each module beside `require`: finding a global in a sandbox is so slow that a
 * test which only computes spends a third of its time on that. Nothing that a test replaces may be among them, nor what a
 * package declares for itself.
 */
const LANGUAGE_GLOBALS = [
  ...'Array BigInt BigInt64Array Boolean DataView Error JSON Map Math Number Object Promise Reflect'.split(' '),
  ...'RegExp Set String Symbol TypeError Uint8Array WeakMap isNaN parseInt'.split(' '),
];

const project = (displayName, testMatch, setupFilesAfterEnv = []) => ({
  displayName,
  testMatch,
  setupFilesAfterEnv,
  testEnvironment: 'node',
  // The generated messages of the EventStoreDB client hang on a global, which a worker's next file finds again.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  sandboxInjectedGlobals: LANGUAGE_GLOBALS,
  roots: ['<rootDir>/test'],
  resolver: '<rootDir>/test/support/resolve-source.js',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
});
const e2e = (...names) =>
  project(
    'e2e',
    names.map((name) => `<rootDir>/test/${name}.e2e.test.ts`),
  );
const quick = [
  project('unit', ['**/*.unit.test.ts'], ['<rootDir>/test/support/unit-guard.ts']),
  project('int', ['**/*.int.test.ts']),
];
const projects = {
  short: [...quick, e2e(...SHORT)],
  all: [...quick, e2e('**/*')],
  soak: [e2e(...SOAK)],
};

/** @type {import('jest').Config} */
module.exports = {
  testTimeout: TIMEOUT_MS * patience,
  maxWorkers: os.availableParallelism() * WORKERS_PER_PROCESSOR,
  workerIdleMemoryLimit: WORKER_MEMORY,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/slowest-files.js'],
  projects: projects[process.env.TEST_DEPTH ?? 'all'] ?? projects.all,
};
