import type { Order } from '../../../../../schemas/api/order-view';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { driverWords, statusWords } from '../../shared/model/words';
import { clip, textOf } from './handoff/handoff';

/** Most characters of a text of others on a tile; the handoff card has all of it. */
export const MOST_CHARACTERS = 80;
/** Most characters of the name of a platform on a tile. */
const MOST_OF_SOURCE = 24;

export const nameOf = (order: Order): string | null => clipped(textOf(order.driver_details?.name), MOST_CHARACTERS);

export const sourceOf = (order: Order): string | null => {
  const source = textOf(order.driver_details?.source);
  return source === null ? null : clip(sourceWords(source), MOST_OF_SOURCE);
};

const clipped = (text: string | null, most: number): string | null => (text === null ? null : clip(text, most));

/**
 * @returns what is new to somebody who sees the stage already: how far the food is while the driver waits for it, and
 *   where the driver is before
 */
export const newsOf = (order: Order): string =>
  order.stage === 'driver_here' ? statusWords(order.status) : driverWords(order.delivery_status);
