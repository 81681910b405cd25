import { ID_PATTERN, OrderUpdated } from '../../../../schemas/wire/handle-order';
import { DOCUMENTED_WORD_PATTERN, WORD_PATTERN } from '../../../../schemas/vocabulary';
import { openApiDocument } from '../../../../services/server/contract/openapi';

const DOCUMENT = openApiDocument('1.2.3');

/** Every member of a document beside the JSON pointer to it. */
function* membersOf(value: unknown, pointer = ''): Generator<readonly [pointer: string, key: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield [`${pointer}/${key}`, key, member];
    yield* membersOf(member, `${pointer}/${key}`);
  }
}
const members = [...membersOf(DOCUMENT)];
const valuesAt = (key: string): unknown[] => members.filter(([, name]) => name === key).map(([, , value]) => value);

/** Every UTF-16 unit, characters beyond them, and unpaired surrogates. */
const CHARACTERS = [
  ...Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)),
  ...['😀', '\u{10ffff}', '\u{e0001}', '\ude00\ud83d', '\ud83d\ud83d\ude00'],
];

describe('OpenAPI document for clients of other languages', () => {
  it('the patterns of the document need no Unicode mode', () => {
    const patterns = [...new Set(valuesAt('pattern'))].map(String);
    expect(patterns.length).toBeGreaterThan(3);
    expect(patterns.filter((pattern) => /\\p\{|\\u\{/i.test(pattern))).toEqual([]);
    for (const pattern of patterns) expect(() => new RegExp(pattern)).not.toThrow();
  });

  it('an id is read alike with and without Unicode mode: anything but control characters and unpaired surrogates', () => {
    const meant = /^[^\p{Cc}\p{Cs}]*$/u;
    const unicode = new RegExp(ID_PATTERN.source, 'u');
    const differing = CHARACTERS.map((character) => `a${character}b`).filter(
      (id) => ID_PATTERN.test(id) !== meant.test(id) || unicode.test(id) !== meant.test(id),
    );
    expect(differing).toEqual([]);
  });

  it('the pattern of a word in the document takes every word, and beyond them only what nobody can see', () => {
    const documented = new RegExp(DOCUMENTED_WORD_PATTERN);
    for (const character of CHARACTERS) {
      for (const word of [character, `a${character}b`, ` ${character}`]) {
        if (documented.test(word) === WORD_PATTERN.test(word)) continue;
        expect(word).toMatch(/^[\s\p{Cf}]+$/u);
        expect(documented.test(word)).toBe(true);
      }
    }
    expect([64, 65].map((length) => documented.test('😀'.repeat(length)))).toEqual([true, false]);
  });

  it('the document has no bounds that only say how JavaScript counts', () => {
    expect(JSON.stringify(DOCUMENT)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  it('each list in the document has a schema for its items, and a bound where it begins with items of their own', () => {
    const isSchema = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
    const lists = members.map(([, , value]) => value).filter(isSchema);
    const unsaid = lists.filter(
      ({ type, items, prefixItems, maxItems }) =>
        type === 'array' && (!isSchema(items) || (Array.isArray(prefixItems) && maxItems !== prefixItems.length)),
    );
    expect(lists.filter(({ prefixItems }) => prefixItems !== undefined)).not.toEqual([]);
    expect(unsaid).toEqual([]);
  });

  it('the document describes every operation, tag, parameter and schema', () => {
    const { paths, tags, components } = DOCUMENT as unknown as {
      paths: Record<string, Record<string, { description?: string; parameters?: { description?: string }[] }>>;
      tags: { description?: string }[];
      components: { schemas: Record<string, { description?: string }> };
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    const described = [
      ...operations,
      ...operations.flatMap(({ parameters = [] }) => parameters),
      ...tags,
      ...Object.values(components.schemas),
    ];
    expect(described.length).toBeGreaterThan(80);
    expect(described.filter(({ description = '' }) => description === '')).toEqual([]);
  });

  it('the examples of a location and of an order are those of Stream’s documents', () => {
    const { object } = OrderUpdated.shape;
    expect(object.shape.location_id.meta()?.['examples']).toEqual(['pos_location_456']);
    expect(object.shape.order_id.meta()?.['examples']).toEqual(['pos_order_123']);
  });
});
