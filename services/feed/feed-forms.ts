import { stringifyJson } from '../../schemas/json/exact-json';
import type { FeedCloudEvent, FeedItem, FeedPage } from '../../schemas/api/feed';
import { eventFrame } from '../http/event-stream';
import type { FeedAnswer } from './feed';

/** The forms in which the feed is answered. */

export const CLOUD_EVENTS_BATCH = 'application/cloudevents-batch+json';
/** Headers that say what a batch of CloudEvents has no place for. */
export const NEXT_HEADER = 'Feed-Next';
export const CAUGHT_UP_HEADER = 'Feed-Caught-Up';

/** Types of CloudEvents begin with the name of who defines them. */
const TYPE_PREFIX = 'ticket-rail';

/** @returns an item as CloudEvents 1.0 has it. */
export const cloudEventOf = (item: FeedItem): FeedCloudEvent => ({
  specversion: '1.0',
  id: item.position,
  source: `/locations/${encodeURIComponent(item.location_id)}`,
  type: `${TYPE_PREFIX}.${item.type}`,
  subject: item.order_id,
  time: item.received_at,
  datacontenttype: 'application/json',
  data: item,
});

export const pageText = ({ items, next, caughtUp }: FeedAnswer): string =>
  stringifyJson({ items, next, caught_up: caughtUp } satisfies FeedPage);

export const batchText = ({ items }: FeedAnswer): string => stringifyJson(items.map(cloudEventOf));

/** @returns a part of the stream of server-sent events. */
export function streamText({ items, next, caughtUp }: FeedAnswer): string {
  const messages = items.map((item) => eventFrame('item', stringifyJson(item), item.position));
  return messages.join('') + eventFrame('position', JSON.stringify({ next, caught_up: caughtUp }), next);
}
