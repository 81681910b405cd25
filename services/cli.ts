#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { SingleBar } from 'cli-progress';
import { resolve } from 'node:path';
import { stringifyJson } from '../schemas/exact-json';
import { Id } from '../schemas/handle-order';
import { ExportQuery } from '../schemas/requests';
import { ReaderLocations, ReaderName, ReaderRole, type Role, ROLES } from '../schemas/readers';
import { argument } from './terminal/argument';
import { addReader, listReaders, removeReader } from './access/readers/manage-readers';
import { type OrderDifference, replayHistory } from './read-model/replay-diff';
import { EXPORT_FORMATS, type ExportFormat, exportFileName } from './audit/export/export-events';
import { writeEvidence } from './audit/evidence/write-evidence';
import { exportTo } from './audit/export/write-export';
import type { Selection } from './audit/export/select-events';
import { exitCodeAfter, resultLines, type Subject, subjectName, verify } from './audit/verify/verify';
import { printable } from './terminal/printable';
import { version } from './config/version';
import { type Config, newestWebhookSecret, readConfig, readersFile, retentionDays } from './config/config';
import { type CopyPhase, copyStore, endOf } from './operations/copy/copy-store';
import { openPlaces, parsePlace, type Place, placeName } from './operations/copy/place';
import { type DataDirectory, dataFiles, takeDataDirectory } from './event-store/data-directory';
import { openEventSource, openEventStore, openReadableStore, type ReadableStore, storeName } from './event-store/open';
import { EVENTSTOREDB_URLS } from './event-store/store-url';
import type { EventStore } from './event-store/event-store';
import { fingerprint } from './handle-order/receive/signature';
import { keepPrivate } from './files/private-files';
import { foldVersion, readModelVersion } from './read-model/fold-version';
import { OrderTableReader } from './read-model/order-table/reader';
import { deleteOrderTable } from './read-model/order-table/schema';
import type { Progress } from './read-model/projector';
import { type RunningProjector, startProjector } from './read-model/start-projector';
import { readNewestEntries } from './audit/checkpoints/checkpoint-file';
import { checkpointsOf } from './audit/checkpoints/place';
import { CheckpointSigner, coveredBy } from './audit/checkpoints/checkpoint-signer';
import { describeRestore, signedHistory } from './audit/checkpoints/restores';
import { newestStored, readKnownTime, writeKnownTime } from './operations/retention/known-time';
import { countOld, runRetention } from './operations/retention/run-retention';
import { describeHold, holdOf, MILLISECONDS_PER_DAY, TrustedClock } from './operations/retention/trusted-clock';
import { addRunCommands, type CommandWorld } from './sandbox/commands/run';
import { demoCommand } from './sandbox/commands/demo';
import { sandboxCommand } from './sandbox/commands/sandbox';
import { addSendCommand } from './sandbox/commands/send';

const say = (line: string): void => {
  process.stdout.write(`${printable(line)}\n`);
};
const hint = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`);
};
const count = (things: number): string => things.toLocaleString('en-US');
const secondsSince = (begun: number): string => `${((performance.now() - begun) / 1_000).toFixed(2)} s`;

/** Events between two looks at a progress bar. */
const PROGRESS_EVENTS = 1_000;
/** Newest checkpoints that go with evidence. */
const EVIDENCE_CHECKPOINTS = 10;
const progressBar = (format: string): SingleBar => new SingleBar({ format, stream: process.stderr });

/** Opens what the service would open, for a command that runs in its place. */
async function withStore(action: (config: Config, directory: DataDirectory, store: EventStore) => Promise<void>) {
  const config = readConfig();
  for (const detail of keepPrivate(config.dataDir)) hint(detail);
  const directory = takeDataDirectory(config.dataDir, process.pid, new Date().toISOString());
  try {
    const store = await openEventStore({ url: config.eventStoreUrl, logFile: directory.logFile, now: Date.now });
    try {
      await action(config, directory, store);
    } finally {
      await store.close();
    }
  } finally {
    directory.release();
  }
}

/** Opens the store only to read it, beside a service that may be running. */
async function withReadableStore(action: (store: ReadableStore, config: Config) => Promise<void>) {
  const config = readConfig();
  const store = await openReadableStore({ url: config.eventStoreUrl, logFile: dataFiles(config.dataDir).logFile });
  try {
    await action(store, config);
  } finally {
    await store.close();
  }
}

/** Starts the projector that the service runs, and waits until the read model has seen the whole log. */
async function startAndCatchUp(
  config: Config,
  directory: DataDirectory,
  onProgress: (progress: Progress) => void,
): Promise<RunningProjector> {
  const { eventStoreUrl } = config;
  let projector: RunningProjector | null = null;
  try {
    return await new Promise<RunningProjector>((resolve, reject) => {
      const started = startProjector(
        {
          log: { url: eventStoreUrl, logFile: directory.logFile },
          file: directory.readModelFile,
          version: readModelVersion(foldVersion(), eventStoreUrl === null ? null : storeName(eventStoreUrl)),
        },
        (news) => {
          if (news.kind === 'failed') reject(new Error(news.message));
          if (news.kind !== 'progress') return;
          onProgress(news.progress);
          if (news.progress.caughtUp) resolve(started);
        },
      );
      projector = started;
    });
  } catch (error) {
    await (projector as RunningProjector | null)?.stop();
    throw error;
  }
}

/** Makes the read model anew from the log. */
const rebuild = (): Promise<void> =>
  withStore(async (config, directory, store) => {
    const end = Number((await endOf(store)) ?? 0);
    deleteOrderTable(directory.readModelFile);
    const bar = progressBar('Rebuilding [{bar}] {percentage}% | {events} events | {eta_formatted} left');
    bar.start(Math.max(1, end), 0, { events: 0 });
    const begun = performance.now();
    let events = 0;
    try {
      const projector = await startAndCatchUp(config, directory, (progress) => {
        events = progress.events;
        bar.update(Number(progress.folded ?? end), { events });
      });
      await projector.stop();
    } finally {
      bar.stop();
    }
    say(`Rebuilt the read model from ${String(events)} events in ${secondsSince(begun)}.`);
  });

/** Exit code of a command whose output nobody reads any more, as a shell tells of one that SIGPIPE ended. */
const EXIT_NOBODY_READS = 141;

/** Exit code of a comparison that could not be made; 1 says that it was, and found differences. */
const EXIT_NOT_COMPARED = 2;

/** Of a driver only which fields differ is told: who runs the service needs nobody's name, phone or passcode for it. */
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

/** Tells what the folds of this code would change of the stored read model. */
async function replay({ diff = false }: { readonly diff?: boolean }): Promise<void> {
  if (!diff) throw new Error('Say --diff. To make the read model anew, there is: ticket-rail rebuild.');
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
  const bar = progressBar('Replaying [{bar}] {percentage}% | {events} events | {eta_formatted} left');
  const begun = performance.now();
  const wanted = readModelVersion(foldVersion(), eventStoreUrl === null ? null : storeName(eventStoreUrl));
  try {
    bar.start(1, 0, { events: 0 });
    const replayed = await replayHistory({
      log,
      readModelFile,
      replayFile,
      version: wanted,
      signal: stop.signal,
      onProgress: ({ folded, events }, end) => {
        bar.setTotal(Math.max(1, Number(end)));
        bar.update(Number(folded ?? 0), { events });
      },
    }).finally(() => {
      bar.stop();
    });
    try {
      let differing = 0;
      for await (const difference of replayed.differences()) {
        differing++;
        say(describeDifference(difference));
      }
      const { events, position, storedVersion } = replayed;
      say(
        `${count(differing)} orders differ. Folded ${count(events)} events up to position ${position ?? 'none'} in ` +
          `${secondsSince(begun)}; folds of this code ${wanted}, of the stored read model ${storedVersion.replace(/^\d+-/, '')}.`,
      );
      if (differing > 0) process.exitCode = 1;
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

interface RetainCommand {
  readonly days: number;
  readonly dryRun?: boolean;
  readonly confirm?: boolean;
}

/** @returns what the clock says to a command, which somebody runs on purpose and which does not wait. */
async function lookAtClock(days: number, directory: DataDirectory, store: EventStore) {
  const known = readKnownTime(directory.knownTimeFile) ?? (await newestStored(store));
  const look = new TrustedClock({ days, known, now: Date.now, monotonic: () => performance.now(), settleMs: 0 }).look();
  return look.kind === 'settling' ? ({ kind: 'trusted', now: Date.now() } as const) : look;
}

/** Deletes finished orders that are older than some days. */
const retain = (options: RetainCommand): Promise<void> =>
  withStore(async (config, directory, store) => {
    const { days, dryRun = false, confirm = false } = options;
    const projector = await startAndCatchUp(config, directory, () => undefined);
    const orders = new OrderTableReader(directory.readModelFile);
    try {
      const look = await lookAtClock(days, directory, store);
      const cutoff = look.now - days * MILLISECONDS_PER_DAY;
      const listFinal = (after: number, limit: number) => orders.listFinal(after, limit);
      const reason = holdOf(look, await countOld({ listFinal, cutoff }), orders.countOrders());
      if (reason !== null && !confirm) {
        const text = `${describeHold(reason)}. Look at the clock; if this is what you want, add --confirm.`;
        if (!dryRun) throw new Error(`Nothing was deleted: ${text}`);
        hint(`Without --dry-run nothing would be deleted: ${text}`);
      }
      // Nothing is deleted that no checkpoint covers.
      const signer = new CheckpointSigner(store, checkpointsOf(config, directory), Date.now);
      const { newest, restore, complaints } = await signer.sign(new AbortController().signal);
      for (const complaint of complaints) hint(complaint);
      if (restore !== null) hint(`The log lost events, which was ${describeRestore(restore)}.`);
      const { deleted, forgotten, kept, untold } = await runRetention({
        store,
        newId: randomUUID,
        coveredTo: coveredBy(newest),
        listFinal,
        correct: (corrections) => projector.correct(corrections),
        cutoff,
        dryRun,
      });
      if (!dryRun) writeKnownTime(directory.knownTimeFile, look.now);
      const before = `that had their last update before ${new Date(cutoff).toISOString()}`;
      say(`${dryRun ? 'Would delete' : 'Deleted'} ${count(deleted)} finished orders ${before}.`);
      if (forgotten > 0) say(`Their streams were deleted before: ${count(forgotten)} more orders in the read model.`);
      if (kept > 0) say(`Left alone: ${count(kept)} orders whose streams tell otherwise than the read model.`);
      if (untold > 0) say(`Still shown: ${count(untold)} deleted orders; run this again.`);
    } finally {
      orders.close();
      await projector.stop();
    }
  });

/** @returns the store that the configuration names. */
function configuredPlace({ eventStoreUrl, dataDir }: Config): Place {
  return eventStoreUrl === null
    ? { kind: 'embedded', directory: dataDir }
    : { kind: 'eventstoredb', url: eventStoreUrl };
}

/** Copies every stream from one store to another, or goes on with that, and compares the two. */
async function copy(options: { readonly from?: string; readonly to?: string }): Promise<void> {
  if (options.from === undefined && options.to === undefined) {
    throw new Error('Say where to copy to with --to, or where from with --from; the other is the configured store.');
  }
  const from = options.from === undefined ? configuredPlace(readConfig()) : parsePlace(options.from);
  const to = options.to === undefined ? configuredPlace(readConfig()) : parsePlace(options.to);
  const places = await openPlaces(from, to, process.pid, Date.now);
  const bar = progressBar('{phase} [{bar}] {percentage}% | {events} events | {eta_formatted} left');
  const begun = performance.now();
  try {
    const end = Number((await endOf(places.source)) ?? 0);
    let shown: CopyPhase | null = null;
    const result = await copyStore({
      source: places.source,
      target: places.target,
      onProgress: ({ phase, position, events }) => {
        if (phase !== shown) bar.start(Math.max(1, end), 0, { phase, events: 0 });
        shown = phase;
        bar.update(Number(position), { phase, events });
      },
    }).finally(() => {
      bar.stop();
    });
    const { copied, before, digest } = result;
    const there = before === 0 ? '' : `; ${count(before)} were there before`;
    say(
      `Copied ${count(copied)} events from ${placeName(from)} to ${placeName(to)} in ${secondsSince(begun)}${there}.`,
    );
    say(`Verified ${count(copied + before)} events in both. Content hash: ${digest}`);
  } finally {
    await places.close();
  }
}

interface ExportCommand {
  readonly location?: string;
  readonly order?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: ExportFormat;
  readonly out?: string;
}

/** Writes the history of an order, a location or everything to a file. */
const exportHistory = (options: ExportCommand): Promise<void> =>
  withReadableStore(async (store) => {
    const { location = null, order = null, from = null, to = null, format } = options;
    if (order !== null && location === null) throw new Error('An order is named by --location and --order.');
    const exportedAt = new Date().toISOString();
    const scope = { location_id: location, order_id: order, streams: location === null ? 'all' : 'orders' } as const;
    const selection: Selection = { scope, from, to };
    const out = options.out ?? exportFileName(selection, format, exportedAt);
    const end = await store.lastPosition();
    const bar = progressBar('Exporting [{bar}] {percentage}% | {events} events | {eta_formatted} left');
    bar.start(Math.max(1, Number(end ?? 0)), 0, { events: 0 });
    const manifest = await exportTo({
      store,
      selection,
      format,
      out: out === '-' ? process.stdout : resolve(out),
      version,
      exportedAt,
      end,
      onProgress: (position, events) => {
        if (events % PROGRESS_EVENTS === 0) bar.update(Number(position), { events });
      },
    }).finally(() => {
      bar.stop();
    });
    hint(
      `Exported ${count(manifest.events)} events of ${count(manifest.streams)} streams` +
        `${out === '-' ? '' : ` to ${out}`}. SHA-256: ${manifest.sha256}`,
    );
  });

interface EvidenceCommand {
  readonly location: string;
  readonly order: string;
  readonly out?: string;
}

/** Writes all that is known of an order into one file for a dispute. */
const evidenceOf = ({ location, order, out }: EvidenceCommand): Promise<void> =>
  withReadableStore(async (store, config) => {
    const key = { location_id: location, order_id: order };
    const exportedAt = new Date().toISOString();
    const selection: Selection = { scope: { ...key, streams: 'orders' }, from: null, to: null };
    const path = resolve(out ?? exportFileName(selection, 'evidence.html', exportedAt));
    const secrets = config.webhookSecrets.map(fingerprint);
    const place = checkpointsOf(config, dataFiles(config.dataDir));
    const entries = readNewestEntries(place.file, EVIDENCE_CHECKPOINTS).filter((one) => one.store === place.store);
    const { checkpoints } = signedHistory(entries);
    const events = await writeEvidence({ store, key, secrets, checkpoints, version, exportedAt, out: path });
    say(`Wrote the evidence of ${count(events)} events to ${path}.`);
  });

interface VerifyCommand {
  readonly order?: boolean;
  readonly state?: string;
  readonly checkpoints?: string;
  readonly publicKey?: string;
}

/** Verifies files, or one order of the configured store, or all of it. Ends as {@link exitCodeAfter} says. */
async function verifyHistory(
  names: readonly string[],
  { order = false, state, checkpoints, publicKey }: VerifyCommand,
): Promise<void> {
  const configured = () => {
    const config = readConfig();
    const files = dataFiles(config.dataDir);
    const { store, file, keyFile } = checkpointsOf(config, files);
    return {
      url: config.eventStoreUrl,
      logFile: files.logFile,
      signedBy: { store, file: checkpoints ?? file, keyFile: publicKey ?? keyFile },
    };
  };
  const [location_id, order_id] = names;
  if (order && (location_id === undefined || order_id === undefined || names.length > 2)) {
    throw new Error('An order is named by its location and its id: verify --order <location> <order>');
  }
  const subjects: readonly Subject[] =
    order && location_id !== undefined && order_id !== undefined
      ? [{ kind: 'order', ...configured(), key: { location_id, order_id } }]
      : names.length > 0
        ? names.map((path) => ({ kind: 'file', path }))
        : [{ kind: 'store', ...configured() }];
  if (state !== undefined && subjects.length > 1) throw new Error('--state takes one file at a time.');
  for (const subject of subjects) {
    const bar = progressBar('Verifying [{bar}] {percentage}% | {events} events, {rate}/s | {eta_formatted} left');
    bar.start(1, 0, { events: 0, rate: 0 });
    const begun = performance.now();
    let before: number | null = null;
    const verified = await verify(subject, {
      version,
      state: state ?? null,
      onProgress: (done, total, events) => {
        before ??= events; // what an interrupted run verified counts for no rate
        const rate = Math.round(((events - before) * 1_000) / Math.max(1, performance.now() - begun));
        bar.setTotal(Math.max(1, total));
        bar.update(done, { events, rate: count(rate) });
      },
      monotonic: () => performance.now(),
    }).finally(() => {
      bar.stop();
    });
    for (const line of resultLines(subjectName(subject), verified)) say(line);
    hint(`${count(verified.tally.events)} events in ${secondsSince(begun)}`);
    process.exitCode = exitCodeAfter(Number(process.exitCode ?? 0), verified);
  }
}

interface FileOption {
  readonly file?: string;
}

interface AddOptions extends FileOption {
  readonly role: Role;
  readonly location?: string[];
  readonly allLocations?: boolean;
}

/** The token is all that goes to standard output, for scripts; what else there is to say goes beside it. */
function addReaderTo(name: string, { role, location, allLocations = false, file }: AddOptions): void {
  if (allLocations === (location !== undefined)) throw new Error('Give --location <id...> or --all-locations.');
  const configured = readersFile();
  const path = file === undefined ? configured.path : resolve(file);
  const locations = ReaderLocations.safeParse(allLocations ? '*' : location);
  if (!locations.success) throw new Error('A location is an id: 1 to 200 characters, no control characters.');
  const token = addReader(path, { name, role, locations: locations.data });
  hint(`Added ${name} to ${path}. The token is shown only now:`);
  say(token);
  if (!configured.configured || path !== configured.path)
    hint(`Set READERS_FILE=${path}, so that the service reads it.`);
}

function listReadersOf({ file }: FileOption): void {
  for (const line of listReaders(file ?? readersFile().path)) say(line);
}

function removeReaderFrom(name: string, { file }: FileOption): void {
  const path = file ?? readersFile().path;
  const left = removeReader(path, name);
  hint(`Removed ${name} from ${path}.`);
  if (left === 0) hint('No reader is left: nobody can read, and the service does not start until there is one.');
}

const REPLAY_HELP = `
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

/** @returns the program with all of its commands; docs/reference/commands.md is made from its help. */
export function createProgram(): Command {
  const program = new Command('ticket-rail')
    .description(
      "The POS side of Stream's order status updates. Configured by environment variables: docs/reference/configuration.md.",
    )
    .version(version)
    .enablePositionalOptions(); // options belong to the command after whose name they stand
  program
    .command('start')
    .description('run the service until SIGTERM')
    .action(async () => {
      const { start } = await import('./server/start.js'); // the other commands begin sooner without the web server
      await start();
    });
  program
    .command('rebuild')
    .description('make the read model anew from the log, while the service does not run')
    .action(rebuild);
  program
    .command('replay')
    .description('fold history with this code, and list the orders that would differ from the stored read model')
    .option('--diff', 'compare with the stored read model, whatever its version; changes nothing')
    .addHelpText('after', REPLAY_HELP)
    .action(replay);
  program
    .command('copy')
    .description('copy every stream to another store and compare the two, while the service does not run')
    .option('--from <url>', `sqlite:<data directory>, ${EVENTSTOREDB_URLS} (default: the configured store)`)
    .option('--to <url>', 'the same, for the target (default: the configured store)')
    .action(copy);
  program
    .command('retain')
    .description('delete finished orders that are older than some days, while the service does not run')
    .requiredOption('--days <days>', 'days since the last update of an order', argument(retentionDays))
    .option('--dry-run', 'only report how many')
    .option('--confirm', 'delete although the clock is far ahead of the last known time, or most orders would go')
    .action(retain);
  program
    .command('export')
    .description('write the history of an order, a location or everything to a file, whether or not the service runs')
    .option('--location <id>', 'only of this location', argument(Id))
    .option('--order <id>', 'only of this order of the location', argument(Id))
    .option('--from <time>', 'only events received at this time or later (RFC 3339)', argument(ExportQuery.shape.from))
    .option('--to <time>', 'only events received before this time (RFC 3339)', argument(ExportQuery.shape.to))
    .addOption(new Option('--format <format>', 'format of the file').choices([...EXPORT_FORMATS]).default('ndjson'))
    .option(
      '--out <file>',
      'where to write; - is standard output (default: a name made from the selection and the time)',
    )
    .action(exportHistory);
  program
    .command('evidence')
    .description('write everything about an order, with a report, into one file, whether or not the service runs')
    .requiredOption('--location <id>', 'location of the order', argument(Id))
    .requiredOption('--order <id>', 'id of the order', argument(Id))
    .option('--out <file>', 'where to write (default: a name made from the order and the time)')
    .action(evidenceOf);
  program
    .command('verify')
    .description('verify the configured store, an order of it, exports or evidence; offline, without the service')
    .argument('[files...]', 'exports and evidence bundles (default: the configured store)')
    .option('--order', 'the two arguments are a location and an order of the configured store')
    .option('--checkpoints <file>', 'signed checkpoints that were kept elsewhere (default: those of DATA_DIR)')
    .option('--public-key <file>', 'public key of their signatures, as PEM (default: that of the configured key)')
    .option('--state <file>', 'where to save the progress, so that an interrupted run can be continued')
    .addHelpText(
      'after',
      `
Ends with 0 if everything holds, with 1 if something does not, and with 3 if it cannot be told: nothing contradicts
it, but phones and passcodes were withheld, a CSV file has no manifest or cells that were cut, or other code made the
page of evidence.`,
    )
    .action(verifyHistory);
  const reader = program
    .command('reader')
    .description('manage who may read, in the file of READERS_FILE; a running service follows it within seconds');
  const file = new Option('--file <path>', 'the file (default: READERS_FILE, or readers.json in DATA_DIR)');
  reader
    .command('add')
    .description('add a reader, and show its token once')
    .argument('<name>', 'name of the screen, person or program', argument(ReaderName))
    .requiredOption('--role <role>', ROLES.join(', '), argument(ReaderRole))
    .option('--location <id...>', 'locations that it may see')
    .option('--all-locations', 'all locations, also future ones')
    .addOption(file)
    .action(addReaderTo);
  reader
    .command('list')
    .description('list the name, role and locations of each reader')
    .addOption(file)
    .action(listReadersOf);
  reader
    .command('remove')
    .description('remove a reader; its open streams end within seconds')
    .argument('<name>')
    .addOption(file)
    .action(removeReaderFrom);
  const world: CommandWorld = {
    say,
    configuredSecret: newestWebhookSecret,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
  const sandbox = sandboxCommand();
  program.addCommand(sandbox).addCommand(demoCommand());
  addRunCommands(sandbox, world);
  addSendCommand(program, world);
  return program;
}

async function main(): Promise<void> {
  // Whoever read what we say has seen enough, as `head` has: a command ends as others then do, without a word.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_NOBODY_READS);
  });
  try {
    await createProgram().parseAsync();
  } catch (error) {
    hint(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
