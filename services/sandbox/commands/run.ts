import { randomInt } from 'node:crypto';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  type Batch,
  MAX_LOCATIONS,
  MAX_ORDERS,
  MAX_SEED,
  MIN_SEED,
  type Rush,
  Seed,
  type Story,
} from '../../../schemas/files/scenario';
import { argument } from '../../terminal/argument';
import { CommandError } from '../../terminal/command-error';
import { EXIT_FAILED } from '../../terminal/exit-codes';
import { say } from '../../terminal/output';
import { withProgressBar } from '../../terminal/progress-bar';
import {
  bearerToken,
  DEFAULT_WEBHOOK_URL,
  headerName,
  numberIn,
  positiveNumber,
  webhookUrl,
  wholeNumber,
} from './arguments';
import { checkTarget, READS_AT_A_TIME } from '../runner/checks';
import { FAULT_NAMES, type FaultName, FAULTS, isFault, type Run, withFaults } from '../runner/faults';
import { planScenario } from '../stories/plan';
import { type Random, seeded } from '../wire/random';
import { TargetError, TargetReader } from '../runner/read-target';
import { type Check, reportLines, reportOf } from '../runner/report';
import { runScenario, type SentAttempt } from '../runner/run-scenario';
import { loadScenario, type Playable } from '../stories/scenario-files';
import { POS_SIGNATURE } from '../wire/signing';

const DEFAULT_SPEED = 60;
const MOST_SPEED = 1_000_000;
/** A pause at this speed is still one that a timer can wait for. */
const LEAST_SPEED = 0.1;
const DEFAULT_CONNECTIONS = 64;
const MOST_CONNECTIONS = 1_024;

interface RunOptions {
  readonly target: string;
  readonly secret?: string;
  readonly oldSecret?: string;
  readonly bearer?: string;
  readonly header: string;
  readonly speed: number;
  readonly faults: readonly FaultName[];
  readonly faultShare?: number;
  readonly seed?: number;
  readonly orders?: number;
  readonly perMinute?: number;
  readonly locations?: number;
  readonly runId?: string;
  readonly check: 'auto' | 'none' | 'required';
  readonly readerToken?: string;
  readonly connections: number;
  readonly json?: boolean;
}

const faultsOf = z.string().transform((text, context): readonly FaultName[] => {
  if (text === 'all') return FAULT_NAMES;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isFault(name));
  if (unknown.length === 0) return names.filter(isFault);
  const message = `there is no fault ${unknown.join(', ')}; there are: ${FAULT_NAMES.join(', ')}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const seedOf = z
  .string()
  .transform((text) => (text === 'random' ? randomInt(MIN_SEED, MAX_SEED) : Number(text)))
  .pipe(z.number('expected a whole number, or random').pipe(Seed));

const FAULTS_HELP = `
Faults, each of which affects a share of the deliveries:
${FAULT_NAMES.map((name) => `  ${name.padEnd(18)} ${FAULTS[name].does}`).join('\n')}

A Ticket Rail that can be read is checked afterwards: the history of each order has to hold everything that was
acknowledged and nothing else, and the order, the lists and the live board have to show what was acknowledged last.

Exit code: 0 if all is good; 1 if something was lost, is shown differently, was answered other than expected, or was
never acknowledged.
`;

/**
 * Adds `ticket-rail sandbox run`, which sends a scenario, and checks what became of it.
 * @param configuredSecret gives the newest webhook secret of the configuration, or null
 */
export const addRunCommand = (sandbox: Command, configuredSecret: () => string | null): Command =>
  sandbox
    .command('run')
    .description('send the deliveries of a scenario to a POS, with faults, and report what became of them')
    .argument('<scenario>', 'its name, or the path of a file')
    .option('--target <url>', 'Handle Order URL of the POS', argument(webhookUrl), DEFAULT_WEBHOOK_URL)
    .option(
      '--secret <secret>',
      'secret that signs deliveries (default: the newest of STREAM_WEBHOOK_SECRETS, or else none)',
    )
    .option('--old-secret <secret>', 'secret from before a rotation that the POS still accepts; signs some deliveries')
    .option('--bearer <token>', 'token that the POS issued to Stream', argument(bearerToken))
    .option('--header <name>', 'header of the signature', argument(headerName), POS_SIGNATURE)
    .option(
      '--speed <n>',
      'seconds of the scenario that pass in a second',
      argument(numberIn(LEAST_SPEED, MOST_SPEED)),
      DEFAULT_SPEED,
    )
    .addOption(
      new Option('--faults <names>', 'all, none, or names, comma-separated')
        .default([], 'none')
        .argParser(argument(faultsOf)),
    )
    .option(
      '--fault-share <share>',
      'share of the deliveries that each fault affects, up to 1',
      argument(positiveNumber(1)),
    )
    .option('--seed <n>', 'a whole number, or random (default: that of the scenario)', argument(seedOf))
    .option('--orders <n>', 'number of orders, instead of that of the scenario', argument(wholeNumber(1, MAX_ORDERS)))
    .option('--per-minute <n>', 'orders per minute of the scenario', argument(numberIn(LEAST_SPEED, MOST_SPEED)))
    .option(
      '--locations <n>',
      'number of locations, instead of that of the scenario',
      argument(wholeNumber(1, MAX_LOCATIONS)),
    )
    .option('--run-id <id>', 'prefix of all ids (default: made from the seed and the time)')
    .addOption(
      new Option('--check <when>', 'whether to check afterwards what a Ticket Rail stored and shows')
        .choices(['auto', 'none', 'required'])
        .default('auto'),
    )
    .option('--reader-token <token>', 'token of an auditor, for the check', argument(bearerToken))
    .option(
      '--connections <n>',
      'connections at a time',
      argument(wholeNumber(1, MOST_CONNECTIONS)),
      DEFAULT_CONNECTIONS,
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', FAULTS_HELP)
    .action((name: string, options: RunOptions) => run(name, options, configuredSecret));

async function run(name: string, options: RunOptions, configuredSecret: () => string | null): Promise<void> {
  const { target, speed, check, readerToken = null } = options;
  const scenario = loadScenario(name);
  const of = headOf(scenario);
  const seed = options.seed ?? of.seed;
  const runId = options.runId ?? `run${String(seed)}-${Date.now().toString(36)}`;
  const credentials = {
    secret: options.secret ?? configuredSecret(),
    oldSecret: options.oldSecret ?? null,
    bearer: options.bearer ?? null,
    header: options.header,
  };
  const { orders, perMinute, locations, faults, faultShare: share } = options;
  const random = seeded(seed).fork();
  const planned = withFaults(planScenario(scenario, { seed, runId, orders, perMinute, locations }), {
    faults,
    random,
    share,
    signs: credentials.secret !== null,
    hasOldSecret: credentials.oldSecret !== null,
  });
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort(new CommandError('It was interrupted before anything was sent.'));
  };
  const reader = new TargetReader(new URL('.', target), readerToken, READS_AT_A_TIME, interrupted.signal);
  process.once('SIGINT', interrupt);
  try {
    const readable = check === 'none' ? { kind: 'foreign' as const, reason: 'as asked' } : await reader.readable();
    interrupted.signal.throwIfAborted();
    if (check === 'required' && readable.kind !== 'readable')
      throw new CommandError(`It cannot be checked: ${readable.reason}.`);
    const result = await send(planned, options, credentials, random.fork(), interrupted.signal);
    const checked: Check =
      result.ended !== null
        ? { kind: 'none', reason: 'the run did not come to its end' }
        : readable.kind === 'readable'
          ? await checkRun(reader, planned, result.sent, interrupted.signal)
          : { kind: readable.kind === 'unknown' ? 'failed' : 'none', reason: readable.reason };
    const isCheckInterrupted = checked.kind === 'none' && interrupted.signal.aborted;
    const ended = result.ended ?? (isCheckInterrupted ? 'the check was interrupted' : null);
    const named = { scenario: of.name, seed, run_id: runId, target, speed };
    const report = reportOf(named, planned, { ...result, ended }, checked);
    for (const line of options.json === true ? [JSON.stringify(report, null, 2)] : reportLines(report)) say(line);
    if (!report.good) process.exitCode = EXIT_FAILED;
  } finally {
    process.removeListener('SIGINT', interrupt);
    reader.close();
  }
}

function headOf(scenario: Playable): Story | Batch | Rush {
  switch (scenario.kind) {
    case 'story':
      return scenario.story;
    case 'batch':
      return scenario.batch;
    case 'rush':
      return scenario.rush;
  }
}

const SENDING = 'Sending [{bar}] {percentage}% | {value} attempts, {retries} retries | {eta_formatted} left';

const send = (
  planned: Run,
  { target, speed, connections }: RunOptions,
  credentials: Parameters<typeof runScenario>[0]['credentials'],
  random: Random,
  signal: AbortSignal,
): ReturnType<typeof runScenario> =>
  withProgressBar(SENDING, (bar) => {
    bar.begin(planned.attempts.length, { retries: 0 });
    return runScenario({
      run: planned,
      target,
      credentials,
      speed,
      connections,
      random,
      signal,
      onProgress: ({ done, retries }) => {
        bar.update(done, { retries });
      },
    });
  });

/** @param signal that ends the reader too: then there is no result, and that is no error */
async function checkRun(
  reader: TargetReader,
  planned: Run,
  sent: readonly SentAttempt[],
  signal: AbortSignal,
): Promise<Check> {
  try {
    const format = 'Checking [{bar}] {percentage}% | {value} orders | {eta_formatted} left';
    const checked = await withProgressBar(format, (bar) => {
      bar.begin(planned.orders.length);
      return checkTarget(reader, planned.orders, sent, (orders) => {
        bar.update(orders);
      });
    });
    return { kind: 'checked', checked };
  } catch (error) {
    if (signal.aborted) return { kind: 'none', reason: 'it was interrupted' };
    // What was sent is reported all the same.
    if (error instanceof TargetError) return { kind: 'failed', reason: error.message };
    throw error;
  }
}
