/** Milliseconds as seconds, for people. */
const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;

const SHOWN_FILES = 10;

/** Ends each run with a line of counts and the ten slowest files. */
class SlowestFiles {
  onRunComplete(_, { testResults, numPassedTests, numFailedTests, numPendingTests, startTime }) {
    const took = ({ perfStats }) => perfStats.end - perfStats.start;
    const slowest = [...testResults].sort((one, other) => took(other) - took(one)).slice(0, SHOWN_FILES);
    const counts = [
      `${numPassedTests} passed`,
      `${numFailedTests} failed`,
      `${numPendingTests} skipped`,
      `${testResults.length} files`,
      seconds(Date.now() - startTime),
    ];
    const rows = slowest.map((file) => {
      const name = file.testFilePath.slice(process.cwd().length + 1);
      return `  ${seconds(took(file)).padStart(8)}  ${file.displayName?.name ?? ''} ${name}`;
    });
    process.stderr.write(`\n${['Slowest files:', ...rows, `Tests: ${counts.join(', ')}`].join('\n')}\n`);
  }
}

module.exports = SlowestFiles;
