import type { AttentionCode } from '../vocabulary';

/** What an attention code is called, for people: on screens and in evidence. */
export const ATTENTION_WORDS: Readonly<Record<AttentionCode, string>> = {
  driver_here: 'Driver is here',
  robot: 'Robot',
  driver_changed: 'Driver changed',
  handed_over_to_another: 'Another driver has it',
  may_be_a_repeat: 'May be old news sent again',
  no_driver: 'No driver found',
  delivery_failed: 'Delivery failed',
  coming_back: 'Food is coming back',
  canceled_after_pickup: 'Canceled after pickup',
  out_of_order: 'Late news, not followed',
  order_number_reused: 'Order number used again',
  unreadable_field: 'Something came in another form',
  unknown_status: 'Unknown order status',
  unknown_delivery_status: 'Unknown delivery status',
};
