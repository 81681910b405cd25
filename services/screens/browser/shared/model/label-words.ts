import type { Order } from '../../../../../schemas/api/order-view';
import { WITHHELD } from '../../../../../schemas/events/withheld';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { say } from './say';

/** What of an order its words are made of. */
export type Labelled = Pick<Order, 'label'>;

/** A label in words; what nobody gave, or what is withheld, is absent. */
export interface LabelParts {
  /** The delivery service, or the brand. */
  readonly from: string | undefined;
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly items: string | undefined;
}

/** @returns the parts of what people at the counter call an order; null for an order of which nobody said that. */
export function labelParts({ label }: Labelled): LabelParts | null {
  // Items alone distinguish no order from another.
  if (label === undefined || (label.number === undefined && label.name === undefined)) return null;
  const { source, brand, number, name, items } = label;
  return {
    from: source === undefined ? brand : sourceWords(source),
    number,
    name: name === WITHHELD ? undefined : name,
    items: items === undefined ? undefined : say('label.items', { count: items }),
  };
}

/** @returns parts of a label as one text; empty if there is none of them. */
export const asOne = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' · ');

/** @returns how a screen names an order in a sentence, in the words that stand on its tile */
export function callWords(order: Labelled, shortId: string): string {
  const { number, name } = labelParts(order) ?? {};
  return number === undefined ? asOne(name, shortId) : asOne(number, name);
}

/**
 * Returns what people at the counter call an order, as its driver says it: `DoorDash · A1B2 · Maria G. · 3 items`.
 * @returns null for an order of which nobody said that
 */
export function labelWords(order: Labelled): string | null {
  const parts = labelParts(order);
  return parts === null ? null : asOne(parts.from, parts.number, parts.name, parts.items);
}
