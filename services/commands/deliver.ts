import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { DestinationName } from '../../schemas/destinations';
import { FeedPosition } from '../../schemas/api/feed';
import { argument } from '../terminal/argument';
import { CommandError } from '../terminal/command-error';
import { EXIT_FAILED } from '../terminal/exit-codes';
import { hint, say } from '../terminal/output';

const DEFAULT_URL = 'http://127.0.0.1:8080';
const STANDARD_INPUT = 0;

const ServiceUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an http or https URL');

interface DeliverOptions {
  readonly to: string;
  readonly from: string;
  readonly url: string;
  readonly tokenFile?: string;
}

/** Returns what a problem says, or nothing if the answer is none. */
const detailOf = (text: string): string => {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown }; // a problem of the service
    return typeof detail === 'string' ? detail : '';
  } catch {
    return '';
  }
};

async function deliver({ to, from, url, tokenFile }: DeliverOptions): Promise<void> {
  const token =
    tokenFile === undefined ? null : readFileSync(tokenFile === '-' ? STANDARD_INPUT : tokenFile, 'utf8').trim();
  const address = `${url.replace(/\/+$/, '')}/destinations/${encodeURIComponent(to)}/deliver?from=${encodeURIComponent(from)}`;
  const answer = await fetch(address, {
    method: 'POST',
    redirect: 'error',
    headers: token === null ? {} : { Authorization: `Bearer ${token}` },
  }).catch((cause: unknown) => {
    throw new CommandError(`The service cannot be reached at ${url}. Start it, or say where it is with --url.`, {
      cause,
    });
  });
  const text = await answer.text();
  if (answer.ok) {
    say(`${to} is sent again what comes after ${from}.`);
    return;
  }
  hint(`The service answered ${String(answer.status)}. ${detailOf(text)}`.trim());
  process.exitCode = EXIT_FAILED;
}

/** Adds `ticket-rail deliver`, which has the running service send a destination again what comes after a position. */
export const addDeliverCommand = (program: Command): Command =>
  program
    .command('deliver')
    .description('have the running service send a destination again what comes after a position')
    .requiredOption('--to <name>', 'a destination of DESTINATIONS_FILE', argument(DestinationName))
    .requiredOption('--from <position>', 'as the feed gives them; 0 is the beginning', argument(FeedPosition))
    .option('--url <url>', 'where the service is, with its BASE_PATH', argument(ServiceUrl), DEFAULT_URL)
    .option('--token-file <path>', 'file with the token of an operator; - is standard input')
    .action(deliver);
