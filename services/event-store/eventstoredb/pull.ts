/** The part of an object stream that is used here. */
interface Source {
  readonly readableLength: number;
  /** Returns the next object; null if nothing is buffered. */
  read(): unknown;
  on(event: 'readable' | 'end' | 'error', listener: (...args: unknown[]) => void): unknown;
  destroy(): unknown;
}

/**
 * Reads an object stream of the client by pulling, so that what it buffers stays bounded, and notices every way in which
 * it may end: by an error, by its end, and by nothing more coming.
 *
 * Leaving an iterator over such a stream, or destroying it, does not end the gRPC call behind it: the call and its buffers
 * stay, on both sides (50 abandoned reads, 50 open calls). Therefore {@link Pull.cancel}.
 */
export class Pull<Item> {
  readonly #marks: { readonly after: number; readonly item: Item }[] = [];
  #taken = 0;
  #failure: { readonly error: unknown } | null = null;
  #finished = false;
  #wake: (() => void) | null = null;

  readonly #source: Source;
  readonly #decode: (received: unknown) => Item;
  readonly #abandon: () => Promise<void>;
  readonly #stop: AbortSignal;
  readonly #cut: AbortSignal;

  /**
   * @param abandon ends the call.
   * @param stop wakes {@link Pull.change}.
   * @param cut its connection was given up. The client then cancels the call, keeps that to itself, and ends the stream
   *   as if everything had come; here it is a failure.
   */
  constructor(
    source: Source,
    decode: (received: unknown) => Item,
    abandon: () => Promise<void>,
    stop: AbortSignal,
    cut: AbortSignal,
  ) {
    this.#source = source;
    this.#decode = decode;
    this.#abandon = abandon;
    this.#stop = stop;
    this.#cut = cut;
    source.on('readable', this.#changed);
    source.on('end', () => {
      this.#finished = true;
      this.#changed();
    });
    // Stays for good: the client may emit an error even on a stream that was cancelled.
    source.on('error', (error) => {
      this.#failure ??= { error };
      this.#changed();
    });
    stop.addEventListener('abort', this.#changed);
    cut.addEventListener('abort', this.#wasCut);
  }

  /**
   * Adds something that the client reports beside the stream, at its place in it. The client reports it as soon as it
   * was received, when the consumer is up to a buffer behind: a checkpoint kept then would skip what lies between after
   * a crash (seen at every checkpoint: 16 events early).
   */
  mark(item: Item): void {
    this.#marks.push({ after: this.#taken + this.#source.readableLength, item });
    this.#changed();
  }

  /**
   * @returns what was received next; null if there is nothing now.
   * @throws what the stream failed with, once everything received before was taken.
   */
  take(): Item | null {
    const mark = this.#marks[0];
    if (mark !== undefined && mark.after <= this.#taken) {
      this.#marks.shift();
      return mark.item;
    }
    const received: unknown = this.#source.read();
    if (received !== null) {
      this.#taken += 1;
      return this.#decode(received);
    }
    if (this.#failure !== null) throw this.#failure.error;
    return null;
  }

  /** Returns whether nothing more was received than was taken. */
  get empty(): boolean {
    return this.#marks.length === 0 && this.#source.readableLength === 0;
  }

  /** Returns whether nothing more will come. */
  get ended(): boolean {
    return this.#finished;
  }

  /** Waits until there may be something to take. @returns false if there was not for `ms`. */
  async change(ms: number): Promise<boolean> {
    if (this.#stop.aborted || this.#finished || this.#failure !== null || !this.empty) return true;
    let timer: NodeJS.Timeout | undefined;
    const changed = await new Promise<boolean>((resolve) => {
      this.#wake = () => {
        resolve(true);
      };
      if (ms === Infinity) return;
      timer = setTimeout(() => {
        resolve(false);
      }, ms);
    });
    clearTimeout(timer);
    this.#wake = null;
    return changed;
  }

  /** Ends the call; what was not taken is dropped. */
  cancel(): void {
    this.#stop.removeEventListener('abort', this.#changed);
    this.#cut.removeEventListener('abort', this.#wasCut);
    this.#abandon().catch(() => {
      // There is no call to end: opening it failed, and that was the error of the stream.
    });
    this.#source.destroy();
  }

  readonly #wasCut = (): void => {
    if (this.#finished) return;
    this.#failure ??= { error: new Error('the connection to EventStoreDB was given up') };
    this.#changed();
  };

  readonly #changed = (): void => {
    this.#wake?.();
  };
}
