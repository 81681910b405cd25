import { randomUUID } from 'node:crypto';
import { eventId } from '../../../schemas/events/event-id';
import { type StreamName, streamName } from '../../../schemas/events/stream-name';

import {
  assertExpected,
  assertStreamName,
  encodeAppend,
  EventStoreError,
  isEventStoreError,
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamRevision,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store';
import { Link, type LinkOptions } from './link';
import { Reads } from './reads';
import { Subscriptions } from './subscriptions';
import { toWire } from './wire';
import { Writes } from './writes';

export interface ResilientStoreOptions extends LinkOptions {
  /** Called each time a subscription was interrupted, before it tries again. */
  readonly onInterrupted: (error: EventStoreError) => void;
}

/** A stream that never exists. */
const PROBE_STREAM = streamName('write-probe');
/** A revision that no stream has. */
const PROBE_REVISION = Number.MAX_SAFE_INTEGER;

type Conflict = Extract<AppendResult, { kind: 'conflict' }>;

/**
 * The event store over a connection that may fail at any time: every call settles within its time, a write whose outcome
 * is unknown is repeated where the server recognises the repeat, a connection that went silent is replaced, and
 * subscriptions go on after the last batch that their consumer finished.
 */
export class ResilientStore implements EventStore {
  readonly exclusive = false;
  /** A server that finds damage says so in its own log, and reports nothing to us. */
  readonly damage = null;
  readonly #link: Link;
  readonly #writes: Writes;
  readonly #reads: Reads;
  readonly #subscriptions: Subscriptions;
  /** What ends each running read and subscription. */
  readonly #stops = new Set<AbortController>();
  #pendingEvents = 0;
  #closing: Promise<void> | null = null;

  constructor(options: ResilientStoreOptions) {
    this.#link = new Link(options);
    this.#writes = new Writes(this.#link);
    this.#reads = new Reads(this.#link);
    this.#subscriptions = new Subscriptions(this.#link, this.#reads, options.onInterrupted);
  }

  get pending(): number {
    return this.#pendingEvents;
  }

  async append(stream: StreamName, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    this.#link.assertOpen();
    const encoded = encodeAppend(stream, events, expected).map(toWire);
    this.#pendingEvents += encoded.length;
    try {
      const outcome = await this.#writes.run(
        `an append to stream ${JSON.stringify(stream)}`,
        // The server knows the repeat of any other append only while it remembers the ids.
        typeof expected === 'number' || expected === 'no_stream',
        (connection, tryMs) => connection.append(stream, encoded, expected, tryMs),
      );
      if (outcome.kind === 'conflict') return { kind: 'conflict', stream, expected, actual: outcome.actual };
      const { revision } = outcome.value;
      const position = outcome.value.position ?? (await this.#hiddenPosition(stream, revision));
      return { kind: 'appended', revision, position };
    } finally {
      this.#pendingEvents -= encoded.length;
    }
  }

  async lastRevision(stream: StreamName): Promise<StreamRevision> {
    assertStreamName(stream);
    return this.#endOf(stream, `a question where stream ${JSON.stringify(stream)} ends`);
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    return this.#iterate((stop) => this.#reads.stream(stream, options, stop));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.#iterate((stop) => this.#reads.all(options, stop));
  }

  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return this.#iterate((stop) => this.#subscriptions.batches(options, stop));
  }

  async deleteStream(
    stream: StreamName,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
  ): Promise<{ readonly kind: 'deleted' } | Conflict> {
    this.#link.assertOpen();
    assertStreamName(stream);
    assertExpected(expected);
    const conflict = (actual: StreamRevision): Conflict => ({ kind: 'conflict', stream, expected, actual });
    // The server tombstones even what never was.
    if (mode === 'tombstone' && !(await this.#reads.everExisted(stream))) return conflict('no_stream');
    const outcome = await this.#writes.run(`a delete of stream ${JSON.stringify(stream)}`, true, (connection, tryMs) =>
      connection.delete(stream, expected, mode, tryMs),
    );
    return outcome.kind === 'conflict' ? conflict(outcome.actual) : { kind: 'deleted' };
  }

  /** Nothing is written to prove it: the whole way of a write works, but for the disk itself. */
  async checkWritable(): Promise<void> {
    this.#link.assertOpen();
    try {
      await this.#endOf(PROBE_STREAM, 'a check whether EventStoreDB takes writes');
    } catch (error) {
      if (!isEventStoreError(error)) throw error;
      throw new EventStoreError('unavailable', error.message, { cause: error });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Asks for an append that must be refused. The refusal comes from the writer of the leader, in its turn after the appends
   * before it, and says where the stream ends.
   */
  async #endOf(stream: StreamName, what: string): Promise<StreamRevision> {
    this.#link.assertOpen();
    const probe = toWire({ id: eventId(randomUUID()), type: 'probe', data: 'null', metadata: null });
    const outcome = await this.#writes.run(what, true, (connection, tryMs) =>
      connection.append(stream, [probe], PROBE_REVISION, tryMs),
    );
    if (outcome.kind === 'conflict') return outcome.actual;
    throw new EventStoreError('outcome-unknown', `${what}: an append was not refused that must be`);
  }

  async #close(): Promise<void> {
    this.#link.refuse();
    for (const stop of this.#stops) stop.abort();
    await this.#writes.settled();
    await this.#link.end();
  }

  /**
   * Returns the position of an event whose stream was soft-deleted since. The answer to a repeated append lacks it; but
   * until the event is scavenged, it is still there among all events, where the server can filter by stream.
   */
  async #hiddenPosition(stream: StreamName, revision: number): Promise<Position> {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort();
    }, this.#link.timeoutMs);
    const what = `an append that stream ${JSON.stringify(stream)} had before it was deleted`;
    try {
      for await (const batch of this.#subscriptions.connectedBatches(
        this.#link.connection,
        null,
        null,
        stream,
        stop.signal,
      )) {
        const event = batch.events.find((each) => each.stream === stream && each.revision === revision);
        if (event !== undefined) return event.position;
        if (batch.caughtUp) throw new EventStoreError('deleted', `${what} is there no more`);
      }
      throw new Error(`it was not found within ${String(this.#link.timeoutMs)} ms`);
    } catch (cause) {
      if (isEventStoreError(cause)) throw cause;
      throw new EventStoreError('outcome-unknown', `${what} could not be looked up: ${String(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns an iterable that ends at once when it is left by `return`, even in the middle of waiting. */
  #iterate<T>(start: (stop: AbortSignal) => AsyncGenerator<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const stop = new AbortController();
        const items = this.#stoppable(start(stop.signal), stop);
        return {
          next: () => items.next(),
          return: () => {
            stop.abort();
            return items.return(undefined);
          },
        };
      },
    };
  }

  async *#stoppable<T>(items: AsyncGenerator<T>, stop: AbortController): AsyncGenerator<T, undefined> {
    this.#stops.add(stop);
    try {
      yield* items;
    } finally {
      this.#stops.delete(stop);
    }
  }
}
