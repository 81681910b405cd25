import type { Order } from '../../../schemas/api/order-view';
import { locationId, orderId } from '../../../schemas/order-key';

/** Noon by the service's clock, in milliseconds. */
export const NOON = Date.parse('2026-11-21T12:00:00.000Z');
export const at = (ms: number): string => new Date(ms).toISOString();

/** An order as the feed sends it; a test says what it is about. */
export const order = (about: Partial<Order> = {}): Order => ({
  location_id: locationId('l'),
  order_id: orderId('pos_order_1'),
  status: 'in_progress',
  delivery_status: null,
  driver_details: null,
  stage: 'preparing',
  attention: [],
  same_report_as: null,
  handed_over: null,
  acknowledged: { cancel: null, driver_change: null },
  revision: 0,
  first_received_at: at(NOON),
  updated_at: at(NOON),
  reported_at: at(NOON),
  stage_since: at(NOON),
  ...about,
});
