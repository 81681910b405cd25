import type { ConsumerName } from '../../../schemas/api/feed';
import type { ConsumerDeletedData, ConsumerSetData, ConsumerVolumeData } from '../../../schemas/consumer-events';
import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { EventStore, ExpectedRevision } from '../../event-store/event-store';
import { FoldedStream } from '../../event-store/folded-stream';
import { sealAlone } from '../../event-store/seal/seal';
import { evolveConsumers, type KnownConsumer, type KnownConsumers, noConsumers } from './consumer-fold';

/** The stream that says which consumers there are. */
export class ConsumerStream {
  readonly #name: StreamName;
  readonly #store: Pick<EventStore, 'append' | 'readStream'>;
  readonly #newId: () => string;
  readonly #folded: FoldedStream<KnownConsumers>;

  /**
   * @param name of the stream
   * @param newId makes a UUID
   */
  constructor(name: StreamName, store: Pick<EventStore, 'append' | 'readStream'>, newId: () => string) {
    this.#name = name;
    this.#store = store;
    this.#newId = newId;
    this.#folded = new FoldedStream(store, name, noConsumers, evolveConsumers);
  }

  /** Reads what came since the last look, here or elsewhere. */
  refresh(): Promise<KnownConsumers> {
    return this.#folded.refresh();
  }

  get known(): KnownConsumers {
    return this.#folded.known;
  }

  /** Returns the revision to expect of the store if nothing may have come since the last look. */
  get newestRevision(): number {
    return this.#folded.newestRevision;
  }

  /** Reads what came, and finds a consumer in it. */
  async find(name: ConsumerName): Promise<KnownConsumer | undefined> {
    return (await this.refresh()).get(name);
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
