import { z } from 'zod';
import { DestinationName } from './destinations';
import { ConsumerName, FeedPosition } from './api/feed';
import { ConsumerSetData } from './consumer-events';
import { LocationId, OrderId } from './wire/handle-order';
import { Time } from './api/order-view';
import { type StreamName, streamName } from './events/stream-name';

/**
 * What is stored of destinations. How far each has come is kept as for the consumers of the feed, in streams of its own
 * (schemas/consumer-events.ts); the rest is here.
 */

/** The stream of all of it but the commits. */
export const DESTINATIONS_STREAM = streamName('destinations');

/** @returns the consumer that keeps how far a destination has come. Any name of a destination is one of a consumer. */
export const consumerOf = (name: DestinationName): ConsumerName => ConsumerName.parse(name);

/**
 * @param name by {@link consumerOf}
 * @returns the stream of some commits of a destination: see `commitStream` of the consumers.
 */
export const destinationCommitStream = (name: ConsumerName, volume: number): StreamName =>
  streamName(`destination-${name}-${String(volume)}`);

export const ORDER_SET_ASIDE = 'destination.order-set-aside';
export const ORDER_CAUGHT_UP = 'destination.order-caught-up';
export const ITEM_PARKED = 'destination.item-parked';
export const DESTINATION_FAILING = 'destination.failing';
export const DESTINATION_RECOVERED = 'destination.recovered';
export const DESTINATION_GONE = 'destination.gone';
export const DESTINATION_TAKEN = 'destination.taken';

/** A destination was set to a position: the event of its consumer. */
export const DestinationSetData = ConsumerSetData.extend({ name: DestinationName });

const OfOrder = z.object({ name: DestinationName, location_id: LocationId, order_id: OrderId, at: Time });

/** An order's news fail while those of others arrive: commits go on without it. */
export const OrderSetAsideData = OfOrder.extend({
  after: FeedPosition.meta({ description: 'its first item that is not settled comes after this' }),
  since: Time.meta({ description: 'since when they fail' }),
  removal: z
    .object({ position: FeedPosition, received_at: Time })
    .nullable()
    .meta({ description: 'its events were deleted: this is sent in their place' }),
});
export type OrderSetAsideData = z.infer<typeof OrderSetAsideData>;

/** All news of an order that was set aside are settled. */
export const OrderCaughtUpData = OfOrder;
export type OrderCaughtUpData = z.infer<typeof OrderCaughtUpData>;

/** News were given up. */
export const ItemParkedData = OfOrder.extend({
  position: FeedPosition,
  attempts: z.int(),
  since: Time,
  reason: z.string(),
});
export type ItemParkedData = z.infer<typeof ItemParkedData>;

/** Nothing arrives. */
export const DestinationFailingData = z.object({ name: DestinationName, since: Time, reason: z.string(), at: Time });
export type DestinationFailingData = z.infer<typeof DestinationFailingData>;

/** Something arrived again. */
export const DestinationRecoveredData = z.object({ name: DestinationName, at: Time });
export type DestinationRecoveredData = z.infer<typeof DestinationRecoveredData>;

/** It answered 410: nothing is sent to this URL any more. */
export const DestinationGoneData = z.object({ name: DestinationName, url_sha256: z.string(), at: Time });
export type DestinationGoneData = z.infer<typeof DestinationGoneData>;

/** An instance sends from now on, in place of whichever did. */
export const DestinationTakenData = z.object({
  name: DestinationName,
  instance: z.string().meta({ description: 'made anew at each start' }),
  at: Time,
});
export type DestinationTakenData = z.infer<typeof DestinationTakenData>;
