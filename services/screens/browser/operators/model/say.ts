import { en } from '../../../../../schemas/language/catalogues/en';
import { enOperators } from '../../../../../schemas/language/operators/en';
import { partsIn, sayerOf, type Values } from '../../../../../schemas/language/speech';
import { speech } from '../../shared/model/say';

/** The messages of pages for shift leads and operators: their own, and those of the counter. */
export const OPERATORS = { ...en, ...enOperators };

/** What such a message is called. */
export type OperatorsId = keyof typeof OPERATORS;

/** Whether there is such a message: values of a newer service have none. */
export const isOperatorsId = (id: string): id is OperatorsId => Object.hasOwn(OPERATORS, id);

const sayIn = sayerOf(OPERATORS);

/** Says a message of these pages in the language of the page. */
export const say = <Id extends OperatorsId>(
  id: Id,
  ...values: Values<(typeof OPERATORS)[Id], string | number>
): string => sayIn(speech(), id, ...values);

/** Says what a value of an answer means; one without words is shown as it came, and called unknown. */
export function sayValue(kind: 'access.' | 'role.' | 'watching.kind_' | 'destinations.view_', value: string): string {
  const id = `${kind}${value}`;
  return isOperatorsId(id) ? partsIn<never>(speech(), id, OPERATORS[id], {}).join('') : say('unknown', { word: value });
}

/** Says things one after the other: `a, b, c`. */
export const listWords = (all: readonly string[]): string =>
  all.reduce((before, next) => (before === '' ? next : say('words.and', { before, next })), '');
