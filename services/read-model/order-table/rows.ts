import type { EventId } from '../../../schemas/events/event-id';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import type { Position } from '../../event-store/event-store';
import { type OrderRecord, parseState, type PlacedOrder } from './schema';

/** Rows of the table of orders, and the orders that they are. */

export interface OrderRow extends OrderKey {
  readonly seq: number;
  readonly state: string;
}

export const recordOf = ({ location_id, order_id, state }: OrderRow): OrderRecord => ({
  key: { location_id, order_id },
  state: parseState(state),
});

export interface PlacedRow extends Omit<OrderKey, 'location_id'> {
  readonly placed: Position;
  readonly event_id: EventId;
  readonly state: string;
}

export const placedOf = (location_id: LocationId, { order_id, placed, event_id, state }: PlacedRow): PlacedOrder => ({
  key: { location_id, order_id },
  position: placed,
  eventId: event_id,
  state: parseState(state),
});
