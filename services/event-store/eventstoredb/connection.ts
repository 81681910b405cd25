import type { StreamName } from '../../../schemas/events/stream-name';
/** What the store asks of a connection to EventStoreDB. */

import type { ExpectedRevision, Position, RecordedEvent } from '../event-store';
import type { Failure } from './failures';
import type { Pull } from './pull';
import type { WireEvent } from './wire';

export type Outcome<T> = { readonly kind: 'done'; readonly value: T } | Failure;

export interface Appended {
  readonly revision: number;
  /** Null if the append was a repeat, and what it repeats was deleted since. */
  readonly position: Position | null;
}

export interface ReceivedEvent {
  readonly kind: 'event';
  readonly position: Position;
  /** Null for one that belongs to the server. */
  readonly event: RecordedEvent | null;
}

export type Received =
  | ReceivedEvent
  /** Everything up to here was received or does not match the filter. */
  | { readonly kind: 'checkpoint'; readonly position: Position }
  /** Whether events now come as they are written. */
  | { readonly kind: 'live'; readonly live: boolean }
  | { readonly kind: 'confirmed' };

export interface Connection {
  /** When the server was last heard on it, in monotonic milliseconds. */
  readonly lastHeard: number;
  /** Never rejects, and never takes longer than `tryMs`. */
  append(
    stream: StreamName,
    events: readonly WireEvent[],
    expected: ExpectedRevision,
    tryMs: number,
  ): Promise<Outcome<Appended>>;
  /** Never rejects, and never takes longer than `tryMs`. */
  delete(
    stream: StreamName,
    expected: ExpectedRevision,
    mode: 'soft' | 'tombstone',
    tryMs: number,
  ): Promise<Outcome<null>>;
  /** @param from inclusive. */
  pullStream(
    stream: StreamName,
    options: {
      readonly from: number | 'start' | 'end';
      readonly direction: 'forwards' | 'backwards';
      readonly limit: number | null;
    },
    stop: AbortSignal,
  ): Pull<ReceivedEvent>;
  /** @param from inclusive. */
  pullAll(from: Position | 'start', stop: AbortSignal): Pull<ReceivedEvent>;
  /** Reads the newest event of all, the server's own included. */
  pullLast(stop: AbortSignal): Pull<ReceivedEvent>;
  /** @param after exclusive; null for the start. */
  pullSubscription(after: Position | null, prefix: string, stop: AbortSignal): Pull<Received>;
  /**
   * Gives up the stream that all appends share, and so those in flight as unknown, if not one was answered since `time`.
   */
  dropAppendsIfSilentSince(time: number): void;
  /** Breaks off what is running, and releases everything. */
  end(): Promise<void>;
}
