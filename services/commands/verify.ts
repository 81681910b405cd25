import type { Command } from 'commander';
import { checkpointsOf } from '../audit/checkpoints/checkpoint-files';
import { resultLines } from '../audit/verify/result-lines';
import { exitCodeAfter, type Subject, subjectName, verify } from '../audit/verify/verify';
import { readConfig } from '../config/config';
import { version } from '../config/version';
import { dataFiles } from '../event-store/data-directory';
import { CommandError } from '../terminal/command-error';
import { count, secondsSince } from '../terminal/figures';
import { hint, say } from '../terminal/output';
import { withProgressBar } from '../terminal/progress-bar';
import { orderKey } from '../../schemas/order-key';

const HELP = `
Ends with 0 if everything holds, with 1 if something does not, and with 3 if neither is certain: nothing contradicts
it, but phones and passcodes were withheld, a CSV file has no manifest or cells that were cut, or other code made the
page of evidence.

The same for files, as a page for any browser that needs no network: dist/screens/verifier.html of this package, which
a running service has at /verifier.`;

interface VerifyOptions {
  readonly order?: boolean;
  readonly state?: string;
  readonly checkpoints?: string;
  readonly publicKey?: string;
}

/** @throws {Error} if the arguments name nothing that can be verified. */
function subjectsOf(names: readonly string[], options: VerifyOptions): readonly Subject[] {
  const configured = () => {
    const config = readConfig();
    const files = dataFiles(config.dataDir);
    const { store, file, keyFile } = checkpointsOf(config, files);
    return {
      url: config.eventStoreUrl,
      logFile: files.logFile,
      signedBy: { store, file: options.checkpoints ?? file, keyFile: options.publicKey ?? keyFile },
    };
  };
  if (options.order === true) {
    const [location, order, ...others] = names;
    if (location === undefined || order === undefined || others.length > 0) {
      throw new CommandError('An order is named by its location and its id: verify --order <location> <order>');
    }
    return [{ kind: 'order', ...configured(), key: orderKey(location, order) }];
  }
  if (names.length === 0) return [{ kind: 'store', ...configured() }];
  return names.map((path) => ({ kind: 'file', path, keyFile: options.publicKey ?? null }));
}

async function verifySubject(subject: Subject, state: string | null): Promise<void> {
  const begun = performance.now();
  let before: number | null = null;
  const format = 'Verifying [{bar}] {percentage}% | {events} events, {rate}/s | {eta_formatted} left';
  const verified = await withProgressBar(format, (bar) => {
    bar.begin(1, { events: 0, rate: 0 });
    return verify(subject, {
      version,
      state,
      onProgress: (done, total, events) => {
        before ??= events; // what an interrupted run verified counts for no rate
        const rate = Math.round(((events - before) * 1_000) / Math.max(1, performance.now() - begun));
        bar.total(total);
        bar.update(done, { events, rate: count(rate) });
      },
      monotonic: () => performance.now(),
    });
  });
  for (const line of resultLines(subjectName(subject), verified)) say(line);
  hint(`${count(verified.tally.events)} events in ${secondsSince(begun)}`);
  process.exitCode = exitCodeAfter(Number(process.exitCode ?? 0), verified);
}

async function verifyAll(names: readonly string[], options: VerifyOptions): Promise<void> {
  const subjects = subjectsOf(names, options);
  const { state = null } = options;
  if (state !== null && subjects.length > 1) throw new CommandError('--state takes one file at a time.');
  for (const subject of subjects) await verifySubject(subject, state);
}

/** Adds `ticket-rail verify`, which verifies files, or one order of the configured store, or all of it. */
export const addVerifyCommand = (program: Command): Command =>
  program
    .command('verify')
    .description('verify the configured store, an order of it, exports or evidence; offline, without the service')
    .argument('[files...]', 'exports and evidence bundles (default: the configured store)')
    .option('--order', 'the two arguments are a location and an order of the configured store')
    .option('--checkpoints <file>', 'signed checkpoints that were kept elsewhere (default: those of DATA_DIR)')
    .option(
      '--public-key <file>',
      'public key of their signatures, or of those in evidence, as PEM (default: that of the configured key; for files: none)',
    )
    .option('--state <file>', 'where to save the progress, so that an interrupted run can be continued')
    .addHelpText('after', HELP)
    .action(verifyAll);
