import type { Command } from 'commander';
import { type Config, readConfig } from '../config/config';
import { EVENTSTOREDB_URLS } from '../event-store/store-url';
import { type CopyPhase, copyStore, endOf } from '../operations/copy/copy-store';
import { openStores, parseStoreAddress, type StoreAddress, addressName } from '../operations/copy/store-address';
import { CommandError } from '../terminal/command-error';
import { count, secondsSince } from '../terminal/figures';
import { say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';

interface CopyOptions {
  readonly from?: string;
  readonly to?: string;
}

/** @returns the store that the configuration names. */
function configuredStore({ eventStoreUrl, dataDir }: Config): StoreAddress {
  return eventStoreUrl === null
    ? { kind: 'embedded', directory: dataDir }
    : { kind: 'eventstoredb', url: eventStoreUrl };
}

async function copy(options: CopyOptions): Promise<void> {
  if (options.from === undefined && options.to === undefined) {
    throw new CommandError(
      'Say where to copy to with --to, or where from with --from; the other is the configured store.',
    );
  }
  const from = options.from === undefined ? configuredStore(readConfig()) : parseStoreAddress(options.from);
  const to = options.to === undefined ? configuredStore(readConfig()) : parseStoreAddress(options.to);
  const stores = await openStores(from, to, process.pid, Date.now);
  const begun = performance.now();
  try {
    const end = Number((await endOf(stores.source)) ?? 0);
    let shown: CopyPhase | null = null;
    const format = '{phase} [{bar}] {percentage}% | {events} events | {eta_formatted} left';
    const { copied, before, digest, keepsCreated } = await withProgressBar(format, (bar) =>
      copyStore({
        source: stores.source,
        target: stores.target,
        onProgress: ({ phase, position, events }) => {
          if (phase !== shown) bar.begin(end, { phase, events: 0 });
          shown = phase;
          bar.update(Number(position), { phase, events });
        },
      }),
    );
    const there = before === 0 ? '' : `; ${count(before)} were there before`;
    say(
      `Copied ${count(copied)} events from ${addressName(from)} to ${addressName(to)} in ${secondsSince(begun)}${there}.`,
    );
    const what = keepsCreated ? 'with the times of storage' : 'without the times of storage';
    say(`Verified ${count(copied + before)} events in both. Content hash, ${what}: ${digest}`);
  } finally {
    await stores.close();
  }
}

/**
 * Adds `ticket-rail copy`, which copies every stream from one store to another, or goes on with that, and compares the
 * two.
 */
export const addCopyCommand = (program: Command): Command =>
  program
    .command('copy')
    .description('copy every stream to another store and compare the two, while the service does not run')
    .option('--from <url>', `sqlite:<data directory>, ${EVENTSTOREDB_URLS} (default: the configured store)`)
    .option('--to <url>', 'the same, for the target (default: the configured store)')
    .action(copy);
