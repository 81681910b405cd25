import { nothingSummed, summarize } from '../../projections/history/summary';
import { offsetsOfZone, timeWordsBy } from '../../schemas/local-time';
import type { OrderEvent } from '../../schemas/events/order-events';
import type { OrderSummary } from '../../schemas/api/order-summary';
import { summaryText } from '../../schemas/language/sentences/summary-words';
import { type DeliveryObject, eventsOf, KEY } from '../projections/scenario';

export const UTC = timeWordsBy(offsetsOfZone('UTC'));

export const ordersOf = (events: readonly OrderEvent[]): readonly OrderSummary[] =>
  events.reduce((before, event) => summarize(KEY, before, event), nothingSummed).orders;

/** The sentences about the orders of a number. */
export const sentenceAbout = (events: readonly OrderEvent[], words = UTC): string =>
  ordersOf(events)
    .map((order) => summaryText(order, words))
    .join(' | ');

/** The sentence about deliveries that came a second apart, from 18:00:00 on. */
export const sentence = (...deliveries: readonly DeliveryObject[]): string => sentenceAbout(eventsOf(...deliveries));
