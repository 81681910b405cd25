import { isWaiting, type OrderState, toOrder } from '../../../projections/order/order';
import type { EventId } from '../../../schemas/events/event-id';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import type { CustomerOrder } from '../../../schemas/api/live';
import type { Order } from '../../../schemas/api/order-view';
import { withoutContact } from '../../access/withhold';
import type { Position } from '../../event-store/event-store';
import { eventFrame } from '../../http/event-stream';
import type { ShowOrder } from '../../labels/labels';
import type { OrderRecord } from '../../read-model/order-table/schema';

/** What is sent to whom of an order. */

/** Who watches: it decides what of an order is sent. */
export type Audience =
  /** The counter: the whole order. */
  | 'board'
  /** Screens that do not need the driver's phone and passcode. */
  | 'board-without-contact'
  /** A wall in front of customers: nothing about persons. */
  | 'customers';

const VIEWS: Readonly<Record<Audience, (order: Order, state: OrderState) => Order | CustomerOrder>> = {
  board: (order) => order,
  'board-without-contact': withoutContact,
  customers: ({ order_id, label, revision, stage, stage_since, updated_at }, state) => ({
    order_id,
    ...(label?.number === undefined ? {} : { number: label.number }),
    revision,
    stage,
    ready: isWaiting(state),
    stage_since,
    updated_at,
  }),
};

/**
 * An event of the log: the id of a message. Without the event's own id, a client that was away while a backup was put
 * back would silently miss what the log has at positions that were given before.
 */
export interface FeedAddress {
  readonly position: Position;
  /** The first 8 digits of the event's id. */
  readonly event: string;
}

export const feedAddress = (position: Position, eventId: EventId): FeedAddress => ({
  position,
  event: eventId.slice(0, 8),
});

export const frame = (event: string, data: unknown, id: FeedAddress | null = null): string =>
  eventFrame(event, stringifyJson(data), id === null ? null : `${id.position}-${id.event}`);

export const viewFor = (
  show: ShowOrder,
  audience: Audience,
  { key, state }: OrderRecord,
): Order | CustomerOrder | null => {
  const order = show(key, state);
  return order === null ? null : VIEWS[audience](order, state);
};

/** What orders are called, which changes without an event of theirs. */
export interface LiveLabels {
  readonly show: ShowOrder;
  /** @returns an order as it is now; null if nothing was reported about it. @throws {ReadModelError} */
  readonly recordOf: (key: OrderKey) => OrderRecord | null;
  /** @returns the orders of a location whose labels came after a position. */
  readonly changedSince: (locationId: LocationId, position: Position) => readonly OrderKey[];
}

export const NO_LABELS: LiveLabels = { show: toOrder, recordOf: () => null, changedSince: () => [] };

/**
 * Makes a message once for all who get the same.
 * @param address place of its newest event; null: the client is where it was before
 */
export function messageMaker(
  show: ShowOrder,
  order: OrderRecord,
  address: FeedAddress | null,
): (audience: Audience) => string {
  const made = new Map<Audience, string>();
  return (audience) => {
    const known = made.get(audience);
    if (known !== undefined) return known;
    const text = frame('order', viewFor(show, audience, order), address);
    made.set(audience, text);
    return text;
  };
}
