/** Marks that nobody sees: zero-width characters, joiners, directions of writing, soft hyphens. */
const INVISIBLE = /\p{Cf}/gu;
const WHITE_SPACE = /\s+/g;
const VISIBLE = /[^\s\p{Cf}]/u;

/** @returns whether a text says nothing: it is empty, or nobody could see that it is not (docs/protocol.md#ruling-5-5) */
export const isBlank = (text: string): boolean => !VISIBLE.test(text);

/**
 * @returns one spelling of a name, a source or a plate for all that are read as the same: in NFKC and lower case,
 *   without invisible marks, with single spaces and none around it (docs/protocol.md#ruling-5-6)
 */
export const spellingOf = (text: string): string =>
  text.normalize('NFKC').replace(INVISIBLE, '').replace(WHITE_SPACE, ' ').trim().toLowerCase();

const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;
const DIGIT = /\p{Nd}/u;

/** Writes the digits of all scripts as 0 to 9, in a text in NFKC: Unicode has them in tens that begin with the zero. */
export const asciiDigits = (text: string): string =>
  text.replace(OTHER_DIGIT, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let before = 0;
    while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
    return String(before % 10);
  });

/** @returns letters and digits alone, in one spelling: numbers and plates are written with spaces and hyphens, or without */
export const charactersOf = (text: string): string => asciiDigits(spellingOf(text)).replace(/[^\p{L}0-9]/gu, '');
