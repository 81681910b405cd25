import { resolve } from 'node:path';
import type { ReaderEntry } from '../../schemas/files/readers';
import type { BasePath } from '../http/base-path';
import { DEFAULT_DATA_DIR, Environment, VARIABLES, webhookSecrets } from './environment';
import { mistypedVariables } from './variable-names';
import { secretWarnings } from './webhook-secret';

/**
 * The configuration: the environment, read once, checked whole, and typed. Only this file reads `process.env`.
 */

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Host names under which a server that listens on all addresses is reached on this machine. */
const THIS_MACHINE: ReadonlySet<string> = new Set([...LOOPBACK_HOSTS, '0.0.0.0', '::']);

/** @returns whether a URL leads to what listens on `host` and `port`, as far as names alone show. */
function leadsTo(url: string, host: string, port: number): boolean {
  const { hostname, port: given, protocol } = new URL(url);
  if (Number(given === '' ? (protocol === 'https:' ? 443 : 80) : given) !== port) return false;
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === host.toLowerCase() || (THIS_MACHINE.has(name) && THIS_MACHINE.has(host));
}

/** A variable that is not read any more; setting it is answered with what to set instead. */
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
  /** Where the parts of a label stand in an order; absolute. Null: where they are known to stand. */
  readonly labelPointersFile: string | null;
  /** Hours after the end of an order that its label is kept. */
  readonly labelHours: number;
  /** Names and time zones of locations; absolute. Null: they are called by their ids. */
  readonly locationsFile: string | null;
  /** Where news of orders are sent to; absolute. Null: nowhere. */
  readonly destinationsFile: string | null;
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

/** Returns our variables that are set; one that is set to nothing counts as unset. */
const setVariables = (env: Variables): Variables =>
  Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/**
 * Reads and checks the configuration.
 * @param env usually `process.env`.
 * @throws {ConfigError} naming every variable that is wrong or mistyped, and, where `HOST` is reachable from other
 *   machines, every variable that has to be set before that is safe.
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
    labelPointersFile: data.LABEL_POINTERS_FILE === undefined ? null : resolve(data.LABEL_POINTERS_FILE),
    labelHours: data.LABEL_HOURS,
    locationsFile: data.LOCATIONS_FILE === undefined ? null : resolve(data.LOCATIONS_FILE),
    destinationsFile: data.DESTINATIONS_FILE === undefined ? null : resolve(data.DESTINATIONS_FILE),
    retentionDays: data.RETENTION_DAYS ?? null,
    accessRetentionDays: data.ACCESS_RETENTION_DAYS ?? null,
    checkpointMs: data.CHECKPOINT_SECONDS * 1_000,
    checkpointKeyFile: data.CHECKPOINT_KEY_FILE === undefined ? null : resolve(data.CHECKPOINT_KEY_FILE),
    logLevel: data.LOG_LEVEL,
    warnings: set['STREAM_WEBHOOK_SECRETS'] === undefined ? [] : secretWarnings(set['STREAM_WEBHOOK_SECRETS']),
  };
}

/**
 * @returns where the commands that manage readers find them, without the rest of the configuration: readers are made
 *   before the first start as well.
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
 * Returns the secret that Stream signs with now, for the commands that sign in its place, without the rest of the
 * configuration.
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
