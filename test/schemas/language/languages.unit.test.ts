import fc from 'fast-check';
import {
  acceptedLanguages,
  chooseLanguage,
  directionOf,
  isTag,
  LANGUAGES,
  localeOf,
} from '../../../schemas/language/languages';

describe('the choice of a language', () => {
  it.each([
    [['es-MX', 'en-US'], 'es'],
    [['fr'], 'fr-CA'],
    [['pt-PT'], 'pt-BR'],
    [['zh'], 'zh-Hans'],
    [['zh-CN'], 'zh-Hans'],
    [['zh-TW', 'fr-FR'], 'fr-CA'],
    [['de', 'ja'], 'en'],
    [['', 'de', 'es'], 'es'],
    [['not a tag!', 'es'], 'es'],
    [[], 'en'],
  ])('of the languages %j, %s is spoken', (wanted, spoken) => {
    expect(chooseLanguage(wanted)).toBe(spoken);
  });

  it('whatever is wanted, a language is spoken that has a catalogue', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' })), (wanted) => chooseLanguage(wanted) in LANGUAGES));
  });

  it('numbers and times are written by the customs of the browser’s region, where it speaks the language', () => {
    expect(localeOf('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(localeOf('es', ['en-US', 'es-MX'])).toBe('es-MX');
    expect(localeOf('zh-Hans', ['zh-TW'])).toBe('zh-Hans');
    expect(localeOf('ar', ['en-US'])).toBe('ar');
  });

  it.each([
    ['ar', 'rtl'],
    ['he-IL', 'rtl'],
    ['fa', 'rtl'],
    ['ur', 'rtl'],
    ['az-Arab', 'rtl'],
    ['az', 'ltr'],
    ['zh-Hans', 'ltr'],
    ['', 'ltr'],
  ])('the language %p is written %s', (language, direction) => {
    expect(directionOf(language)).toBe(direction);
  });

  it('a header of languages is read by weight, and what is refused or no number is left out', () => {
    expect(acceptedLanguages('fr-CA, en;q=0.8, es;q=0.9, *;q=0.1, de;q=0, it;q=x')).toEqual(['fr-CA', 'es', 'en', '*']);
    expect(acceptedLanguages('')).toEqual(['']);
    expect(chooseLanguage(acceptedLanguages('*'))).toBe('en');
  });

  it('a tag has the form of BCP 47, and a bounded length', () => {
    expect(['es', 'zh-Hans-CN', 'en-XA'].every(isTag)).toBe(true);
    expect(['', 'not a tag', '..', `en-${'a'.repeat(40)}`].some(isTag)).toBe(false);
  });
});
