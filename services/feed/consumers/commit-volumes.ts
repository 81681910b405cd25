import { CONSUMER_COMMITTED, type ConsumerCommittedData } from '../../../schemas/consumer-events';
import type { ConsumerName, FeedPosition } from '../../../schemas/api/feed';
import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import { comparePositions, type EventStore, type Position, type RecordedEvent } from '../../event-store/event-store';
import { readIfThere, readOne } from '../../event-store/reads';
import { leafOf } from '../../event-store/seal/log-hash';
import { sealAlone } from '../../event-store/seal/seal';
import { noteDeleted } from '../../operations/retention/note-deleted';
import { type ConsumerPlace, decideCommit, type KnownConsumer, placeOf } from './consumer-fold';

/** What became of one try of a commit. */
export type TriedCommit =
  | { readonly kind: 'kept'; readonly position: FeedPosition }
  /** `length`: commits that the volume holds now. */
  | { readonly kind: 'committed'; readonly length: number }
  /** Another committed in between. */
  | { readonly kind: 'conflict' };

/** The volumes, a stream each, that hold the commits of consumers. */
export class CommitVolumes {
  readonly #streamOf: (name: ConsumerName, volume: number) => StreamName;
  readonly #store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
  readonly #coveredTo: () => Position | null | Promise<Position | null>;
  readonly #newId: () => string;

  /**
   * @param streamOf names the stream of a consumer's volume
   * @param coveredTo everything up to here is covered by a signed checkpoint; what is not is kept
   * @param newId makes a UUID
   */
  constructor(options: {
    readonly streamOf: (name: ConsumerName, volume: number) => StreamName;
    readonly store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
    readonly coveredTo: () => Position | null | Promise<Position | null>;
    readonly newId: () => string;
  }) {
    const { streamOf, store, coveredTo, newId } = options;
    this.#streamOf = streamOf;
    this.#store = store;
    this.#coveredTo = coveredTo;
    this.#newId = newId;
  }

  async place({ name, base, volume, before }: KnownConsumer): Promise<ConsumerPlace> {
    return placeOf({ base }, [await this.#newestBefore(name, before), await this.#newestOf(name, volume)]);
  }

  /** @param at the time, RFC 3339 */
  async tryCommit(consumer: KnownConsumer, position: FeedPosition, at: string): Promise<TriedCommit> {
    const { name, volume, before } = consumer;
    const stream = this.#streamOf(name, volume);
    const newest = await this.#newestOf(name, volume);
    const decision = decideCommit(
      placeOf(consumer, [await this.#newestBefore(name, before), newest]).position,
      position,
    );
    if (decision.kind === 'keep') return { kind: 'kept', position: decision.position };
    const data: ConsumerCommittedData = { position, at };
    const event = sealAlone(stream, { id: eventId(this.#newId()), type: CONSUMER_COMMITTED, data }, {});
    const result = await this.#store.append(stream, [event], newest?.revision ?? 'no_stream');
    return result.kind === 'conflict' ? { kind: 'conflict' } : { kind: 'committed', length: result.revision + 1 };
  }

  /** Deletes volumes that count no longer, as far as they are covered. */
  async deleteOld({ name, old }: Pick<KnownConsumer, 'name' | 'old'>): Promise<void> {
    for (const volume of old) {
      const stream = this.#streamOf(name, volume);
      const events: RecordedEvent[] = [];
      for await (const event of readIfThere(this.#store, stream)) events.push(event);
      const last = events.at(-1);
      const covered = await this.#coveredTo();
      if (last === undefined || covered === null || comparePositions(last.position, covered) > 0) continue;
      await noteDeleted(
        { store: this.#store, newId: this.#newId },
        stream,
        events.map((event) => [event.position, leafOf(event)]),
      );
      await this.#store.deleteStream(stream, last.revision, 'soft');
    }
  }

  #newestOf(name: ConsumerName, volume: number): Promise<RecordedEvent | null> {
    return readOne(this.#store, this.#streamOf(name, volume), { direction: 'backwards' });
  }

  async #newestBefore(name: ConsumerName, before: number | null): Promise<RecordedEvent | null> {
    return before === null ? null : await this.#newestOf(name, before);
  }
}
