import type { Logger } from 'pino';
import {
  commitStream,
  CONSUMER_COMMITTED,
  CONSUMER_DELETED,
  CONSUMER_SET,
  CONSUMER_VOLUME_BEGUN,
  CONSUMERS_STREAM,
  type ConsumerCommittedData,
  type ConsumerDeletedData,
  type ConsumerSetData,
  type ConsumerVolumeData,
} from '../../../schemas/consumer-events';
import type { FeedPosition } from '../../../schemas/feed';
import {
  comparePositions,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '../../event-store/event-store';
import { readIfThere, readOne } from '../../event-store/reads';
import { leafOf } from '../../event-store/seal/log-hash';
import { sealAlone } from '../../event-store/seal/seal';
import { noteDeleted } from '../../operations/retention/note-deleted';
import {
  type ConsumerPlace,
  type Consumers as KnownConsumers,
  decideCommit,
  evolveConsumers,
  type KnownConsumer,
  noConsumers,
  placeOf,
} from './consumer-fold';

/**
 * The consumers of the feed, kept in the event store: any instance serves any consumer. Commits of each go to a volume, which
 * is a stream of its own; a full one is followed by another, and deleted when a signed checkpoint holds all of it.
 */

/** Most consumers: each is asked for its place at every scrape of the metrics. */
export const MAX_CONSUMERS = 100;
/** Commits in a volume. */
export const VOLUME_COMMITS = 1_000;
/** Most tries of a commit against others of the same consumer. */
const MAX_TRIES = 20;

export interface Consumers {
  list(): Promise<readonly KnownConsumer[]>;
  get(name: string): Promise<KnownConsumer | null>;
  place(consumer: KnownConsumer): Promise<ConsumerPlace>;
  /** Makes a consumer, or sets it to a position. @returns null if there are {@link MAX_CONSUMERS} others */
  set(name: string, reader: string | null, position: FeedPosition): Promise<KnownConsumer | null>;
  /** @returns where it is then; null if there is no such consumer any more. */
  commit(name: string, position: FeedPosition): Promise<FeedPosition | null>;
  remove(name: string): Promise<void>;
  /** Waits for what is being tidied up. */
  close(): Promise<void>;
}

/**
 * @param coveredTo everything up to here is covered by a signed checkpoint; what is not is kept
 * @param newId makes a UUID @param now milliseconds since the epoch
 */
export function createConsumers(options: {
  readonly store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
  readonly coveredTo: () => Position | null;
  readonly newId: () => string;
  readonly now: () => number;
  readonly log: Logger;
}): Consumers {
  const { store, coveredTo, newId, now, log } = options;
  let known: KnownConsumers = noConsumers;
  let next = 0;
  let refreshing: Promise<void> = Promise.resolve();
  let tidying: Promise<void> = Promise.resolve();

  const time = (): string => new Date(now()).toISOString();

  const newestOf = (stream: string): Promise<RecordedEvent | null> =>
    readOne(store, stream, { direction: 'backwards' });

  /** Reads what came since the last look, here or elsewhere; one after the other. */
  function refresh(): Promise<void> {
    refreshing = refreshing
      .catch(() => undefined)
      .then(async () => {
        for await (const event of readIfThere(store, CONSUMERS_STREAM, { from: next })) {
          known = evolveConsumers(known, event);
          next = event.revision + 1;
        }
      });
    return refreshing;
  }

  const sealed = (stream: string, type: string, data: NewEvent['data']): NewEvent =>
    sealAlone(stream, { id: newId(), type, data }, {});

  const append = async (
    type: string,
    data: ConsumerSetData | ConsumerVolumeData | ConsumerDeletedData,
    expected: ExpectedRevision = 'any',
  ): Promise<boolean> => {
    const appended = await store.append(CONSUMERS_STREAM, [sealed(CONSUMERS_STREAM, type, data)], expected);
    return appended.outcome === 'appended';
  };

  const place = async ({ name, base, volume, before }: KnownConsumer): Promise<ConsumerPlace> =>
    placeOf({ base }, [
      before === null ? null : await newestOf(commitStream(name, before)),
      await newestOf(commitStream(name, volume)),
    ]);

  /** Deletes volumes that count no longer, as far as they are covered. */
  async function deleteOld({ name, old }: KnownConsumer): Promise<void> {
    for (const volume of old) {
      const stream = commitStream(name, volume);
      const events: RecordedEvent[] = [];
      for await (const event of readIfThere(store, stream)) events.push(event);
      const last = events.at(-1);
      const covered = coveredTo();
      if (last === undefined || covered === null || comparePositions(last.position, covered) > 0) continue;
      await noteDeleted(
        { store, newId },
        stream,
        events.map((event) => [event.position, leafOf(event)]),
      );
      await store.deleteStream(stream, last.revision, 'soft');
    }
  }

  /** Begins another volume; the event before decides which of two instances does. */
  async function beginVolume(name: string, position: FeedPosition, volume: number): Promise<void> {
    await refresh();
    const consumer = known.get(name);
    if (consumer?.volume !== volume) return;
    const begun = await append(CONSUMER_VOLUME_BEGUN, { name, position, at: time() }, next - 1);
    await refresh();
    const after = known.get(name);
    if (begun && after !== undefined) await deleteOld(after);
  }

  const tidy = (work: () => Promise<void>): void => {
    tidying = tidying.then(work).catch((error: unknown) => {
      log.warn({ err: error }, 'old commits of a consumer could not be deleted; it is tried again with later ones');
    });
  };

  return {
    list: async () => {
      await refresh();
      return [...known.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    },

    get: async (name) => {
      await refresh();
      return known.get(name) ?? null;
    },

    place,

    set: async (name, reader, position) => {
      await refresh();
      if (!known.has(name) && known.size >= MAX_CONSUMERS) return null;
      await append(CONSUMER_SET, { name, reader, position, at: time() });
      await refresh();
      const consumer = known.get(name) ?? null;
      if (consumer !== null && consumer.old.length > 0) tidy(() => deleteOld(consumer));
      return consumer;
    },

    commit: async (name, position) => {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        await refresh();
        const consumer = known.get(name);
        if (consumer === undefined) return null;
        const stream = commitStream(name, consumer.volume);
        const newest = await newestOf(stream);
        const before = consumer.before === null ? null : await newestOf(commitStream(name, consumer.before));
        const decision = decideCommit(placeOf(consumer, [before, newest]).position, position);
        if (decision.kind === 'keep') return decision.position;
        const data: ConsumerCommittedData = { position, at: time() };
        const event = sealed(stream, CONSUMER_COMMITTED, data);
        const result = await store.append(stream, [event], newest?.revision ?? 'no_stream');
        if (result.outcome === 'conflict') continue;
        if (result.revision + 1 >= VOLUME_COMMITS) tidy(() => beginVolume(name, position, consumer.volume));
        return position;
      }
      throw new Error(`others committed for the consumer ${name} ${String(MAX_TRIES)} times in between`);
    },

    remove: async (name) => {
      await refresh();
      const consumer = known.get(name);
      if (consumer === undefined) return;
      await append(CONSUMER_DELETED, { name, at: time() });
      await refresh();
      const volumes = [...consumer.old, ...(consumer.before === null ? [] : [consumer.before]), consumer.volume];
      tidy(() => deleteOld({ ...consumer, old: volumes }));
    },

    close: () => tidying,
  };
}
