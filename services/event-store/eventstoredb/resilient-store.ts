import { randomUUID } from 'node:crypto';

import {
  assertExpected,
  assertPosition,
  assertStreamName,
  assertWholeNumber,
  comparePositions,
  encodeAppend,
  EventStoreError,
  isEventStoreError,
  MAX_BATCH_EVENTS,
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
import { type Connection, type Outcome, type Received, type ReceivedEvent } from './connection';
import { isPassing, isServersWord, readFailure, toEventStoreError, type Failure } from './failures';
import { type HostNames } from './host-names';
import { type Pull } from './pull';
import { toWire } from './wire';

export interface ResilientStoreOptions {
  /** Connects at the first call, not at once. */
  readonly connect: () => Connection;
  readonly timeoutMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onInterrupted: (error: EventStoreError) => void;
  /** Told when the server was not reached; knows then, or soon, if that is because of its name. */
  readonly hosts: HostNames;
}

/**
 * Each try of a write gets half of the time that is left, so that a lost answer leaves time to ask again, but no less than
 * this part of the whole: trying ever shorter would only load a server that is slow.
 */
const SHORTEST_TRY = 1 / 8;
/** Wait before the second try of anything; it doubles with each, up to the longest. */
const FIRST_RETRY_MS = 50;
const LONGEST_CALL_RETRY_MS = 500;
const LONGEST_SUBSCRIPTION_RETRY_MS = 2_000;
/** While a subscription catches up, how long a batch waits to become larger; */
const LINGER_MS = 20;
/** and how long one that would have no events. */
const POSITION_LINGER_MS = 1_000;
/** A stream that never exists. */
const PROBE_STREAM = 'write-probe';
/** A revision that no stream has. */
const PROBE_REVISION = Number.MAX_SAFE_INTEGER;
const READ_ALL = 'a read of all streams';

type Conflict = Extract<AppendResult, { outcome: 'conflict' }>;
type WriteOutcome<T> = Extract<Outcome<T>, { kind: 'done' | 'conflict' }>;

/**
 * The event store over a connection that may fail at any time: every call settles within its time, a write whose outcome
 * is unknown is repeated where the server recognises the repeat, a connection that went silent is replaced, and
 * subscriptions go on after the last batch that their consumer finished.
 */
export class ResilientStore implements EventStore {
  readonly exclusive = false;
  /** A server that finds damage says so in its own log, and tells us nothing. */
  readonly damage = null;
  private connection: Connection;
  /** What ends each running read and subscription. */
  private readonly stops = new Set<AbortController>();
  private readonly writes = new Set<Promise<unknown>>();
  private pendingEvents = 0;
  private closing: Promise<void> | null = null;
  private over = false;

  constructor(private readonly options: ResilientStoreOptions) {
    this.connection = options.connect();
  }

  get pending(): number {
    return this.pendingEvents;
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    this.assertOpen();
    const encoded = encodeAppend(stream, events, expected).map(toWire);
    this.pendingEvents += encoded.length;
    try {
      const outcome = await this.write(
        `an append to stream ${JSON.stringify(stream)}`,
        // The server knows the repeat of any other append only while it remembers the ids.
        typeof expected === 'number' || expected === 'no_stream',
        (connection, tryMs) => connection.append(stream, encoded, expected, tryMs),
      );
      if (outcome.kind === 'conflict') return { outcome: 'conflict', stream, expected, actual: outcome.actual };
      const { revision } = outcome.value;
      const position = outcome.value.position ?? (await this.hiddenPosition(stream, revision));
      return { outcome: 'appended', revision, position };
    } finally {
      this.pendingEvents -= encoded.length;
    }
  }

  async lastRevision(stream: string): Promise<StreamRevision> {
    assertStreamName(stream);
    return this.endOf(stream, `a question where stream ${JSON.stringify(stream)} ends`);
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    return this.iterate((stop) => this.streamEvents(stream, options, stop));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.iterate((stop) => this.allEvents(options, stop));
  }

  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return this.iterate((stop) => this.batches(options, stop));
  }

  async deleteStream(
    stream: string,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
  ): Promise<{ readonly outcome: 'deleted' } | Conflict> {
    this.assertOpen();
    assertStreamName(stream);
    assertExpected(expected);
    const conflict = (actual: StreamRevision): Conflict => ({ outcome: 'conflict', stream, expected, actual });
    // The server tombstones even what never was.
    if (mode === 'tombstone' && !(await this.everExisted(stream))) return conflict('no_stream');
    const outcome = await this.write(`a delete of stream ${JSON.stringify(stream)}`, true, (connection, tryMs) =>
      connection.delete(stream, expected, mode, tryMs),
    );
    return outcome.kind === 'conflict' ? conflict(outcome.actual) : { outcome: 'deleted' };
  }

  /** Nothing is written to prove it: the whole way of a write works, but for the disk itself. */
  async checkWritable(): Promise<void> {
    this.assertOpen();
    try {
      await this.endOf(PROBE_STREAM, 'a check whether EventStoreDB takes writes');
    } catch (error) {
      if (!isEventStoreError(error)) throw error;
      throw new EventStoreError('unavailable', error.message, { cause: error });
    }
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  /**
   * Asks for an append that must be refused. The refusal comes from the writer of the leader, in its turn after the appends
   * before it, and says where the stream ends.
   */
  private async endOf(stream: string, what: string): Promise<StreamRevision> {
    this.assertOpen();
    const probe = toWire({ id: randomUUID(), type: 'probe', data: 'null', metadata: null });
    const outcome = await this.write(what, true, (connection, tryMs) =>
      connection.append(stream, [probe], PROBE_REVISION, tryMs),
    );
    if (outcome.kind === 'conflict') return outcome.actual;
    throw new EventStoreError('outcome-unknown', `${what}: an append was not refused that must be`);
  }

  private async closeNow(): Promise<void> {
    for (const stop of this.stops) stop.abort();
    await Promise.allSettled(this.writes);
    this.over = true;
    await this.connection.end();
  }

  private assertOpen(): void {
    if (this.closing !== null) throw new EventStoreError('closed', 'the event store is closed');
  }

  // --- writes ---

  private write<T>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<Outcome<T>>,
  ): Promise<WriteOutcome<T>> {
    const writing = this.writeUntilKnown(what, repeatable, attempt);
    this.writes.add(writing);
    const settled = (): void => {
      this.writes.delete(writing);
    };
    writing.then(settled, settled);
    return writing;
  }

  /**
   * Tries until the outcome is known or the time is over.
   * @param repeatable whether a write whose outcome is unknown may be tried again.
   * @throws {EventStoreError} `outcome-unknown` if it may have happened, else what it was refused with.
   */
  private async writeUntilKnown<T>(
    what: string,
    repeatable: boolean,
    attempt: (connection: Connection, tryMs: number) => Promise<Outcome<T>>,
  ): Promise<WriteOutcome<T>> {
    const { now, timeoutMs } = this.options;
    const deadline = now() + timeoutMs;
    const shortestMs = timeoutMs * SHORTEST_TRY;
    let unknown: Exclude<Failure, { kind: 'conflict' }> | null = null;
    for (let tries = 1; ; tries += 1) {
      const { connection } = this;
      const begun = now();
      const left = deadline - begun;
      const outcome = await attempt(connection, repeatable ? Math.min(left, Math.max(left / 2, shortestMs)) : left);
      if (outcome.kind === 'done' || outcome.kind === 'conflict') return outcome;

      this.noteFailure(outcome, connection, begun);
      if (outcome.kind === 'unknown') {
        unknown = outcome;
        connection.dropAppendsIfSilentSince(begun);
      }
      const wait = this.retryDelay(tries, LONGEST_CALL_RETRY_MS);
      const again = outcome.kind === 'not-done' || (outcome.kind === 'unknown' && repeatable);
      if (again && now() + wait + shortestMs <= deadline) {
        await sleep(wait);
      } else if (isPassing(outcome) && unknown !== null) {
        throw new EventStoreError(
          'outcome-unknown',
          `${what} may have happened or not, after ${String(timeoutMs)} ms: ${unknown.message}`,
          { cause: unknown.cause },
        );
      } else {
        throw this.asError(outcome, what);
      }
    }
  }

  /**
   * The position of an event whose stream was soft-deleted since. The answer to a repeated append lacks it; but until the
   * event is scavenged, it is still there among all events, where the server can filter by stream.
   */
  private async hiddenPosition(stream: string, revision: number): Promise<Position> {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort();
    }, this.options.timeoutMs);
    const what = `an append that stream ${JSON.stringify(stream)} had before it was deleted`;
    try {
      for await (const batch of this.connectedBatches(this.connection, null, null, stream, stop.signal)) {
        const event = batch.events.find((each) => each.stream === stream && each.revision === revision);
        if (event !== undefined) return event.position;
        if (batch.caughtUp) throw new EventStoreError('deleted', `${what} is there no more`);
      }
      throw new Error(`it was not found within ${String(this.options.timeoutMs)} ms`);
    } catch (cause) {
      if (isEventStoreError(cause)) throw cause;
      throw new EventStoreError('outcome-unknown', `${what} could not be looked up: ${String(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns whether the stream has events, or had some before it was deleted. */
  private async everExisted(stream: string): Promise<boolean> {
    // A soft delete leaves what it knows in the stream's metadata stream.
    for (const name of [stream, `$$${stream}`]) {
      const stop = new AbortController();
      const options = { from: 'start', direction: 'forwards', limit: 1 } as const;
      try {
        const what = `a read of stream ${JSON.stringify(name)}`;
        for await (const _ of this.pull((each) => each.pullStream(name, options, stop.signal), what, stop.signal)) {
          return true;
        }
      } catch (error) {
        if (isEventStoreError(error, 'deleted')) return true;
        if (!isEventStoreError(error, 'not-found')) throw error;
      }
    }
    return false;
  }

  private noteFailure(failure: Failure, connection: Connection, since: number): void {
    if (!isServersWord(failure)) this.options.hosts.look();
    if (isPassing(failure)) this.replaceIfSilent(connection, since);
  }

  private asError(failure: Exclude<Failure, { kind: 'conflict' }>, what: string): EventStoreError {
    return toEventStoreError(failure, what, this.options.hosts.problem);
  }

  /** After a call that got no answer: gives up a connection on which nothing at all was heard since the call. */
  private replaceIfSilent(connection: Connection, since: number): void {
    if (connection.lastHeard >= since || this.connection !== connection || this.over) return;
    this.connection = this.options.connect();
    void connection.end();
  }

  private retryDelay(tries: number, longest: number): number {
    const doubled = FIRST_RETRY_MS * 2 ** Math.min(tries - 1, 30);
    return Math.min(longest, doubled) * (0.5 + this.options.random() / 2);
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
    // Nodes refuse to read forwards from the end, where nothing is. The newest event tells whether there is such a stream.
    const wantsNone = limit === 0 || (direction === 'forwards' && from === 'end');
    const options = {
      from: from ?? (direction === 'backwards' ? 'end' : 'start'),
      direction: from === 'end' ? 'backwards' : direction,
      limit: wantsNone ? 1 : (limit ?? null),
    } as const;
    let left = wantsNone ? 0 : (limit ?? Infinity);
    const what = `a read of stream ${JSON.stringify(stream)}`;
    for await (const { event } of this.pull((each) => each.pullStream(stream, options, stop), what, stop)) {
      if (left === 0) return;
      if (event === null) continue;
      yield event;
      left -= 1;
    }
  }

  private async *allEvents(
    { from = 'start', prefix = '', limit = Infinity }: ReadAllOptions,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    this.assertOpen();
    if (limit !== Infinity) assertWholeNumber(limit, 'limit');
    if (from !== 'start') assertPosition(from);
    let left = limit;
    if (left === 0) return;
    for await (const event of prefix === '' ? this.everyEvent(from, stop) : this.filteredEvents(from, prefix, stop)) {
      yield event;
      left -= 1;
      if (left === 0) return;
    }
  }

  private async *everyEvent(from: Position | 'start', stop: AbortSignal): AsyncGenerator<RecordedEvent> {
    for await (const { event } of this.pull((each) => each.pullAll(from, stop), READ_ALL, stop)) {
      if (event !== null) yield event;
    }
  }

  /**
   * The client has a filter only for subscriptions, which begin after their position and not at it. So this is a read of
   * one event, and then a subscription until it has caught up.
   */
  private async *filteredEvents(
    from: Position | 'start',
    prefix: string,
    stop: AbortSignal,
  ): AsyncGenerator<RecordedEvent> {
    if (from !== 'start') {
      for await (const { position, event } of this.pull((each) => each.pullAll(from, stop), READ_ALL, stop)) {
        if (position === from && event?.stream.startsWith(prefix) === true) yield event;
        break;
      }
    }
    const after = from === 'start' ? null : from;
    for await (const { event } of this.pull((each) => each.pullSubscription(after, prefix, stop), READ_ALL, stop)) {
      if (event !== null) yield event;
    }
  }

  /**
   * Reads to the end, or what a subscription has until it is live; tries again while nothing was received and there is time.
   * @throws {EventStoreError} `unavailable` also if the server sends nothing for as long as a call may take.
   */
  private async *pull(
    open: (connection: Connection) => Pull<Received>,
    what: string,
    stop: AbortSignal,
  ): AsyncGenerator<ReceivedEvent> {
    const { now, timeoutMs } = this.options;
    const deadline = now() + timeoutMs;
    let received = false;
    for (let tries = 1; ; tries += 1) {
      const { connection } = this;
      const begun = now();
      const source = open(connection);
      try {
        for (;;) {
          if (stop.aborted) {
            this.assertOpen();
            return;
          }
          const item = source.take();
          if (item !== null) {
            received = true;
            if (item.kind === 'event') yield item;
            if (item.kind === 'live' && item.live) return;
          } else if (source.ended) {
            return;
          } else if (!(await source.change(received ? timeoutMs : deadline - now()))) {
            throw new Error(`EventStoreDB sent nothing for ${String(timeoutMs)} ms`);
          }
        }
      } catch (error) {
        if (isEventStoreError(error)) throw error;
        const failure = readFailure(error);
        if (failure.kind === 'conflict') throw error;
        this.noteFailure(failure, connection, begun);
        const wait = this.retryDelay(tries, LONGEST_CALL_RETRY_MS);
        if (received || !isPassing(failure) || now() + wait >= deadline) throw this.asError(failure, what);
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
    // The end is looked up and not left to the server, so that a connection that is lost before the first event does not
    // begin again at a later end.
    let position: Position | 'end' | null = after === 'start' ? null : after;
    const ending = new AbortController();
    const end = (): void => {
      ending.abort();
    };
    const ended = (): boolean => ending.signal.aborted;
    if (signal?.aborted === true) return;
    stop.addEventListener('abort', end);
    signal?.addEventListener('abort', end);
    try {
      for (let tries = 1; !ended(); tries += 1) {
        let { connection } = this;
        const begun = this.options.now();
        try {
          const last = await this.lastPosition(position === 'end' ? null : position, ending.signal);
          if (position === 'end') position = last;
          ({ connection } = this);
          for await (const batch of this.connectedBatches(connection, position, last, prefix, ending.signal)) {
            tries = 1;
            yield batch;
            position = batch.position;
          }
        } catch (error) {
          if (ended()) return;
          if (isEventStoreError(error, 'invalid')) throw error;
          const failure = readFailure(error);
          if (failure.kind === 'conflict') throw error;
          const told = this.asError(failure, 'a subscription');
          if (told.code === 'invalid') throw told;
          this.noteFailure(failure, connection, begun);
          this.options.onInterrupted(told);
          await sleep(this.retryDelay(tries, LONGEST_SUBSCRIPTION_RETRY_MS), ending.signal);
        }
      }
    } finally {
      stop.removeEventListener('abort', end);
      signal?.removeEventListener('abort', end);
    }
  }

  /**
   * The position of the newest event, the server's own included.
   * @throws {EventStoreError} `invalid` if it stays before `reached`: the server would take that for a position that it will
   *   come to, and deliver nothing until then.
   */
  private async lastPosition(reached: Position | null, stop: AbortSignal): Promise<Position> {
    const { now, timeoutMs } = this.options;
    const deadline = now() + timeoutMs;
    for (let tries = 1; ; tries += 1) {
      let last: Position | null = null;
      const newest = this.pull((each) => each.pullLast(stop), 'a read of the last event', stop);
      for await (const { position } of newest) last = position;
      // A server has events of its own from its first start.
      if (last === null) throw new Error('EventStoreDB ended a read before its first event');
      if (reached === null || comparePositions(reached, last) <= 0) return last;
      if (now() >= deadline) {
        throw new EventStoreError(
          'invalid',
          `position ${reached} is beyond the last one, ${last}: it is another store's, or this store lost events`,
        );
      }
      await sleep(this.retryDelay(tries, LONGEST_CALL_RETRY_MS), stop);
    }
  }

  /**
   * Batches from one connection.
   * @param last the newest position when this began. The server does not say up to where it has looked when it has caught
   *   up: its last checkpoint may be a page behind.
   * @throws whatever ends it, also where the server ends it without an error; returns only when `stop` is aborted.
   */
  private async *connectedBatches(
    connection: Connection,
    after: Position | null,
    last: Position | null,
    prefix: string,
    stop: AbortSignal,
  ): AsyncGenerator<SubscriptionBatch> {
    let position = after;
    let events: RecordedEvent[] = [];
    let confirmed = false;
    let live = false;
    let announced: { readonly position: Position | null; readonly live: boolean } = { position, live };
    let newsSince: number | null = null;
    const source = connection.pullSubscription(after, prefix, stop);
    try {
      for (;;) {
        while (events.length < MAX_BATCH_EVENTS) {
          const item = source.take();
          if (item === null) break;
          confirmed = true;
          if (item.kind === 'live') live = item.live;
          if (item.kind === 'live' && live && last !== null) position = later(position, last);
          if (item.kind === 'event' && item.event !== null) events.push(item.event);
          if (item.kind === 'event' || item.kind === 'checkpoint') position = later(position, item.position);
        }
        if (stop.aborted) return;
        const { now, timeoutMs } = this.options;
        if (events.length > 0 || position !== announced.position || (live && !announced.live)) {
          newsSince ??= now();
          const linger = newsSince + (events.length > 0 ? LINGER_MS : POSITION_LINGER_MS) - now();
          const mayGrow = !live && !source.ended && events.length < MAX_BATCH_EVENTS && linger > 0;
          if (mayGrow && (await source.change(linger))) continue;
          const batch = { events, position, caughtUp: live && source.empty };
          events = [];
          announced = { position, live };
          newsSince = null;
          yield batch;
        } else if (source.ended) {
          throw new Error('EventStoreDB ended the subscription');
        } else if (!(await source.change(confirmed ? Infinity : timeoutMs))) {
          throw new Error(`EventStoreDB did not confirm the subscription within ${String(timeoutMs)} ms`);
        }
      }
    } finally {
      source.cancel();
    }
  }

  /** What is left by `return` ends at once, even in the middle of waiting. */
  private iterate<T>(start: (stop: AbortSignal) => AsyncGenerator<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const stop = new AbortController();
        const items = this.stoppable(start(stop.signal), stop);
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

  private async *stoppable<T>(items: AsyncGenerator<T>, stop: AbortController): AsyncGenerator<T, undefined> {
    this.stops.add(stop);
    try {
      yield* items;
    } finally {
      this.stops.delete(stop);
    }
  }
}

function later(a: Position | null, b: Position): Position {
  return a === null || comparePositions(b, a) > 0 ? b : a;
}

/** Resolves after `ms`, or when `stop` is aborted. */
function sleep(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (stop?.aborted === true) done();
    else stop?.addEventListener('abort', done);
  });
}
