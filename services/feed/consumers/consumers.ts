import type { Logger } from 'pino';
import {
  commitStream,
  CONSUMER_DELETED,
  CONSUMER_SET,
  CONSUMER_VOLUME_BEGUN,
  CONSUMERS_STREAM,
} from '../../../schemas/consumer-events';
import type { ConsumerName, FeedPosition } from '../../../schemas/api/feed';
import type { ReaderName } from '../../../schemas/files/readers';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { EventStore, Position } from '../../event-store/event-store';
import { CommitVolumes } from './commit-volumes';
import type { ConsumerPlace, KnownConsumer } from './consumer-fold';
import { ConsumerStream } from './consumer-stream';

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

/** Where consumers are kept. */
export interface ConsumerStreams {
  /** Says which there are; may hold other events besides. */
  readonly list: StreamName;
  readonly commits: (name: ConsumerName, volume: number) => StreamName;
}

const OF_READERS: ConsumerStreams = { list: CONSUMERS_STREAM, commits: commitStream };

/** Others committed for the same consumer in between, at every try. */
class CommitOutrun extends Error {
  override readonly name = 'CommitOutrun';
}

/** Positions in the feed that are kept by name. */
export class Consumers {
  readonly #stream: ConsumerStream;
  readonly #volumes: CommitVolumes;
  readonly #now: () => number;
  readonly #log: Logger;
  #tidying: Promise<void> = Promise.resolve();

  /**
   * @param streams where they are kept; default: where the consumers of readers are
   * @param coveredTo everything up to here is covered by a signed checkpoint; what is not is kept
   * @param newId makes a UUID
   * @param now milliseconds since the epoch
   */
  constructor(options: {
    readonly streams?: ConsumerStreams;
    readonly store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
    readonly coveredTo: () => Position | null | Promise<Position | null>;
    readonly newId: () => string;
    readonly now: () => number;
    readonly log: Logger;
  }) {
    const { streams = OF_READERS, store, coveredTo, newId, now, log } = options;
    this.#stream = new ConsumerStream(streams.list, store, newId);
    this.#volumes = new CommitVolumes({ streamOf: streams.commits, store, coveredTo, newId });
    this.#now = now;
    this.#log = log;
  }

  async list(): Promise<readonly KnownConsumer[]> {
    await this.#stream.refresh();
    return [...this.#stream.known.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async get(name: ConsumerName): Promise<KnownConsumer | null> {
    return (await this.#stream.find(name)) ?? null;
  }

  place(consumer: KnownConsumer): Promise<ConsumerPlace> {
    return this.#volumes.place(consumer);
  }

  /** Makes a consumer, or sets it to a position. @returns null if there are {@link MAX_CONSUMERS} others */
  async set(name: ConsumerName, reader: ReaderName | null, position: FeedPosition): Promise<KnownConsumer | null> {
    const before = await this.#stream.find(name);
    if (before === undefined && this.#stream.known.size >= MAX_CONSUMERS) return null;
    await this.#stream.append(CONSUMER_SET, { name, reader, position, at: this.#time() });
    const consumer = await this.get(name);
    if (consumer !== null && consumer.old.length > 0) this.#tidy(() => this.#volumes.deleteOld(consumer));
    return consumer;
  }

  /** @returns where it is then; null if there is no such consumer any more. */
  async commit(name: ConsumerName, position: FeedPosition): Promise<FeedPosition | null> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const consumer = await this.#stream.find(name);
      if (consumer === undefined) return null;
      const tried = await this.#volumes.tryCommit(consumer, position, this.#time());
      if (tried.kind === 'conflict') continue;
      if (tried.kind === 'kept') return tried.position;
      if (tried.length >= VOLUME_COMMITS) this.#tidy(() => this.#beginVolume(name, position, consumer.volume));
      return position;
    }
    throw new CommitOutrun(`others committed for the consumer ${name} ${String(MAX_TRIES)} times in between`);
  }

  async remove(name: ConsumerName): Promise<void> {
    const consumer = await this.#stream.find(name);
    if (consumer === undefined) return;
    await this.#stream.append(CONSUMER_DELETED, { name, at: this.#time() });
    await this.#stream.refresh();
    const old = [...consumer.old, ...(consumer.before === null ? [] : [consumer.before]), consumer.volume];
    this.#tidy(() => this.#volumes.deleteOld({ name, old }));
  }

  /** Waits for what is being tidied up. */
  close(): Promise<void> {
    return this.#tidying;
  }

  /** Begins another volume; the event before decides which of two instances does. */
  async #beginVolume(name: ConsumerName, position: FeedPosition, volume: number): Promise<void> {
    const consumer = await this.#stream.find(name);
    if (consumer?.volume !== volume) return;
    const data = { name, position, at: this.#time() };
    const isBegun = await this.#stream.append(CONSUMER_VOLUME_BEGUN, data, this.#stream.newestRevision);
    const after = await this.#stream.find(name);
    if (isBegun && after !== undefined) await this.#volumes.deleteOld(after);
  }

  #tidy(work: () => Promise<void>): void {
    this.#tidying = this.#tidying.then(work).catch((error: unknown) => {
      this.#log.warn(
        { err: error },
        'old commits of a consumer could not be deleted; it is tried again with later ones',
      );
    });
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}
