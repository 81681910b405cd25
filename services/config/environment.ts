import { z } from 'zod';
import { parseReaders, type ReaderEntry } from '../../schemas/files/readers';
import { EVENTSTOREDB_URLS, isEventStoreDbUrl } from '../event-store/store-url';
import type { BasePath } from '../http/base-path';
import { MIN_SECRET_LENGTH } from './webhook-secret';

/**
 * The variables of the environment: their forms, defaults and meanings. docs/reference/configuration.md has the table
 * of them, made from this file.
 */

/** Largest MAX_BODY_BYTES: such a body, in base64 and with its reasons, still fits one append (MAX_APPEND_BYTES). */
const LARGEST_MAX_BODY_BYTES = 700_000;
/** Where data are kept unless DATA_DIR says otherwise. */
export const DEFAULT_DATA_DIR = './data';

/** Longest RETENTION_DAYS: a hundred years. Longer is as good as no retention. */
const MOST_RETENTION_DAYS = 36_500;

/** Longest LABEL_HOURS: a month. What customers are called is needed for hours. */
const MOST_LABEL_HOURS = 744;

/** Longest CHECKPOINT_SECONDS: a day. What came since the newest checkpoint is not proven by any. */
const MOST_CHECKPOINT_SECONDS = 86_400;

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
/**
 * Stream's portal makes them, and however short they are, others would verify nothing (docs/protocol.md#ruling-5-11).
 */
export const webhookSecrets = secretList(1, 'secrets, separated by commas');
const tokens = secretList(
  MIN_SECRET_LENGTH,
  `tokens of at least ${String(MIN_SECRET_LENGTH)} characters, separated by commas`,
);

/** A list that lets nobody read is a slip at a start. */
export const NO_READER = 'expected at least one reader';

const readers = z
  .string()
  .transform((text, context): readonly ReaderEntry[] => {
    const parsed = parseReaders(text);
    if (parsed.kind === 'usable' && parsed.entries.length > 0) return parsed.entries;
    for (const message of parsed.kind === 'usable' ? [NO_READER] : parsed.faults)
      context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ values: 'a JSON array of readers' });

/**
 * Returns whether a text is an origin as browsers send it (RFC 6454 section 6.2), so that it can be compared as text.
 */
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
  .transform((text) => text as BasePath) // has just been made one
  .meta({ values: BASE_PATHS });

/**
 * Returns whether a text is a URL that can be asked: HTTP, and with user and password that can be decoded, if there are
 * some.
 */
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

const file = z.string().min(1).meta({ values: 'a path; a relative one starts at the working directory' });

const HTTP_URLS = 'http://... or https://...';
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_LEVEL_WORDS = 'fatal, error, warn, info, debug, trace or silent';

/**
 * Every variable with its form, its default and what it means; `npm run docs` writes `.env.example` from this. The
 * description belongs at the end of a chain, since the methods of zod before it would drop it.
 */
export const Environment = z.object({
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
      'JSON file of who may read, as `ticket-rail reader add` writes it; changes are followed while the service runs, and ' +
        'screens that operators add by a code, or take away, are written to it. ' +
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
  LABEL_POINTERS_FILE: file
    .optional()
    .describe(
      'JSON file of where number, name and items stand in an accepted order, as docs/guides/what-the-driver-says.md has ' +
        'it; read at the start. Unset: where Stream and its delivery services are known to put them.',
    ),
  LABEL_HOURS: wholeNumber(1, MOST_LABEL_HOURS, 'hours')
    .default(24)
    .describe('Time after the end of an order after which its number, name and items are forgotten.'),
  LOCATIONS_FILE: file
    .optional()
    .describe(
      'JSON file of what people call each location, of its time zone, of the language of its screens and of when an order is ' +
        'late there, as docs/guides/name-your-locations.md has it; ' +
        'changes are followed while the service runs. Unset: locations are called by their ids.',
    ),
  DESTINATIONS_FILE: file
    .optional()
    .describe(
      'JSON file of the URLs to which news of orders are sent, as docs/guides/push-to-your-systems.md has it; changes ' +
        'are followed while the service runs. Unset: nothing is sent.',
    ),
  RETENTION_DAYS: retentionDays
    .optional()
    .describe('Time after its last update after which a finished order is deleted. Unset: orders are kept for ever.'),
  ACCESS_RETENTION_DAYS: retentionDays
    .optional()
    .describe(
      'Time after which records of who looked, and of what screens showed, are deleted, a day of them at once. ' +
        'Unset: they are kept for ever.',
    ),
  CHECKPOINT_SECONDS: wholeNumber(1, MOST_CHECKPOINT_SECONDS, 'seconds')
    .default(300)
    .describe('Time between two signed checkpoints of the log.'),
  CHECKPOINT_KEY_FILE: file
    .optional()
    .describe(
      'Ed25519 private key (PEM, PKCS #8) that signs checkpoints: one key for each log, whose name it is part of. ' +
        'Unset: a key that is made in DATA_DIR.',
    ),
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

/** Returns what the schema below `default` and `optional` says about its values; empty if it says nothing. */
function valuesOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return valuesOf(schema.unwrap() as z.ZodType); // what a schema wraps is one
  const values = schema.meta()?.['values'];
  return typeof values === 'string' ? values : '';
}

/** Returns every variable, as documents show it. */
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
