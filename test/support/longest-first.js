const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Files that take minutes, the longest first, by the end of their paths. One that begins last keeps a single processor
 * busy until the end; without this, files begin by their size where nothing is known of an earlier run.
 */
const LONGEST = [
  'services/event-store/eventstoredb/faults.e2e.test.ts',
  'services/server/eventstoredb-service.e2e.test.ts',
  'services/server/attacks.e2e.test.ts',
  'clients/clients.e2e.test.ts',
  'services/server/problems.int.test.ts',
  'services/event-store/eventstoredb/eventstoredb.int.test.ts',
  'screens/accessible.e2e.test.ts',
  'services/server/lifecycle.e2e.test.ts',
  'services/event-store/sqlite/sqlite.int.test.ts',
];

for (const name of LONGEST) {
  if (!existsSync(join(__dirname, '..', name))) throw new Error(`there is no test/${name} to begin first`);
}

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((end) => path.endsWith(`/${end}`));
  return rank < 0 ? LONGEST.length : rank;
};

/** Begins the longest files first, and the others as Jest does. */
class LongestFirst extends Sequencer {
  sort(tests) {
    // Sorting is stable.
    return [...super.sort(tests)].sort((one, other) => rankOf(one) - rankOf(other));
  }
}

module.exports = LongestFirst;
