import type { Router } from 'express';
import type { DestinationEntry } from '../../schemas/destinations';
import { ConfigError } from '../config/config';
import type { World } from '../config/world';
import { type EventStore, isEventStoreError, type Position } from '../event-store/event-store';
import type { Events } from '../event-store/open-events';
import type { FollowedFeed } from '../feed/open-feed';
import type { Labels } from '../labels/labels';
import type { Metrics } from '../operations/metrics';
import type { MeasuredDestination } from '../operations/destination-metrics';
import type { ReadModel } from '../read-model/open-read-model';
import { createDestinationRecord } from './destination-record';
import { followDestinationsFile, readDestinationsFile } from './destinations-file';
import { createDestinationRoutes } from './route';
import { storedOf } from './thread/sending-protocol';
import { type RunningSending, startSending } from './start-sending';

/** Where news of orders are sent to. */
export interface Destinations {
  readonly routes: readonly Router[];
  /** Whether requests of Stream have to be kept as they came. */
  readonly wantArrivals: () => boolean;
  /** Waits a moment for what is with receivers, and commits. */
  close(): Promise<void>;
}

interface Options {
  readonly file: string | null;
  readonly store: EventStore;
  readonly events: Pick<Events, 'log' | 'files'>;
  readonly world: World;
  readonly feed: Pick<FollowedFeed, 'feed' | 'startOf'>;
  readonly readModel: Pick<ReadModel, 'wait' | 'follow'>;
  readonly labels: Pick<Labels, 'all' | 'get' | 'onChange'>;
  readonly coveredTo: () => Position | null;
  readonly metrics: Pick<Metrics, 'observeDestinations'>;
}

function startThread({ store, events, world, feed, readModel, labels, coveredTo }: Options): RunningSending {
  const { log, newId, version } = world;
  return startSending({
    workerData: {
      log: events.log,
      readModelFile: events.files.readModelFile,
      instance: newId(),
      version,
      logLevel: log.level,
    },
    main: {
      append: (...args) => storedOf(store.append(...args)),
      deleteStream: (...args) => storedOf(store.deleteStream(...args)),
      readable: () => readModel.wait(),
      newestPlace: () => feed.startOf({ from: 'now' }),
      coveredTo,
    },
    labels,
    log,
  });
}

/**
 * @param file of DESTINATIONS_FILE; null: nothing is sent, and no thread is started for it
 * @param coveredTo everything up to here is covered by a signed checkpoint
 * @throws {ConfigError} if the file cannot be used
 */
export async function openDestinations(options: Options): Promise<Destinations> {
  const { file, store, world, readModel, coveredTo, metrics } = options;
  const { log, now, newId } = world;
  const record = createDestinationRecord({ store, coveredTo, newId, now, log });
  let entries: readonly DestinationEntry[] = [];
  let sending: RunningSending | null = null;
  let unfollow = (): void => undefined;

  if (file !== null) {
    const parsed = await readDestinationsFile(file);
    if (parsed.kind === 'unusable') {
      throw new ConfigError(parsed.faults.map((fault) => `DESTINATIONS_FILE is ${JSON.stringify(file)}: ${fault}.`));
    }
    const started = (sending = startThread(options));
    const supply = (wanted: readonly DestinationEntry[]): void => {
      if (JSON.stringify(wanted) === JSON.stringify(entries)) return;
      entries = wanted;
      started.supply(wanted);
      log.info({ destinations: wanted.map(({ name }) => name) }, 'the destinations have changed');
    };
    supply(parsed.entries);
    unfollow = followDestinationsFile(file, supply, log);
    readModel.follow({
      projected: ({ locations }) => {
        if (entries.some(({ view }) => view === 'orders')) started.projected(locations);
      },
    });
  }

  const measure = async (): Promise<readonly MeasuredDestination[]> => {
    try {
      return (await sending?.measure()) ?? [];
    } catch (error) {
      // The other metrics say whether the store is away; what has no time to answer is asked at the next scrape.
      if (isEventStoreError(error)) return [];
      throw error;
    }
  };
  metrics.observeDestinations(measure);
  return {
    routes: [
      createDestinationRoutes({
        names: () => entries.map(({ name }) => name),
        report: async () => (await sending?.report()) ?? [],
        set: async (name, position) => {
          await record.set(name, position);
          sending?.wasSet(name);
        },
        verify: (position) => options.feed.feed.verify(position),
      }),
    ],
    wantArrivals: () => entries.some(({ view }) => view === 'raw'),
    close: async () => {
      unfollow();
      await sending?.stop();
      await record.close();
    },
  };
}
