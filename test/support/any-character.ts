import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };
const MAX_CODE_POINT = 0x10ffff;

/** A character by its number among all of them: code points without the halves of surrogate pairs. */
const characterAt = (index: number): string =>
  String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count);

/** @throws {Error} if it is not one character: so fast-check finds out whether a text of its own consists of them. */
function indexOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
  const index = code === undefined || code < SURROGATES.from ? code : code - SURROGATES.count;
  if (index === undefined || index < 0 || characterAt(index) !== text) throw new Error('not one character');
  return index;
}

/**
 * Any character: for `unit` what `'binary'` is, and the same cases, but without the table of all million characters that
 * fast-check makes for that in each file, which takes most of a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat({ max: MAX_CODE_POINT - SURROGATES.count })
  .map(characterAt, indexOf);
