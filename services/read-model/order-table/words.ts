import type { Database as Connection } from 'better-sqlite3';
import { spellingOf } from '../../../projections/values/spelling';
import { sourceWords } from '../../../schemas/words/source-words';

/** Texts as the search looks them up by their parts: in trigrams, as the tokenizer of SQLite cuts them. */

/** Characters of a trigram: shorter parts are looked for by looking through everything. */
const GRAM = 3;
/** Most trigrams of one part that are looked up: what is found is looked at again, and each takes time. */
const MOST_GRAMS = 6;
/** Ids of one system have letters in common, and a trigram that a million ids have takes longest. */
const DISTINGUISHES_IDS = /\d.*\d/s;

/** @returns a plate as it is looked for: spaces and dashes are written or not. */
export const plateSpelling = (plate: string): string => spellingOf(plate).replace(/[^\p{L}\p{N}]/gu, '');

/** @returns a source as it is looked for: by what people call it, in whichever of its spellings it comes. */
export const sourceSpelling = (source: string): string => spellingOf(sourceWords(source));

/** Lets statements write texts as they are looked for: `spelling` and `plate_spelling`. */
export function addSpellings(db: Connection): void {
  db.function('spelling', { deterministic: true }, (text) => spellingOf(String(text)));
  db.function('plate_spelling', { deterministic: true }, (plate) => plateSpelling(String(plate)));
}

/** @returns a query of FTS5 that finds all texts with a part, and few others; null if the part is too short. */
export function gramsOf(part: string): string | null {
  const characters = Array.from(part);
  if (characters.length < GRAM) return null;
  const all = characters.slice(GRAM - 1).map((_, at) => characters.slice(at, at + GRAM).join(''));
  const numbers = all.filter((gram) => DISTINGUISHES_IDS.test(gram));
  // Of a number the end, where most differ; of words every other trigram, which has all of their letters.
  const chosen =
    numbers.length > 0 ? numbers.slice(-MOST_GRAMS) : all.filter((_, at) => at % 2 === 0).slice(0, MOST_GRAMS);
  return chosen.map((gram) => `"${gram.replaceAll('"', '""')}"`).join(' AND ');
}
