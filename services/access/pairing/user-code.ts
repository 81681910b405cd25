/** The code that a new screen shows: few letters, so that people can enter them (RFC 8628 section 6.1). */

/**
 * Letters of a code: no vowel, so that no word comes of them, no digit, and of letters that look or sound alike in a hand
 * or on a bad screen only one.
 */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
/** Letters of a code: 20 to the power of 8 are 2.6 * 10^10 codes. */
const LENGTH = 8;
const GROUP = LENGTH / 2;
const CODE = new RegExp(`^[${LETTERS}]{${String(LENGTH)}}$`);

/** A code without what is between its letters. */
export type UserCode = string & { readonly __brand: 'UserCode' };

/** Makes a code. @param random returns a whole number from 0 and less than what it is given, each as likely */
export const makeUserCode = (random: (below: number) => number): UserCode =>
  Array.from({ length: LENGTH }, () => LETTERS[random(LETTERS.length)]).join('') as UserCode; // of so many such letters

/** Reads a code that somebody entered; case and what is between the letters do not matter. @returns null if it is none */
export function parseUserCode(typed: string): UserCode | null {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return CODE.test(letters) ? (letters as UserCode) : null; // by its pattern
}

/** Returns a code as it is shown. */
export const shownUserCode = (code: UserCode): string => `${code.slice(0, GROUP)}-${code.slice(GROUP)}`;
