import { orderKey, type OrderKey } from '../../schemas/order-key';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { Order } from '../../schemas/api/order-view';
import { evolve, initial, type OrderState, toOrder } from '../../projections/order/order';
import { interpret, type EventReading, classify } from '../../projections/history/timeline';
import { changesDrives, type Drive, drivesAfter } from '../../projections/order/drives';
import type { Verdict } from '../../schemas/vocabulary';
import { asEvents, receivedAt } from './arbitraries';

export const KEY: OrderKey = orderKey('pos_location_456', 'pos_order_123');

/** The object of one delivery without its ids, or a cancellation. */
export type DeliveryObject = Readonly<Record<string, unknown>> | 'order.canceled';

/** A status, and a delivery status and driver if given: one delivery in short. */
export const says = (status: string, delivery_status?: string, driver_details?: unknown): DeliveryObject => ({
  status,
  ...(delivery_status === undefined ? {} : { delivery_status }),
  ...(driver_details === undefined ? {} : { driver_details }),
});

export const eventsOf = (...deliveries: readonly DeliveryObject[]): OrderEvent[] =>
  asEvents(
    deliveries.map((object) =>
      object === 'order.canceled'
        ? { type: 'order.canceled', data: { location_id: KEY.location_id, provider_id: KEY.order_id } }
        : { type: 'order.updated', data: { ...KEY, ...object } },
    ),
  );

const HOUR_MS = 3_600_000;
/** Deliveries and how many hours after the first each came. */
export const eventsAt = (...steps: readonly (readonly [hours: number, deliveries: DeliveryObject])[]): OrderEvent[] => {
  const begun = Date.parse(receivedAt(0));
  return eventsOf(...steps.map(([, deliveries]) => deliveries)).map((event, index) => ({
    ...event,
    receivedAt: new Date(begun + (steps[index]?.[0] ?? 0) * HOUR_MS).toISOString(),
  }));
};

export const fold = (events: readonly OrderEvent[]): OrderState => events.reduce(evolve, initial);

/** What the read model keeps of an order. */
export interface Life {
  readonly state: OrderState;
  readonly drives: readonly Drive[];
  readonly verdicts: ReadonlySet<Verdict>;
}

export const lifeOf = (events: readonly OrderEvent[]): Life =>
  events.reduce<Life>(
    (life, event) => {
      const { state, verdict } = classify(KEY, life.state, event);
      const drives = changesDrives(life.state, state) ? drivesAfter(life.drives, life.state, state) : life.drives;
      return { state, drives, verdicts: new Set([...life.verdicts, verdict]) };
    },
    { state: initial, drives: [], verdicts: new Set() },
  );

/** The order after these events. */
export function orderAfter(events: readonly OrderEvent[]): Order {
  const order = toOrder(KEY, fold(events));
  if (order === null) throw new Error('a scenario needs a delivery');
  return order;
}
/** The order after these deliveries. */
export const after = (...deliveries: readonly DeliveryObject[]): Order => orderAfter(eventsOf(...deliveries));

/** How the last of these events is read. */
export function readingOfLast(events: readonly OrderEvent[]): EventReading {
  const last = events.at(-1);
  if (last === undefined) throw new Error('a scenario needs a delivery');
  return interpret(KEY, fold(events.slice(0, -1)), last).reading;
}
/** How the last of these deliveries is read. */
export const readLast = (...deliveries: readonly DeliveryObject[]): EventReading =>
  readingOfLast(eventsOf(...deliveries));

export const JANE = { source: 'uber', name: 'Jane Driver' };
export const JOHN = { source: 'doordash', name: 'John Driver' };
export const ROBOT = { source: 'kiwibot', name: 'Kiwi Robot #42', vehicle_info: { is_autonomous: true } };
