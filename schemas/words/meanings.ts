import type { AttentionCode, Stage } from '../vocabulary';

/** What our own words for an order mean, for everybody who meets one: in the docs, on the page of the API and on screens. */

/** The rules of projections/order/stage.ts in words, in the order in which they are tried. */
export const STAGE_MEANINGS: Readonly<Record<Stage, string>> = {
  returned: 'the food is back at the restaurant',
  coming_back: 'the driver is bringing the food back',
  canceled: 'it was canceled, and the food is not on its way back',
  failed: 'the last final status is failed',
  completed: 'it was reported completed or delivered',
  needs_action: 'the last delivery status is a failure',
  on_the_way: 'the food has left the restaurant',
  driver_here: 'the driver was last reported at the restaurant',
  ready: 'the kitchen last said ready',
  preparing: 'nothing that leads to another stage was reported',
};

/** The rules of projections/order/attention.ts in words, in the order in which codes are shown. */
export const ATTENTION_MEANINGS: Readonly<Record<AttentionCode, string>> = {
  driver_here: 'the driver is at the restaurant, and waits for the food',
  robot: 'a robot drives: it leaves after some ten minutes, and does not ring',
  driver_changed: 'another driver comes than before, or none any more; until the food leaves or the order ends',
  handed_over_to_another:
    'it was handed over to a driver who is not the one assigned now; until it is handed over again, undone, or the order ends',
  may_be_a_repeat: 'the newest report is the same as an earlier one: it may be old news that was sent again',
  no_driver: 'no driver was found',
  delivery_failed: 'the delivery failed otherwise, and the order has not gone well since',
  coming_back: 'the driver is bringing the food back',
  canceled_after_pickup: 'it was canceled after the food had left, and the food is not back',
  out_of_order: 'the newest report is of an earlier step than the order stands at, so it is not followed',
  order_number_reused: 'an earlier order had the same number; until this one ends',
  unreadable_field: 'a field came in another form than documented, and is read as far as it can be',
  unknown_status: 'the status is a word that is not documented: it is shown as it came',
  unknown_delivery_status: 'the delivery status is a word that is not documented: it is shown as it came',
};
