import { isUtf8 } from 'node:buffer';
import type { ErrorObject } from 'ajv/dist/2020';
import { ExactNumber, parseJson } from '../../../schemas/json/exact-json';
import { type Delivery, type Fault, ID_PATTERN, LocationId } from '../../../schemas/wire/handle-order';
import { isJsonObject } from '../../../schemas/json/json-object';
import { escapeKey } from '../../../schemas/json/json-pointer';
import { WORD_PATTERN } from '../../../schemas/vocabulary';
import type { JsonValue } from '../../event-store/event-store';
import type { ContractValidators } from './compile-contracts';
import { CONTRACT_VALIDATORS } from './contract-validators';

/**
 * Bytes to a delivery, or to every fault that is in them. Pure: nothing here throws or keeps anything.
 */

/** Deepest nesting of a body. The contract needs 4 levels; the rest is room for fields to come. */
export const MAX_DEPTH = 32;
/** Most faults that are named; a body with more is no better understood by more. */
export const MAX_FAULTS = 50;
/**
 * Longest pointer of a fault, in characters; a longer one is cut to the nearest member around it that has a shorter.
 */
const MAX_POINTER = 256;
/** Most characters of an unknown `type` that are repeated. */
const MAX_SHOWN_TYPE = 64;

/** A delivery of a type that is not recorded here, such as `order.created`. */
export interface ForeignDelivery {
  readonly kind: 'foreign';
  /** Cut to {@link MAX_SHOWN_TYPE}, and well-formed Unicode. */
  readonly type: string;
  /** `object.location_id`, if it is an id. */
  readonly locationId: LocationId | null;
  /** Why it cannot be recorded. */
  readonly faults: readonly Fault[];
}

/** What stood beside `type` and `object` (docs/protocol.md#ruling-5-2). */
export type Envelope = Readonly<Record<string, JsonValue>>;

export type ParsedDelivery =
  | { readonly kind: 'usable'; readonly delivery: Delivery; readonly envelope: Envelope | null }
  | { readonly kind: 'unusable'; readonly faults: readonly Fault[] }
  /** Says that somebody is there, and nothing else (docs/protocol.md#ruling-5-9). */
  | { readonly kind: 'ping' }
  | ForeignDelivery;

const validators: ReadonlyMap<string, ContractValidators[string]> = new Map(Object.entries(CONTRACT_VALIDATORS));
const knownTypes = [...validators.keys()].join(' and ');

/** Some senders put it before UTF-8, where it says nothing (RFC 8259 section 8.1 lets readers skip it). */
const BYTE_ORDER_MARK = '\uFEFF';

const unusable = (pointer: string, detail: string): ParsedDelivery => ({
  kind: 'unusable',
  faults: [{ pointer, detail }],
});

/** Returns a fault at `pointer`, or near it: names in a body may be as long as the body is. */
function faultAt(pointer: string, detail: string): Fault {
  let short = pointer;
  while (short.length > MAX_POINTER) short = short.slice(0, short.lastIndexOf('/'));
  return {
    pointer: short,
    detail: short === pointer ? detail : `holds, below a name too long to repeat, what ${detail}`,
  };
}

function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return value instanceof ExactNumber ? 'number' : typeof value;
}

/** Returns what a validation error says in words, or null for one that only repeats another. */
function describe(error: ErrorObject): Fault | null {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string }; // as ajv documents
      return { pointer: `${pointer}/${escapeKey(missingProperty)}`, detail: 'is missing' };
    }
    case 'type': {
      const { type } = error.params as { type: string }; // as ajv documents
      if (type === 'null') return null;
      return { pointer, detail: `must be of type ${type}, is ${jsonTypeOf(error.data)}` };
    }
    case 'anyOf':
      return null;
    case 'pattern': {
      const { pattern } = error.params as { pattern: string }; // as ajv documents
      if (pattern === ID_PATTERN.source) return { pointer, detail: 'must have no control characters' };
      if (pattern !== WORD_PATTERN.source) return { pointer, detail: `must match ${pattern}` };
      return { pointer, detail: 'must have 1 to 64 characters, some of them visible, and no control characters' };
    }
    default:
      return { pointer, detail: error.message ?? `breaks the rule ${error.keyword}` };
  }
}

interface Shape {
  readonly depth: number;
  /** Members of all objects, repeated names counted each time. */
  readonly members: number;
}

/** Measures JSON text that is known to be well-formed, in one pass and without building anything. */
function measure(text: string): Shape {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string: skip to the quote that ends it, which an even number of backslashes precedes
        for (let escapes = 1; escapes % 2 === 1;) {
          i = text.indexOf('"', i + 1);
          escapes = 0;
          while (text.charCodeAt(i - 1 - escapes) === 0x5c) escapes++;
        }
        break;
      case 0x3a: // :
        members++;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
    }
  }
  return { depth: deepest, members };
}

/** Members of all objects in a parsed value, which holds each name of an object once. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  let members = 0;
  for (const key in value) members += 1 + countMembers((value as Record<string, unknown>)[key]); // an object, by the test before
  return members;
}

/**
 * Finds the members whose names are repeated in one object, in well-formed JSON text of at most {@link MAX_DEPTH}.
 * `JSON.parse` would keep the last and drop the others without a word.
 */
function findRepeatedNames(text: string): readonly Fault[] {
  interface Level {
    readonly path: string;
    readonly names: Set<string> | null;
    name: string;
    index: number;
  }
  const faults: Fault[] = [];
  const levels: Level[] = [];
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;
  let lastString = '';
  for (const [found] of text.matchAll(tokens)) {
    const level = levels.at(-1);
    switch (found) {
      case '{':
      case '[': {
        const path =
          level === undefined ? '' : `${level.path}/${level.names ? escapeKey(level.name) : String(level.index)}`;
        levels.push({ path, names: found === '{' ? new Set() : null, name: '', index: 0 });
        break;
      }
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level !== undefined) level.index++;
        break;
      case ':':
        if (!level?.names) break;
        level.name = JSON.parse(lastString) as string; // a string with its quotes
        if (level.names.has(level.name)) {
          const pointer = `${level.path}/${escapeKey(level.name)}`;
          faults.push(faultAt(pointer, 'is given more than once, so it is not clear which one is meant'));
        }
        level.names.add(level.name);
        break;
      default:
        lastString = found;
    }
  }
  return faults;
}

/** Finds what keeps well-formed JSON text from being stored as what was sent: nesting and repeated names. */
function shapeFaults(text: string, value: unknown): readonly Fault[] {
  const shape = measure(text);
  if (shape.depth > MAX_DEPTH) {
    return [{ pointer: '', detail: `is nested ${String(shape.depth)} deep, over ${String(MAX_DEPTH)}` }];
  }
  if (countMembers(value) === shape.members) return [];
  return findRepeatedNames(text).slice(0, MAX_FAULTS);
}

/** The type of a body that only asks whether somebody is there. */
const PING_TYPE = 'ping';

/** Returns whether a body is `{}`, or of the type of pings and about nothing (docs/protocol.md#ruling-5-9). */
function isPing(body: Readonly<Record<string, unknown>>): boolean {
  const { type, object } = body;
  if (type === undefined) return Object.keys(body).length === 0;
  return type === PING_TYPE && (object === undefined || object === null || (isJsonObject(object) && isEmpty(object)));
}

const isEmpty = (members: Readonly<Record<string, unknown>>): boolean => Object.keys(members).length === 0;

/** @returns the members beside `type` and `object`, or null if there are none, as nearly always. */
function envelopeOf(body: Delivery): Envelope | null {
  if (Object.keys(body).length === 2) return null;
  const { type: _type, object: _object, ...envelope } = body;
  return envelope as Envelope; // ajv has just checked it
}

/**
 * Returns whether a fault is about the type. A type that is given twice may be ours to one reader and another's to the
 * next.
 */
const isOfType = ({ pointer }: Fault): boolean => pointer === '/type';

/** Half of a character of two, such as cutting leaves: it has no UTF-8 form. */
const UNPAIRED_SURROGATE = /\p{Cs}/gu;

/**
 * @param value holds a `type` that is not recorded here
 * @param shape what keeps it from being stored
 */
function foreign(value: Readonly<Record<string, unknown>>, type: string, shape: readonly Fault[]): ForeignDelivery {
  const cut = type.slice(0, MAX_SHOWN_TYPE);
  const object = value['object'];
  const locationId = LocationId.safeParse(isJsonObject(object) ? object['location_id'] : undefined);
  const fault = {
    pointer: '/type',
    detail: `is ${JSON.stringify(cut)}, which is not recorded here: ${knownTypes} are`,
  };
  return {
    kind: 'foreign',
    type: cut.replace(UNPAIRED_SURROGATE, '\uFFFD'),
    locationId: locationId.success ? locationId.data : null,
    faults: shape.length > 0 ? shape : [fault],
  };
}

/**
 * Reads a raw body as a delivery (docs/protocol.md#ruling-4-2, docs/protocol.md#ruling-4-3). One of another type than
 * ours is foreign before its shape is checked: what it may look like is for its receiver.
 * @param body already known to be authentic, its codings undone
 * @returns the delivery exactly as parsed, or every fault with a JSON pointer to it.
 */
export function parseDelivery(body: Buffer): ParsedDelivery {
  if (!isUtf8(body)) return unusable('', 'is not UTF-8, as JSON must be (RFC 8259 section 8.1)');
  const withMark = body.toString('utf8');
  const text = withMark.startsWith(BYTE_ORDER_MARK) ? withMark.slice(1) : withMark;
  if (text.length === 0) return { kind: 'ping' };
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return unusable('', `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const type = isJsonObject(value) ? value['type'] : undefined;
  const validate = typeof type === 'string' ? validators.get(type) : undefined;
  const shape = shapeFaults(text, value);
  if (validate === undefined && shape.length === 0 && isJsonObject(value) && isPing(value)) return { kind: 'ping' };
  if (isJsonObject(value) && typeof type === 'string' && validate === undefined && !shape.some(isOfType))
    return foreign(value, type, shape);
  if (shape.length > 0) return { kind: 'unusable', faults: shape };
  if (!isJsonObject(value)) return unusable('', `must be of type object, is ${jsonTypeOf(value)}`);
  if (type === undefined) return unusable('/type', 'is missing');
  if (validate === undefined) return unusable('/type', `must be of type string, is ${jsonTypeOf(type)}`);
  if (validate(value)) return { kind: 'usable', delivery: value, envelope: envelopeOf(value) };
  const faults = (validate.errors ?? []).map(describe).filter((fault) => fault !== null);
  return { kind: 'unusable', faults: faults.slice(0, MAX_FAULTS) };
}
