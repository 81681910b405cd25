import type { StreamName } from '../../../schemas/events/stream-name';
import {
  assertExpected,
  assertStreamName,
  encodeAppend,
  type EventStore,
  EventStoreError,
  type ExpectedRevision,
  type NewEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store';
import { CommitSignal, followLog } from './follow-log';
import { SqliteReads } from './sqlite-reads';
import { WriterClient } from './write/writer-client';
import type { WriterResult } from './write/writer-protocol';

const throwIfError = <Result extends WriterResult>(result: Result): Exclude<Result, { kind: 'error' }> => {
  if (result.kind === 'error') throw new EventStoreError(result.code, result.message);
  return result as Exclude<Result, { kind: 'error' }>; // a check does not narrow a type parameter
};

const unexpected = (result: WriterResult): EventStoreError =>
  new EventStoreError('unavailable', `the writer answered ${result.kind} to something else`);

class SqliteStore extends SqliteReads implements EventStore {
  readonly exclusive = true;
  readonly #closing = new AbortController();
  readonly #commits: CommitSignal;
  #pending = 0;

  readonly #file: string;
  readonly #now: () => number;
  readonly #writer: WriterClient;

  constructor(file: string, now: () => number, writer: WriterClient) {
    super(file);
    this.#file = file;
    this.#now = now;
    this.#writer = writer;
    this.#commits = new CommitSignal(file);
  }

  get pending(): number {
    return this.#pending;
  }

  async append(stream: StreamName, events: readonly NewEvent[], expected: ExpectedRevision) {
    const encoded = encodeAppend(stream, events, expected);
    const created = this.#now();
    this.#pending += encoded.length;
    try {
      const submitted = this.#writer.submit({ kind: 'append', stream, expected, events: encoded, created });
      const result = throwIfError(await submitted);
      if (result.kind === 'appended' || result.kind === 'conflict') return result;
      throw unexpected(result);
    } finally {
      this.#pending -= encoded.length;
    }
  }

  async deleteStream(stream: StreamName, expected: ExpectedRevision, mode: 'soft' | 'tombstone') {
    assertStreamName(stream);
    assertExpected(expected);
    const result = throwIfError(await this.#writer.submit({ kind: 'delete', stream, expected, mode }));
    if (result.kind === 'deleted' || result.kind === 'conflict') return result;
    throw unexpected(result);
  }

  async lastRevision(stream: StreamName) {
    assertStreamName(stream);
    const result = throwIfError(await this.#writer.submit({ kind: 'end', stream }));
    if (result.kind === 'end') return result.revision;
    throw unexpected(result);
  }

  async checkWritable(): Promise<void> {
    throwIfError(await this.#writer.submit({ kind: 'probe' }));
  }

  async *subscribe(options: SubscribeOptions): AsyncGenerator<SubscriptionBatch, void, undefined> {
    if (this.#closing.signal.aborted) throw new EventStoreError('closed', 'the event store is closed');
    const signal =
      options.signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, options.signal]);
    yield* followLog(this.#file, this.#commits, { ...options, signal });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.keepReadable();
    await this.#writer.close();
    this.closeReads();
    this.#commits.close();
  }
}

/**
 * Opens the embedded store: one SQLite file, written by a thread of its own with one sync for each group of appends.
 * The caller sees to it that no other process writes the file (see data-directory.ts).
 * @param file path of the log; made if it is new
 * @param now milliseconds since the epoch, for `created`: when an append is asked for
 * @param whyNotOurs says why this process may not write the file any more, or null; asked before each acknowledgement
 * @throws {EventStoreError} `unavailable` or `invalid` if the file cannot be used.
 */
export async function openSqliteStore(options: {
  readonly file: string;
  readonly now: () => number;
  readonly whyNotOurs?: () => string | null;
}): Promise<EventStore> {
  const { file, now, whyNotOurs = () => null } = options;
  return new SqliteStore(file, now, await WriterClient.start({ file, now, whyNotOurs }));
}
