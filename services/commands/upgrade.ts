import type { Command } from 'commander';
import { readConfig } from '../config/config';
import type { UpgradePhase } from '../event-store/open';
import { upgradeDataDirectory } from '../event-store/upgrade';
import { CommandError } from '../terminal/command-error';
import { secondsSince } from '../terminal/figures';
import { hint, say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';

const MEGABYTE = 1_000_000;
const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

async function upgrade(): Promise<void> {
  const { dataDir, eventStoreUrl } = readConfig();
  if (eventStoreUrl !== null) {
    say('Events are in EventStoreDB: there is no log to upgrade.');
    return;
  }
  const begun = performance.now();
  const upgraded = await withProgressBar('{phase} [{bar}] {percentage}% | {eta_formatted} left', (bar) => {
    let shown: UpgradePhase | null = null;
    return upgradeDataDirectory({
      dataDir,
      pid: process.pid,
      now: Date.now,
      onRights: hint,
      onUpgrading: (phase, position, end) => {
        if (phase !== shown) bar.begin(end, { phase });
        shown = phase;
        bar.update(position, { phase });
      },
    });
  });
  switch (upgraded.kind) {
    case 'no-log':
      throw new CommandError(`There is no event log ${upgraded.file}.`);
    case 'current':
      say(`${upgraded.file} has the current format already. Nothing was changed.`);
      return;
    case 'upgraded': {
      const { file, old, bytesBefore, bytesAfter } = upgraded;
      const sizes = `${megabytes(bytesAfter)}, before ${megabytes(bytesBefore)}`;
      say(`Upgraded ${file} in ${secondsSince(begun)} (${sizes}). Every event was compared.`);
      say(`The old log is kept as ${old}. Retention does not reach it: delete it once it is not needed any more.`);
    }
  }
}

const HELP = `
Interrupted, it goes on when it is run again. It needs room for a second log beside the old one. Everything else in
DATA_DIR stays as it is: checkpoints go on, and the read model is not made anew.`;

/** Adds `ticket-rail upgrade`, which moves the embedded log to the format of this version. */
export const addUpgradeCommand = (program: Command): Command =>
  program
    .command('upgrade')
    .description('move the event log to the format of this version, while the service does not run; keeps the old log')
    .addHelpText('after', HELP)
    .action(upgrade);
