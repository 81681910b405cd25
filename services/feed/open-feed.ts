import { setMaxListeners } from 'node:events';
import type { Router } from 'express';
import type { ConsumerStart, FeedPosition } from '../../schemas/api/feed';
import type { Access } from '../access/open-access';
import type { World } from '../config/world';
import type { EventStore, Position } from '../event-store/event-store';
import type { Labels } from '../labels/labels';
import type { Metrics } from '../operations/metrics';
import type { ReadModel } from '../read-model/open-read-model';
import { Consumers } from './consumers/consumers';
import { ConsumerReports } from './consumers/reports';
import { createConsumerRoutes, createFindConsumer } from './consumers/route';
import { placeToStart } from './consumers/seek';
import { Feed } from './feed';
import { createReadItems, type ReadItems } from './feed-items';
import { OrderFolds } from './order-folds';
import { createFeedRoutes, type FollowerCounts } from './route';
import { Tail } from './tail';

/** What machines follow, and the consumers whose place in it is kept. */
export interface FollowedFeed {
  readonly routes: readonly Router[];
  readonly feed: Feed;
  readonly readItems: ReadItems;
  /** The position that is asked for. @throws {Problem} `feed-position-unknown`, `read-model-behind` */
  readonly startOf: (start: ConsumerStart) => Promise<FeedPosition>;
  /** Answers all who wait, and ends streams. */
  close(): Promise<void>;
}

/** @param coveredTo everything up to here is covered by a signed checkpoint */
export function openFeed(options: {
  readonly store: EventStore;
  readonly world: World;
  readonly access: Pick<Access, 'readers' | 'accessLog'>;
  readonly readModel: Pick<ReadModel, 'orders' | 'wait' | 'follow'>;
  readonly labels: Pick<Labels, 'show'>;
  readonly coveredTo: () => Position | null;
  readonly metrics: Pick<Metrics, 'observeFeed'>;
}): FollowedFeed {
  const { store, world, readModel, labels, coveredTo, metrics } = options;
  const { newId, now, monotonic, log } = world;
  const { readers, accessLog } = options.access;
  const { orders, wait: waitForReadModel } = readModel;
  const readItems = createReadItems({ store, folds: new OrderFolds(store), now });
  const tail = new Tail({
    source: store,
    readItems,
    monotonic,
    onFailed: (error) => {
      log.warn({ err: error }, 'the feed lost the log, and looks for it again when it is asked');
    },
  });
  const feed = new Feed({ store, readItems, tail, orders, waitForReadModel, show: labels.show });
  const consumers = new Consumers({ store, coveredTo, newId, now, log });
  const reports = new ConsumerReports({ consumers, feed, readers, now });
  const find = createFindConsumer(consumers);
  const startOf = (start: ConsumerStart): Promise<FeedPosition> =>
    placeToStart({ orders, feed, waitForReadModel }, start);
  const stopping = new AbortController();
  // Each who waits is one: MAX_FOLLOWERS is the bound.
  setMaxListeners(0, stopping.signal);
  const counts: FollowerCounts = { waiting: 0, items: 0 };

  readModel.follow({
    acknowledged: (position) => {
      feed.acknowledged(position);
    },
    projected: ({ locations }) => {
      feed.projected(locations);
    },
  });
  metrics.observeFeed({ counts, lags: () => reports.lags() });
  return {
    routes: [
      createFeedRoutes({
        feed,
        positionOf: async (reader, name) => (await consumers.place(await find.own(reader, name))).position,
        readers,
        accessLog,
        counts,
        stopping: stopping.signal,
        monotonic,
      }),
      createConsumerRoutes({
        consumers,
        find,
        startOf,
        verify: (position) => feed.verify(position),
        viewOf: (consumer, asker) => reports.of(consumer, asker),
      }),
    ],
    feed,
    readItems,
    startOf,
    close: async () => {
      stopping.abort();
      tail.stop();
      await consumers.close();
    },
  };
}
