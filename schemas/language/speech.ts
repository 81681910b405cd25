import { en, type MessageId } from './catalogues/en';
import { directionOf } from './languages';
import { cutAtPlaces, type Message, type PlacesOf } from './message';

/** The messages of a language. One that is not there is said in English. */
export type Messages = Readonly<Partial<Record<MessageId, Message>>>;
/** The messages of a language, none left out. */
export type Catalogue = Readonly<Record<MessageId, Message>>;

type PlaceIn<Id extends MessageId> = PlacesOf<(typeof en)[Id]>;
/** What stands in the places of a message; no parameter for a message without any. */
export type Values<Id extends MessageId, Value> = [PlaceIn<Id>] extends [never]
  ? readonly []
  : readonly [values: Readonly<Record<PlaceIn<Id>, Value>>];

/** How something is said: in which language, and by whose customs numbers and times are written. */
export interface Speech {
  /** By BCP 47 tag. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** For what `Intl` writes. */
  readonly locale: string;
  /** Returns the text of a message. @param count of what it speaks of, where it has plural forms */
  readonly textOf: (id: MessageId, count: unknown) => string;
  /** Writes a whole number. @param digits the least that there are */
  readonly number: (value: number, digits?: number) => string;
}

/** Creates the speech of a language. @param messages what is not among them is said in English */
export function createSpeech(language: string, locale: string, messages: Messages): Speech {
  const own = new Intl.PluralRules(language);
  const english = new Intl.PluralRules('en');
  const formats = new Map<number, Intl.NumberFormat>();
  return {
    language,
    direction: directionOf(language),
    locale,
    textOf: (id, count) => {
      const message: Message = messages[id] ?? en[id];
      if (typeof message === 'string') return message;
      const rules = messages[id] === undefined ? english : own;
      return (typeof count === 'number' ? message[rules.select(count)] : undefined) ?? message.other;
    },
    number: (value, digits = 1) => {
      const format = formats.get(digits) ?? new Intl.NumberFormat(locale, { minimumIntegerDigits: digits });
      formats.set(digits, format);
      return format.format(value);
    },
  };
}

export const ENGLISH = createSpeech('en', 'en', en);

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

/** Returns a message in parts, with what stands in its places. */
export function partsIn<Part>(
  speech: Speech,
  id: MessageId,
  values: Readonly<Record<string, Part | string | number>>,
): readonly (Part | string)[] {
  return cutAtPlaces(speech.textOf(id, values['count'])).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = values[part] ?? '';
    if (typeof value === 'number') return speech.number(value);
    return typeof value === 'string' ? isolated(speech, value) : value;
  });
}

/** Says a message in a speech. */
export function sayIn<Id extends MessageId>(speech: Speech, id: Id, ...values: Values<Id, string | number>): string {
  const [given = {}]: readonly Readonly<Record<string, string | number>>[] = values;
  return partsIn<never>(speech, id, given).join('');
}
