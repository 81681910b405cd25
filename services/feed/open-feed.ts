import { setMaxListeners } from 'node:events';
import type { Router } from 'express';
import { BEGINNING, type Consumer, type ConsumerLag, type ConsumerStart, type FeedPosition } from '../../schemas/feed';
import type { Access } from '../access/open-access';
import type { World } from '../config/world';
import { type EventStore, isEventStoreError, type Position } from '../event-store/event-store';
import { Problem } from '../http/problem';
import type { Metrics } from '../operations/metrics';
import type { ReadModel } from '../read-model/open-read-model';
import { ReadModelError } from '../read-model/order-table/schema';
import type { KnownConsumer } from './consumers/consumer-fold';
import { createConsumers } from './consumers/consumers';
import { lagAt } from './consumers/lag';
import { createConsumerRoutes, createFindConsumer } from './consumers/route';
import { placeAtTime } from './consumers/seek';
import { Feed } from './feed';
import { createReadItems } from './feed-items';
import { feedPosition } from './feed-place';
import { OrderFolds } from './order-folds';
import { createFeedRoutes, type FollowerCounts } from './route';
import { Tail } from './tail';

/** A consumer's lag, as metrics tell it. */
export interface NamedLag {
  readonly consumer: string;
  readonly lag: ConsumerLag;
}

/** What machines follow, and the consumers whose place in it is kept. */
export interface FollowedFeed {
  readonly routes: readonly Router[];
  /** Answers all who wait, and ends streams. */
  close(): Promise<void>;
}

/** @param coveredTo everything up to here is covered by a signed checkpoint */
export function openFeed(options: {
  readonly store: EventStore;
  readonly world: World;
  readonly access: Pick<Access, 'readers' | 'accessLog'>;
  readonly readModel: Pick<ReadModel, 'orders' | 'wait' | 'follow'>;
  readonly coveredTo: () => Position | null;
  readonly metrics: Pick<Metrics, 'observeFeed'>;
}): FollowedFeed {
  const { store, world, readModel, coveredTo, metrics } = options;
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
  const feed = new Feed({ store, readItems, tail, orders, waitForReadModel });
  const consumers = createConsumers({ store, coveredTo, newId, now, log });
  const find = createFindConsumer(consumers);
  const stopping = new AbortController();
  // Each who waits is one: MAX_FOLLOWERS is the bound.
  setMaxListeners(0, stopping.signal);
  const counts: FollowerCounts = { waiting: 0, items: 0 };

  async function startOf({ from, position, time }: ConsumerStart): Promise<FeedPosition> {
    if (position !== undefined) {
      await feed.verify(position);
      return position;
    }
    if (time === undefined && from !== 'now') return BEGINNING;
    await waitForReadModel();
    if (time !== undefined) return placeAtTime(orders, feed, new Date(Date.parse(time)).toISOString());
    const newest = orders.newestEvent();
    return newest === null ? BEGINNING : feedPosition(newest.position, newest.id);
  }

  const lagOf = async (position: FeedPosition): Promise<ConsumerLag | null> => {
    try {
      return await lagAt(feed, position, now());
    } catch (error) {
      if (error instanceof Problem && error.code === 'feed-position-unknown') return null;
      throw error;
    }
  };

  const viewOf = async (consumer: KnownConsumer): Promise<Consumer> => {
    const { position, committedAt } = await consumers.place(consumer);
    const { name, reader, setAt } = consumer;
    return { name, reader, position, set_at: setAt, committed_at: committedAt, lag: await lagOf(position) };
  };

  const lags = async (): Promise<readonly NamedLag[]> => {
    try {
      const all: NamedLag[] = [];
      for (const consumer of await consumers.list()) {
        const lag = await lagOf((await consumers.place(consumer)).position);
        if (lag !== null) all.push({ consumer: consumer.name, lag });
      }
      return all;
    } catch (error) {
      // The other metrics say that the store is away.
      if (isEventStoreError(error) || error instanceof ReadModelError) return [];
      throw error;
    }
  };

  readModel.follow({
    acknowledged: (position) => {
      feed.acknowledged(position);
    },
    projected: ({ locations }) => {
      feed.projected(locations);
    },
  });
  metrics.observeFeed({ counts, lags });
  return {
    routes: [
      createFeedRoutes({
        feed,
        positionOf: async (reader, name) => (await consumers.place(await find(reader, name))).position,
        readers,
        accessLog,
        counts,
        stopping: stopping.signal,
        monotonic,
      }),
      createConsumerRoutes({ consumers, find, startOf, verify: (position) => feed.verify(position), viewOf }),
    ],
    close: async () => {
      stopping.abort();
      tail.stop();
      await consumers.close();
    },
  };
}
