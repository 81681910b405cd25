import { ExactNumber } from '../../schemas/json/exact-json';
import { keysOf } from '../../schemas/json/json-pointer';
import { isJsonObject } from '../../schemas/json/json-object';
import {
  type Label,
  type LabelChange,
  type LabelField,
  type LabelPointers,
  Label as LabelSchema,
  MAX_LABEL_TEXT,
} from '../../schemas/label';

/** Reads labels. Pure and total: what cannot be read is not there, and nothing but what is pointed at is looked at. */

/** What nobody sees, such as marks that turn the direction of writing, and halves of characters. */
const UNSEEN = /[\p{Cf}\p{Cs}]/gu;
/** What ends a line, or moves within it. */
const SPACES = /[\s\p{Cc}\p{Z}]+/gu;
/** Most characters of a text that are looked at, and most entries of a list that are counted. */
const MAX_LOOKED_AT = 1_000;

/** @returns text as it is shown in one line, cut to a length; null if nothing is to be seen in it. */
function spoken(text: string, most: number = MAX_LABEL_TEXT): string | null {
  const line = text.slice(0, MAX_LOOKED_AT).replace(UNSEEN, '').replace(SPACES, ' ').trim();
  const cut = line.slice(0, most).replace(UNSEEN, '').trim(); // a cut may leave half of a character
  return cut === '' ? null : cut;
}

/** @returns the first name and the initial of the last one, all that is ever kept of a customer's name. */
export function firstNameAndInitial(name: string): string | null {
  const line = spoken(name, MAX_LOOKED_AT);
  if (line === null) return null;
  const [first = '', ...rest] = line.split(' ');
  const initial = Array.from(rest.at(-1)?.replace(/^[^\p{L}\p{N}]+/u, '') ?? '')[0];
  return spoken(initial === undefined ? first : `${spoken(first, MAX_LABEL_TEXT - 3) ?? ''} ${initial}.`);
}

/** @returns what a pointer points at; undefined if nothing is there. */
function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d{0,5})$/.test(key) ? (value as unknown[])[Number(key)] : undefined;
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return spoken(value);
  if (typeof value === 'number' && Number.isFinite(value)) return spoken(String(value));
  return value instanceof ExactNumber ? spoken(value.digits) : null;
}

function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? Math.round(number) : null;
}

/** Returns the number of items. A list is counted: each entry as often as its `quantity` says. */
function itemsOf(value: unknown): number | null {
  if (!Array.isArray(value)) return numberOf(value);
  if (value.length === 0 || value.length > MAX_LOOKED_AT) return null;
  return value.reduce<number>(
    (sum, entry) => sum + ((isJsonObject(entry) ? numberOf(entry['quantity']) : null) ?? 1),
    0,
  );
}

/** Milliseconds since the epoch, or a time in words. */
function timeOf(value: unknown): string | null {
  const ms = typeof value === 'string' ? Date.parse(value) : value;
  const date = typeof ms === 'number' && Number.isFinite(ms) && ms > 0 ? new Date(ms) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const READ: Readonly<Record<LabelField, (value: unknown) => unknown>> = {
  number: textOf,
  name: (value) => (typeof value === 'string' ? firstNameAndInitial(value) : null),
  items: itemsOf,
  source: textOf,
  brand: textOf,
  fulfillment_type: textOf,
  promised_minutes: numberOf,
  requested_for: timeOf,
};

const isField = (field: string): field is LabelField => Object.hasOwn(READ, field);

/** Leaves out what is not as the schema has it, such as a number of items that nobody orders. */
function checked(fields: Readonly<Partial<Record<LabelField, unknown>>>): Label | null {
  const label: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === null || value === undefined || !isField(field)) continue;
    const parsed = LabelSchema.shape[field].safeParse(value);
    if (parsed.success) label[field] = parsed.data;
  }
  return Object.keys(label).length === 0 ? null : LabelSchema.parse(label);
}

/**
 * @param document `object` of the delivery, and `answer` of the POS
 * @returns null if it says nothing that is looked for.
 */
export function parseLabel(document: unknown, pointers: LabelPointers): Label | null {
  const fields: Partial<Record<LabelField, unknown>> = {};
  for (const [field, places] of Object.entries(pointers)) {
    if (!isField(field)) continue;
    for (const pointer of places) {
      fields[field] = READ[field](at(document, pointer));
      if (fields[field] !== null) break;
    }
  }
  return checked(fields);
}

/** @returns the label that a POS gives, of which only first name and initial are kept; null if it is empty. */
export const givenLabel = (given: LabelChange): Label | null =>
  checked({
    ...given,
    name: given.name === undefined ? null : firstNameAndInitial(given.name),
    number: textOf(given.number),
    source: textOf(given.source),
    brand: textOf(given.brand),
    fulfillment_type: textOf(given.fulfillment_type),
  });
