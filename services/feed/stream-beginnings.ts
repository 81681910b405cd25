import type { StreamName } from '../../schemas/events/stream-name';
import { createRemembered } from '../concurrency/remembered';
import { sleep } from '../concurrency/sleep';
import type { EventStore, RecordedEvent } from '../event-store/event-store';
import { readOne } from '../event-store/reads';

/** Streams of which is remembered where they begin: some 100 bytes each. */
const REMEMBERED_STREAMS = 65_536;
/** Milliseconds for which that is believed. */
const REMEMBERED_MS = 60_000;
/**
 * Milliseconds from an event on in which its stream may read as not there, although it is: some 10 for one that was
 * deleted and has an event again; the rest is what the clocks of the two machines may differ by.
 */
const SETTLED_MS = 60_000;
/** Milliseconds between two reads of such a stream, and how many there are before it counts as gone. */
const REREAD_MS = 5;
const MOST_READS = 40;

interface Beginning {
  /** The stream's first revision; infinite if it is not there. */
  readonly first: number;
  /** When it was looked up; milliseconds since the epoch. */
  readonly at: number;
}

/** Finds out where streams begin: after a deletion, at a later revision than 0. */
export class StreamBeginnings {
  readonly #known = createRemembered<Beginning>(REMEMBERED_STREAMS, REMEMBERED_MS);

  readonly #store: Pick<EventStore, 'readStream'>;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(store: Pick<EventStore, 'readStream'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * A store that others write may give events of streams that were deleted: they are not to come back by the feed.
   * @returns whether the event is one of them: its stream begins after it.
   */
  async isGone({ stream, revision, created }: RecordedEvent): Promise<boolean> {
    const holds = ({ first, at }: Beginning): boolean => first < Infinity || at - created.getTime() >= SETTLED_MS;
    let known = this.#known.get(stream);
    for (let reads = 0; (known === undefined || !holds(known)) && reads < MOST_READS; reads++) {
      if (reads > 0) await sleep(REREAD_MS);
      known = { first: (await readOne(this.#store, stream))?.revision ?? Infinity, at: this.#now() };
      this.#known.set(stream, known);
    }
    return revision < (known?.first ?? Infinity);
  }

  /** The stream was deleted: where it begins is another place now. */
  forget(stream: StreamName): void {
    this.#known.delete(stream);
  }
}
