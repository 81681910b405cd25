import { ExactNumber } from '../../../schemas/json/exact-json';

/**
 * Canonical JSON (RFC 8785) of JSON values: members sorted by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them; a number that a double does not hold, which RFC 8785 does not know, in the same form with its
 * own digits (docs/protocol.md#ruling-5-1). Our own because every event is hashed twice, when it is recorded and each
 * time it is verified; a property test compares it with the package `canonicalize`.
 */

/** Most names whose quoted form is remembered, and the longest of them: names come from outside and are not bounded. */
const REMEMBERED_NAMES = 1_000;
const LONGEST_REMEMBERED_NAME = 64;
const quotedNames = new Map<string, string>();

function quotedName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(name)}:`;
  if (quotedNames.size < REMEMBERED_NAMES && name.length <= LONGEST_REMEMBERED_NAME) quotedNames.set(name, quoted);
  return quoted;
}

/**
 * Text that JSON writes as it is: printable ASCII without quotes and backslashes, as ids, hashes, times and most names
 * are.
 */
const PLAIN = /^[ !#-[\]-~]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Above this, sorting by insertion is slower than the engine's own. */
const FEW_NAMES = 16;

/** Sorts names in place, by UTF-16 code units as `<` compares. */
function sortNames(names: string[]): string[] {
  if (names.length > FEW_NAMES) return names.sort();
  for (let index = 1; index < names.length; index++) {
    const name = names[index] ?? '';
    let before = index - 1;
    for (; before >= 0 && (names[before] ?? '') > name; before--) names[before + 1] = names[before] ?? '';
    names[before + 1] = name;
  }
  return names;
}

/**
 * Writes a value in canonical JSON.
 * @param value a JSON value; members that are undefined count as not there
 * @param without a member of `value` itself to leave out
 * @throws {TypeError} for what is not JSON.
 */
export function canonicalJson(value: unknown, without?: string): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null) return 'null';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no JSON');
    return JSON.stringify(value);
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON`);
  if (value instanceof ExactNumber) return value.canonical;
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += (items === '' ? '' : ',') + canonicalJson(item ?? null);
    return `[${items}]`;
  }
  let members = '';
  for (const name of sortNames(Object.keys(value))) {
    const member = (value as Readonly<Record<string, unknown>>)[name]; // an object, by the tests before
    if (member === undefined || name === without) continue;
    members += (members === '' ? '' : ',') + quotedName(name) + canonicalJson(member);
  }
  return `{${members}}`;
}
