import type { StreamName } from '../../schemas/events/stream-name';
import type { EventStore, RecordedEvent } from './event-store';
import { readIfThere } from './reads';

/** A stream, folded as far as it was read. */
export class FoldedStream<State> {
  #state: State;
  #next = 0;
  #refreshing: Promise<void> = Promise.resolve();

  readonly #store: Pick<EventStore, 'readStream'>;
  readonly #stream: StreamName;
  readonly #evolve: (state: State, event: RecordedEvent) => State;

  /** @param initial state, before the first event */
  constructor(
    store: Pick<EventStore, 'readStream'>,
    stream: StreamName,
    initial: State,
    evolve: (state: State, event: RecordedEvent) => State,
  ) {
    this.#store = store;
    this.#stream = stream;
    this.#state = initial;
    this.#evolve = evolve;
  }

  /** Returns the state as of the last look. */
  get known(): State {
    return this.#state;
  }

  /** Returns the revision to expect of the store if nothing may have come since the last look; -1 if nothing was there. */
  get newestRevision(): number {
    return this.#next - 1;
  }

  /** Reads what came since the last look, here or elsewhere; one after the other. @returns the state then */
  async refresh(): Promise<State> {
    this.#refreshing = this.#refreshing.catch(() => undefined).then(() => this.#readOn());
    await this.#refreshing;
    return this.#state;
  }

  async #readOn(): Promise<void> {
    for await (const event of readIfThere(this.#store, this.#stream, { from: this.#next })) {
      this.#state = this.#evolve(this.#state, event);
      this.#next = event.revision + 1;
    }
  }
}
