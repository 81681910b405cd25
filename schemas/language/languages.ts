/** Languages of which there is a catalogue, by BCP 47 tag, each with its name in itself. */
export const LANGUAGES = {
  en: 'English',
  es: 'Español',
  'fr-CA': 'Français (Canada)',
  'pt-BR': 'Português (Brasil)',
  'zh-Hans': '简体中文',
} as const;
export type Language = keyof typeof LANGUAGES;

/** Scripts that are written from right to left, by ISO 15924 code. */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);

/** Most characters of a tag that is looked at. */
const MOST_OF_TAG = 35;

/** Returns a tag with its usual script and region; null for what is no tag. */
function whole(tag: string): Intl.Locale | null {
  if (tag === '' || tag.length > MOST_OF_TAG) return null;
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return null;
  }
}

/** Returns whether a text is a well-formed tag of a language. */
export const isTag = (text: string): boolean => whole(text) !== null;

/** Returns whether somebody who reads the one reads the other: the language and its script are the same, not the region. */
export function isReadAs(one: string, other: string): boolean {
  const [first, second] = [whole(one), whole(other)];
  return first !== null && first.language === second?.language && first.script === second.script;
}

/**
 * Chooses among the languages that there are.
 * @param wanted tags, the most wanted first; what is no tag is passed over
 * @returns English where none of them is there
 */
export function chooseLanguage(wanted: readonly string[]): Language {
  const there = Object.keys(LANGUAGES) as Language[]; // `Object.keys` forgets which there are
  for (const tag of wanted) {
    const found = there.find((language) => isReadAs(language, tag));
    if (found !== undefined) return found;
  }
  return 'en';
}

/**
 * Returns by whose customs numbers and times are written in a language: those of the first region among a browser's
 * languages in which it is spoken, such as `en-GB` for English, or else the usual ones of the language.
 */
export const localeOf = (language: string, browser: readonly string[]): string =>
  browser.find((tag) => isReadAs(tag, language)) ?? language;

/** Returns how a language is written. */
export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.has(whole(language)?.script ?? '') ? 'rtl' : 'ltr';

/** Most languages of an `Accept-Language` header that are looked at. */
const MOST_ACCEPTED = 20;

/** Returns the languages of an `Accept-Language` header (RFC 9110), the most wanted first. */
export const acceptedLanguages = (header: string): readonly string[] =>
  header
    .split(',', MOST_ACCEPTED)
    .map((one) => {
      const [tag = '', ...parameters] = one.split(';').map((part) => part.trim());
      const weight = parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
      return { tag, weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
