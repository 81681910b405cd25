/**
 * JSON in which every number keeps its value. `JSON.parse` makes doubles of all numbers, and so changes those that a double
 * does not hold: integers beyond 2^53, such as the ids of delivery services, more significant digits than survive, and
 * exponents out of range (docs/protocol.md#ruling-5-1). Such a number is read as an {@link ExactNumber}; every other value is
 * what `JSON.parse` makes of it, and nearly all texts cost no more than a search for one.
 */

/** What stands before the digits of an exact number where it is a text for a moment: nobody can send it. */
const MARK = `exact-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');

/** A number of 16 digits or more, or with an exponent; fewer digits always survive. May match within a text as well. */
const MAY_LOSE_DIGITS = /(?:^|[[:,\s])-?(?:\d[\d.]{15}|[\d.]+[eE])/;
/** The texts and numbers of well-formed JSON. */
const TEXTS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** What {@link stringifyJson} is writing, if it is at work, and whether an exact number is in it. */
let writing: { hasExact: boolean } | null = null;

/** A number that a double does not hold. */
export class ExactNumber {
  readonly #digits: string;

  /** @param digits as JSON writes a number */
  constructor(digits: string) {
    this.#digits = digits;
  }

  /** Returns the text of the number as it came. */
  get digits(): string {
    return this.#digits;
  }

  /** Returns the one text that all spellings of the number have. */
  get canonical(): string {
    return canonicalNumber(this.#digits);
  }

  toString(): string {
    return this.#digits;
  }

  /**
   * Returns what {@link stringifyJson} writes as the number; whatever else writes JSON gets a text, which loses no
   * digit either.
   */
  toJSON(): string {
    if (writing === null) return this.#digits;
    writing.hasExact = true;
    return MARK + this.#digits;
  }
}

/**
 * Writes a number as ECMAScript writes the numbers that it has (ECMA-262, Number::toString), whatever its digits: without
 * zeros that mean nothing, with an exponent from 1e21 on and below 1e-6.
 */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const all = whole + fraction;
  let [start, end] = [0, all.length];
  while (all.charCodeAt(start) === 0x30) start++;
  while (end > start && all.charCodeAt(end - 1) === 0x30) end--;
  if (start === end) return '0';
  const digits = all.slice(start, end);
  const point = BigInt(whole.length - start) + BigInt(exponent);
  if (point > 21n || point <= -6n) {
    const power = point - 1n;
    const rest = digits.length === 1 ? '' : `.${digits.slice(1)}`;
    return `${sign}${digits.charAt(0)}${rest}e${power < 0n ? '-' : '+'}${String(power < 0n ? -power : power)}`;
  }
  const at = Number(point);
  if (at <= 0) return `${sign}0.${'0'.repeat(-at)}${digits}`;
  if (at >= digits.length) return `${sign}${digits.padEnd(at, '0')}`;
  return `${sign}${digits.slice(0, at)}.${digits.slice(at)}`;
}

function isHeldByDouble(text: string): boolean {
  const double = Number(text);
  return Number.isFinite(double) && canonicalNumber(String(double)) === canonicalNumber(text);
}

/** Puts exact numbers where their marks are; without recursion, so that no nesting exhausts the stack. */
function unmark(value: unknown): unknown {
  const root: Record<string, unknown> = { value };
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const key of Object.keys(at)) {
      const member = at[key];
      if (typeof member === 'string') {
        if (member.startsWith(MARK)) at[key] = new ExactNumber(member.slice(MARK.length));
      } else if (typeof member === 'object' && member !== null) open.push(member as Record<string, unknown>); // an object, by the test before
    }
  }
  return root['value'];
}

/** @returns whether `JSON.parse` might change a number of this JSON text; false only if it changes none. */
export const mayLoseDigits = (text: string): boolean => MAY_LOSE_DIGITS.test(text);

/**
 * Reads JSON as `JSON.parse` does, but for the numbers that a double does not hold.
 * @throws {SyntaxError} for what is not JSON.
 */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  if (!mayLoseDigits(text)) return value;
  const met = { exact: false };
  const marked = text.replaceAll(TEXTS_AND_NUMBERS, (token) => {
    if (token.startsWith('"') || isHeldByDouble(token)) return token;
    met.exact = true;
    return `"${MARK}${token}"`;
  });
  return met.exact ? unmark(JSON.parse(marked)) : value;
}

/**
 * Writes JSON as `JSON.stringify` does, with the own digits of exact numbers.
 * @param space as `JSON.stringify` has it
 */
export function stringifyJson(value: unknown, space?: number): string {
  const own = { hasExact: false };
  writing = own;
  try {
    const text = JSON.stringify(value, null, space);
    return own.hasExact ? text.replaceAll(MARKED, '$1') : text;
  } finally {
    writing = null;
  }
}
