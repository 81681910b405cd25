import { ExactNumber } from '../../schemas/json/exact-json';
import type { Change } from '../../schemas/api/order-view';
import { isJsonObject } from '../../schemas/json/json-object';
import { escapeKey } from '../../schemas/json/json-pointer';

const field = (fields: unknown, key: string): unknown =>
  isJsonObject(fields) && Object.hasOwn(fields, key) ? fields[key] : undefined;

/**
 * Returns the differences between two JSON values, leaf by leaf (RFC 6901 pointers). A list is one leaf; what appears
 * or goes away whole is reported leaf by leaf as well. Null and absent are the same nothing, and so is an object
 * without leaves.
 *
 * Recurses as deep as its input: give it what the folds keep, which is shallow, and not what was sent.
 */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  collect(before, after, '', changes);
  return changes;
}

function collect(before: unknown, after: unknown, pointer: string, changes: Change[]): void {
  if (before === after) return;
  if (!isJsonObject(before) && !isJsonObject(after)) {
    if (!sameLeaf(before, after)) changes.push({ pointer, from: before ?? null, to: after ?? null });
    return;
  }
  // A value that becomes an object, or the reverse: the value is a leaf of its own, beside those of the object.
  if (!isJsonObject(before)) collect(before, undefined, pointer, changes);
  for (const key of keysOf(before, after)) {
    collect(field(before, key), field(after, key), `${pointer}/${escapeKey(key)}`, changes);
  }
  if (!isJsonObject(after)) collect(undefined, after, pointer, changes);
}

/** Returns first the keys that were there, then those that are new. */
const keysOf = (before: unknown, after: unknown): Set<string> =>
  new Set([...(isJsonObject(before) ? Object.keys(before) : []), ...(isJsonObject(after) ? Object.keys(after) : [])]);

function sameLeaf(one: unknown, other: unknown): boolean {
  if ((one ?? null) === (other ?? null)) return true;
  if (one instanceof ExactNumber && other instanceof ExactNumber) return one.canonical === other.canonical;
  if (!Array.isArray(one) || !Array.isArray(other)) return false;
  return one.length === other.length && one.every((item, index) => sameItem(item, other[index]));
}

const sameItem = (one: unknown, other: unknown): boolean =>
  isJsonObject(one) || isJsonObject(other) ? changesBetween(one, other).length === 0 : sameLeaf(one, other);
