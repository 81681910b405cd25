import type { StreamName } from '../../../schemas/events/stream-name';
import {
  assertWholeNumber,
  EventStoreError,
  PAGE_EVENTS,
  type Position,
  positionOf,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../event-store';
import { nextTurn } from '../../concurrency/turns';
import { type Formats, type LogReader, openLogReader } from './reader';
import { asStoreError } from './schema';
import { readStreamOf, toRowid } from './follow-log';

/** Reads of the embedded store, beside its writer. */
export class SqliteReads {
  readonly #file: string;
  #reader: LogReader | null = null;
  #closed = false;
  #damage: string | null = null;

  readonly #formats: Formats;

  constructor(file: string, formats: Formats = 'current') {
    this.#file = file;
    this.#formats = formats;
  }

  get damage(): string | null {
    return this.#damage;
  }

  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncGenerator<RecordedEvent, void, undefined> {
    return readStreamOf((action) => this.#read(action), stream, options);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<RecordedEvent, void, undefined> {
    const { from = 'start', prefix = '' } = options;
    assertWholeNumber(options.limit, 'limit');
    let left = options.limit ?? Infinity;
    let after = from === 'start' ? 0 : toRowid(from) - 1;
    while (left > 0) {
      await nextTurn();
      const page = this.#read((reader) => reader.page(after, prefix, PAGE_EVENTS));
      // Not `yield*`, which takes twice as long for each.
      for (const event of page.events.length > left ? page.events.slice(0, left) : page.events) yield event;
      left -= page.events.length;
      if (page.last === null || !page.full) return;
      after = page.last;
    }
  }

  /** @returns the position of the newest event ever written; null while there was none. */
  lastPosition(): Promise<Position | null> {
    const last = this.#read((reader) => reader.lastPosition());
    return Promise.resolve(last === null ? null : positionOf(last));
  }

  /**
   * Refuses reads from now on, but keeps a connection open until {@link closeReads}. Closed last, it leaves beside the
   * log, where a connection that writes would delete it, what is needed to read the log again: a disk that is full by
   * then has no room for it.
   */
  protected keepReadable(): void {
    try {
      if (!this.#closed) this.#read((reader) => reader.lastPosition());
    } catch {
      // There is nothing to be read, and so nothing to be kept.
    }
    this.#closed = true;
  }

  closeReads(): void {
    this.#closed = true;
    this.#reader?.close();
    this.#reader = null;
  }

  /** Reads; a connection on which that failed is not used again. */
  #read<Result>(action: (reader: LogReader) => Result): Result {
    if (this.#closed) throw new EventStoreError('closed', 'the event store is closed');
    try {
      return action((this.#reader ??= openLogReader(this.#file, this.#formats)));
    } catch (error) {
      this.#reader?.close();
      this.#reader = null;
      const failure = asStoreError(error, `a part of the event log ${this.#file} cannot be read`);
      if (failure.code === 'damaged') this.#damage = failure.message;
      throw failure;
    }
  }
}
