import type { Order } from '../../../../../schemas/api/order-view';
import { WITHHELD } from '../../../../../schemas/events/withheld';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { say } from './say';

/** What of an order its words are made of. */
export type Labelled = Pick<Order, 'label'>;

/**
 * Returns what people at the counter call an order, as its driver says it: `DoorDash · A1B2 · Maria G. · 3 items`.
 * @returns null for an order of which nobody said that
 */
export function labelWords({ label }: Labelled): string | null {
  if (label === undefined) return null;
  const { source, brand, number, name, items } = label;
  const from = source === undefined ? brand : sourceWords(source);
  const count = items === undefined ? undefined : say('label.items', { count: items });
  // Items alone distinguish no order from another.
  if (number === undefined && name === undefined) return null;
  return [from, number, name === WITHHELD ? undefined : name, count].filter((part) => part !== undefined).join(' · ');
}
