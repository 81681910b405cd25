import { streamName } from '../../../../schemas/events/stream-name';
import {
  decideAppend,
  decideDelete,
  decideEnd,
  RECENT_EVENTS,
  type StreamView,
} from '../../../../services/event-store/append-decision';
import {
  assertExpected,
  assertPosition,
  assertStreamName,
  assertWholeNumber,
  comparePositions,
  decodePayload,
  encodeAppend,
  EventStoreError,
  MAX_BATCH_EVENTS,
  type AppendResult,
  type EncodedEvent,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../../../services/event-store/event-store';

/** Not 1, so that code which computes a position instead of keeping one fails here first. */
const POSITION_STEP = 3;

interface StoredEvent extends EncodedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
}

interface Stream {
  /** Every event ever appended; the index is the revision. */
  readonly events: StoredEvent[];
  /** Events before this revision were hidden by a soft delete that a later append revived. */
  firstReadable: number;
  deleted: StreamView['deleted'];
}

/**
 * An event store in memory: the reference model of the port, and the double for tests of its users. Keeps everything
 * until it is garbage; nothing survives {@link EventStore.close}.
 * @param options.now milliseconds since the Unix epoch; stamps events.
 */
export function createMemoryStore(options: { now: () => number }): EventStore {
  const log: StoredEvent[] = [];
  const streams = new Map<string, Stream>();
  const waiting = new Set<() => void>();
  let pending = 0;
  let closed = false;

  function assertOpen(): void {
    if (closed) throw new EventStoreError('closed', 'the event store is closed');
  }

  function wakeSubscriptions(): void {
    for (const wake of waiting) wake();
    waiting.clear();
  }

  function write(name: string, events: readonly EncodedEvent[]): void {
    const stream = streams.get(name) ?? { events: [], firstReadable: 0, deleted: null };
    streams.set(name, stream);
    if (stream.deleted === 'soft') {
      stream.deleted = null;
      stream.firstReadable = stream.events.length;
    }
    const created = options.now();
    for (const event of events) {
      const stored = {
        ...event,
        stream: name,
        revision: stream.events.length,
        position: String(log.length * POSITION_STEP) as Position,
        created,
      };
      stream.events.push(stored);
      log.push(stored);
    }
    wakeSubscriptions();
  }

  function appendNow(name: string, events: readonly NewEvent[], expected: ExpectedRevision): AppendResult {
    assertOpen();
    const encoded = encodeAppend(streamName(name), events, expected);
    const decision = decideAppend(viewOf(streams.get(name)), expected, encoded);
    switch (decision.kind) {
      case 'deleted':
        throw deletedError(name);
      case 'conflict':
        return { kind: 'conflict', stream: streamName(name), expected, actual: decision.actual };
      case 'write':
        write(name, encoded);
        return appendedAt(name, decision.first + encoded.length - 1);
      case 'stored':
        return appendedAt(name, decision.last);
    }
  }

  function appendedAt(name: string, revision: number): AppendResult {
    const event = streams.get(name)?.events[revision];
    if (event === undefined) throw new RangeError(`no event ${String(revision)} in stream ${name}`);
    return { kind: 'appended', revision, position: event.position };
  }

  return {
    exclusive: true,

    async append(stream, events, expected) {
      pending += events.length;
      try {
        const result = appendNow(stream, events, expected);
        await Promise.resolve();
        return result;
      } finally {
        pending -= events.length;
      }
    },

    async lastRevision(name) {
      await Promise.resolve();
      assertOpen();
      assertStreamName(name);
      const decision = decideEnd(viewOf(streams.get(name)));
      if (decision.kind === 'deleted') throw deletedError(name);
      return decision.revision;
    },

    async *readStream(name: string, { from, direction = 'forwards', limit }: ReadStreamOptions = {}) {
      await Promise.resolve();
      assertOpen();
      assertStreamName(streamName(name));
      assertWholeNumber(limit, 'limit');
      const backwards = direction === 'backwards';
      const first = from ?? (backwards ? 'end' : 'start');
      if (typeof first === 'number') assertWholeNumber(first, 'revision');

      const stream = streams.get(name);
      if (stream?.deleted === 'tombstone') throw deletedError(name);
      if (stream === undefined || stream.deleted === 'soft') {
        throw new EventStoreError('not-found', `stream ${JSON.stringify(name)} has no events`);
      }
      const readable = stream.events.slice(stream.firstReadable);
      const beyondEnd = stream.events.length;
      const bound = first === 'start' ? 0 : first === 'end' ? beyondEnd : first;
      const selected = backwards
        ? readable.filter((event) => event.revision <= bound).reverse()
        : readable.filter((event) => event.revision >= bound);
      yield* deliver(selected.slice(0, limit));
    },

    async *readAll({ from = 'start', prefix = '', limit }: ReadAllOptions = {}) {
      await Promise.resolve();
      assertOpen();
      assertWholeNumber(limit, 'limit');
      if (from !== 'start') assertPosition(from);
      const selected = log.filter(
        (event) => (from === 'start' || comparePositions(event.position, from) >= 0) && event.stream.startsWith(prefix),
      );
      yield* deliver(selected.slice(0, limit));
    },

    async *subscribe({ after, prefix = '', signal }: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
      assertOpen();
      if (after !== 'start' && after !== 'end') assertPosition(after);
      const end = log.at(-1)?.position;
      if (after !== 'start' && after !== 'end' && (end === undefined || comparePositions(after, end) > 0)) {
        throw new EventStoreError('invalid', `the log ends before position ${after}`);
      }
      let next = after === 'start' ? 0 : after === 'end' ? log.length : indexAfter(log, after);
      let position = after === 'start' ? null : after === 'end' ? (log.at(-1)?.position ?? null) : after;
      // The first batch says where the subscription stands, even if that is all there is to say.
      let due = true;
      signal?.addEventListener('abort', wakeSubscriptions);
      try {
        for (;;) {
          if (closed || signal?.aborted === true) return;
          if (next === log.length && !due) {
            await new Promise<void>((resolve) => waiting.add(resolve));
            continue;
          }
          const events: RecordedEvent[] = [];
          for (const event of log.slice(next)) {
            if (events.length === MAX_BATCH_EVENTS) break;
            if (event.stream.startsWith(prefix)) events.push(decode(event));
            position = event.position;
            next += 1;
          }
          due = false;
          yield { events, position, caughtUp: next === log.length };
        }
      } finally {
        signal?.removeEventListener('abort', wakeSubscriptions);
      }
    },

    async deleteStream(name, expected, mode) {
      assertOpen();
      assertStreamName(name);
      assertExpected(expected);
      const stream = streams.get(name);
      const decision = decideDelete(viewOf(stream), expected);
      if (decision.kind === 'deleted') throw deletedError(name);
      if (decision.kind === 'conflict') return { kind: 'conflict', stream: name, expected, actual: decision.actual };
      if (stream !== undefined) stream.deleted = mode;
      await Promise.resolve();
      return { kind: 'deleted' };
    },

    async checkWritable() {
      await Promise.resolve();
      assertOpen();
    },

    damage: null,

    get pending() {
      return pending;
    },

    async close() {
      closed = true;
      wakeSubscriptions();
      await Promise.resolve();
    },
  };
}

function viewOf(stream: Stream | undefined): StreamView {
  const events = stream?.events ?? [];
  return {
    nextRevision: events.length,
    deleted: stream?.deleted ?? null,
    idAt: (revision) => events[revision]?.id,
    recentRevision: (id) => events.slice(-RECENT_EVENTS).find((event) => event.id === id)?.revision,
  };
}

/** Bytes that the caller cannot change any more; text is immutable as it is. */
function detached(payload: string | Uint8Array): string | Uint8Array {
  return typeof payload === 'string' ? payload : new Uint8Array(payload);
}

function decode(event: StoredEvent): RecordedEvent {
  return {
    stream: streamName(event.stream),
    id: event.id,
    type: event.type,
    data: decodePayload(detached(event.data)),
    metadata: event.metadata === null ? undefined : decodePayload(detached(event.metadata)),
    revision: event.revision,
    position: event.position,
    created: new Date(event.created),
  };
}

function* deliver(events: readonly StoredEvent[]): Generator<RecordedEvent> {
  for (const event of events) yield decode(event);
}

function indexAfter(log: readonly StoredEvent[], position: Position): number {
  const index = log.findIndex((event) => comparePositions(event.position, position) > 0);
  return index === -1 ? log.length : index;
}

function deletedError(stream: string): EventStoreError {
  return new EventStoreError('deleted', `stream ${JSON.stringify(stream)} was deleted`);
}
