import fc from 'fast-check';
import { editDistance, isOneSlip } from '../../schemas/words/edit-distance';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['READER', 'READERS', 1],
  ])('from %j to %j it takes %i changes', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
  });

  it('the edit distance is the same both ways, 0 only for the same text, and no longer by a detour', () => {
    const word = fc.string({ unit: fc.constantFrom('A', 'B', '_'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        const distance = editDistance(a, b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(distance + editDistance(b, c));
      }),
    );
  });
});

describe('isOneSlip', () => {
  it.each([
    ['A1B2', 'A1B3', true],
    ['A1B2', 'A12B', true],
    ['A1B2', '1AB2', true],
    ['A1B2', 'A1B', true],
    ['A1B2', 'A11B2', true],
    ['A1B2', 'A1B2', true],
    ['A1B2', 'B1A2', false],
    ['A1B2', 'A2B1', false],
    ['A1B2', 'A1', false],
    ['', 'ab', false],
  ])('between %j and %j it is %j', (one, other, expected) => {
    expect(isOneSlip(one, other)).toBe(expected);
  });

  it('there is one slip between two texts where their edit distance is 1 at most, or two neighbours are swapped', () => {
    const word = fc.string({ unit: fc.constantFrom('A', 'B', 'C'), maxLength: 6 });
    const swaps = (text: string): readonly string[] =>
      Array.from(text.slice(1), (letter, at) => text.slice(0, at) + letter + (text[at] ?? '') + text.slice(at + 2));
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(isOneSlip(a, b)).toBe(editDistance(a, b) <= 1 || swaps(a).includes(b));
        expect(isOneSlip(b, a)).toBe(isOneSlip(a, b));
      }),
    );
  });
});
