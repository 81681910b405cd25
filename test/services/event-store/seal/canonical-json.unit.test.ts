import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { parseJson } from '../../../../schemas/json/exact-json';
import { canonicalJson } from '../../../../services/event-store/seal/canonical-json';
import { cases } from '../../../support/depth';
import { anyCharacter } from '../../../support/any-character';

describe('canonical JSON', () => {
  it('canonical JSON equals the output of the reference implementation of RFC 8785, for every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: anyCharacter }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: cases(2_000) },
    );
  });

  it('canonical JSON is the same for many members, for names like numbers, and for names that all objects have', () => {
    const names = fc.array(
      fc.oneof(fc.string({ unit: anyCharacter }), fc.nat().map(String), fc.constantFrom('__proto__', 'toString', '')),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(names, (list) => {
        const value: unknown = JSON.parse(
          `{${[...new Set(list)].map((name) => `${JSON.stringify(name)}:1`).join(',')}}`,
        );
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('canonical JSON omits a given member of the outermost object only', () => {
    expect(canonicalJson({ b: { a: 1 }, a: 2 }, 'a')).toBe('{"b":{"a":1}}');
  });

  it('canonical JSON holds a number that a double does not hold in its own digits, one text for all its spellings', () => {
    const canonical = '{"a":9007199254740993,"b":[1e+400,1.1]}';
    for (const text of [canonical, '{"b":[10E399,1.10],"a":9007199254740993.0}'])
      expect(canonicalJson(parseJson(text))).toBe(canonical);
  });

  it.each([[NaN], [Infinity], [() => 1], [1n], [undefined]])('canonical JSON is not made of %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
