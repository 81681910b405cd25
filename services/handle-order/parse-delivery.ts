import { isUtf8 } from 'node:buffer';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { z } from 'zod';
import { type Delivery, DELIVERY_CONTRACTS, type Fault } from '../../schemas/handle-order';

/**
 * Bytes to a delivery, or to every fault that is in them. Pure: nothing here throws or keeps anything.
 */

/** Deepest nesting of a body. The contract needs 4 levels; the rest is room for fields to come. */
export const MAX_DEPTH = 32;
/** Most faults that are named; a body with more is no better understood by more. */
export const MAX_FAULTS = 50;
/** Longest pointer of a fault, in characters; a longer one is cut to the nearest member around it that has a shorter. */
const MAX_POINTER = 256;
/** Most characters of an unknown `type` that a fault repeats. */
const MAX_SHOWN_TYPE = 64;

export type ParsedDelivery =
  | { readonly usable: true; readonly delivery: Delivery }
  | { readonly usable: false; readonly faults: readonly Fault[] };

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true });
const validators: ReadonlyMap<string, ValidateFunction<Delivery>> = new Map(
  Object.entries(DELIVERY_CONTRACTS).map(([type, contract]) => {
    const { $schema: _, ...schema } = z.toJSONSchema(contract, { io: 'input' });
    return [type, ajv.compile<Delivery>(schema)];
  }),
);
const knownTypes = [...validators.keys()].join(' and ');

const unusable = (pointer: string, detail: string): ParsedDelivery => ({
  usable: false,
  faults: [{ pointer, detail }],
});

/** Escapes one reference token of a JSON pointer (RFC 6901 section 3). */
const token = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** A fault at `pointer`, or near it: names in a body may be as long as the body is. */
function faultAt(pointer: string, detail: string): Fault {
  let short = pointer;
  while (short.length > MAX_POINTER) short = short.slice(0, short.lastIndexOf('/'));
  return {
    pointer: short,
    detail: short === pointer ? detail : `holds, below a name too long to repeat, what ${detail}`,
  };
}

const jsonTypeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value;

/** What a validation error says in words, or null for one that only repeats another. */
function describe(error: ErrorObject): Fault | null {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case 'required': {
      const { missingProperty } = error.params as { missingProperty: string };
      return { pointer: `${pointer}/${token(missingProperty)}`, detail: 'is missing' };
    }
    case 'type': {
      const { type } = error.params as { type: string };
      if (type === 'null') return null;
      return { pointer, detail: `must be of type ${type}, is ${jsonTypeOf(error.data)}` };
    }
    case 'anyOf':
      return null;
    case 'pattern':
      return { pointer, detail: `must match ${(error.params as { pattern: string }).pattern}` };
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

/**
 * Members of all objects in a parsed value, which holds each name of an object once; NaN if a number in it is too large
 * for a double, so that one walk and one comparison find both.
 */
function countMembers(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  let members = 0;
  for (const key in value) members += 1 + countMembers((value as Record<string, unknown>)[key]);
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
          level === undefined ? '' : `${level.path}/${level.names ? token(level.name) : String(level.index)}`;
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
        level.name = JSON.parse(lastString) as string;
        if (level.names.has(level.name)) {
          const pointer = `${level.path}/${token(level.name)}`;
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

/** Finds numbers that are too large for a double: they would be stored as something else than what was sent. */
function findInfinities(value: unknown, pointer: string): readonly Fault[] {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? [] : [faultAt(pointer, 'is a number that is too large')];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => findInfinities(item, `${pointer}/${token(key)}`));
}

/**
 * Reads a raw body as a delivery (protocol.md section 4, rulings 2 and 3).
 * @param body exactly the bytes that came, already known to be authentic
 * @returns the delivery exactly as parsed, or every fault with a JSON pointer to it.
 */
export function parseDelivery(body: Buffer): ParsedDelivery {
  if (!isUtf8(body)) return unusable('', 'is not UTF-8, as JSON must be (RFC 8259 section 8.1)');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unusable('', `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const shape = measure(text);
  if (shape.depth > MAX_DEPTH) return unusable('', `is nested ${String(shape.depth)} deep, over ${String(MAX_DEPTH)}`);
  if (countMembers(value) !== shape.members) {
    const faults = [...findRepeatedNames(text), ...findInfinities(value, '')];
    return { usable: false, faults: faults.slice(0, MAX_FAULTS) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return unusable('', `must be of type object, is ${jsonTypeOf(value)}`);
  }
  const type = 'type' in value ? value.type : undefined;
  if (type === undefined) return unusable('/type', 'is missing');
  if (typeof type !== 'string') return unusable('/type', `must be of type string, is ${jsonTypeOf(type)}`);
  const validate = validators.get(type);
  if (validate === undefined) {
    const shown = JSON.stringify(type.slice(0, MAX_SHOWN_TYPE));
    return unusable('/type', `is ${shown}, which is not recorded here: ${knownTypes} are`);
  }
  if (validate(value)) return { usable: true, delivery: value };
  const faults = (validate.errors ?? []).map(describe).filter((fault) => fault !== null);
  return { usable: false, faults: faults.slice(0, MAX_FAULTS) };
}
