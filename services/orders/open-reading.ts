import type { Router } from 'express';
import type { Heartbeat } from '../../schemas/api/live';
import type { World } from '../config/world';
import type { Access } from '../access/open-access';
import type { EventStore } from '../event-store/event-store';
import type { WaitingDeliveries } from '../handle-order/quarantine/waiting';
import type { Labels } from '../labels/labels';
import type { Locations } from '../locations/open-locations';
import type { ReadModel } from '../read-model/open-read-model';
import { createActionRecorder } from './actions/record-action';
import { createActionRoutes } from './actions/route';
import { createOrderHistory, type OrderHistory } from './history';
import { isInLog, LiveFeed } from './live/live-feed';
import { createLiveRoutes } from './live/route';
import { Overview } from './overview/overview';
import { OverviewFeed } from './overview/overview-feed';
import { createOverviewRoutes } from './overview/route';
import { createPastOrders } from './past-orders';
import { createOrderRoutes } from './route';

/** Orders as they are and as they were, asked for or as they change. */
export interface Reading {
  readonly history: OrderHistory;
  readonly feed: LiveFeed;
  readonly routes: readonly Router[];
  /** Ends every stream of the live feed and of the overview, which would otherwise last as long as its screen. */
  close(): void;
}

/** @param health of what the live feed depends on */
export function openReading(options: {
  readonly store: EventStore;
  readonly readModel: ReadModel;
  readonly labels: Labels;
  readonly locations: Pick<Locations, 'factsOf'>;
  readonly access: Pick<Access, 'readers' | 'accessLog'>;
  readonly health: () => Promise<Heartbeat['store']>;
  readonly waiting: Pick<WaitingDeliveries, 'countOf'>;
  readonly world: Pick<World, 'now' | 'monotonic' | 'newId'>;
}): Reading {
  const { store, readModel, labels, locations, health, waiting, world } = options;
  const { now } = world;
  const { readers, accessLog } = options.access;
  const { orders, folds, freshness, wait: waitForReadModel } = readModel;
  const history = createOrderHistory(store);
  const lagMs = () => freshness.lagSeconds * 1_000;
  const feed = new LiveFeed({
    orders,
    folds,
    health,
    lagMs,
    quarantinedOf: (locationId) => waiting.countOf(locationId),
    factsOf: locations.factsOf,
    now,
    labels: {
      show: labels.show,
      recordOf: (key) => {
        const state = orders.get(key);
        return state === null ? null : { key, state };
      },
      changedSince: (locationId, position) => labels.changedSince(locationId, position),
    },
  });
  readModel.follow(feed);
  const overview = new Overview({ orders, factsOf: locations.factsOf, now });
  const overviewFeed = new OverviewFeed(overview, { health, lagMs, ...world });
  readModel.follow(overviewFeed);
  labels.onChange((key) => {
    feed.relabeled(key);
  });
  const pastOrders = createPastOrders({ orders, history });
  return {
    history,
    feed,
    routes: [
      createOrderRoutes({ orders, waitForReadModel, history, pastOrders, accessLog, foldVersion: folds, labels, now }),
      createLiveRoutes({
        feed,
        isInLog: (place) => isInLog(store, place),
        orders,
        factsOf: locations.factsOf,
        waitForReadModel,
        readers,
        accessLog,
      }),
      createOverviewRoutes({ overview, feed: overviewFeed, waitForReadModel, readers, now }),
      createActionRoutes({
        record: createActionRecorder(store),
        accessLog,
        show: labels.show,
        onRecorded: readModel.acknowledged,
        ...world,
      }),
    ],
    close: () => {
      feed.close();
      overviewFeed.close();
    },
  };
}
