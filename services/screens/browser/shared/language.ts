import { chooseLanguage, type Language, localeOf } from '../../../../schemas/language/languages';
import { createSpeech, type Messages } from '../../../../schemas/language/speech';
import { within } from './deadline';
import { speak } from './model/say';
import { readCatalogue, type VendorCatalogue } from './model/vendor-catalogue';
import { keep, load } from './storage';

/** Which language the page speaks, and where its words come from. */

/** Gets the words of the other languages, each of which is a file of its own that is loaded when it is spoken. */
const CATALOGUES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Messages>>> = {
  es: async () => (await import('../../../../schemas/language/catalogues/es')).es,
  'fr-CA': async () => (await import('../../../../schemas/language/catalogues/fr-ca')).frCa,
  'pt-BR': async () => (await import('../../../../schemas/language/catalogues/pt-br')).ptBr,
  'zh-Hans': async () => (await import('../../../../schemas/language/catalogues/zh-hans')).zhHans,
};

/** Milliseconds that a catalogue of somebody else may take. */
const PATIENCE_MS = 20_000;

/** What a page wants spoken. */
interface Wanted {
  /** The language that the page names; empty: what was set on this screen, or else what the browser wants. */
  readonly language: string;
  /** Address of a catalogue of somebody else's; empty: there is none. */
  readonly catalogue: string;
}

const listeners = new Set<() => void>();
let wanted: Wanted = { language: '', catalogue: '' };
let failed: string | null = null;
/** Counts what was asked for: what was loaded for something else is not spoken any more. */
let asked = 0;

/** @param changed called whenever the page speaks otherwise than before. @returns what ends it */
export function onLanguage(changed: () => void): () => void {
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
  };
}

/** Returns the language that was set on this screen; empty: none was. */
export const keptLanguage = (): string => load('language')?.replaceAll('"', '') ?? '';

/** Keeps a language for this screen. @param language empty: as the browser wants it */
export function keepLanguage(language: string): void {
  if (language === keptLanguage()) return;
  keep('language', language);
  void follow();
}

/** Returns whether the page says itself which language it speaks, whatever is set on the screen. */
export const isLanguageNamed = (): boolean => wanted.language !== '' || wanted.catalogue !== '';

/** Returns the address of the catalogue that could not be loaded, or null. */
export const failedCatalogue = (): string | null => failed;

/** Makes the page speak what a page wants. All components of a page speak the same. */
export function wantLanguage(now: Wanted): void {
  wanted = now;
  void follow();
}

async function follow(): Promise<void> {
  asked += 1;
  const turn = asked;
  const { language, catalogue } = wanted;
  const change = (missing: string | null, spoken: string, messages: Messages): void => {
    if (turn !== asked) return;
    failed = missing;
    speak(createSpeech(spoken, localeOf(spoken, navigator.languages), messages));
    for (const changed of listeners) changed();
  };
  const own = chooseLanguage([language, keptLanguage(), ...navigator.languages]);
  const words = await wordsOf(own);
  const [spoken, messages] = words === null ? ['en', {}] : [own, words];
  change(null, spoken, messages);
  if (catalogue === '') return;
  try {
    const vendor = await fetchCatalogue(catalogue);
    // What it leaves out is said in our words for its language, if there are any.
    const beneath = await wordsOf(chooseLanguage([vendor.language]));
    change(null, vendor.language, { ...beneath, ...vendor.messages });
  } catch (cause) {
    report(new Error(`The catalogue ${catalogue} cannot be used.`, { cause }));
    change(catalogue, spoken, messages);
  }
}

/** @returns the words of a language of ours; null where they cannot be had */
async function wordsOf(language: Language): Promise<Messages | null> {
  try {
    return language === 'en' ? {} : await CATALOGUES[language]();
  } catch (cause) {
    report(cause);
    return null;
  }
}

/** Reports what went wrong as if nobody had caught it. */
function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

const fetchCatalogue = (address: string): Promise<VendorCatalogue> =>
  within(PATIENCE_MS, async (signal) => {
    const response = await fetch(new URL(address, document.baseURI), { signal });
    if (!response.ok) throw new Error(`It was answered with ${String(response.status)}.`);
    return readCatalogue(await response.text());
  });
