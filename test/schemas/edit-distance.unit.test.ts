import fc from 'fast-check';
import { editDistance } from '../../schemas/edit-distance';

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
