import type { z } from 'zod';
import type { EventId } from '../../schemas/events/event-id';
import { type ExactNumber, parseJson, stringifyJson } from '../../schemas/json/exact-json';
import type { Position as PositionText } from '../../schemas/events/position';
import type { StreamName } from '../../schemas/events/stream-name';

/**
 * The event store port. Every adapter keeps the same promises, and one contract suite checks them on each
 * (test/services/event-store/contract.ts). Where EventStoreDB's semantics are the reference, its rules hold.
 *
 * Terms: a *stream* is the ordered list of the events of one subject; an event's *revision* is its place in its stream,
 * from 0 without gaps; its *position* is its place among all events of the store.
 */

/** Opaque place among all events: a decimal string without leading zeros. Later events have larger ones, with gaps. */
export type Position = z.infer<typeof PositionText>;

/** Largest position: a signed integer of 64 bits. */
const LARGEST_POSITION = '9223372036854775807' as Position; // decimal

/**
 * Reads text from outside as a position.
 * @returns null unless `text` is a decimal string without leading zeros that fits 63 bits.
 */
export function parsePosition(text: string): Position | null {
  if (!/^(0|[1-9]\d{0,18})$/.test(text)) return null;
  const position = text as Position; // by the pattern above
  return comparePositions(position, LARGEST_POSITION) > 0 ? null : position;
}

/** @returns the position of a number that a store counts by. */
export const positionOf = (number: number): Position => String(number) as Position; // a decimal string

/** Orders positions: negative if `a` is before `b`, 0 if they are the same, positive if `a` is after `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}

/** What JSON can say; a number that a double does not hold keeps its own digits (docs/protocol.md#ruling-5-1). */
export type JsonValue =
  | string
  | number
  | ExactNumber
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** JSON or raw bytes; reading gives back which of the two it was. */
export type Payload = JsonValue | Uint8Array;

export interface NewEvent {
  /** UUID. Repeating an append with the same ids at the same exact revision stores once, for ever. */
  readonly id: EventId;
  /** Not empty, not starting with `$`. */
  readonly type: string;
  readonly data: Payload;
  readonly metadata?: Payload;
}

export interface RecordedEvent {
  readonly stream: StreamName;
  readonly id: EventId;
  readonly type: string;
  readonly data: Payload;
  readonly metadata: Payload | undefined;
  readonly revision: number;
  readonly position: Position;
  /** Stamped by the store. Never order by it: clocks jump. */
  readonly created: Date;
}

/**
 * What must be true of a stream for an append to happen: it has no events, it has some, its last event has exactly this
 * revision, or nothing at all.
 */
export type ExpectedRevision = number | 'no_stream' | 'stream_exists' | 'any';

/** Last revision of a stream, or that it has no events. */
export type StreamRevision = number | 'no_stream';

export type AppendResult =
  | {
      readonly kind: 'appended';
      /** Of the last event of the append. */
      readonly revision: number;
      /** Of the last event of the append. */
      readonly position: Position;
    }
  | {
      /** Nothing was written. */
      readonly kind: 'conflict';
      readonly stream: StreamName;
      readonly expected: ExpectedRevision;
      readonly actual: StreamRevision;
    };

export interface ReadStreamOptions {
  /** Inclusive. Default: `start` forwards, `end` backwards. A revision beyond the end reads nothing forwards. */
  readonly from?: number | 'start' | 'end';
  readonly direction?: 'forwards' | 'backwards';
  /** Most events to yield; default: no bound. */
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Inclusive. Default `start`. */
  readonly from?: Position | 'start';
  /** Only streams whose name starts so. */
  readonly prefix?: string;
  /** Most events to yield; default: no bound. */
  readonly limit?: number;
}

export interface SubscribeOptions {
  /** Exclusive: the first event delivered is the one after this position. */
  readonly after: Position | 'start' | 'end';
  /** Only streams whose name starts so. */
  readonly prefix?: string;
  /** Ends the subscription; its iterator then returns. */
  readonly signal?: AbortSignal;
}

/**
 * What a subscription delivers. Asking for the next batch says that this one is finished, so `position` is safe to keep
 * as a checkpoint together with the work of the batch, and never before it.
 */
export interface SubscriptionBatch {
  /** In order of position; empty where only `position` or `caughtUp` is news. At most {@link MAX_BATCH_EVENTS}. */
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was delivered or does not match the filter; null while the store is empty. */
  readonly position: Position | null;
  /** Nothing more was in the store when this batch was made. True for the first time at once on an empty store. */
  readonly caughtUp: boolean;
}

export interface EventStore {
  /**
   * True if no other process can write to this store while it is open: what was read or written here stays the newest.
   */
  readonly exclusive: boolean;

  /**
   * Appends events to one stream: all or none, contiguous, in order. Resolves only once they are durable (committed and
   * synced). The repeat of an append with an exact revision or `no_stream` is recognised by its event ids for ever;
   * with `any` or `stream_exists` only while they are recent.
   * @throws {EventStoreError} `unavailable` (nothing was written), `outcome-unknown` (repeat it with the same ids and
   *   the same exact revision), `too-large`, `deleted`, `closed`, `invalid`.
   */
  append(stream: StreamName, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult>;

  /**
   * Reads a stream. What was appended can be read as soon as it is acknowledged, but for a stream that was soft-deleted and
   * revived: it may be `not-found` for some 10 ms more, while appends and {@link lastRevision} know of its event.
   * @throws {EventStoreError} `not-found` if it has no events or was deleted, `deleted` if it was tombstoned,
   *   `unavailable`, `closed`, `invalid`.
   */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /**
   * Asks where a stream ends, of what decides appends: it is answered in the turn of the appends, from the very data
   * that they are decided on, so what is concluded from it is as sure as an append is. A soft delete does not change
   * it.
   * @returns `no_stream` if it never had an event.
   * @throws {EventStoreError} `unavailable`, `outcome-unknown`, `deleted` (for good), `closed`, `invalid`.
   */
  lastRevision(stream: StreamName): Promise<StreamRevision>;

  /**
   * Reads all streams in order of position. Events of deleted streams may or may not be there.
   * @throws {EventStoreError} `unavailable`, `closed`, `invalid`.
   */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Follows all streams: first what is stored, then what comes. Delivers at least once, in order of position, and never
   * ends silently: it survives an unavailable store, resuming after the last batch that the consumer finished.
   * @throws {EventStoreError} `closed`; `invalid`, also for a position that the store has not reached: it is another
   *   store's, or this store lost events.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionBatch>;

  /**
   * Deletes a stream. After a `soft` delete it reads as `not-found`, and a later append revives it with its numbering
   * continued; after a `tombstone` its name can never be used again.
   * @returns conflict if the stream has no events or not the expected revision.
   * @throws {EventStoreError} as {@link EventStore.append}.
   */
  deleteStream(
    stream: StreamName,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
  ): Promise<{ readonly kind: 'deleted' } | Extract<AppendResult, { kind: 'conflict' }>>;

  /**
   * Proves that the store takes writes now.
   * @throws {EventStoreError} `unavailable` or `closed`, with what is wrong in the message.
   */
  checkWritable(): Promise<void>;

  /** What reads have found damaged, and what to do; null if nothing. The store may take writes all the same. */
  readonly damage: string | null;

  /** Events handed to {@link EventStore.append} and not settled yet. */
  readonly pending: number;

  /** Settles what is in flight, ends subscriptions and releases everything. May be called twice. */
  close(): Promise<void>;
}

/** All that is needed to follow a log. */
export type EventSource = Pick<EventStore, 'readAll' | 'subscribe'>;

/** Most bytes of one append: data, metadata and types of all its events together. The same on every adapter. */
export const MAX_APPEND_BYTES = 1_000_000;
/**
 * Longest stream name in UTF-8 bytes: two ids of 200 characters, each percent-encoded at 12 bytes, with room to spare.
 */
export const MAX_STREAM_NAME_BYTES = 8_192;
/**
 * Events that a read fetches at a time, where the store is asked for them: long reads let other work of their thread
 * through in between.
 */
export const PAGE_EVENTS = 256;
/** Most events in one {@link SubscriptionBatch}. */
export const MAX_BATCH_EVENTS = 1_000;

/**
 * Everything that an adapter may throw; each of its calls may throw `damaged` instead of `unavailable`: what is stored
 * cannot be read, and trying again does not help.
 */
export type EventStoreErrorCode =
  'unavailable' | 'damaged' | 'outcome-unknown' | 'too-large' | 'not-found' | 'deleted' | 'closed' | 'invalid';

/** The only error that leaves an adapter; recognise it by `code`. */
export class EventStoreError extends Error {
  override readonly name = 'EventStoreError';
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** @returns whether `error` is an {@link EventStoreError}, of the given code if one is given. */
export function isEventStoreError(error: unknown, code?: EventStoreErrorCode): error is EventStoreError {
  return error instanceof EventStoreError && (code === undefined || error.code === code);
}

/** An event encoded for storage: JSON as text, bytes as bytes. */
export interface EncodedEvent {
  readonly id: EventId;
  readonly type: string;
  readonly data: string | Uint8Array;
  readonly metadata: string | Uint8Array | null;
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** For what is not JSON, such as a function, `stringifyJson` gives undefined, which its declared type leaves out. */
const stringify: (value: unknown) => string | undefined = stringifyJson;

/** @throws {EventStoreError} `invalid` for what cannot be written. */
export function encodePayload(payload: Payload, what: string): string | Uint8Array {
  if (payload instanceof Uint8Array) return Uint8Array.from(payload); // the caller may go on writing to its own
  let text: string | undefined;
  try {
    text = stringify(payload);
  } catch (cause) {
    throw new EventStoreError('invalid', `the ${what} of an event cannot be written as JSON`, { cause });
  }
  if (text === undefined) throw new EventStoreError('invalid', `the ${what} of an event is not a JSON value`);
  return text;
}

const byteLength = (encoded: string | Uint8Array | null): number =>
  encoded === null ? 0 : typeof encoded === 'string' ? Buffer.byteLength(encoded) : encoded.byteLength;

/** Half of a character of two: it has no UTF-8 form, so two names that differ in it could become one. */
const UNPAIRED_SURROGATE = /\p{Cs}/u;

/**
 * Refuses a stream name that no store may be asked for.
 * @throws {EventStoreError} `invalid`.
 */
export function assertStreamName(stream: StreamName): void {
  if (UNPAIRED_SURROGATE.test(stream))
    throw new EventStoreError('invalid', 'a stream name must be well-formed Unicode');
  if (stream === '') throw new EventStoreError('invalid', 'a stream name must not be empty');
  if (stream.startsWith('$')) {
    throw new EventStoreError('invalid', `stream name ${JSON.stringify(stream)} starts with $, which is reserved`);
  }
  if (Buffer.byteLength(stream) > MAX_STREAM_NAME_BYTES) {
    throw new EventStoreError(
      'invalid',
      `a stream name must not be longer than ${String(MAX_STREAM_NAME_BYTES)} bytes`,
    );
  }
}

/**
 * Refuses a revision, limit or the like that no store may be asked for; undefined is none, and fine.
 * @throws {EventStoreError} `invalid`.
 */
export function assertWholeNumber(value: number | undefined, what: string): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new EventStoreError('invalid', `${what} ${String(value)} is not a whole number from 0`);
  }
}

/** @throws {EventStoreError} `invalid` for an expected revision that no stream can have. */
export function assertExpected(expected: ExpectedRevision): void {
  if (typeof expected === 'number') assertWholeNumber(expected, 'expected revision');
}

/** @throws {EventStoreError} `invalid` for what no store gave as a position. */
export function assertPosition(position: Position): void {
  if (parsePosition(position) === null) {
    throw new EventStoreError('invalid', `${JSON.stringify(position)} is not a position`);
  }
}

/**
 * Checks and encodes the events of one append; every adapter starts with it, so that all refuse the same.
 * @throws {EventStoreError} `invalid` for a bad name, id, type, payload or expectation or an empty list; `too-large`
 *   over {@link MAX_APPEND_BYTES}.
 */
export function encodeAppend(
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): readonly EncodedEvent[] {
  assertStreamName(stream);
  if (events.length === 0) throw new EventStoreError('invalid', 'an append needs at least one event');
  assertExpected(expected);
  let bytes = 0;
  const encoded = events.map((event): EncodedEvent => {
    if (!UUID_PATTERN.test(event.id) || event.id === NIL_UUID) {
      throw new EventStoreError('invalid', `event id ${JSON.stringify(event.id)} is not a lower-case UUID`);
    }
    if (event.type === '' || event.type.startsWith('$') || UNPAIRED_SURROGATE.test(event.type)) {
      const detail = 'is empty, starts with $ or is not well-formed Unicode';
      throw new EventStoreError('invalid', `event type ${JSON.stringify(event.type)} ${detail}`);
    }
    const data = encodePayload(event.data, 'data');
    const metadata = event.metadata === undefined ? null : encodePayload(event.metadata, 'metadata');
    bytes += byteLength(data) + byteLength(metadata) + Buffer.byteLength(event.type);
    return { id: event.id, type: event.type, data, metadata };
  });
  if (bytes > MAX_APPEND_BYTES) {
    throw new EventStoreError(
      'too-large',
      `an append of ${String(bytes)} bytes is over the limit of ${String(MAX_APPEND_BYTES)}`,
    );
  }
  return encoded;
}

/** Reverses the encoding of one payload. */
export function decodePayload(encoded: string | Uint8Array): Payload {
  return typeof encoded === 'string' ? (parseJson(encoded) as JsonValue) : encoded; // JSON gives nothing else
}

/**
 * @returns a payload as hashes of events take it: JSON and bytes apart, so that no bytes look like a text that is the
 *   same.
 */
export const payloadForm = (payload: Payload | undefined): readonly unknown[] =>
  payload === undefined
    ? []
    : payload instanceof Uint8Array
      ? ['bytes', Buffer.from(payload).toString('base64')]
      : ['json', payload];
