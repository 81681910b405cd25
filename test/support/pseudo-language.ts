import { en } from '../../schemas/language/catalogues/en';
import { enAuditors } from '../../schemas/language/auditors/en';
import { enOperators } from '../../schemas/language/operators/en';
import { cutAtPlaces, type Message } from '../../schemas/language/message';

/**
 * A language to test with: English in brackets and 40 % longer. What is not in brackets on a page came from no catalogue,
 * and what does not fit would not fit in German or Finnish either.
 */

/** How long a text is, compared with English. */
const LENGTHENING = 1.4;

/** @returns a text with its vowels doubled, and more of the last if it is not long enough. */
const lengthened = (text: string): string =>
  text.replace(/[aeiou]/gi, '$&$&').padEnd(Math.ceil(text.length * LENGTHENING), 'y');

function pseudo(text: string): string {
  const parts = cutAtPlaces(text).map((part, at) => {
    if (at % 2 === 1) return `{${part}}`;
    return part.replace(/\S(?:.*\S)?/s, (words) => (/\p{L}/u.test(words) ? `⟦${lengthened(words)}⟧` : words));
  });
  return parts.join('');
}

const pseudoMessage = (message: Message): Message =>
  typeof message === 'string'
    ? pseudo(message)
    : { one: pseudo(message.one ?? message.other), other: pseudo(message.other) };

/** @returns messages in the pseudo-language. */
export const pseudoMessages = (source: Readonly<Record<string, Message>>): Readonly<Record<string, Message>> =>
  Object.fromEntries(Object.entries(source).map(([id, message]) => [id, pseudoMessage(message)]));

/** The catalogue of the pseudo-language, in the form in which a vendor serves one. */
export const PSEUDO_CATALOGUE = JSON.stringify({
  language: 'en-XA',
  messages: pseudoMessages({ ...en, ...enOperators, ...enAuditors }),
});
