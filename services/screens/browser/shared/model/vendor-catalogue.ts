import { isTag } from '../../../../../schemas/language/languages';
import { type Message, placesOf, textsOf } from '../../../../../schemas/language/message';
import type { Messages, Source } from '../../../../../schemas/language/speech';
import { isJsonObject } from '../../../../../schemas/json/json-object';
import { LoadingError } from './loading-error';

/** Words that somebody brings for the screens: docs/guides/speak-the-counters-language.md describes their form. */
export interface VendorCatalogue {
  /** By BCP 47 tag. */
  readonly language: string;
  readonly messages: Messages;
}

/** Most bytes of a catalogue. */
export const MOST_OF_CATALOGUE = 500_000;

const isMessage = (value: unknown): value is Message =>
  typeof value === 'string' ||
  (isJsonObject(value) &&
    typeof value['other'] === 'string' &&
    Object.values(value).every((text) => typeof text === 'string'));

/**
 * Returns whether each text of a message has something to say and the places of the English one: no other, for which there
 * is no value, and none left out, for it is what people compare. Only the count need not be said, as in `two days`.
 */
function isUsable(english: Message, message: Message): boolean {
  const places = placesOf(english);
  const known = typeof english === 'string' ? places : ['count', ...places];
  const required = places.filter((name) => name !== 'count');
  return textsOf(message).every((text) => {
    const own = placesOf(text);
    return (
      text.trim() !== '' && own.every((name) => known.includes(name)) && required.every((name) => own.includes(name))
    );
  });
}

/**
 * Reads a catalogue in JSON. A message that is not known, or cannot be used, is left out, so that it is said in another
 * language rather than wrongly.
 * @param source the messages that are known
 * @throws Error for what is no catalogue
 */
export function parseCatalogue(text: string, source: Source): VendorCatalogue {
  const value: unknown = JSON.parse(text);
  const { language, messages } = isJsonObject(value) ? value : {};
  if (typeof language !== 'string' || !isTag(language))
    throw new LoadingError('Its language is no language tag (BCP 47).');
  if (!isJsonObject(messages)) throw new LoadingError('It has no messages.');
  const usable = Object.entries(source).flatMap(([id, english]) => {
    const message = Object.hasOwn(messages, id) ? messages[id] : undefined;
    return isMessage(message) && isUsable(english, message) ? [[id, message] as const] : [];
  });
  return { language, messages: Object.fromEntries(usable) };
}
