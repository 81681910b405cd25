import type { TemplateResult } from 'lit';
import { partsIn, type Values } from '../../../../schemas/language/speech';
import { speech } from '../shared/model/say';
import { OPERATORS, type OperatorsId } from './model/say';

type Part = TemplateResult | string | number;

/** Says a message of pages for shift leads and operators in the language of the page, with markup in its places. */
export function sayParts<Id extends OperatorsId>(
  id: Id,
  ...values: Values<(typeof OPERATORS)[Id], Part>
): readonly (TemplateResult | string)[] {
  const [given = {}]: readonly Readonly<Record<string, Part>>[] = values;
  return partsIn<TemplateResult>(speech(), id, OPERATORS[id], given);
}
