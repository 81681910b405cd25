import { resolve } from 'node:path';
import { z } from 'zod';
import { parseReaders, type ReaderEntry } from '../../schemas/readers';
import { isQuoted } from './webhook-secret';
import { EVENTSTOREDB_URLS, isEventStoreDbUrl } from '../event-store/store-url';
import { mistypedVariables } from './variable-names';
import type { BasePath } from '../http/base-path';

/**
 * The configuration: the environment, read once, checked whole, and typed. Only this file reads `process.env`.
 * docs/reference/configuration.md has the table of variables, made from this file.
 */

/** Largest MAX_BODY_BYTES: such a body, in base64 and with its reasons, still fits one append (MAX_APPEND_BYTES). */
const LARGEST_MAX_BODY_BYTES = 700_000;
/** Shortest secret or token. Shorter ones are guessed; `openssl rand -hex 32` makes a good one. */
const MIN_SECRET_LENGTH = 16;

const DEFAULT_DATA_DIR = './data';

/** Longest RETENTION_DAYS: a hundred years. Whoever wants longer wants no retention. */
const MOST_RETENTION_DAYS = 36_500;

/** Longest CHECKPOINT_SECONDS: a day. What came since the newest checkpoint is not proven by any. */
const MOST_CHECKPOINT_SECONDS = 86_400;

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Host names under which a server that listens on all addresses is reached on this machine. */
const THIS_MACHINE: ReadonlySet<string> = new Set([...LOOPBACK_HOSTS, '0.0.0.0', '::']);

const wholeNumber = (least: number, most: number, unit: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number of ${unit}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected ${unit} from ${String(least)} to ${String(most)}`)
    .meta({ values: `${unit} from ${String(least)} to ${String(most)}` });

/** Days that finished orders are kept, as a variable or an option of a command gives them. */
export const retentionDays = wholeNumber(1, MOST_RETENTION_DAYS, 'days');

/** @param least characters of each */
function secretList(least: number, values: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .refine((list) => list.every((secret) => secret.length >= least), `expected ${values}`)
    .meta({ values })
    .default([]);
}
/** Stream's portal makes them, and however short they are, others would verify nothing (docs/protocol.md#ruling-5-11). */
const webhookSecrets = secretList(1, 'secrets, separated by commas');
const tokens = secretList(
  MIN_SECRET_LENGTH,
  `tokens of at least ${String(MIN_SECRET_LENGTH)} characters, separated by commas`,
);

/**
 * @param text of STREAM_WEBHOOK_SECRETS
 * @returns what looks like a slip in it, without what it holds (docs/protocol.md#ruling-5-11)
 */
function secretWarnings(text: string): readonly string[] {
  return text.split(',').flatMap((part, index) => {
    const secret = part.trim();
    const name = `STREAM_WEBHOOK_SECRETS: secret ${String(index + 1)}`;
    // A space after a comma is how people write lists.
    const isPadded = part.trimEnd() !== part || (index === 0 && part.trimStart() !== part);
    return [
      ...(isPadded ? [`${name} has white space or a line break around it, which is left out.`] : []),
      ...(isQuoted(secret) ? [`${name} is in quotes. It is tried with them and without: leave them out.`] : []),
      ...(secret.length < MIN_SECRET_LENGTH
        ? [
            `${name} has fewer than ${String(MIN_SECRET_LENGTH)} characters, and may be guessed: use a longer one if ` +
              "Stream's portal lets you.",
          ]
        : []),
    ];
  });
}

/** A list that lets nobody read is a slip at a start. */
export const NO_READER = 'expected at least one reader';

const readers = z
  .string()
  .transform((text, context): readonly ReaderEntry[] => {
    const parsed = parseReaders(text);
    if (parsed.usable && parsed.entries.length > 0) return parsed.entries;
    for (const message of parsed.usable ? [NO_READER] : parsed.faults) context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ values: 'a JSON array of readers' });

/** An origin as browsers send it (RFC 6454 section 6.2), so that it can be compared as text. */
const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

const ORIGINS = 'origins such as https://pos.example.com, without a path, separated by commas';
const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((list) => list.every(isOrigin), `expected ${ORIGINS}`)
  .meta({ values: ORIGINS })
  .default([]);

const BASE_PATHS = 'a path such as /rail, without / at its end';
const basePath = z
  .string()
  .regex(/^(?:\/[\w.~-]*[\w~-])+$/, `expected ${BASE_PATHS}`)
  .transform((text) => text as BasePath)
  .meta({ values: BASE_PATHS });

/** A URL that can be asked: HTTP, and with user and password that can be decoded, if there are some. */
function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** @returns whether a URL leads to what listens on `host` and `port`, as far as names alone tell. */
function leadsTo(url: string, host: string, port: number): boolean {
  const { hostname, port: given, protocol } = new URL(url);
  if (Number(given === '' ? (protocol === 'https:' ? 443 : 80) : given) !== port) return false;
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === host.toLowerCase() || (THIS_MACHINE.has(name) && THIS_MACHINE.has(host));
}

const file = z.string().min(1).meta({ values: 'a path; a relative one starts at the working directory' });

const HTTP_URLS = 'http://... or https://...';
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_LEVEL_WORDS = 'fatal, error, warn, info, debug, trace or silent';

/**
 * Every variable with its form, its default and what it means; `npm run docs` writes `.env.example` from this. The
 * description belongs at the end of a chain, since the methods of zod before it would drop it.
 */
const Environment = z.object({
  PORT: wholeNumber(0, 65_535, 'ports').default(8080).describe('Port to listen on; 0 takes a free one.'),
  HOST: z
    .string()
    .min(1)
    .meta({ values: 'a host name or an IP address' })
    .default('127.0.0.1')
    .describe('Address to listen on. Any but a loopback address needs secrets for Stream and readers.'),
  DATA_DIR: file
    .default(DEFAULT_DATA_DIR)
    .describe('Directory of the embedded store and the read model. Only one process at a time can use it.'),
  EVENT_STORE_URL: z
    .string()
    .trim()
    .refine(isEventStoreDbUrl, `expected ${EVENTSTOREDB_URLS}`)
    .meta({ values: EVENTSTOREDB_URLS })
    .optional()
    .describe('Connection string of EventStoreDB or KurrentDB. Unset: the embedded store in DATA_DIR.'),
  STREAM_WEBHOOK_SECRETS: webhookSecrets.describe(
    "Secrets that verify Stream's signatures, as its portal gives them, newest first. All of them verify, so a secret is " +
      'rotated without a gap. One of fewer than 16 characters is warned of. ' +
      'Unset: signatures are not checked.',
  ),
  STREAM_BEARER_TOKENS: tokens.describe(
    'Bearer tokens that the POS issued to Stream. Unset: no bearer token is checked. With secrets as well, a delivery ' +
      'needs both.',
  ),
  READERS_FILE: file
    .optional()
    .describe(
      'JSON file of who may read, as `ticket-rail reader add` writes it; changes are followed while the service runs. ' +
        'Unset, and READERS too: everyone on this machine reads everything.',
    ),
  READERS: readers.optional().describe('The content of such a file itself. Set this or READERS_FILE, not both.'),
  READER_ORIGINS: origins.describe(
    'Origins whose pages may read with a bearer token and embed the board. Unset: only pages of the service itself.',
  ),
  BASE_PATH: basePath
    .optional()
    .describe(
      'Prefix of the path under which a proxy passes requests on, with or without it. Unset: the service lies at the root.',
    ),
  QUARANTINE_ANSWER: z
    .enum(['202', '422'], 'expected 202 or 422')
    .meta({ values: '202 or 422' })
    .optional()
    .describe(
      'HTTP status that answers an authentic but unusable delivery. Unset: 202, or 422 while neither secrets nor bearer ' +
        'tokens authenticate Stream.',
    ),
  MAX_BODY_BYTES: wholeNumber(1_024, LARGEST_MAX_BODY_BYTES, 'bytes')
    .default(262_144)
    .describe('Largest body of a request; a larger one is answered 413.'),
  REQUEST_TIMEOUT_MS: wholeNumber(1_000, 300_000, 'milliseconds')
    .default(15_000)
    .describe('Longest time that a sender may take for a whole request.'),
  RELAY_URL: z
    .string()
    .refine(isHttpUrl, `expected ${HTTP_URLS}`)
    .meta({ values: HTTP_URLS })
    .optional()
    .describe(
      "Address of the POS's order injection, which gets every type of delivery that is not recorded here. It may hold a " +
        'user and a password. Unset: such deliveries go to quarantine.',
    ),
  RELAY_TIMEOUT_MS: wholeNumber(100, 300_000, 'milliseconds')
    .default(15_000)
    .describe('Longest time that the POS may take for a whole answer.'),
  RETENTION_DAYS: retentionDays
    .optional()
    .describe('Time after its last update after which a finished order is deleted. Unset: orders are kept for ever.'),
  ACCESS_RETENTION_DAYS: retentionDays
    .optional()
    .describe(
      'Time after which records of who looked are deleted, a day of them at once. Unset: they are kept for ever.',
    ),
  CHECKPOINT_SECONDS: wholeNumber(1, MOST_CHECKPOINT_SECONDS, 'seconds')
    .default(300)
    .describe('Time between two signed checkpoints of the log.'),
  CHECKPOINT_KEY_FILE: file
    .optional()
    .describe('Ed25519 private key (PEM, PKCS #8) that signs checkpoints. Unset: a key that is made in DATA_DIR.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `expected ${LOG_LEVEL_WORDS}`)
    .meta({ values: LOG_LEVEL_WORDS })
    .default('info')
    .describe('Least severe level that is logged.'),
});

/** What a document can say about one variable. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /** The form of its value, with its unit. */
  readonly values: string;
  /** The default as one would set it; empty if the variable is unset by default. */
  readonly preset: string;
}

/** What the schema below `default` and `optional` says about its values. */
function valuesOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return valuesOf(schema.unwrap() as z.ZodType);
  const values = schema.meta()?.['values'];
  return typeof values === 'string' ? values : '';
}

/** Every variable, as documents show it. */
export function describeVariables(): readonly Variable[] {
  return Object.entries<z.ZodType>(Environment.shape).map(([name, schema]) => {
    const preset = schema.parse(undefined);
    return {
      name,
      description: schema.description ?? '',
      values: valuesOf(schema),
      preset: typeof preset === 'string' || typeof preset === 'number' ? String(preset) : '',
    };
  });
}

/** Names of the variables, in the order in which docs/reference/configuration.md has them. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape);
/** A variable that is not read any more; whoever sets it is told what to set instead. */
const FORMER_VARIABLE = 'READER_TOKENS';
/** Variables whose values must never be shown. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'STREAM_WEBHOOK_SECRETS',
  'STREAM_BEARER_TOKENS',
  'READERS',
  'EVENT_STORE_URL',
  'RELAY_URL',
]);

/** Where the readers are configured; without any, reading is open, and so only on loopback. */
export type ReaderSource =
  | { readonly kind: 'open' }
  | { readonly kind: 'listed'; readonly entries: readonly ReaderEntry[] }
  /** `path` is absolute. */
  | { readonly kind: 'file'; readonly path: string };

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
  readonly readers: ReaderSource;
  /** Origins whose pages may read, with a bearer token, and embed the board. */
  readonly readerOrigins: readonly string[];
  readonly basePath: BasePath;
  /** How an authentic but unusable delivery is answered (docs/protocol.md#ruling-4-2). */
  readonly quarantineAnswer: 202 | 422;
  readonly maxBodyBytes: number;
  /** Most milliseconds that a sender may take for a whole request. */
  readonly requestTimeoutMs: number;
  /** The POS's order injection, which may hold credentials; null: what is not recorded here goes to quarantine. */
  readonly relayUrl: string | null;
  /** Most milliseconds that the POS may take for a whole answer. */
  readonly relayTimeoutMs: number;
  /** Days after its last update that a finished order is deleted, or null: orders are kept for ever. */
  readonly retentionDays: number | null;
  /** Days after which records of who looked are deleted, or null: they are kept for ever. */
  readonly accessRetentionDays: number | null;
  /** Milliseconds between two signed checkpoints. */
  readonly checkpointMs: number;
  /** Absolute; null: a key of the data directory's own. */
  readonly checkpointKeyFile: string | null;
  readonly logLevel: string;
  /** What looks like a slip and does not keep the service from starting, in sentences without secrets. */
  readonly warnings: readonly string[];
}

/** A configuration that cannot be used; every problem names its variable and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

type Variables = Readonly<Partial<Record<string, string>>>;

/** Our variables that are set; one that is set to nothing counts as unset. */
const setVariables = (env: Variables): Variables =>
  Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/**
 * Reads and checks the configuration.
 * @param env usually `process.env`.
 * @throws {ConfigError} naming every variable that is wrong or mistyped, and, where `HOST` is reachable from other machines, every
 *   variable that has to be set before that is safe.
 */
export function readConfig(env: Variables = process.env): Config {
  const set = setVariables(env);
  const given = Object.keys(env).filter((name) => env[name]);
  const mistyped = mistypedVariables(given, [...VARIABLES, FORMER_VARIABLE]);
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError([
      ...mistyped,
      ...parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const seen = SECRET_VARIABLES.has(name) ? 'a value not shown here' : JSON.stringify(set[name]);
        return `${name} is ${seen}: ${issue.message}.`;
      }),
    ]);
  }
  const { data } = parsed;
  const problems: string[] = [...mistyped];
  if (data.READERS !== undefined && data.READERS_FILE !== undefined) {
    problems.push('READERS and READERS_FILE are both set: set one of them.');
  }
  if (env[FORMER_VARIABLE]) {
    problems.push(
      'READER_TOKENS is not read any more, and without readers reading is open: set READERS_FILE or READERS.',
    );
  }
  if (data.RELAY_URL !== undefined && leadsTo(data.RELAY_URL, data.HOST, data.PORT)) {
    problems.push('RELAY_URL leads to HOST and PORT, which are our own: set it to the order injection of the POS.');
  }
  const readers: ReaderSource =
    data.READERS !== undefined
      ? { kind: 'listed', entries: data.READERS }
      : data.READERS_FILE !== undefined
        ? { kind: 'file', path: resolve(data.READERS_FILE) }
        : { kind: 'open' };
  const checksDeliveries = data.STREAM_WEBHOOK_SECRETS.length + data.STREAM_BEARER_TOKENS.length > 0;
  if (!LOOPBACK_HOSTS.has(data.HOST)) {
    const reachable = `HOST is ${JSON.stringify(data.HOST)}, which other machines can reach`;
    if (!checksDeliveries) {
      problems.push(`${reachable}: set STREAM_WEBHOOK_SECRETS or STREAM_BEARER_TOKENS so that only Stream can post.`);
    }
    if (readers.kind === 'open') {
      problems.push(`${reachable}: set READERS_FILE so that not everyone can read drivers' names and phone numbers.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    port: data.PORT,
    host: data.HOST,
    dataDir: resolve(data.DATA_DIR),
    eventStoreUrl: data.EVENT_STORE_URL ?? null,
    webhookSecrets: data.STREAM_WEBHOOK_SECRETS,
    bearerTokens: data.STREAM_BEARER_TOKENS,
    readers,
    readerOrigins: data.READER_ORIGINS,
    basePath: data.BASE_PATH ?? '',
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
    relayUrl: data.RELAY_URL ?? null,
    relayTimeoutMs: data.RELAY_TIMEOUT_MS,
    retentionDays: data.RETENTION_DAYS ?? null,
    accessRetentionDays: data.ACCESS_RETENTION_DAYS ?? null,
    checkpointMs: data.CHECKPOINT_SECONDS * 1_000,
    checkpointKeyFile: data.CHECKPOINT_KEY_FILE === undefined ? null : resolve(data.CHECKPOINT_KEY_FILE),
    logLevel: data.LOG_LEVEL,
    warnings: set['STREAM_WEBHOOK_SECRETS'] === undefined ? [] : secretWarnings(set['STREAM_WEBHOOK_SECRETS']),
  };
}

/**
 * Where the commands that manage readers find them, without the rest of the configuration: readers are made before the
 * first start as well.
 * @returns an absolute path; `configured` says whether the service reads it too
 */
export function readersFile(env: Variables = process.env): {
  readonly path: string;
  readonly configured: boolean;
} {
  const { READERS_FILE, DATA_DIR = DEFAULT_DATA_DIR } = setVariables(env);
  return READERS_FILE === undefined
    ? { path: resolve(DATA_DIR, 'readers.json'), configured: false }
    : { path: resolve(READERS_FILE), configured: true };
}

/**
 * The secret that Stream signs with now, for the commands that sign in its place, without the rest of the configuration.
 * @returns null if there is none
 * @throws {ConfigError} if it cannot be used
 */
export function newestWebhookSecret(env: Variables = process.env): string | null {
  const { STREAM_WEBHOOK_SECRETS } = setVariables(env);
  const parsed = webhookSecrets.safeParse(STREAM_WEBHOOK_SECRETS);
  if (parsed.success) return parsed.data[0] ?? null;
  const expected = parsed.error.issues.map(({ message }) => message).join(', ');
  throw new ConfigError([`STREAM_WEBHOOK_SECRETS is a value not shown here: ${expected}.`]);
}
