/**
 * What a terminal would act on rather than show: controls, marks of direction and other marks without a shape, separators of
 * lines, halves of characters. What was recorded, or what a file says, may hold any of them. A tab does no harm, and parts
 * columns.
 */
const UNPRINTABLE = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (sign: string): string => {
  const code = (sign.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
};

/** @returns one line of text in which whatever a terminal would act on is escaped, line feeds too. */
export const printableLine = (text: string): string => text.replaceAll(UNPRINTABLE, escaped);

/** @returns the same for text of several lines of our own. */
export const printable = (text: string): string => text.split('\n').map(printableLine).join('\n');
