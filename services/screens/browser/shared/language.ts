import type { ReactiveController } from 'lit';
import { en } from '../../../../schemas/language/catalogues/en';
import { chooseLanguage, type Language, LANGUAGES, localeOf } from '../../../../schemas/language/languages';
import { createSpeech, type Messages, type Source } from '../../../../schemas/language/speech';
import { abortAfter } from './deadline';
import { LoadingError } from './model/loading-error';
import { speak } from './model/say';
import { MOST_OF_CATALOGUE, parseCatalogue, type VendorCatalogue } from './model/vendor-catalogue';
import { readAtMost } from './read-at-most';
import { keep, load } from './storage';

/** Which language the page speaks, and where its words come from. */

/** Words that components say. */
export interface Words {
  readonly source: Source;
  /** Gets those of the other languages, each of which is a file of its own that is loaded when it is spoken. */
  readonly others: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Messages>>>;
}

/** What every component says. */
const COUNTER: Words = {
  source: en,
  others: {
    es: async () => (await import('../../../../schemas/language/catalogues/es')).es,
    'fr-CA': async () => (await import('../../../../schemas/language/catalogues/fr-ca')).frCa,
    'pt-BR': async () => (await import('../../../../schemas/language/catalogues/pt-br')).ptBr,
    'zh-Hans': async () => (await import('../../../../schemas/language/catalogues/zh-hans')).zhHans,
  },
};

/** What the components of the page say. */
const words = new Set([COUNTER]);

/** Milliseconds that a catalogue of somebody else may take. */
const PATIENCE_MS = 20_000;

/** Milliseconds until words that could not be loaded are asked for again; where the browser comes online, at once. */
const AGAIN_MS = 60_000;

/** What a page wants spoken. */
interface Wanted {
  /** The language that the page names; empty: what was set on this screen, or else what its location speaks, or the browser wants. */
  readonly language: string;
  /** Address of a catalogue of somebody else's; empty: there is none. */
  readonly catalogue: string;
}

const listeners = new Set<() => void>();
let wanted: Wanted = { language: '', catalogue: '' };
/** What the locations of the components speak, as the service says. */
const advice = new Map<object, string>();
let failed: string | null = null;
/** Counts what was asked for: what was loaded for something else is not spoken any more. */
let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** @param changed called whenever the page speaks otherwise than before. @returns what ends it */
export function onLanguage(changed: () => void): () => void {
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
  };
}

/** Returns the language that was set on this screen; empty: none was. */
export function keptLanguage(): string {
  try {
    const kept: unknown = JSON.parse(load('language') ?? '""');
    return typeof kept === 'string' ? kept : '';
  } catch {
    return '';
  }
}

/** Keeps a language for this screen. @param language empty: as the browser wants it */
export function keepLanguage(language: string): void {
  if (language === keptLanguage()) return;
  keep('language', language);
  void follow();
}

/** Returns what the location of the component speaks that heard of it first; empty: nobody said so. */
const advised = (): string => advice.values().next().value ?? '';

/**
 * Has the page speak what the location of a component does, where nobody set otherwise.
 * @param by who heard of it
 * @param language a BCP 47 tag; empty: nobody says so any more
 */
export function adviseLanguage(by: object, language: string): void {
  const before = advised();
  if (language === '') advice.delete(by);
  else advice.set(by, language);
  // Words of somebody else's go before what a location speaks.
  if (advised() !== before && wanted.catalogue === '') void follow();
}

/** Returns whether the page says itself which language it speaks, whatever is set on the screen. */
export const isLanguageNamed = (): boolean => wanted.language !== '' || wanted.catalogue !== '';

/** Returns the language or the address of the catalogue whose words could not be loaded, or null. */
export const failedWords = (): string | null => failed;

/**
 * Has the page speak what the attributes of a component name. All components of a page speak the same: what was named last
 * counts, and a component that never named anything leaves it to the others.
 */
export class SpokenLanguage implements ReactiveController {
  #named: Wanted | null = null;
  readonly #host: Wanted;

  /** @param own what the component says beside the words of the counter */
  constructor(host: Wanted, ...own: readonly Words[]) {
    this.#host = host;
    for (const one of own) words.add(one);
  }

  hostUpdate(): void {
    const { language, catalogue } = this.#host;
    if (this.#named?.language === language && this.#named.catalogue === catalogue) return;
    const isNamed = this.#named !== null || language !== '' || catalogue !== '';
    this.#named = { language, catalogue };
    if (isNamed) wanted = this.#named;
    if (isNamed || asked === 0) void follow();
  }
}

/** Loads what is wanted and speaks it. What cannot be loaded leaves the page as it speaks, and is asked for again. */
async function follow(): Promise<void> {
  asked += 1;
  const turn = asked;
  clearTimeout(timer);
  window.removeEventListener('online', again);
  const { language, catalogue } = wanted;
  const own = chooseLanguage([language, keptLanguage(), advised(), ...navigator.languages]);
  const utter = (spoken: string, messages: Messages): void => {
    if (turn !== asked) return;
    speak(createSpeech(spoken, localeOf(spoken, [...navigator.languages, advised()]), messages));
    notify();
  };
  const misses = [
    await missed(LANGUAGES[own], async () => {
      utter(own, await wordsOf(own));
    }),
  ];
  if (catalogue !== '') {
    const miss = await missed(catalogue, async () => {
      const vendor = await fetchCatalogue(catalogue);
      // What it leaves out is said in our words for its language, if there are any.
      const beneath = await wordsOf(chooseLanguage([vendor.language]));
      utter(vendor.language, { ...beneath, ...vendor.messages });
    });
    misses.push(miss);
  }
  if (turn === asked) note(misses.at(-1) ?? null);
}

const again = (): void => void follow();

interface Miss {
  /** The language, or the address of the catalogue. */
  readonly what: string;
  readonly cause: unknown;
}

/** @returns what went wrong; null: nothing did */
async function missed(what: string, run: () => Promise<void>): Promise<Miss | null> {
  try {
    await run();
    return null;
  } catch (cause) {
    return { what, cause };
  }
}

/** Keeps what could not be loaded, which is reported once, and has it asked for again. */
function note(miss: Miss | null): void {
  const before = failed;
  failed = miss?.what ?? null;
  if (miss !== null) {
    timer = setTimeout(again, AGAIN_MS);
    window.addEventListener('online', again);
  }
  if (failed === before) return;
  if (miss !== null) report(new LoadingError(`The words of ${miss.what} cannot be loaded.`, { cause: miss.cause }));
  notify();
}

function notify(): void {
  for (const changed of listeners) changed();
}

async function wordsOf(language: Language): Promise<Messages> {
  if (language === 'en') return {};
  return merged(await Promise.all([...words].map(({ others }) => others[language]())));
}

const merged = <Value extends object>(all: readonly Value[]): Value => Object.assign({}, ...all) as Value; // of their type

/** Reports what went wrong as if nobody had caught it. */
function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

const fetchCatalogue = (address: string): Promise<VendorCatalogue> =>
  abortAfter(PATIENCE_MS, async (signal) => {
    const response = await fetch(new URL(address, document.baseURI), { signal });
    if (!response.ok) throw new LoadingError(`It was answered with ${String(response.status)}.`);
    return parseCatalogue(
      await readAtMost(response, MOST_OF_CATALOGUE),
      merged([...words].map(({ source }) => source)),
    );
  });
