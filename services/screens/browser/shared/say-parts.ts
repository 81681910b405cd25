import type { TemplateResult } from 'lit';
import { en } from '../../../../schemas/language/catalogues/en';
import type { Message } from '../../../../schemas/language/message';
import { partsIn, type Values } from '../../../../schemas/language/speech';
import { speech } from './model/say';

type Part = TemplateResult | string | number;

/** Returns what says the messages of a source in the language of the page, with markup in their places. */
export const partsSayerOf =
  <From extends Readonly<Record<keyof From, Message>>>(source: From) =>
  <Id extends keyof From & string>(id: Id, ...values: Values<From[Id], Part>): readonly (TemplateResult | string)[] => {
    const [given = {}]: readonly Readonly<Record<string, Part>>[] = values;
    return partsIn<TemplateResult>(speech(), id, source[id], given);
  };

/** Says a message of the counter in the language of the page, with markup in its places. */
export const sayParts = partsSayerOf(en);
