import { ExactNumber } from '../../schemas/json/exact-json';
import type { Order } from '../../schemas/api/order-view';
import { isJsonObject, type JsonObject } from '../../schemas/json/json-object';
import { saysNothing } from '../values/values';

/** Details as the folds keep them: no null, no blank text, no empty object and no known field of a wrong type. */
export type Driver = NonNullable<Order['driver_details']>;

/** Unknown data nested deeper stays in the event but out of the state, so that no data can exhaust the stack. */
const MAX_DEPTH = 8;

/**
 * Merges `details` into `kept` field by field, in nested objects too; null and undefined mean absent
 * (docs/protocol.md#ruling-4-3). Never changes its input, and returns `kept` itself if there is nothing new. The result
 * is a fresh JSON value in which no object is empty, or null if nothing stands in it at all.
 * @param details whose known fields have the types that they should have
 */
export function mergeDriver(kept: Driver | null, details: JsonObject): Driver | null {
  return merge(kept, details, 1);
}

function merge(kept: JsonObject | null, said: JsonObject, depth: number): JsonObject | null {
  let merged: Record<string, unknown> | null = null;
  for (const key in said) {
    // Assigning it would set the prototype instead of a field. All else that an object inherits are functions, which are
    // never read as what was known before.
    if (key === '__proto__') continue;
    const value = said[key];
    const before = kept?.[key];
    // The same details come with most deliveries.
    if (value === before && typeof value === 'string') continue;
    // Blanks say nothing: whose details these are, and what opens the robot, stays known (docs/protocol.md#ruling-5-5).
    const isBlank = typeof value === 'object' ? Array.isArray(value) && value.length === 0 : saysNothing(value);
    const read = isBlank ? undefined : interpretJson(before, value, depth);
    if (read === undefined || read === before) continue;
    merged ??= { ...kept };
    merged[key] = read;
  }
  return merged ?? kept;
}

/** Reads of a value only what JSON can say, so that a state that was written down and read again is equal to itself. */
function interpretJson(before: unknown, value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof ExactNumber)
    return before instanceof ExactNumber && before.canonical === value.canonical ? before : value;
  // JSON has no negative zero, and no Infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return Array.from(value, (item) => interpretJson(undefined, item, depth + 1) ?? null);
  if (!isJsonObject(value)) return undefined;
  return merge(isJsonObject(before) ? before : null, value, depth + 1) ?? undefined;
}
