import type { MessageId } from './catalogues/en';
import { directionOf } from './languages';
import { cutAtPlaces, type Message, type PlacesOf } from './message';

/** English messages by what they are called: what is not there in another language is said in these words. */
export type Source = Readonly<Record<string, Message>>;
/** The messages of a language. One that is not there is said in English. */
export type Messages = Readonly<Partial<Record<string, Message>>>;
/** The messages of a language, none left out. */
export type Catalogue = Readonly<Record<MessageId, Message>>;

/** What stands in the places of a message, as it is in English; no parameter for a message without any. */
export type Values<English, Value> = [PlacesOf<English>] extends [never]
  ? readonly []
  : readonly [values: Readonly<Record<PlacesOf<English>, Value>>];

/** How something is said: in which language, and by whose customs numbers and times are written. */
export interface Speech {
  /** By BCP 47 tag. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** For what `Intl` writes. */
  readonly locale: string;
  /**
   * Returns the text of a message.
   * @param english how it is said where the language does not have it
   * @param count of what it speaks of, where it has
   *   plural forms
   */
  readonly textOf: (id: string, english: Message, count: unknown) => string;
  /** Writes a whole number. @param digits the least that there are */
  readonly number: (value: number, digits?: number) => string;
}

/** Creates the speech of a language. @param messages what is not among them is said in English */
export function createSpeech(language: string, locale: string, messages: Messages): Speech {
  const own = new Intl.PluralRules(language);
  const ofEnglish = new Intl.PluralRules('en');
  const formats = new Map<number, Intl.NumberFormat>();
  return {
    language,
    direction: directionOf(language),
    locale,
    textOf: (id, english, count) => {
      const message = messages[id] ?? english;
      if (typeof message === 'string') return message;
      const rules = messages[id] === undefined ? ofEnglish : own;
      return (typeof count === 'number' ? message[rules.select(count)] : undefined) ?? message.other;
    },
    number: (value, digits = 1) => {
      const format = formats.get(digits) ?? new Intl.NumberFormat(locale, { minimumIntegerDigits: digits });
      formats.set(digits, format);
      return format.format(value);
    },
  };
}

/** Letters that are written from right to left, and marks that are as good as one. */
const TURNS =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\u200e\u200f]/u;
/** What embeds, overrides and isolates: nobody sees it, and with an end too many it reaches out of a place. */
const CONTROLS = /[\u202a-\u202e\u2066-\u2069]/gu;
/** FIRST STRONG ISOLATE, and what ends it. */
const ISOLATE = '\u2068';
const END = '\u2069';

/**
 * Returns a text of others as it stands in a sentence, which it cannot turn around. Where nothing turns the direction,
 * marks that nobody sees would only be in the way of those who search.
 */
function isolated({ direction }: Speech, value: string): string {
  const text = value.replace(CONTROLS, '');
  return direction === 'rtl' || TURNS.test(text) ? `${ISOLATE}${text}${END}` : text;
}

/** Returns a message in parts, with what stands in its places. @param english how it is said in English */
export function partsIn<Part>(
  speech: Speech,
  id: string,
  english: Message,
  values: Readonly<Record<string, Part | string | number>>,
): readonly (Part | string)[] {
  return cutAtPlaces(speech.textOf(id, english, values['count'])).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = values[part] ?? '';
    if (typeof value === 'number') return speech.number(value);
    return typeof value === 'string' ? isolated(speech, value) : value;
  });
}

/** Returns what says the messages of a source in a speech. */
export const sayerOf =
  <From extends Readonly<Record<keyof From, Message>>>(source: From) =>
  <Id extends keyof From & string>(speech: Speech, id: Id, ...values: Values<From[Id], string | number>): string => {
    const [given = {}]: readonly Readonly<Record<string, string | number>>[] = values;
    return partsIn<never>(speech, id, source[id], given).join('');
  };
