import { asciiDigits, spellingOf } from '../../../../../../projections/values/spelling';
import { isOneSlip } from '../../../../../../schemas/words/edit-distance';

/** A name by what is said of it at a counter. */
export type SpokenName = readonly [first: string, initial: string | undefined];

/** Accents of Latin, Greek and Cyrillic letters, apart from these. */
const ACCENTS = /[\u0300-\u036f]/g;

/** Letters from which on first names with one slip between them are heard as one: `Anna` is `Hanna`, `Ana` is not `Ada`. */
const LEAST_HEARD = 5;

/**
 * Returns letters and digits of a name in one spelling, without accents, which some write and nobody is sure to hear. The
 * vowels that other scripts write as marks stay: without them `राम` is `रमा`.
 */
export const spokenCharacters = (name: string): string =>
  asciiDigits(spellingOf(name))
    .normalize('NFD')
    .replace(ACCENTS, '')
    .replace(/[^\p{L}\p{M}0-9]/gu, '')
    .replace(/^\p{M}+/u, '')
    .normalize('NFC');

/** Returns the first name, and the initial of the last one, if there is one; null where nothing is left of it. */
export function spokenName(name: string): SpokenName | null {
  const [first = '', ...others] = spellingOf(name).split(' ').map(spokenCharacters);
  return first === '' ? null : [first, Array.from(others.at(-1) ?? '')[0]];
}

/** Returns whether two people are called the same, or nearly, where first name and initial are all that is said. */
export function areNamesakes([first, initial]: SpokenName, [otherFirst, otherInitial]: SpokenName): boolean {
  const isHeardAs = Math.max(first.length, otherFirst.length) >= LEAST_HEARD && isOneSlip(first, otherFirst);
  if (first !== otherFirst && !isHeardAs) return false;
  return initial === undefined || otherInitial === undefined || initial === otherInitial;
}
