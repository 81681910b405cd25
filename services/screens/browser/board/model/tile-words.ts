import type { Order } from '../../../../../schemas/api/order-view';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { asOne, labelParts } from '../../shared/model/label-words';
import { driverWords, statusWords } from '../../shared/model/words';
import { clip, textOf } from './handoff/handoff';

/** How much room a tile takes: all that there is to say, what its column does not say, or one line. */
export type Shape = 'roomy' | 'compact' | 'row';

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

/** What a tile calls its order: the largest words, and those beside them. */
export interface Called {
  readonly title: string;
  readonly more: string;
}

/** @param shortId says which order it is where nobody gave a number or a name */
export function calledOn(shape: Shape, order: Order, shortId: string): Called {
  const label = labelParts(order);
  if (label === null) return { title: shortId, more: '' };
  const { number, name, items } = label;
  // A service that stands below, with the driver, is not said twice.
  const from = label.from === sourceOf(order) ? undefined : label.from;
  if (number === undefined && name === undefined) {
    return { title: shortId, more: shape === 'row' ? '' : asOne(from, items) };
  }
  const title = number ?? asOne(name);
  // Two customers of one name are nothing rare.
  const rest = number === undefined ? shortId : name;
  switch (shape) {
    case 'roomy':
      return { title: asOne(number, name), more: asOne(from, items, shortId) };
    case 'compact':
      return { title, more: asOne(rest, items, from) };
    case 'row':
      return { title, more: asOne(rest) };
  }
}
