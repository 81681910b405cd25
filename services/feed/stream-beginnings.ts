import type { StreamName } from '../../schemas/events/stream-name';
import { createRemembered } from '../concurrency/remembered';
import type { EventStore, RecordedEvent } from '../event-store/event-store';
import { readOne } from '../event-store/reads';

/** Streams of which is remembered where they begin: some 100 bytes each. */
const REMEMBERED_STREAMS = 65_536;
/** Milliseconds for which that is believed. */
const REMEMBERED_MS = 60_000;

/** Finds out where streams begin: after a deletion, at a later revision than 0. */
export class StreamBeginnings {
  readonly #firsts = createRemembered<number>(REMEMBERED_STREAMS, REMEMBERED_MS);

  readonly #store: Pick<EventStore, 'readStream'>;

  constructor(store: Pick<EventStore, 'readStream'>) {
    this.#store = store;
  }

  /**
   * A store that others write may give events of streams that were deleted: they are not to come back by the feed.
   * @returns whether the event is one of them: its stream begins after it.
   */
  async isGone({ stream, revision }: RecordedEvent): Promise<boolean> {
    let first = this.#firsts.get(stream);
    if (first === undefined) {
      first = (await readOne(this.#store, stream))?.revision ?? Infinity;
      this.#firsts.set(stream, first);
    }
    return revision < first;
  }

  /** The stream was deleted: where it begins is another place now. */
  forget(stream: StreamName): void {
    this.#firsts.delete(stream);
  }
}
