import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { argument } from '../../terminal/argument';
import { EXIT_FAILED } from '../../terminal/exit-codes';
import { say } from '../../terminal/output';
import { bearerToken, DEFAULT_WEBHOOK_URL, headerName, numberIn, webhookUrl, wholeNumber } from './arguments';
import { agentFor, ANSWER_TIMEOUT_MS, type Exchange, isSuccess, post, signatureOf } from '../wire/post';
import { POS_SIGNATURE } from '../wire/signing';

/** The fewest and the most posts a second that can be asked for. */
const [LEAST_RATE, MOST_RATE] = [0.001, 1_000_000];
const MOST_REPEATS = 1_000_000;
const MOST_CONCURRENT = 1_024;
const STANDARD_INPUT = 0;

interface SendOptions {
  readonly url: string;
  readonly secret?: string;
  readonly bearer?: string;
  readonly header: string;
  readonly repeat: number;
  readonly rate?: number;
  readonly concurrency: number;
}

/**
 * Adds `ticket-rail send`, which signs bodies and sends them as they are.
 * @param configuredSecret gives the newest webhook secret of the configuration, or null
 */
export const addSendCommand = (program: Command, configuredSecret: () => string | null): Command =>
  program
    .command('send')
    .description('sign files and post them as they are, as Stream would; print the answers')
    .argument('<file...>', 'files with a body each; - is standard input')
    .option('--url <url>', 'where to post', argument(webhookUrl), DEFAULT_WEBHOOK_URL)
    .option(
      '--secret <secret>',
      'secret that signs the bodies (default: the newest of STREAM_WEBHOOK_SECRETS, or else none)',
    )
    .option('--bearer <token>', 'sent as Authorization: Bearer', argument(bearerToken))
    .option('--header <name>', 'header of the signature', argument(headerName), POS_SIGNATURE)
    .option('--repeat <n>', 'how often each is sent', argument(wholeNumber(1, MOST_REPEATS)), 1)
    .option(
      '--rate <n>',
      'most posts per second (default: as fast as possible)',
      argument(numberIn(LEAST_RATE, MOST_RATE)),
    )
    .option('--concurrency <n>', 'most posts at a time', argument(wholeNumber(1, MOST_CONCURRENT)), 1)
    .addHelpText('after', '\nExit code: 0 if each was answered by a 2xx, otherwise 1.\n')
    .action((files: readonly string[], options: SendOptions) => send(files, options, configuredSecret));

async function send(
  files: readonly string[],
  options: SendOptions,
  configuredSecret: () => string | null,
): Promise<void> {
  const { url, repeat, rate, concurrency } = options;
  const secret = options.secret ?? configuredSecret();
  const bodies = files.map((file) => ({ file, body: readFileSync(file === '-' ? STANDARD_INPUT : file) }));
  const agent = agentFor(url, concurrency);
  const begun = performance.now();
  let [sent, refused] = [0, 0];
  const underWay = new Set<Promise<void>>();

  async function sendOnce(file: string, body: Buffer): Promise<void> {
    const headers = {
      'Content-Type': 'application/json',
      ...(secret === null ? {} : { [options.header]: signatureOf(body, secret) }),
      ...(options.bearer === undefined ? {} : { Authorization: `Bearer ${options.bearer}` }),
    };
    const exchange = await post({ url, body, headers, timeoutMs: ANSWER_TIMEOUT_MS, agent });
    if (exchange.kind === 'no-answer' || !isSuccess(exchange.status)) refused++;
    say(`${file}: ${format(exchange)}`);
  }

  for (let round = 0; round < repeat; round++) {
    for (const { file, body } of bodies) {
      if (rate !== undefined) {
        const early_ms = begun + (sent * 1_000) / rate - performance.now();
        if (early_ms > 0) await sleep(early_ms);
      }
      while (underWay.size >= concurrency) await Promise.race(underWay);
      sent++;
      const one = sendOnce(file, body).finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }
  await Promise.all(underWay);
  agent.destroy();
  if (refused > 0) process.exitCode = EXIT_FAILED;
}

const format = (exchange: Exchange): string =>
  exchange.kind === 'no-answer'
    ? `no answer: ${exchange.reason}`
    : `${String(exchange.status)} ${exchange.body.trim()}`;
