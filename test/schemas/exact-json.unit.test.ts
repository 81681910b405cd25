import fc from 'fast-check';
import { ExactNumber, mayLoseDigits, parseJson, stringifyJson } from '../../schemas/json/exact-json';
import { cases } from '../support/depth';
import { anyCharacter } from '../support/any-character';

/** Numbers that a double does not hold. */
const EXACT = [
  '9007199254740993',
  '-9007199254740993',
  '1894721983472198341',
  '18446744073709551615',
  '12345678901234567890.5',
  '0.10000000000000000001',
  '3.14159265358979323846',
  '1e400',
  '-1E+400',
  '1e-400',
  '1.00000000000000000001e5',
];
/** Numbers that a double holds, however they are written. */
const HELD = ['0', '-0', '1.10', '1e2', '100', '0.1', '9007199254740992', '1e21', '1E22', '5e-324', '1e+308', '0e999'];

describe('JSON in which every number keeps its value', () => {
  it.each(EXACT)('%s is read as an exact number, and written with its own digits', (digits) => {
    for (const text of [digits, `[${digits}]`, `{"a":{"b":[1,${digits}]}}`, ` { "a" : ${digits} } `]) {
      const value = parseJson(text);
      expect(stringifyJson(value)).toBe(text.replaceAll(' ', ''));
    }
    expect((parseJson(digits) as ExactNumber).digits).toBe(digits);
  });

  it.each(HELD)('%s is read as the double that it is', (text) => {
    expect(parseJson(text)).toBe(JSON.parse(text));
    expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [JSON.parse(text)] });
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['9007199254740993.0', '9007199254740993'],
    ['9007199254740993.10', '9007199254740993.1'],
    ['90071992547409930e-1', '9007199254740993'],
    ['0.9007199254740993e16', '9007199254740993'],
    ['1e400', '1e+400'],
    ['10.0E399', '1e+400'],
    ['-123e-400', '-1.23e-398'],
    ['0.000001234567890123456789', '0.000001234567890123456789'],
    ['0.0000001234567890123456789', '1.234567890123456789e-7'],
    ['123456789012345678901', '123456789012345678901'],
    ['1234567890123456789012', '1.234567890123456789012e+21'],
  ])('the exact number %s is %s in canonical form', (digits, canonical) => {
    expect(new ExactNumber(digits).canonical).toBe(canonical);
  });

  it('the canonical form of an exact number is what ECMAScript writes, where a double holds the number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(new ExactNumber(JSON.stringify(number)).canonical).toBe(JSON.stringify(number));
      }),
    );
  });

  it('every JSON value is read and written as JSON.parse and JSON.stringify do, and with white space too', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(stringifyJson(value, space)).toBe(text);
      }),
    );
  });

  it('every number anywhere in any JSON keeps its value', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,24})?([eE][+-]?\d{1,3})?$/);
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('"', '\\', ': 12345678901234567890', '\\"'),
    );
    fc.assert(
      fc.property(digits, text, (number, beside) => {
        const quoted = JSON.stringify(beside);
        const json = `[{${quoted}:[${quoted},${number},{"a":${number}}]},${quoted}]`;
        const [read = {}] = parseJson(json) as Record<string, [string, unknown]>[];
        const value = (read[beside] ?? [])[1];
        const canonical = value instanceof ExactNumber ? value.canonical : JSON.stringify(value);
        expect(canonical).toBe(new ExactNumber(number).canonical);
        expect(value instanceof ExactNumber ? stringifyJson(parseJson(json)) : json).toBe(json);
      }),
      { numRuns: cases(2_000) },
    );
  });

  it('text that no number in it can lose digits of is read once', () => {
    for (const text of ['{"a":"2026-11-28T12:55:22.123Z","b":123456789012345}', '{"sha":"1e5f1234567890123456"}'])
      expect(mayLoseDigits(text)).toBe(false);
  });

  it('what is not JSON is refused in the words of JSON.parse', () => {
    for (const text of ['', '{', '12345678901234567890x', '[1e400,]', '{"a":01234567890123456789}'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('a number within JSON that is nested deeper than the stack keeps its digits', () => {
    const depth = 100_000;
    let value = parseJson(`${'['.repeat(depth)}9007199254740993${']'.repeat(depth)}`);
    while (Array.isArray(value)) [value] = value as unknown[];
    expect(String(value)).toBe('9007199254740993');
  });

  it('a member named __proto__ stays a member, beside a number that keeps its digits', () => {
    const text = '{"__proto__":9007199254740993,"a":{"__proto__":{"b":1e400}}}';
    const read = parseJson(text);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(stringifyJson(read)).toBe(text);
  });

  it('an exact number that other code writes as JSON becomes a text of its digits', () => {
    expect(JSON.stringify({ a: parseJson('9007199254740993') })).toBe('{"a":"9007199254740993"}');
    expect(String(parseJson('9007199254740993'))).toBe('9007199254740993');
  });
});
