import type { Command } from 'commander';
import { stringifyJson } from '../../schemas/json/exact-json';
import { readConfig } from '../config/config';
import { dataFiles } from '../event-store/data-directory';
import { openEventSource } from '../event-store/open';
import { keepPrivate } from '../files/private-files';
import { readModelVersion } from '../read-model/read-model-version';
import { type OrderDifference, type ReplayedHistory, replayHistory } from '../read-model/replay-diff';
import { CommandError } from '../terminal/command-error';
import { EXIT_FAILED, EXIT_NOT_COMPARED } from '../terminal/exit-codes';
import { count, secondsSince } from '../terminal/figures';
import { hint, say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';

const HELP = `
Run it with the code that is to be deployed, on the DATA_DIR of the service, which may be running: only the log and the
read model are read, as of one moment. The comparison is made in replay-diff.sqlite in DATA_DIR, which is deleted at the
end. Only one such command can run at a time.

Each order that differs is a line: its fields, with the stored and the new value, and the first event from which they
differ. The stored read model has only the latest states, so that event is concluded from them: for each field, the event
at which the fold of this code left the stored value for good, or, if it never had that value, the event that set the
current one; and of these the first. Attention is not stored, but computed from both states by the rules of this code, so
a change of those rules alone does not show.

Exit code: 0 if nothing differs, 1 if something does, 2 if the two could not be compared.
`;

/**
 * Returns a change in words. Of a driver only which fields differ is shown: who runs the service needs nobody's name,
 * phone or passcode for it.
 */
const shownChange = ({ pointer, from, to }: OrderDifference['changes'][number]): string =>
  pointer.startsWith('/driver_details') ? pointer : `${pointer} ${stringifyJson(from)} -> ${stringifyJson(to)}`;

function describeDifference({ key, kind, changes, parted }: OrderDifference): string {
  const name = `${JSON.stringify(key.location_id)} ${JSON.stringify(key.order_id)}`;
  if (kind === 'only-stored') return `${name}: would be gone; the log has nothing of it`;
  const at =
    parted === null
      ? ''
      : `; from revision ${String(parted.revision)} (position ${parted.position}): ${parted.pointers.join(', ')}`;
  if (kind === 'only-replayed') return `${name}: would be new${at}`;
  return `${name}: ${changes.map(shownChange).join(', ')}${at}`;
}

async function sayDifferences(replayed: ReplayedHistory, version: string, begun: number): Promise<void> {
  let differing = 0;
  for await (const difference of replayed.differences()) {
    differing++;
    say(describeDifference(difference));
  }
  const { events, position, storedVersion } = replayed;
  say(
    `${count(differing)} orders differ. Folded ${count(events)} events up to position ${position ?? 'none'} in ` +
      `${secondsSince(begun)}; folds of this code ${version}, of the stored read model ${storedVersion.replace(/^\d+-/, '')}.`,
  );
  if (differing > 0) process.exitCode = EXIT_FAILED;
}

async function replay({ diff = false }: { readonly diff?: boolean }): Promise<void> {
  if (!diff) throw new CommandError('Say --diff. To make the read model anew, there is: ticket-rail rebuild.');
  const { dataDir, eventStoreUrl } = readConfig();
  for (const detail of keepPrivate(dataDir)) hint(detail);
  const { logFile, readModelFile, replayFile } = dataFiles(dataDir);
  const log = await openEventSource({ url: eventStoreUrl, logFile }, ({ message }) => {
    hint(message);
  });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  const begun = performance.now();
  const version = readModelVersion(eventStoreUrl);
  try {
    const format = 'Replaying [{bar}] {percentage}% | {events} events | {eta_formatted} left';
    const replayed = await withProgressBar(format, (bar) => {
      bar.begin(1, { events: 0 });
      return replayHistory({
        log,
        readModelFile,
        replayFile,
        version,
        signal: stop.signal,
        onProgress: ({ folded, events }, end) => {
          bar.total(Number(end));
          bar.update(Number(folded ?? 0), { events });
        },
      });
    });
    try {
      await sayDifferences(replayed, version, begun);
    } finally {
      replayed.close();
    }
  } catch (error) {
    hint(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT_NOT_COMPARED;
  } finally {
    await log.close();
  }
}

/** Adds `ticket-rail replay`, which says what the folds of this code would change of the stored read model. */
export const addReplayCommand = (program: Command): Command =>
  program
    .command('replay')
    .description('fold history with this code, and list the orders that would differ from the stored read model')
    .option('--diff', 'compare with the stored read model, whatever its version; changes nothing')
    .addHelpText('after', HELP)
    .action(replay);
