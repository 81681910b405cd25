import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from '../../../services/handle-order/canonical-json';

describe('canonical JSON', () => {
  it('is what the reference implementation of RFC 8785 writes, for every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for members of many names, of names like numbers, and of names that objects have of themselves', () => {
    const names = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String), fc.constantFrom('__proto__', 'toString', '')),
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

  it('leaves out a member of the outermost object only', () => {
    expect(canonicalJson({ b: { a: 1 }, a: 2 }, 'a')).toBe('{"b":{"a":1}}');
  });

  it.each([[NaN], [Infinity], [() => 1], [1n], [undefined]])('is not made of %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
