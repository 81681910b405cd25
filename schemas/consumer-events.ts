import { z } from 'zod';
import { ConsumerName, FeedPosition } from './api/feed';
import { Time } from './api/order-view';
import { ReaderName } from './files/readers';
import { type StreamName, streamName } from './events/stream-name';

/** What is stored of the consumers of the feed. */

/** The stream that says which consumers there are, and where the commits of each are kept. */
export const CONSUMERS_STREAM = streamName('consumers');

/**
 * @param volume revision of the event in {@link CONSUMERS_STREAM} that began it
 * @returns the stream of some commits of a consumer. They are in volumes because a store deletes whole streams only.
 */
export const commitStream = (name: ConsumerName, volume: number): StreamName =>
  streamName(`consumer-${name}-${String(volume)}`);

export const CONSUMER_SET = 'consumer.set';
export const CONSUMER_VOLUME_BEGUN = 'consumer.volume-begun';
export const CONSUMER_DELETED = 'consumer.deleted';
export const CONSUMER_COMMITTED = 'consumer.committed';

/** A consumer was made, or set to a position: what was committed before counts no longer. */
export const ConsumerSetData = z.object({
  name: ConsumerName,
  reader: ReaderName.nullable(),
  position: FeedPosition,
  at: Time,
});
export type ConsumerSetData = z.infer<typeof ConsumerSetData>;

/** Its commits go to another stream from here on. */
export const ConsumerVolumeData = z.object({ name: ConsumerName, position: FeedPosition, at: Time });
export type ConsumerVolumeData = z.infer<typeof ConsumerVolumeData>;

export const ConsumerDeletedData = z.object({ name: ConsumerName, at: Time });
export type ConsumerDeletedData = z.infer<typeof ConsumerDeletedData>;

export const ConsumerCommittedData = z.object({ position: FeedPosition, at: Time });
export type ConsumerCommittedData = z.infer<typeof ConsumerCommittedData>;
