import type { Router } from 'express';
import type { DestinationEntry } from '../../schemas/destinations';
import { sleep } from '../concurrency/sleep';
import { nextTurn } from '../concurrency/turns';
import { ConfigError } from '../config/config';
import type { World } from '../config/world';
import { type EventStore, isEventStoreError, type Position } from '../event-store/event-store';
import type { FollowedFeed } from '../feed/open-feed';
import type { Labels } from '../labels/labels';
import type { Metrics } from '../operations/metrics';
import type { MeasuredDestination } from '../operations/destination-metrics';
import { addressRule } from './addresses';
import { createDestinationRecord, type DestinationRecord } from './destination-record';
import { followDestinationsFile, readDestinationsFile } from './destinations-file';
import { contentOf, signedHeaders } from './messages';
import { newsFor } from './news';
import { Pump } from './pump';
import { createDestinationRoutes } from './route';
import { createSender } from './sender';

/** Where news of orders are sent to. */
export interface Destinations {
  readonly routes: readonly Router[];
  /** Whether requests of Stream have to be kept as they came. */
  readonly wantArrivals: () => boolean;
  /** Waits a moment for what is with receivers, and commits. */
  close(): Promise<void>;
}

/** A destination with what sends to it. */
interface Supplied {
  readonly entry: DestinationEntry;
  readonly pump: Pump;
  readonly stop: () => Promise<void>;
}

interface SupplyOptions {
  readonly store: EventStore;
  readonly world: World;
  readonly feed: Pick<FollowedFeed, 'feed' | 'readItems' | 'startOf'>;
  readonly record: DestinationRecord;
  readonly instance: string;
  readonly labels: Pick<Labels, 'show'>;
}

/** Begins to send to a destination. */
function supply(entry: DestinationEntry, options: SupplyOptions): Supplied {
  const { store, record, world, instance, labels } = options;
  const { feed, readItems, startOf } = options.feed;
  const { log, now, version } = world;
  const userAgent = `ticket-rail/${version}`;
  const sender = createSender({ url: entry.url, maySendTo: addressRule(entry.allow) ?? (() => false) });
  const pump = new Pump({
    entry,
    instance,
    news: newsFor(entry, { feed, readItems, store, show: labels.show }),
    send: async (waiting, signal) => {
      // Deliveries of Stream come first.
      await nextTurn();
      const content = await contentOf(store, entry.view, waiting);
      if (content === null) return { kind: 'nothing' };
      const headers = signedHeaders(entry, waiting.item, content, { now: now(), userAgent });
      return sender.post(headers, content.body, signal);
    },
    feed,
    startOf,
    record,
    clock: { now, wait: sleep, chance: Math.random },
    log,
  });
  const stop = async (): Promise<void> => {
    await pump.stop();
    sender.close();
  };
  return { entry, pump, stop };
}

/**
 * @param file of DESTINATIONS_FILE; null: nothing is sent
 * @param coveredTo everything up to here is covered by a signed checkpoint
 * @throws {ConfigError} if the file cannot be used
 */
export async function openDestinations(options: {
  readonly file: string | null;
  readonly store: EventStore;
  readonly world: World;
  readonly feed: Pick<FollowedFeed, 'feed' | 'readItems' | 'startOf'>;
  readonly labels: Pick<Labels, 'show'>;
  readonly coveredTo: () => Position | null;
  readonly metrics: Pick<Metrics, 'observeDestinations'>;
}): Promise<Destinations> {
  const { file, store, world, coveredTo, metrics } = options;
  const { feed } = options.feed;
  const { log, now, newId } = world;
  const record = createDestinationRecord({ store, coveredTo, newId, now, log });
  const instance = newId();
  let supplied: readonly Supplied[] = [];
  let changing: Promise<void> = Promise.resolve();

  /** Leaves alone what stays as it is. */
  function change(entries: readonly DestinationEntry[]): void {
    changing = changing.then(async () => {
      const texts = entries.map((entry) => JSON.stringify(entry));
      const kept = supplied.filter(({ entry }) => texts.includes(JSON.stringify(entry)));
      if (kept.length === supplied.length && kept.length === entries.length) return;
      await Promise.all(supplied.filter((one) => !kept.includes(one)).map(({ stop }) => stop()));
      supplied = entries.map(
        (entry, index) =>
          kept.find((one) => JSON.stringify(one.entry) === texts[index]) ??
          supply(entry, { ...options, record, instance }),
      );
      log.info({ destinations: entries.map(({ name }) => name) }, 'the destinations have changed');
    });
  }

  const measured = async (): Promise<readonly MeasuredDestination[]> => {
    try {
      const all: MeasuredDestination[] = [];
      for (const { pump } of supplied) {
        const { delivered, failedAttempts, parked } = pump.counts;
        all.push({ name: pump.name, delivered, failedAttempts, parked, lag: await pump.lag() });
      }
      return all;
    } catch (error) {
      // The other metrics say that the store is away.
      if (isEventStoreError(error)) return [];
      throw error;
    }
  };

  let unfollow = (): void => undefined;
  if (file !== null) {
    const parsed = await readDestinationsFile(file);
    if (!parsed.usable) {
      throw new ConfigError(parsed.faults.map((fault) => `DESTINATIONS_FILE is ${JSON.stringify(file)}: ${fault}.`));
    }
    change(parsed.entries);
    unfollow = followDestinationsFile(file, change, log);
  }
  await changing;
  metrics.observeDestinations(measured);
  return {
    routes: [
      createDestinationRoutes({
        pumps: () => supplied.map(({ pump }) => pump),
        record,
        verify: (position) => feed.verify(position),
      }),
    ],
    wantArrivals: () => supplied.some(({ entry }) => entry.view === 'raw'),
    close: async () => {
      unfollow();
      await changing;
      await Promise.all(supplied.map(({ stop }) => stop()));
      await record.close();
    },
  };
}
