import type { Command } from 'commander';
import { type Config, readConfig } from '../config/config';
import { EVENTSTOREDB_URLS } from '../event-store/store-url';
import { type CopyPhase, copyStore, endOf } from '../operations/copy/copy-store';
import { openPlaces, parsePlace, type Place, placeName } from '../operations/copy/place';
import { count, secondsSince } from '../terminal/figures';
import { say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';

interface CopyOptions {
  readonly from?: string;
  readonly to?: string;
}

/** @returns the store that the configuration names. */
function configuredPlace({ eventStoreUrl, dataDir }: Config): Place {
  return eventStoreUrl === null
    ? { kind: 'embedded', directory: dataDir }
    : { kind: 'eventstoredb', url: eventStoreUrl };
}

async function copy(options: CopyOptions): Promise<void> {
  if (options.from === undefined && options.to === undefined) {
    throw new Error('Say where to copy to with --to, or where from with --from; the other is the configured store.');
  }
  const from = options.from === undefined ? configuredPlace(readConfig()) : parsePlace(options.from);
  const to = options.to === undefined ? configuredPlace(readConfig()) : parsePlace(options.to);
  const places = await openPlaces(from, to, process.pid, Date.now);
  const begun = performance.now();
  try {
    const end = Number((await endOf(places.source)) ?? 0);
    let shown: CopyPhase | null = null;
    const format = '{phase} [{bar}] {percentage}% | {events} events | {eta_formatted} left';
    const { copied, before, digest } = await withProgressBar(format, (bar) =>
      copyStore({
        source: places.source,
        target: places.target,
        onProgress: ({ phase, position, events }) => {
          if (phase !== shown) bar.begin(end, { phase, events: 0 });
          shown = phase;
          bar.update(Number(position), { phase, events });
        },
      }),
    );
    const there = before === 0 ? '' : `; ${count(before)} were there before`;
    say(
      `Copied ${count(copied)} events from ${placeName(from)} to ${placeName(to)} in ${secondsSince(begun)}${there}.`,
    );
    say(`Verified ${count(copied + before)} events in both. Content hash: ${digest}`);
  } finally {
    await places.close();
  }
}

/** `ticket-rail copy`: copies every stream from one store to another, or goes on with that, and compares the two. */
export const addCopyCommand = (program: Command): Command =>
  program
    .command('copy')
    .description('copy every stream to another store and compare the two, while the service does not run')
    .option('--from <url>', `sqlite:<data directory>, ${EVENTSTOREDB_URLS} (default: the configured store)`)
    .option('--to <url>', 'the same, for the target (default: the configured store)')
    .action(copy);
