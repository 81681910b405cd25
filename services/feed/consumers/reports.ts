import type { Consumer, ConsumerLag, ConsumerName, FeedPosition } from '../../../schemas/api/feed';
import type { Reader, ReaderDirectory } from '../../access/readers/readers';
import { isEventStoreError } from '../../event-store/event-store';
import { Problem } from '../../http/problem';
import { ReadModelError } from '../../read-model/order-table/schema';
import { type Feed, type Wanted, wantedOf } from '../feed';
import type { KnownConsumer } from './consumer-fold';
import type { Consumers } from './consumers';
import { LagCount } from './lag';

/** A consumer's lag, as metrics show it. */
export interface NamedLag {
  readonly consumer: ConsumerName;
  readonly lag: ConsumerLag;
}

interface Options {
  readonly consumers: Pick<Consumers, 'list' | 'place'>;
  readonly feed: Pick<Feed, 'events'>;
  readonly readers: Pick<ReaderDirectory, 'list'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Reports of consumers where each is, and how far behind: by the items of the locations of the reader that made it, so
 * that nobody learns from it how much news others have.
 */
export class ConsumerReports {
  readonly #options: Options;
  readonly #counts = new Map<ConsumerName, LagCount>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param asker who is shown it: the reader that made it, or an operator of all locations @throws {EventStoreError} */
  async of(consumer: KnownConsumer, asker: Reader): Promise<Consumer> {
    const { position, committedAt } = await this.#options.consumers.place(consumer);
    const { name, reader, setAt } = consumer;
    const wanted = consumer.reader === asker.name ? wantedOf(asker) : this.#wantedBy(consumer);
    const lag = await this.#lagOf(name, position, wanted);
    return { name, reader, position, set_at: setAt, committed_at: committedAt, lag };
  }

  /** @returns the lag of every consumer whose position is in the log; none while a store cannot be read. */
  async lags(): Promise<readonly NamedLag[]> {
    const { consumers } = this.#options;
    try {
      const all: NamedLag[] = [];
      const list = await consumers.list();
      const names = new Set(list.map(({ name }) => name));
      for (const name of this.#counts.keys()) if (!names.has(name)) this.#counts.delete(name);
      for (const consumer of list) {
        const { position } = await consumers.place(consumer);
        const lag = await this.#lagOf(consumer.name, position, this.#wantedBy(consumer));
        if (lag !== null) all.push({ consumer: consumer.name, lag });
      }
      return all;
    } catch (error) {
      // The other metrics say that the store is away.
      if (isEventStoreError(error) || error instanceof ReadModelError) return [];
      throw error;
    }
  }

  /** @returns the locations of the reader that made it; all if that is not known any more, or reading was open. */
  #wantedBy(consumer: KnownConsumer): Wanted {
    const maker = this.#options.readers.list().find(({ name }) => name === consumer.reader);
    return maker === undefined ? null : wantedOf(maker);
  }

  async #lagOf(name: ConsumerName, position: FeedPosition, wanted: Wanted): Promise<ConsumerLag | null> {
    const { feed, now } = this.#options;
    const count = this.#counts.get(name) ?? new LagCount(feed, now);
    this.#counts.set(name, count);
    try {
      return await count.at(position, wanted);
    } catch (error) {
      if (error instanceof Problem && error.code === 'feed-position-unknown') return null;
      throw error;
    }
  }
}
