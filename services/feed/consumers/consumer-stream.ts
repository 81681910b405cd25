import {
  CONSUMERS_STREAM,
  type ConsumerDeletedData,
  type ConsumerSetData,
  type ConsumerVolumeData,
} from '../../../schemas/consumer-events';
import type { EventStore, ExpectedRevision } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import { sealAlone } from '../../event-store/seal/seal';
import { type Consumers, evolveConsumers, type KnownConsumer, noConsumers } from './consumer-fold';

/** The stream that says which consumers there are, folded as far as it was read. */
export class ConsumerStream {
  #known: Consumers = noConsumers;
  #next = 0;
  #refreshing: Promise<void> = Promise.resolve();

  /** @param newId makes a UUID */
  constructor(
    private readonly store: Pick<EventStore, 'append' | 'readStream'>,
    private readonly newId: () => string,
  ) {}

  /** Reads what came since the last look, here or elsewhere; one after the other. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing
      .catch(() => undefined)
      .then(async () => {
        for await (const event of readIfThere(this.store, CONSUMERS_STREAM, { from: this.#next })) {
          this.#known = evolveConsumers(this.#known, event);
          this.#next = event.revision + 1;
        }
      });
    return this.#refreshing;
  }

  get known(): Consumers {
    return this.#known;
  }

  /** What to expect of the store if nothing may have come since it was read. */
  get newestRevision(): number {
    return this.#next - 1;
  }

  /** Reads what came, and finds a consumer in it. */
  async find(name: string): Promise<KnownConsumer | undefined> {
    await this.refresh();
    return this.#known.get(name);
  }

  /** @returns whether it was appended. */
  async append(
    type: string,
    data: ConsumerSetData | ConsumerVolumeData | ConsumerDeletedData,
    expected: ExpectedRevision = 'any',
  ): Promise<boolean> {
    const event = sealAlone(CONSUMERS_STREAM, { id: this.newId(), type, data }, {});
    return (await this.store.append(CONSUMERS_STREAM, [event], expected)).outcome === 'appended';
  }
}
