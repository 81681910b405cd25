import type { Request, Router } from 'express';
import { z } from 'zod';
import {
  BEGINNING,
  type ConsumerName,
  FeedCloudEvent,
  FeedFact,
  FeedOrder,
  FeedPage,
  FeedRemoval,
  type FeedPosition,
} from '../../schemas/api/feed';
import { FeedHeaders, FeedQuery } from '../../schemas/api/requests';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { AccessLog } from '../access/log/access-log';
import { FEED, readers as readersOnly, requireLocation } from '../access/requirements';
import type { Reader, ReaderDirectory } from '../access/readers/readers';
import { feedItemFor } from '../access/withhold';
import { type Endpoints, serve } from '../http/endpoint';
import { goneSignal } from '../http/gone-signal';
import { Problem, STORE_PROBLEMS } from '../http/problem';
import { type Feed, type FeedAnswer, type Wanted, wantedOf } from './feed';
import { batchText, CAUGHT_UP_HEADER, CLOUD_EVENTS_BATCH, NEXT_HEADER, pageText } from './feed-forms';
import { parseFeedPosition } from './feed-place';
import { Looks } from './looks';
import { createSendStream } from './send-stream';

/** Most who wait for news or read a stream at a time: each has a connection. */
export const MAX_FOLLOWERS = 1_000;
/** What of followers is counted. */
export interface FollowerCounts {
  waiting: number;
  items: number;
}

/** @returns the locations that are asked for, as far as they are the reader's. @throws {Problem} `not-permitted` */
function wantedBy(reader: Reader, asked: readonly LocationId[] | undefined): Wanted {
  if (asked === undefined) return wantedOf(reader);
  for (const locationId of asked) requireLocation(reader, locationId);
  return new Set(asked);
}

export const FEED_CALLS = {
  followFeed: {
    method: 'get',
    path: '/feed',
    tag: 'Feed',
    summary: 'Every order’s news over all locations, in the order of the log',
    description:
      'Ask again with `next`, until `caught_up`; from then on with `wait`, which answers at once when there is an ' +
      'item. An answer may hold fewer items than asked for, or none, before the end. An order whose events retention ' +
      'deleted is an item `order.removed`. A batch of CloudEvents has no place for `next` and `caught_up`: the headers ' +
      '`Feed-Next` and `Feed-Caught-Up` have them in every form. As server-sent events, `item` (an item) and ' +
      '`position` (`next` and `caught_up`) go on until the client leaves; `Last-Event-ID` resumes.',
    query: FeedQuery,
    headers: FeedHeaders,
    answers: {
      200: {
        description:
          'Items after the position; the schema of a stream is that of one message, with its data parsed as JSON',
        content: {
          'application/json': [FeedPage],
          [CLOUD_EVENTS_BATCH]: [z.array(FeedCloudEvent)],
          'text/event-stream': [
            z.object({ event: z.literal('item'), data: z.union([FeedFact, FeedOrder, FeedRemoval]) }),
            z.object({ event: z.literal('position'), id: z.string(), data: FeedPage.omit({ items: true }) }),
          ],
        },
        headers: {
          'Feed-Next': 'the position to go on with',
          'Feed-Caught-Up': 'true or false: whether there was nothing more',
        },
      },
    },
    problems: [
      'consumer-not-found',
      'feed-position-unknown',
      'too-many-reads',
      'too-many-followers',
      'read-model-behind',
      ...STORE_PROBLEMS,
    ],
    permission: readersOnly(FEED),
  },
} satisfies Endpoints;

/**
 * Creates the routes of the feed, which machines follow.
 * @param positionOf where a consumer of the reader is. @throws {Problem} `consumer-not-found`, `not-permitted`
 * @param stopping ends all waiting
 * @param monotonic milliseconds of a clock that never goes back
 */
export function createFeedRoutes(options: {
  readonly feed: Feed;
  readonly positionOf: (reader: Reader, consumer: ConsumerName) => Promise<FeedPosition>;
  readonly readers: ReaderDirectory;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly counts: FollowerCounts;
  readonly stopping: AbortSignal;
  readonly monotonic: () => number;
}): Router {
  const { feed, positionOf, readers, accessLog, counts, stopping, monotonic } = options;

  async function follow<Result>(work: () => Promise<Result>): Promise<Result> {
    if (counts.waiting >= MAX_FOLLOWERS) {
      const detail = `${String(MAX_FOLLOWERS)} are waiting for news already. Ask again, without wait, or close some.`;
      throw new Problem('too-many-followers', detail);
    }
    counts.waiting++;
    try {
      return await work();
    } finally {
      counts.waiting--;
    }
  }

  const show = async (request: Request, reader: Reader, answer: FeedAnswer): Promise<FeedAnswer> => {
    if (answer.items.length > 0) await accessLog.record(reader, { what: 'feed', path: request.originalUrl });
    counts.items += answer.items.length;
    return { ...answer, items: answer.items.map((item) => feedItemFor(reader, item)) };
  };

  const looks = new Looks(feed, stopping, monotonic);
  const stream = createSendStream({ looks, readers, show, stopping });

  return serve(FEED_CALLS, {
    followFeed: async ({ request, response, reader, query }) => {
      const { after, consumer, known, limit, wait, location_id, view } = query;
      const wanted = wantedBy(reader, location_id);
      const form = request.accepts(['application/json', CLOUD_EVENTS_BATCH, 'text/event-stream']);
      const lastSeen = form === 'text/event-stream' ? parseFeedPosition(request.get('Last-Event-ID') ?? '') : null;
      const from = lastSeen ?? after ?? (consumer === undefined ? BEGINNING : await positionOf(reader, consumer));
      if (known !== undefined) await feed.verify(known);
      const question = { view, after: from, limit, wanted };
      if (form === 'text/event-stream') {
        await follow(() => stream(request, response, reader, question));
        return;
      }
      const gone = goneSignal(response);
      const answer = await (wait === 0
        ? looks.once(question)
        : follow(() => looks.until(question, wait * 1_000, gone)));
      if (response.destroyed) return;
      const shown = await show(request, reader, answer);
      response.set({
        'Cache-Control': 'no-store',
        Vary: 'Accept',
        [NEXT_HEADER]: shown.next,
        [CAUGHT_UP_HEADER]: String(shown.caughtUp),
      });
      if (form === CLOUD_EVENTS_BATCH) response.type(CLOUD_EVENTS_BATCH).send(batchText(shown));
      else response.type('application/json').send(pageText(shown));
    },
  });
}
