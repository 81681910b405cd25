import type { Delivery, LocationId, OrderId } from './wire/handle-order';

/** What names an order, whichever name the type of a delivery gives the order id. */
export interface OrderKey {
  readonly location_id: LocationId;
  readonly order_id: OrderId;
}

/** Takes a text for the id of a location. Only what reads a store, a file or a path, or makes ids up, calls it. */
export const locationId = (id: string): LocationId => id as LocationId;

/** Takes a text for the id of an order. Only what reads a store, a file or a path, or makes ids up, calls it. */
export const orderId = (id: string): OrderId => id as OrderId;

/** Names an order by texts of which {@link locationId} and {@link orderId} make its ids. */
export const orderKey = (location: string, order: string): OrderKey => ({
  location_id: locationId(location),
  order_id: orderId(order),
});

/** @returns the ids of the order that `delivery` is about (docs/protocol.md#section-2). */
export function orderKeyOf(delivery: Delivery): OrderKey {
  switch (delivery.type) {
    case 'order.updated':
      return { location_id: delivery.object.location_id, order_id: delivery.object.order_id };
    case 'order.canceled':
      return { location_id: delivery.object.location_id, order_id: delivery.object.provider_id };
  }
}
