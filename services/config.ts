import { resolve } from 'node:path';
import { z } from 'zod';

/**
 * The configuration: the environment, read once, checked whole, and typed. Only this file reads `process.env`.
 * README.md has the table of variables; a test compares the two.
 */

/** Largest MAX_BODY_BYTES: such a body, in base64 and with its reasons, still fits one append (MAX_APPEND_BYTES). */
const LARGEST_MAX_BODY_BYTES = 700_000;
/** Shortest secret or token. Shorter ones are guessed; `openssl rand -hex 32` makes a good one. */
const MIN_SECRET_LENGTH = 16;

/** Longest RETENTION_DAYS: a hundred years. Whoever wants longer wants no retention. */
const MOST_RETENTION_DAYS = 36_500;

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const wholeNumber = (least: number, most: number, unit: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number of ${unit}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected ${unit} from ${String(least)} to ${String(most)}`);

/** Days that finished orders are kept, as a variable or an option of a command gives them. */
export const retentionDays = wholeNumber(1, MOST_RETENTION_DAYS, 'days');

const secrets = z
  .string()
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .refine((list) => list.every((secret) => secret.length >= MIN_SECRET_LENGTH), {
    message: `expected secrets of at least ${String(MIN_SECRET_LENGTH)} characters, separated by commas`,
  })
  .default([]);

const Environment = z.object({
  PORT: wholeNumber(0, 65_535, 'ports').default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  EVENT_STORE_URL: z
    .string()
    .regex(/^esdb(\+discover)?:\/\/\S+$/, 'expected esdb://... or esdb+discover://...')
    .optional(),
  STREAM_WEBHOOK_SECRETS: secrets,
  STREAM_BEARER_TOKENS: secrets,
  READER_TOKENS: secrets,
  QUARANTINE_ANSWER: z.enum(['202', '422'], 'expected 202 or 422').optional(),
  MAX_BODY_BYTES: wholeNumber(1_024, LARGEST_MAX_BODY_BYTES, 'bytes').default(262_144),
  REQUEST_TIMEOUT_MS: wholeNumber(1_000, 300_000, 'milliseconds').default(15_000),
  RETENTION_DAYS: retentionDays.optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'expected fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
});

/** Names of the variables, as README.md documents them. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape);
/** Variables whose values must never be shown. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'STREAM_WEBHOOK_SECRETS',
  'STREAM_BEARER_TOKENS',
  'READER_TOKENS',
  'EVENT_STORE_URL',
]);

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDir: string;
  /** EventStoreDB's connection string, or null for the embedded store in `dataDir`. */
  readonly eventStoreUrl: string | null;
  /** Newest first. Empty: signatures are not checked. */
  readonly webhookSecrets: readonly string[];
  /** Empty: Stream's bearer token is not checked. */
  readonly bearerTokens: readonly string[];
  /** Tokens of POS screens, POS systems and auditors. Empty: reading is open, and so only on loopback. */
  readonly readerTokens: readonly string[];
  /** How an authentic but unusable delivery is answered (protocol.md section 4, ruling 2). */
  readonly quarantineAnswer: 202 | 422;
  readonly maxBodyBytes: number;
  /** Most milliseconds that a sender may take for a whole request. */
  readonly requestTimeoutMs: number;
  /** Days after its last update that a finished order is deleted, or null: orders are kept for ever. */
  readonly retentionDays: number | null;
  readonly logLevel: string;
}

/** A configuration that cannot be used; every problem names its variable and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads and checks the configuration.
 * @param env usually `process.env`. A variable that is set to nothing counts as unset.
 * @throws {ConfigError} naming every variable that is wrong, and, where `HOST` is reachable from other machines, every
 *   variable that has to be set before that is safe.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const set = Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const seen = SECRET_VARIABLES.has(name) ? 'a value not shown here' : JSON.stringify(set[name]);
        return `${name} is ${seen}: ${issue.message}.`;
      }),
    );
  }
  const { data } = parsed;
  const checksDeliveries = data.STREAM_WEBHOOK_SECRETS.length + data.STREAM_BEARER_TOKENS.length > 0;
  if (!LOOPBACK_HOSTS.has(data.HOST)) {
    const reachable = `HOST is ${JSON.stringify(data.HOST)}, which other machines can reach`;
    const problems: string[] = [];
    if (!checksDeliveries) {
      problems.push(`${reachable}: set STREAM_WEBHOOK_SECRETS or STREAM_BEARER_TOKENS so that only Stream can post.`);
    }
    if (data.READER_TOKENS.length === 0) {
      problems.push(`${reachable}: set READER_TOKENS so that not everyone can read drivers' names and phone numbers.`);
    }
    if (problems.length > 0) throw new ConfigError(problems);
  }
  return {
    port: data.PORT,
    host: data.HOST,
    dataDir: resolve(data.DATA_DIR),
    eventStoreUrl: data.EVENT_STORE_URL ?? null,
    webhookSecrets: data.STREAM_WEBHOOK_SECRETS,
    bearerTokens: data.STREAM_BEARER_TOKENS,
    readerTokens: data.READER_TOKENS,
    quarantineAnswer:
      data.QUARANTINE_ANSWER === undefined
        ? checksDeliveries
          ? 202
          : 422
        : data.QUARANTINE_ANSWER === '202'
          ? 202
          : 422,
    maxBodyBytes: data.MAX_BODY_BYTES,
    requestTimeoutMs: data.REQUEST_TIMEOUT_MS,
    retentionDays: data.RETENTION_DAYS ?? null,
    logLevel: data.LOG_LEVEL,
  };
}
