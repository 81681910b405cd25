import { ExactNumber } from '../schemas/exact-json';
import { type Order } from '../schemas/order-view';
import { isBlank } from './spelling';

/** Details as the folds keep them: no null, no blank text, no empty object and no known field of a wrong type. */
export type Driver = NonNullable<Order['driver_details']>;
export type Fields = Readonly<Record<string, unknown>>;
type Kind = 'text' | 'flag' | Shape;
/** A Map, because a plain object would find `constructor` and its like. */
type Shape = ReadonlyMap<string, Kind>;

const shape = (fields: Readonly<Record<string, Kind>>): Shape => new Map(Object.entries(fields));

/**
 * The fields we know (docs/protocol.md#driver-details). One of a wrong type is read as absent; others are kept as they
 * come.
 */
const DRIVER = shape({
  source: 'text',
  name: 'text',
  phone: shape({ number: 'text', code: 'text' }),
  picture_url: 'text',
  vehicle_info: shape({ make: 'text', model: 'text', color: 'text', license_plate: 'text', is_autonomous: 'flag' }),
  handoff_instructions: 'text',
  passcode: 'text',
});
const UNKNOWN: Shape = new Map();

/** Unknown data nested deeper stays in the event but out of the state, so that no data can exhaust the stack. */
const MAX_DEPTH = 8;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/**
 * Merges `details` into `kept` field by field, in nested objects too; null and undefined mean absent
 * (docs/protocol.md#ruling-4-3). Never changes its input, and returns `kept` itself if there is nothing new. The result
 * is a fresh JSON value in which no object is empty, or null if nothing stands in it at all.
 */
export function mergeDriver(kept: Driver | null, details: Fields): Driver | null {
  return merge(kept, details, DRIVER, 1);
}

function merge(kept: Fields | null, said: Fields, known: Shape, depth: number): Fields | null {
  let merged: Record<string, unknown> | null = null;
  for (const key in said) {
    // Assigning it would set the prototype instead of a field. All else that an object inherits are functions, which are
    // never read as what was known before.
    if (key === '__proto__') continue;
    const value = said[key];
    const before = kept?.[key];
    // The same details come with most deliveries.
    if (value === before && typeof value === 'string') continue;
    const read = readField(before, value, known.get(key), depth);
    if (read === undefined || read === before) continue;
    merged ??= { ...kept };
    merged[key] = read;
  }
  return merged ?? kept;
}

/** Blanks say nothing: whose details these are, and what opens the robot, stays known (docs/protocol.md#ruling-5-5). */
const saysNothing = (value: unknown): boolean =>
  typeof value === 'string' ? isBlank(value) : Array.isArray(value) && value.length === 0;

function readField(before: unknown, value: unknown, kind: Kind | undefined, depth: number): unknown {
  if (saysNothing(value)) return undefined;
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case undefined:
      return readJson(before, value, depth);
    default:
      return isFields(value) ? readObject(before, value, kind, depth) : undefined;
  }
}

function readObject(before: unknown, value: Fields, known: Shape, depth: number): unknown {
  return merge(isFields(before) ? before : null, value, known, depth + 1) ?? undefined;
}

/** Only what JSON can say, so that a state that was written down and read again is equal to itself. */
function readJson(before: unknown, value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof ExactNumber)
    return before instanceof ExactNumber && before.canonical === value.canonical ? before : value;
  // JSON has no negative zero, and no Infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return Array.from(value, (item) => readJson(undefined, item, depth + 1) ?? null);
  return isFields(value) ? readObject(before, value, UNKNOWN, depth) : undefined;
}
