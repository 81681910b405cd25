/** Records whose keys are all known, which the compiler does not follow through `Object`. */

/** @returns the keys of a record that has no others than those of its type, in their order. */
export const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] =>
  Object.keys(record) as Key[]; // `Object.keys` forgets which there are

/** @returns a record with one value for each of all its keys. */
export const recordOf = <Key extends string, Value>(
  keys: readonly Key[],
  valueOf: (key: Key) => Value,
): Record<Key, Value> =>
  // `Object.fromEntries` forgets which there are.
  Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<Key, Value>;

/** @returns what a record has under a name that came from elsewhere; undefined if it is none of its keys. */
export const valueAt = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
