/**
 * The event store on EventStoreDB 23.10 or later, or KurrentDB. The only file that imports `@eventstore/db-client`.
 *
 * Reads and subscriptions go through the client. Appends do not: they speak the same protocol (`Streams/BatchAppend`) over
 * the client's connection, with its generated messages. What the client itself does on 6.2.1, its last release, cannot be
 * made safe from outside; each was reproduced:
 * - no timeout: an append that the server does not answer, or that comes while the server's features are being asked for,
 *   never settles;
 * - a failed question for the features is remembered for good;
 * - appends in flight are kept in a map shared by all clients of the process; an error of one connection rejects those of
 *   another, and the answer that comes nevertheless throws where only an unhandled rejection can report it, which ends the
 *   process (kurrent-io/KurrentDB-Client-NodeJS #505, #523);
 * - data that cannot be written as JSON has the same two effects;
 * - the deadline is sent as the client's time of day, and a server whose clock is ahead refuses every append. Here no
 *   deadline is sent, so that the two clocks never meet; the server then uses its own write timeout;
 * - JSON metadata that are falsy are dropped.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Readable } from 'node:stream';

import {
  END,
  EventStoreDBClient,
  START,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type ResolvedEvent,
} from '@eventstore/db-client';
import {
  BadRequest,
  Empty,
  StreamIdentifier,
  UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { type Status } from '@eventstore/db-client/generated/status_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  BatchAppendReq,
  DeleteReq,
  TombstoneReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb';

import {
  assertStreamName,
  encodeAppend,
  EventStoreError,
  MAX_BATCH_EVENTS,
  parsePosition,
  type AppendResult,
  type EncodedEvent,
  type EventStore,
  type ExpectedRevision,
  type JsonValue,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamRevision,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../event-store';
import { Batching } from './batching';
import { parseConnectionUrl, type ConnectionSettings } from './connection-url';
import { isPassing, readFailure, toEventStoreError, type Failure } from './failures';
import { metadataFromClient, metadataToWire } from './metadata';

export interface EventStoreDbOptions {
  /** `esdb://...` or `esdb+discover://...`. */
  readonly url: string;
  /**
   * Milliseconds in which every append and delete settles, repeats included, and within which a read has to go on.
   * Default {@link DEFAULT_TIMEOUT_MS}.
   */
  readonly timeoutMs?: number;
  /** Monotonic milliseconds. Default: the process's. */
  readonly now?: () => number;
  /** From 0 to below 1; spreads the retries of many processes. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Called whenever a subscription was interrupted, before it tries again; otherwise nobody would learn that one has been
   * trying for hours. The message holds no credentials.
   */
  readonly onInterrupted?: (error: EventStoreError) => void;
}

/** Within the 10 s after which Stream takes a webhook for failed, with room for the rest of its way. */
export const DEFAULT_TIMEOUT_MS = 5_000;
/** The first try of an append gets half of its time, so that a lost answer leaves time to ask again; no try gets less. */
const MIN_TRY_MS = 250;
/** Wait before the second try, of an append or a subscription; it doubles with each, up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_APPEND_RETRY_MS = 500;
const LONGEST_SUBSCRIPTION_RETRY_MS = 10_000;
/**
 * Events that a subscription or a read receives ahead of its consumer; the client keeps as many again in front of its
 * decoder. The server and the connection wait when they are full.
 */
const BUFFERED_EVENTS = 128;
/** The server reports a checkpoint after 32 times as many events. */
const CHECKPOINT_INTERVAL = 1;
/** Streams whose name starts with `$` belong to the server. */
const OUR_STREAMS = '^[^$]';
/** A stream that never exists, and a revision that it can therefore not have. */
const PROBE_STREAM = 'write-probe';
const PROBE_REVISION = Number.MAX_SAFE_INTEGER;
/** How long closing waits for connections to say goodbye. */
const GOODBYE_MS = 1_000;

/**
 * Opens an event store on EventStoreDB. Connects at the first call, not here.
 *
 * One per process is enough and meant: appends of all streams share a connection and run concurrently.
 * @throws {EventStoreError} `invalid` if the connection string cannot be used; the message holds no credentials.
 */
export function openEventStoreDb(options: EventStoreDbOptions): EventStore {
  return new EventStoreDbStore(options, parseConnectionUrl(options.url));
}

type Conflict = Extract<AppendResult, { outcome: 'conflict' }>;

class EventStoreDbStore implements EventStore {
  readonly exclusive = false;
  private readonly timeoutMs: number;
  private readonly now: () => number;
  private readonly random: () => number;
  private connection: Connection;
  /** What ends each running read and subscription. */
  private readonly stops = new Set<AbortController>();
  private readonly writes = new Set<Promise<unknown>>();
  private pendingEvents = 0;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly options: EventStoreDbOptions,
    private readonly settings: ConnectionSettings,
  ) {
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.now = options.now ?? (() => performance.now());
    this.random = options.random ?? Math.random;
    this.connection = new Connection(settings, this.now);
  }

  get pending(): number {
    return this.pendingEvents;
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    this.assertOpen();
    const encoded = encodeAppend(stream, events, expected);
    const messages = encoded.map(toMessage);
    this.pendingEvents += encoded.length;
    try {
      const written = await this.write(
        `an append to stream ${JSON.stringify(stream)}`,
        // The server knows the repeat of any other append only while it remembers the ids.
        typeof expected === 'number' || expected === 'no_stream',
        (connection, tryMs) => connection.append(stream, messages, expected, tryMs),
      );
      if ('actual' in written) return { outcome: 'conflict', stream, expected, actual: written.actual };
      if (written.position === null) {
        throw new EventStoreError(
          'deleted',
          `the events of this append to stream ${JSON.stringify(stream)} were stored before, and deleted since`,
        );
      }
      return { outcome: 'appended', revision: written.revision, position: written.position };
    } finally {
      this.pendingEvents -= encoded.length;
    }
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    return iterate(this.stops, (stop) => this.streamEvents(stream, options, stop));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return iterate(this.stops, (stop) => this.allEvents(options, stop));
  }

  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return iterate(this.stops, (stop) => this.batches(options, stop));
  }

  async deleteStream(
    stream: string,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
  ): Promise<{ readonly outcome: 'deleted' } | Conflict> {
    this.assertOpen();
    assertStreamName(stream);
    if (typeof expected === 'number') assertWholeNumber(expected, 'expected revision');
    const conflict = (actual: StreamRevision): Conflict => ({ outcome: 'conflict', stream, expected, actual });
    if (mode === 'tombstone' && !(await this.everExisted(stream))) return conflict('no_stream');
    const deleted = await this.write(`a delete of stream ${JSON.stringify(stream)}`, true, (connection, tryMs) =>
      connection.delete(stream, expected, mode, tryMs),
    );
    return 'actual' in deleted ? conflict(deleted.actual) : { outcome: 'deleted' };
  }

  /**
   * Asks for an append that must be refused. The refusal comes from the writer of the leader, in its turn after the
   * appends before it; so the whole way of a write works, but for the disk.
   */
  async checkWritable(): Promise<void> {
    this.assertOpen();
    const probe: EncodedEvent = { id: randomUUID(), type: 'probe', data: 'null', metadata: null };
    await this.write('a check whether EventStoreDB takes writes', true, (connection, tryMs) =>
      connection.append(PROBE_STREAM, [toMessage(probe)], PROBE_REVISION, tryMs),
    ).catch((error: unknown) => {
      // An append that is meant to fail leaves nothing unknown behind.
      if (!(error instanceof EventStoreError) || error.code === 'closed') throw error;
      throw new EventStoreError('unavailable', error.message, { cause: error.cause });
    });
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  private async closeNow(): Promise<void> {
    for (const stop of this.stops) stop.abort();
    await Promise.allSettled(this.writes);
    await this.connection.end();
  }

  private assertOpen(): void {
    if (this.closing !== null) throw new EventStoreError('closed', 'the event store is closed');
  }

  // --- writes ---

  /**
   * Makes a write until its outcome is known or its time is over.
   * @param repeatable whether a write whose outcome is unknown may be made again.
   * @throws {EventStoreError} `outcome-unknown` if it may have happened, else what the server refused it with.
   */
  private write<T extends object>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<T | Failure>,
  ): Promise<T | Extract<Failure, { kind: 'conflict' }>> {
    const writing = this.writeUntilKnown(what, repeatable, attempt);
    const settled = writing.then(ignore, ignore).then(() => this.writes.delete(settled));
    this.writes.add(settled);
    return writing;
  }

  private async writeUntilKnown<T extends object>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<T | Failure>,
  ): Promise<T | Extract<Failure, { kind: 'conflict' }>> {
    const deadline = this.now() + this.timeoutMs;
    let unknown: Failure | null = null;
    for (let tries = 1; ; tries += 1) {
      const begun = this.now();
      const left = deadline - begun;
      const { connection } = this;
      const result = await attempt(connection, repeatable ? Math.max(left / 2, Math.min(left, MIN_TRY_MS)) : left);
      if (!('kind' in result) || result.kind === 'conflict') return result;

      if (result.kind === 'unknown') {
        unknown = result;
        this.replaceIfDead(connection, begun);
      }
      const wait = this.retryDelay(tries, LONGEST_APPEND_RETRY_MS);
      const mayRepeat = result.kind === 'not-done' || (result.kind === 'unknown' && repeatable);
      if (mayRepeat && this.now() + wait < deadline) {
        await sleep(wait);
      } else if (unknown !== null && isPassing(result)) {
        throw new EventStoreError(
          'outcome-unknown',
          `${what} may or may not have happened within ${String(this.timeoutMs)} ms: ${unknown.message}`,
          { cause: unknown.cause },
        );
      } else {
        throw toEventStoreError(result, what);
      }
    }
  }

  /** Whether the stream has, or had before a soft delete, any event. Tombstones anything, even what never was. */
  private async everExisted(stream: string): Promise<boolean> {
    for (const name of [stream, `$$${stream}`]) {
      const stop = new AbortController();
      try {
        const open = (connection: Connection): Readable => connection.readStream(name, { maxCount: 1 });
        for await (const _ of this.pull(open, `a read of stream ${JSON.stringify(name)}`, stop.signal)) return true;
      } catch (error) {
        if (error instanceof EventStoreError && error.code === 'not-found') continue;
        if (error instanceof EventStoreError && error.code === 'deleted') return true;
        throw error;
      }
    }
    return false;
  }

  /** A connection on which nothing at all was heard since `begun`, in a call that got no answer, is given up. */
  private replaceIfDead(connection: Connection, begun: number): void {
    if (connection.lastHeard >= begun) {
      connection.dropAppendsIfSilentSince(begun);
      return;
    }
    if (this.connection !== connection || this.closing !== null) return;
    this.connection = new Connection(this.settings, this.now);
    void connection.end();
  }

  private retryDelay(tries: number, longest: number): number {
    return Math.min(longest, FIRST_RETRY_MS * 2 ** Math.min(tries - 1, 16)) * (0.5 + this.random() / 2);
  }

  // --- reads ---

  private async *streamEvents(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStreamOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    this.assertOpen();
    assertStreamName(stream);
    if (limit !== undefined) assertWholeNumber(limit, 'limit');
    if (typeof from === 'number') assertWholeNumber(from, 'revision');
    const first = from ?? (direction === 'backwards' ? 'end' : 'start');
    const open = (connection: Connection): Readable =>
      connection.readStream(
        stream,
        {
          direction,
          fromRevision: typeof first === 'number' ? BigInt(first) : first,
          // The server is asked for one event even if none is wanted, as it may have to say that there is no such stream.
          ...(limit === undefined ? {} : { maxCount: Math.max(limit, 1) }),
        },
        { highWaterMark: BUFFERED_EVENTS },
      );
    let left = limit ?? Infinity;
    for await (const resolved of this.pull(open, `a read of stream ${JSON.stringify(stream)}`, stop)) {
      left -= 1;
      if (left < 0) return;
      yield toRecordedEvent(resolved);
    }
  }

  private async *allEvents(
    { from = 'start', prefix = '', limit = Infinity }: ReadAllOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    this.assertOpen();
    if (limit !== Infinity) assertWholeNumber(limit, 'limit');
    if (from !== 'start') assertPosition(from);
    if (limit === 0) return;
    const open = (connection: Connection): Readable =>
      connection.readAll(
        { fromPosition: from === 'start' ? START : toClientPosition(from) },
        { highWaterMark: BUFFERED_EVENTS },
      );
    let left = limit;
    // The client has no filter for this read, so the server sends everything.
    for await (const resolved of this.pull(open, 'a read of all streams', stop)) {
      const event = ourEvent(resolved);
      if (event?.stream.startsWith(prefix) !== true) continue;
      yield event;
      left -= 1;
      if (left === 0) return;
    }
  }

  /**
   * Reads to the end; tries again while nothing was received and there is time.
   * @throws {EventStoreError} also if the server sends nothing for as long as a call may take.
   */
  private async *pull(
    open: (connection: Connection) => Readable,
    what: string,
    stop: AbortSignal,
  ): AsyncGenerator<ResolvedEvent | AllStreamResolvedEvent> {
    const deadline = this.now() + this.timeoutMs;
    let received = false;
    for (let tries = 1; ; tries += 1) {
      const begun = this.now();
      const { connection } = this;
      const source = new Pull<ResolvedEvent | AllStreamResolvedEvent>(open(connection), stop);
      try {
        for (;;) {
          const item = source.take();
          if (item !== null) {
            received = true;
            connection.heard();
            yield item;
          } else if (source.ended) {
            return;
          } else if (!(await source.change(received ? this.timeoutMs : deadline - this.now()))) {
            throw new EventStoreError('unavailable', `EventStoreDB sent nothing for ${String(this.timeoutMs)} ms`);
          }
          if (stop.aborted) {
            if (this.closing !== null) this.assertOpen();
            return;
          }
        }
      } catch (error) {
        if (error instanceof EventStoreError && error.code === 'closed') throw error;
        const failure = readFailure(error);
        if (failure.kind === 'conflict') throw error;
        if (isPassing(failure)) this.replaceIfDead(connection, begun);
        const wait = this.retryDelay(tries, LONGEST_APPEND_RETRY_MS);
        if (received || !isPassing(failure) || this.now() + wait >= deadline) throw toEventStoreError(failure, what);
        await sleep(wait, stop);
      } finally {
        source.cancel();
      }
    }
  }

  // --- subscriptions ---

  private async *batches(
    { after, prefix = '', signal }: SubscribeOptions,
    stop: AbortSignal,
  ): AsyncGenerator<SubscriptionBatch> {
    this.assertOpen();
    if (after !== 'start' && after !== 'end') assertPosition(after);
    const ending = new AbortController();
    const end = (): void => {
      ending.abort();
    };
    for (const each of [stop, signal]) {
      if (each?.aborted === true) return;
      each?.addEventListener('abort', end);
    }
    try {
      // Resolved once: a connection that is lost before the first event must not begin again at a later end.
      let position =
        after === 'end' ? await this.persist(() => this.lastPosition(ending.signal), ending.signal) : after;
      for (;;) {
        const begunAfter = position;
        const run = this.run(begunAfter === 'start' ? null : begunAfter, prefix, ending.signal);
        try {
          for await (const batch of run) {
            yield batch;
            position = batch.position ?? position;
          }
          if (ending.signal.aborted) return;
        } catch (error) {}
      }
    } finally {
      for (const each of [stop, signal]) each?.removeEventListener('abort', end);
    }
  }
}
