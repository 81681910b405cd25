import type { ConsumerName } from '../../../schemas/api/feed';
import type { ConsumerDeletedData, ConsumerSetData, ConsumerVolumeData } from '../../../schemas/consumer-events';
import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { EventStore, ExpectedRevision } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import { sealAlone } from '../../event-store/seal/seal';
import { type Consumers, evolveConsumers, type KnownConsumer, noConsumers } from './consumer-fold';

/** The stream that says which consumers there are, folded as far as it was read. */
export class ConsumerStream {
  #known: Consumers = noConsumers;
  #next = 0;
  #refreshing: Promise<void> = Promise.resolve();

  readonly #name: StreamName;
  readonly #store: Pick<EventStore, 'append' | 'readStream'>;
  readonly #newId: () => string;

  /**
   * @param name of the stream
   * @param newId makes a UUID
   */
  constructor(name: StreamName, store: Pick<EventStore, 'append' | 'readStream'>, newId: () => string) {
    this.#name = name;
    this.#store = store;
    this.#newId = newId;
  }

  /** Reads what came since the last look, here or elsewhere; one after the other. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing
      .catch(() => undefined)
      .then(async () => {
        for await (const event of readIfThere(this.#store, this.#name, { from: this.#next })) {
          this.#known = evolveConsumers(this.#known, event);
          this.#next = event.revision + 1;
        }
      });
    return this.#refreshing;
  }

  get known(): Consumers {
    return this.#known;
  }

  /**
   * Returns the revision to expect of the store if nothing may have come since it was read; -1 if nothing was there.
   */
  get newestRevision(): number {
    return this.#next - 1;
  }

  /** Reads what came, and finds a consumer in it. */
  async find(name: ConsumerName): Promise<KnownConsumer | undefined> {
    await this.refresh();
    return this.#known.get(name);
  }

  /** @returns whether it was appended. */
  async append(
    type: string,
    data: ConsumerSetData | ConsumerVolumeData | ConsumerDeletedData,
    expected: ExpectedRevision = 'any',
  ): Promise<boolean> {
    const event = sealAlone(this.#name, { id: eventId(this.#newId()), type, data }, {});
    return (await this.#store.append(this.#name, [event], expected)).kind === 'appended';
  }
}
