import { type EventId, eventId } from '../../../schemas/events/event-id';
import { parseJson } from '../../../schemas/json/exact-json';
import type { JsonValue } from '../event-store';

/**
 * How the log keeps what is mostly digits: of UUIDs, and of the metadata that this service writes, only the digits are
 * kept, two in a byte. What stands around them is a template. Only a text of exactly the form of one is packed, and it has
 * exactly one packed form, so that unpacking gives back each character, and any other bytes show. Everything else is kept
 * as it is.
 */

/** In a template: a place for a hexadecimal digit, in lower case, and for a decimal one. */
const HEX = 0;
const DECIMAL = 1;

const places = (length: number, kind: number): string => String.fromCharCode(kind).repeat(length);
const UUID = [8, 4, 4, 4, 12].map((length) => places(length, HEX)).join('-');
/** SHA-256. */
const HASH = `"${places(64, HEX)}"`;
/** Of the secret that verified a delivery. */
const FINGERPRINT = `"${places(16, HEX)}"`;
const ID = `"${UUID}"`;
/** RFC 3339, UTC, milliseconds, of the years from 2000 to 2999. */
const TIME = `"2${[3, 2, 2].map((length) => places(length, DECIMAL)).join('-')}T${[2, 2, 2].map((length) => places(length, DECIMAL)).join(':')}.${places(3, DECIMAL)}Z"`;
const NULL = 'null';

/** A part of a template: digits of one kind, or what stands between them. */
interface Run {
  readonly kind: typeof HEX | typeof DECIMAL | 'text';
  /** Of the part, exclusive. */
  readonly end: number;
}

/** A text in which each place for a digit is a character of its own, in bytes. Hexadecimal digits come in pairs. */
interface Template {
  readonly text: string;
  readonly bytes: Buffer;
  readonly runs: readonly Run[];
  readonly digits: number;
  /** The text as codes of its characters, of which {@link fill} overwrites the places for digits. */
  readonly codes: number[];
  /** Where the places for digits are, in order. */
  readonly places: readonly number[];
}

const RUNS = /\0+|\x01+|[^\0\x01]+/g;

function templateOf(text: string): Template {
  let [end, digits] = [0, 0];
  const runs = (text.match(RUNS) ?? []).map((run): Run => {
    end += run.length;
    const first = run.charCodeAt(0);
    if (first !== HEX && first !== DECIMAL) return { kind: 'text', end };
    digits += run.length;
    return { kind: first, end };
  });
  const bytes = Buffer.from(text);
  const codes = [...bytes];
  const places = codes.flatMap((code, at) => (code === HEX || code === DECIMAL ? [at] : []));
  return { text, bytes, runs, digits, codes, places };
}

const membersOf = (members: Readonly<Record<string, string>>): string =>
  Object.entries(members)
    .map(([name, value]) => `,"${name}":${value}`)
    .join('');

/** Metadata of one form: those that always begin them, any others, as they are, and the hashes of the chain. */
interface Form {
  readonly number: number;
  readonly begin: Template;
  readonly end: Template;
  /** Of the digits; the others follow. */
  readonly packedBytes: number;
  /** Where there are no others: all members, those that are texts as null. */
  readonly blank: Readonly<Record<string, number | null>>;
  /** Members that are texts, each with which digit is its first. */
  readonly texts: readonly { readonly name: string; readonly template: Template; readonly first: number }[];
}

function formOf(number: number, first: Readonly<Record<string, string>>, previousHash: string): Form {
  const last = { previous_hash: previousHash, event_hash: HASH };
  const begin = templateOf(`{"schema_version":1${membersOf(first)}`);
  const end = templateOf(`${membersOf(last)}}`);
  const members = Object.entries({ ...first, ...last });
  let digits = 0;
  const texts = members
    .filter(([, value]) => value !== NULL)
    .map(([name, value]) => {
      const text = { name, template: templateOf(value.slice(1, -1)), first: digits };
      digits += text.template.digits;
      return text;
    });
  const blank = { schema_version: 1, ...Object.fromEntries(members.map(([name]) => [name, null])) };
  return { number, begin, end, packedBytes: digits / 2, blank, texts };
}

const ofDelivery = (signedWith: string) => ({
  received_at: TIME,
  content_hash: HASH,
  body_sha256: HASH,
  signed_with: signedWith,
  request_id: ID,
});
/** Returns how the metadata begin of a delivery that is not in the stream of an order. */
const ofDeliveryAlone = (signedWith: string) => ({
  content_hash: HASH,
  received_at: TIME,
  body_sha256: HASH,
  signed_with: signedWith,
  request_id: ID,
});

/** The form of a payload that is kept as it came: TEXT is JSON, BLOB is bytes. */
export const PLAIN = 0;

/**
 * Forms of the metadata that this service writes, those that come most often first: a text has the first form that it
 * matches. What a number means is in every log, so it never changes; one more form is another format.
 */
const FORMS: readonly Form[] = [
  formOf(1, ofDelivery(FINGERPRINT), HASH),
  formOf(2, ofDelivery(FINGERPRINT), NULL),
  formOf(3, ofDelivery(NULL), HASH),
  formOf(4, ofDelivery(NULL), NULL),
  formOf(5, ofDeliveryAlone(FINGERPRINT), NULL),
  formOf(6, ofDeliveryAlone(NULL), NULL),
  formOf(7, { content_hash: HASH }, NULL),
];
const BY_NUMBER = new Map(FORMS.map((form) => [form.number, form]));
const UUID_TEMPLATE = templateOf(UUID);
const UUID_BYTES = UUID_TEMPLATE.digits / 2;

const NO_DIGIT = 255;
/** The value of each byte that is a digit. */
const VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, digit] of Buffer.from('0123456789abcdef').entries()) VALUES[digit] = value;

/**
 * Packs the digits of a text, if it is as its template says. A loop over bytes: the record path packs every event.
 * @param at where the text begins in `source`
 * @param first which digit of `target` is its first
 */
function packDigits({ bytes, runs }: Template, source: Buffer, at: number, target: Buffer, first: number): boolean {
  let [digit, index] = [first, 0];
  for (const { kind, end } of runs) {
    if (kind === 'text') {
      for (; index < end; index++) if (source[at + index] !== bytes[index]) return false;
    } else if (kind === HEX) {
      for (; index < end; index += 2, digit += 2) {
        const high = VALUES[source[at + index] ?? 0] ?? NO_DIGIT;
        const low = VALUES[source[at + index + 1] ?? 0] ?? NO_DIGIT;
        if ((high | low) > 15) return false;
        target[digit >> 1] = (high << 4) | low;
      }
    } else {
      for (; index < end; index++, digit++) {
        const value = VALUES[source[at + index] ?? 0] ?? NO_DIGIT;
        if (value > 9) return false;
        target[digit >> 1] = (digit & 1) === 0 ? value << 4 : (target[digit >> 1] ?? 0) | value;
      }
    }
  }
  return true;
}

/**
 * Makes the text all at once: put together of its parts, it would leave some ten texts to be collected for each event.
 * @returns the text of a template with the digits from the `first` on in its places; the reverse of {@link packDigits}.
 */
function fill({ codes, places }: Template, digits: string, first: number): string {
  // Digits alone are a part of the text that they are in.
  if (places.length === codes.length) return digits.slice(first, first + places.length);
  let digit = first;
  for (const place of places) codes[place] = digits.charCodeAt(digit++);
  return String.fromCharCode(...codes);
}

/** Metadata as the log keeps them. */
export interface Packed {
  readonly form: number;
  readonly bytes: Buffer;
}

/** Stands in a text for bytes that are none, and in a text that holds it, for itself. */
const REPLACEMENT = '\uFFFD';

/** @returns a JSON text in its packed form; null if it is none of the known ones, and to be kept as it is. */
export function packMetadata(text: string): Packed | null {
  const source = Buffer.from(text);
  for (const { number, begin, end, packedBytes } of FORMS) {
    const endAt = source.length - end.bytes.length;
    const othersAt = begin.bytes.length;
    if (endAt < othersAt) continue;
    const bytes = Buffer.allocUnsafe(packedBytes + endAt - othersAt);
    if (!packDigits(end, source, endAt, bytes, begin.digits) || !packDigits(begin, source, 0, bytes, 0)) continue;
    if (endAt > othersAt) {
      const others = source.subarray(othersAt, endAt);
      if (others.includes(REPLACEMENT)) return null;
      others.copy(bytes, packedBytes);
    }
    return { form: number, bytes };
  }
  return null;
}

/** @throws {RangeError} if these bytes are of no known form. */
function formIn(number: number, bytes: number): Form {
  const form = BY_NUMBER.get(number);
  if (form === undefined) throw new RangeError(`metadata of form ${String(number)}, which is not known`);
  if (bytes < form.packedBytes) throw new RangeError(`metadata of form ${String(number)} that were cut`);
  return form;
}

/**
 * @returns the JSON text that was packed.
 * @throws {RangeError} if these bytes are of no known form.
 */
export function unpackText(packed: Packed): string {
  const { form, bytes } = packed;
  const { begin, end, packedBytes } = formIn(form, bytes.length);
  const digits = bytes.toString('hex', 0, packedBytes);
  const others = bytes.length === packedBytes ? '' : bytes.toString('utf8', packedBytes);
  return `${fill(begin, digits, 0)}${others}${fill(end, digits, begin.digits)}`;
}

/**
 * @param hex packed metadata as hexadecimal digits
 * @returns what was packed, as parsing its text gives it.
 * @throws {RangeError} if these bytes are of no known form; what parsing throws.
 */
export function unpackMetadata(form: number, hex: string): JsonValue {
  const { packedBytes, blank, texts } = formIn(form, hex.length / 2);
  if (hex.length > 2 * packedBytes) {
    return parseJson(unpackText({ form, bytes: Buffer.from(hex, 'hex') })) as JsonValue; // JSON gives nothing else
  }
  // What parsing the text would give, in a third of the time. A member that is there is set faster than one that is added.
  const digits = hex.toLowerCase();
  const metadata: Record<string, JsonValue> = { ...blank };
  for (const { name, template, first } of texts) metadata[name] = fill(template, digits, first);
  return metadata;
}

/** @returns a UUID as its 16 bytes, anything else as it is. */
export function packId(id: string): Buffer | string {
  if (id.length !== UUID_TEMPLATE.bytes.length) return id;
  const bytes = Buffer.allocUnsafe(UUID_BYTES);
  return packDigits(UUID_TEMPLATE, Buffer.from(id), 0, bytes, 0) ? bytes : id;
}

/** @throws {RangeError} for bytes that are no UUID. */
export const unpackId = (id: string | Buffer): EventId =>
  typeof id === 'string' ? eventId(id) : uuidOf(id.toString('hex'));

/**
 * @param hex a packed id as hexadecimal digits
 * @throws {RangeError} for bytes that are no UUID.
 */
export function uuidOf(hex: string): EventId {
  if (hex.length !== 2 * UUID_BYTES) throw new RangeError('an event id that is no UUID');
  return eventId(fill(UUID_TEMPLATE, hex.toLowerCase(), 0));
}

/** @returns SQL for the text of a template, of packed digits from the `first` on, from 0. */
function templateSql({ text, runs }: Template, digits: string, first: number): string {
  let [digit, begin] = [first, 0];
  return runs
    .map(({ kind, end }) => {
      const part = text.slice(begin, end);
      begin = end;
      if (kind === 'text') return `'${part}'`;
      const place = `substr(${digits}, ${String(digit + 1)}, ${String(part.length)})`;
      digit += part.length;
      return place;
    })
    .join(' || ');
}

const hexSql = (column: string): string => `lower(hex(${column}))`;

/** Returns SQL for an id as text. */
export const idSql = (column: string): string =>
  `CASE typeof(${column}) WHEN 'blob' THEN ${templateSql(UUID_TEMPLATE, hexSql(column), 0)} ELSE ${column} END`;

/** Returns SQL for metadata as they came. */
export const metadataSql = (form: string, column: string): string => {
  const texts = FORMS.map(({ number, begin, end, packedBytes }) => {
    const digits = hexSql(column);
    const others = `CAST(substr(${column}, ${String(packedBytes + 1)}) AS TEXT)`;
    return `    WHEN ${String(number)} THEN ${templateSql(begin, digits, 0)} || ${others} || ${templateSql(end, digits, begin.digits)}`;
  });
  return `CASE ${form}\n${texts.join('\n')}\n    ELSE ${column} END`;
};
