import type { OrderKey } from '../../schemas/order-key';
import type { Freshness } from './freshness';
import type { OrderTableReader } from './order-table/reader';
import { type NewestEvent, ReadModelError } from './order-table/schema';

/** @returns what the newest event of an order may be, or null if nothing is known of it; never throws. */
export type Guess = (key: OrderKey) => NewestEvent | null;

/**
 * Lets those who record events begin with what the read model knows, which is newer than nothing after a restart. It
 * may be old, but never of another log: before the projector has caught up with this one, with which it first compares
 * its events, nothing is guessed.
 */
export function createGuess(orders: Pick<OrderTableReader, 'newestOf'>, freshness: Pick<Freshness, 'complete'>): Guess {
  return (key) => {
    if (!freshness.complete) return null;
    try {
      return orders.newestOf(key);
    } catch (error) {
      if (error instanceof ReadModelError) return null; // it is being made anew
      throw error;
    }
  };
}
