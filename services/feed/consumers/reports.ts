import type { Consumer, ConsumerLag, ConsumerName, FeedPosition } from '../../../schemas/api/feed';
import { isEventStoreError } from '../../event-store/event-store';
import { Problem } from '../../http/problem';
import { ReadModelError } from '../../read-model/order-table/schema';
import type { Feed } from '../feed';
import type { KnownConsumer } from './consumer-fold';
import type { Consumers } from './consumers';
import { lagAt } from './lag';

/** A consumer's lag, as metrics show it. */
export interface NamedLag {
  readonly consumer: ConsumerName;
  readonly lag: ConsumerLag;
}

/** Reports of consumers where each is, and how far behind. */
export class ConsumerReports {
  readonly #options: {
    readonly consumers: Pick<Consumers, 'list' | 'place'>;
    readonly feed: Pick<Feed, 'events'>;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  };

  constructor(options: {
    readonly consumers: Pick<Consumers, 'list' | 'place'>;
    readonly feed: Pick<Feed, 'events'>;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  }) {
    this.#options = options;
  }

  /** @throws {EventStoreError} */
  async of(consumer: KnownConsumer): Promise<Consumer> {
    const { position, committedAt } = await this.#options.consumers.place(consumer);
    const { name, reader, setAt } = consumer;
    return { name, reader, position, set_at: setAt, committed_at: committedAt, lag: await this.#lagOf(position) };
  }

  /** @returns the lag of every consumer whose position is in the log; none while a store cannot be read. */
  async lags(): Promise<readonly NamedLag[]> {
    const { consumers } = this.#options;
    try {
      const all: NamedLag[] = [];
      for (const consumer of await consumers.list()) {
        const lag = await this.#lagOf((await consumers.place(consumer)).position);
        if (lag !== null) all.push({ consumer: consumer.name, lag });
      }
      return all;
    } catch (error) {
      // The other metrics say that the store is away.
      if (isEventStoreError(error) || error instanceof ReadModelError) return [];
      throw error;
    }
  }

  async #lagOf(position: FeedPosition): Promise<ConsumerLag | null> {
    const { feed, now } = this.#options;
    try {
      return await lagAt(feed, position, now());
    } catch (error) {
      if (error instanceof Problem && error.code === 'feed-position-unknown') return null;
      throw error;
    }
  }
}
