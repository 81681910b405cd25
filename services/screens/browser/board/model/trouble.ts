import type { Order } from '../../../../../schemas/api/order-view';
import { say } from '../../shared/model/say';

/** What may have gone wrong, in Stream's words for it. */
const TROUBLES = [
  'failed_to_assign_driver',
  'failed_to_pickup',
  'failed_to_deliver',
  'merchant_canceled',
  'failed',
] as const;

/** @returns what has to be done about an order under *Needs action*, or null where none of those words was reported */
export function troubleWords({ delivery_status }: Pick<Order, 'delivery_status'>): string | null {
  const trouble = TROUBLES.find((one) => one === delivery_status);
  return trouble === undefined ? null : say(`trouble.${trouble}`);
}

/** Returns whether the restaurant loses the price of the food: it left, and nobody will pay for it. */
export const isMoneyLost = ({ attention, delivery_status }: Pick<Order, 'attention' | 'delivery_status'>): boolean =>
  attention.includes('canceled_after_pickup') || delivery_status === 'failed_to_deliver';
