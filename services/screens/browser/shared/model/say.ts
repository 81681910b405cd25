import { en, isMessageId, type MessageId } from '../../../../../schemas/language/catalogues/en';
import { ENGLISH, sayIn } from '../../../../../schemas/language/counter';
import { partsIn, type Speech, type Values } from '../../../../../schemas/language/speech';

/**
 * The language that a page speaks. All of its components speak the same, and English until they are set to another: it is
 * kept here once, rather than handed to each function that makes words.
 */
let spoken = ENGLISH;

/** Returns how the page speaks now. */
export const speech = (): Speech => spoken;

/** Sets how the page speaks. What is on the page has to be drawn anew after it. */
export const speak = (next: Speech): void => {
  spoken = next;
};

/** Says a message in the language of the page. */
export const say = <Id extends MessageId>(id: Id, ...values: Values<(typeof en)[Id], string | number>): string =>
  sayIn(spoken, id, ...values);

/** Writes a whole number as the language does. @param digits the least that there are */
export const numberWords = (value: number, digits = 1): string => spoken.number(value, digits);

/** Says what a value of the wire means; one without words is shown as it came, and called unknown. */
export function sayValue(kind: 'status' | 'delivery' | 'stage' | 'attention', value: string): string {
  const id = `${kind}.${value}`;
  return isMessageId(id) ? partsIn<never>(spoken, id, en[id], {}).join('') : say('unknown', { word: value });
}
