import type { Stage } from '../../../schemas/vocabulary';
import type { Position } from '../../event-store/event-store';
import type { OrderRecord, PlacedOrder, Witness } from './schema';

/** What is read of the table of orders at a time. */

export interface ListOptions {
  readonly stage?: Stage;
  readonly active?: boolean;
  readonly limit: number;
  /** The last page's `next`; 0 for the first page. */
  readonly after: number;
}

export interface ListedOrders {
  readonly records: readonly OrderRecord[];
  /** For the next page's `after`; null at the end. */
  readonly next: number | null;
}

/** Some orders that were looked at. */
export interface OrderSlice {
  readonly orders: readonly (OrderRecord & { readonly seq: number })[];
  /** The number of the last one that was looked at; null if that is all. */
  readonly end: number | null;
}

/** Orders as they stood at one moment of the read model. */
export interface OrdersAt {
  /** The newest event in it; null before the first. */
  readonly newest: Witness | null;
  /** Everything up to here is in it; null before the first event. */
  readonly position: Position | null;
  readonly orders: readonly PlacedOrder[];
  /** There were more than were asked for. */
  readonly truncated: boolean;
}

/** Some orders of all locations by the position of their newest event, as of one moment. */
export interface NewsSlice {
  /** The newest event in the read model; null before the first. */
  readonly newest: Witness | null;
  /** Those with the oldest news first. */
  readonly orders: readonly PlacedOrder[];
  /** The last news that were looked at; null if that is all. */
  readonly end: Witness | null;
}
