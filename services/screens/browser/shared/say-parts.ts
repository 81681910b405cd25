import type { TemplateResult } from 'lit';
import { en, type MessageId } from '../../../../schemas/language/catalogues/en';
import { partsIn, type Values } from '../../../../schemas/language/speech';
import { speech } from './model/say';

type Part = TemplateResult | string | number;

/** Says a message in the language of the page, with markup in its places. */
export function sayParts<Id extends MessageId>(
  id: Id,
  ...values: Values<(typeof en)[Id], Part>
): readonly (TemplateResult | string)[] {
  const [given = {}]: readonly Readonly<Record<string, Part>>[] = values;
  return partsIn<TemplateResult>(speech(), id, en[id], given);
}
