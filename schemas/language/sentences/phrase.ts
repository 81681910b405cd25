import { createSpeech, partsIn, type Speech, type Values } from '../speech';
import { EVIDENCE_MESSAGES, type EvidenceId } from './evidence-messages';

/** What is said of an order, before it is said in a language. */
export interface Phrase {
  readonly kind: 'message';
  readonly id: EvidenceId;
  readonly values: Readonly<Record<string, Filling>>;
}

/** What others wrote, as it came. */
interface Foreign {
  readonly kind: 'foreign';
  readonly text: string;
}

/** A time as the API gives it. */
interface Moment {
  readonly kind: 'time';
  readonly at: string;
}

/** What stands in a place of a message. */
export type Filling = Phrase | Foreign | Moment | number;

/** A piece of a sentence; what others wrote is marked, so that a page can isolate its direction of writing. */
export interface SentencePart {
  readonly text: string;
  readonly isForeign: boolean;
}

export const foreign = (text: string): Foreign => ({ kind: 'foreign', text });
export const moment = (at: string): Moment => ({ kind: 'time', at });
export const phrase = <Id extends EvidenceId>(
  id: Id,
  ...values: Values<(typeof EVIDENCE_MESSAGES)[Id], Filling>
): Phrase => {
  const [given = {}]: readonly Readonly<Record<string, Filling>>[] = values;
  return { kind: 'message', id, values: given };
};

/** Joins phrases as a list of words: `a, b and c`; null for none. */
export function listed(phrases: readonly Phrase[]): Phrase | null {
  const last = phrases.at(-1);
  if (last === undefined) return null;
  const before = phrases
    .slice(0, -1)
    .reduce<Phrase | null>((all, next) => (all === null ? next : phrase('said.comma', { before: all, next })), null);
  return before === null ? last : phrase('said.and', { before, next: last });
}

/** How files and the API speak: numbers are written as they are in JSON. */
export const OF_FILES: Speech = { ...createSpeech('en', 'en', {}), number: String };

/** A day before a time of it, as {@link TimeWords} write times of other days. */
const DAY_AND_TIME = /^(\S+-\d\d-\d\d) (.+)$/;

const plain = (text: string): SentencePart => ({ text, isForeign: false });

/** Says a time that is written; where it names its day too, as the language does. */
export function timeIn(speech: Speech, written: string): string {
  const [, day, time] = DAY_AND_TIME.exec(written) ?? [];
  if (day === undefined || time === undefined) return written;
  return partsIn<never>(speech, 'said.day_time', EVIDENCE_MESSAGES['said.day_time'], { day, time }).join('');
}

/** Says a phrase in a speech. @param timeWords writes a time */
export function partsOfPhrase(
  { id, values }: Phrase,
  speech: Speech,
  timeWords: (at: string) => string,
): readonly SentencePart[] {
  const said = Object.entries(values).map(([name, value]) => [name, fillingIn(value, speech, timeWords)] as const);
  return partsIn<readonly SentencePart[]>(speech, id, EVIDENCE_MESSAGES[id], Object.fromEntries(said)).flatMap(
    (part) => (typeof part === 'string' ? [plain(part)] : part),
  );
}

function fillingIn(
  value: Filling,
  speech: Speech,
  timeWords: (at: string) => string,
): readonly SentencePart[] | number {
  if (typeof value === 'number') return value;
  switch (value.kind) {
    case 'foreign':
      return [{ text: value.text, isForeign: true }];
    case 'time':
      return [plain(timeIn(speech, timeWords(value.at)))];
    case 'message':
      return partsOfPhrase(value, speech, timeWords);
  }
}

/** Says a phrase as a sentence: it begins with a capital letter, unless others wrote what it begins with, and ends. */
export function sentenceOf(what: Phrase, speech: Speech, timeWords: (at: string) => string): readonly SentencePart[] {
  const parts = partsOfPhrase(phrase('said.sentence', { what }), speech, timeWords).filter(({ text }) => text !== '');
  const [first, ...others] = parts;
  if (first === undefined || first.isForeign) return parts;
  return [plain(`${first.text.charAt(0).toUpperCase()}${first.text.slice(1)}`), ...others];
}

/** Returns parts as one text. */
export const textOfParts = (parts: readonly SentencePart[]): string => parts.map(({ text }) => text).join('');
