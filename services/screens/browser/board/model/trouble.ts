import type { Order } from '../../../../../schemas/order-view';

/** What has to be done about an order, as far as Stream's word for what went wrong tells. */
const TROUBLES: ReadonlyMap<string, string> = new Map([
  ['failed_to_assign_driver', 'No driver found: the food waits for one'],
  ['failed_to_pickup', 'Driver left without the food: it is still here'],
  ['failed_to_deliver', 'Could not deliver: ask where the food is'],
  ['merchant_canceled', 'Delivery canceled by the restaurant: the food has no driver'],
  ['failed', 'Delivery failed: ask the delivery service'],
]);

/** @returns what an order under *Needs action* is about, or null where nobody has told us of its word */
export const troubleWords = ({ delivery_status }: Pick<Order, 'delivery_status'>): string | null =>
  TROUBLES.get(delivery_status ?? '') ?? null;

/** Returns whether the restaurant loses the price of the food: it left, and nobody will pay for it. */
export const isMoneyLost = ({ attention, delivery_status }: Pick<Order, 'attention' | 'delivery_status'>): boolean =>
  (attention as readonly string[]).includes('canceled_after_pickup') || delivery_status === 'failed_to_deliver';
