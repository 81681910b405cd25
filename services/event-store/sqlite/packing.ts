import type { JsonValue } from '../event-store';
import { parseJson } from '../../../schemas/exact-json';

/**
 * How the log keeps what is mostly digits: UUIDs, hashes and times as the bytes of their digits, without the names and the
 * punctuation around them. Only a text of exactly the known form is packed, and it has exactly one packed form, so that
 * unpacking gives back each character, and any other bytes show. Everything else is kept as it is.
 */

/** How a member of packed metadata is written. */
interface Kind {
  /** The JSON text, with one group around what is kept; without one nothing is. */
  readonly pattern: string;
  readonly bytes: number;
  /** @returns the hexadecimal digits of what was matched. */
  readonly pack: (text: string) => string;
  /** @returns the value of the digits that begin at `at`. */
  readonly unpack: (hex: string, at: number) => string | null;
  /** @returns the same in SQL, as JSON text, of a column of bytes that begin at `at`, from 1. */
  readonly sql: (column: string, at: number) => string;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const IS_UUID = new RegExp(`^${UUID}$`);
const UUID_BYTES = 16;
const REPLACEMENT = '\uFFFD';

const dashed = (hex: string, at: number): string =>
  `${hex.slice(at, at + 8)}-${hex.slice(at + 8, at + 12)}-${hex.slice(at + 12, at + 16)}-${hex.slice(at + 16, at + 20)}-${hex.slice(at + 20, at + 32)}`;

const hexSql = (column: string, at: number, bytes: number): string =>
  `lower(hex(substr(${column}, ${String(at)}, ${String(bytes)})))`;

/** Digits of a column in SQL: each part with its place among them, from 1, its length, and what stands before it. */
const partsSql = (digits: string, parts: readonly (readonly [before: string, at: number, length: number])[]): string =>
  parts
    .map(([before, at, length]) => `'${before}' || substr(${digits}, ${String(at)}, ${String(length)})`)
    .join(' || ');

const uuidSql = (column: string, at: number): string =>
  partsSql(hexSql(column, at, UUID_BYTES), [
    ['', 1, 8],
    ['-', 9, 4],
    ['-', 13, 4],
    ['-', 17, 4],
    ['-', 21, 12],
  ]);

const digitsOf = (bytes: number): Kind => ({
  pattern: `"([0-9a-f]{${String(2 * bytes)}})"`,
  bytes,
  pack: (text) => text,
  unpack: (hex, at) => hex.slice(at, at + 2 * bytes),
  sql: (column, at) => `'"' || ${hexSql(column, at, bytes)} || '"'`,
});

/** SHA-256. */
const HASH = digitsOf(32);
/** Of a secret. */
const FINGERPRINT = digitsOf(8);
const ID: Kind = {
  pattern: `"(${UUID})"`,
  bytes: UUID_BYTES,
  pack: (text) => text.replaceAll('-', ''),
  unpack: dashed,
  sql: (column, at) => `'"' || ${uuidSql(column, at)} || '"'`,
};
/** RFC 3339, UTC, milliseconds: its 17 digits after a zero. */
const TIME: Kind = {
  pattern: String.raw`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"`,
  bytes: 9,
  pack: (text) => `0${text.replace(/\D/g, '')}`,
  unpack: (hex, at) =>
    `${hex.slice(at + 1, at + 5)}-${hex.slice(at + 5, at + 7)}-${hex.slice(at + 7, at + 9)}T${hex.slice(at + 9, at + 11)}:${hex.slice(at + 11, at + 13)}:${hex.slice(at + 13, at + 15)}.${hex.slice(at + 15, at + 18)}Z`,
  sql: (column, at) =>
    `${partsSql(hexSql(column, at, 9), [
      ['"', 2, 4],
      ['-', 6, 2],
      ['-', 8, 2],
      ['T', 10, 2],
      [':', 12, 2],
      [':', 14, 2],
      ['.', 16, 3],
    ])} || 'Z"'`,
};
const NULL: Kind = { pattern: 'null', bytes: 0, pack: () => '', unpack: () => null, sql: () => `'null'` };

/** Names and kinds, in the order in which they are written. */
type Members = readonly (readonly [name: string, kind: Kind])[];

/** Metadata of one form: first the members that always stand there, then any others, then the hashes of the chain. */
interface Form {
  readonly number: number;
  readonly first: readonly Place[];
  readonly last: readonly Place[];
  /** Of the known members; those of the others, as JSON text, follow. */
  readonly bytes: number;
  readonly text: RegExp;
}

interface Place {
  readonly name: string;
  readonly kind: Kind;
  /** Where its bytes begin, from 0. */
  readonly at: number;
}

const BEGINNING = '{"schema_version":1';

function formOf(number: number, first: Members, previousHash: Kind): Form {
  let bytes = 0;
  const place = ([name, kind]: Members[number]): Place => {
    const at = bytes;
    bytes += kind.bytes;
    return { name, kind, at };
  };
  const [begins, ends] = [
    first.map(place),
    (
      [
        ['previous_hash', previousHash],
        ['event_hash', HASH],
      ] as const
    ).map(place),
  ];
  const pattern = (members: readonly Place[]) => members.map(({ name, kind }) => `,"${name}":${kind.pattern}`).join('');
  return {
    number,
    first: begins,
    last: ends,
    bytes,
    text: new RegExp(`^${BEGINNING.replace('{', '\\{')}${pattern(begins)}(?:,(.+))?${pattern(ends)}\\}$`, 's'),
  };
}

const delivery = (signedWith: Kind): Members => [
  ['received_at', TIME],
  ['content_hash', HASH],
  ['body_sha256', HASH],
  ['signed_with', signedWith],
  ['request_id', ID],
];
const deliveryAlone = (signedWith: Kind): Members => [
  ['content_hash', HASH],
  ['received_at', TIME],
  ['body_sha256', HASH],
  ['signed_with', signedWith],
  ['request_id', ID],
];

/** The form of a payload that is kept as it came: TEXT is JSON, BLOB is bytes. */
export const PLAIN = 0;

/**
 * Forms of the metadata that this service writes, those that come most often first: a text has the first form that it
 * matches. What a number means is in every log, so it never changes; a new form gets a new one, and is a new format.
 */
const FORMS: readonly Form[] = [
  formOf(1, delivery(FINGERPRINT), HASH),
  formOf(2, delivery(FINGERPRINT), NULL),
  formOf(3, delivery(NULL), HASH),
  formOf(4, delivery(NULL), NULL),
  formOf(5, deliveryAlone(FINGERPRINT), NULL),
  formOf(6, deliveryAlone(NULL), NULL),
  formOf(7, [['content_hash', HASH]], NULL),
];
const BY_NUMBER = new Map(FORMS.map((form) => [form.number, form]));

/** A payload as the log keeps it. */
export interface Packed {
  readonly form: number;
  readonly bytes: Buffer;
}

function packAs(form: Form, match: RegExpExecArray): Packed {
  let group = 0;
  let hex = '';
  const packAll = (places: readonly Place[]): void => {
    for (const { kind } of places) if (kind.bytes > 0) hex += kind.pack(match[++group] ?? '');
  };
  packAll(form.first);
  const others = match[++group];
  packAll(form.last);
  const known = Buffer.from(hex, 'hex');
  return { form: form.number, bytes: others === undefined ? known : Buffer.concat([known, Buffer.from(others)]) };
}

/** @returns a JSON text in its packed form; null if it is none of the known ones, and to be kept as it is. */
export function packMetadata(text: string): Packed | null {
  if (!text.startsWith(BEGINNING) || text.includes(REPLACEMENT)) return null; // which may stand for bytes that are no text
  for (const form of FORMS) {
    const match = form.text.exec(text);
    if (match !== null) return packAs(form, match);
  }
  return null;
}

/** @throws {RangeError} if these bytes are of no known form. */
function knownForm(number: number, bytes: Uint8Array): Form {
  const form = BY_NUMBER.get(number);
  if (form === undefined) throw new RangeError(`metadata of form ${String(number)}, which is not known`);
  if (bytes.length < form.bytes) throw new RangeError(`metadata of form ${String(number)} that were cut`);
  return form;
}

/**
 * @returns the JSON text that was packed.
 * @throws {RangeError} if these bytes are of no known form.
 */
export function unpackText({ form: number, bytes }: Packed): string {
  const form = knownForm(number, bytes);
  const hex = bytes.toString('hex', 0, form.bytes);
  const write = (places: readonly Place[]): string =>
    places.map(({ name, kind, at }) => `,"${name}":${JSON.stringify(kind.unpack(hex, 2 * at))}`).join('');
  const others = bytes.toString('utf8', form.bytes);
  return `${BEGINNING}${write(form.first)}${others === '' ? '' : `,${others}`}${write(form.last)}}`;
}

/**
 * @returns the metadata that were packed, as parsing their text would.
 * @throws {RangeError} if these bytes are of no known form; what parsing throws.
 */
export function unpackMetadata(packed: Packed): JsonValue {
  const { form: number, bytes } = packed;
  const form = knownForm(number, bytes);
  if (bytes.length > form.bytes) return parseJson(unpackText(packed)) as JsonValue;
  const hex = bytes.toString('hex');
  const metadata: Record<string, JsonValue> = { schema_version: 1 };
  for (const { name, kind, at } of form.first) metadata[name] = kind.unpack(hex, 2 * at);
  for (const { name, kind, at } of form.last) metadata[name] = kind.unpack(hex, 2 * at);
  return metadata;
}

/** @returns a UUID as its 16 bytes, anything else as it is. */
export const packId = (id: string): Buffer | string =>
  IS_UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : id;

/** @throws {RangeError} for bytes that are no UUID. */
export function unpackId(id: string | Buffer): string {
  if (typeof id === 'string') return id;
  if (id.length !== UUID_BYTES) throw new RangeError('an event id that is no UUID');
  return dashed(id.toString('hex'), 0);
}

/** An id in SQL, as text. */
export const idSql = (column: string): string =>
  `CASE typeof(${column}) WHEN 'blob' THEN ${uuidSql(column, 1)} ELSE ${column} END`;

const membersSql = (places: readonly Place[], column: string): string =>
  places.map(({ name, kind, at }) => `',"${name}":' || ${kind.sql(column, at + 1)}`).join(' || ');

const formSql = ({ first, last, bytes }: Form, column: string): string => {
  const others = `CAST(substr(${column}, ${String(bytes + 1)}) AS TEXT)`;
  return `'${BEGINNING}' || ${membersSql(first, column)}
      || CASE WHEN length(${column}) > ${String(bytes)} THEN ',' || ${others} ELSE '' END
      || ${membersSql(last, column)} || '}'`;
};

/** Metadata in SQL, as JSON text if they are JSON. */
export const metadataSql = (form: string, column: string): string =>
  `CASE ${form}
${FORMS.map((one) => `      WHEN ${String(one.number)} THEN ${formSql(one, column)}`).join('\n')}
      ELSE ${column}
    END`;
