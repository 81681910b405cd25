import type { Destination, DestinationEntry, DestinationName } from '../../../schemas/destinations';
import type { FeedPosition } from '../../../schemas/api/feed';
import type { OrderKey } from '../../../schemas/order-key';
import {
  type AppendResult,
  type EventStore,
  EventStoreError,
  type EventStoreErrorCode,
  isEventStoreError,
  type Position,
} from '../../event-store/event-store';
import type { LogAddress } from '../../event-store/open';
import type { TimedLabel } from '../../labels/label-time';
import type { MeasuredDestination } from '../../operations/destination-metrics';

/** What the main thread and the thread that sends to destinations call of each other: plain data only. */

export interface SendingThreadOptions {
  readonly log: LogAddress;
  readonly readModelFile: string;
  /** Which of several instances this is. */
  readonly instance: string;
  readonly version: string;
  readonly logLevel: string;
}

type DeleteResult = Awaited<ReturnType<EventStore['deleteStream']>>;

/** What the store answered, or how it failed. */
export type Stored<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly code: EventStoreErrorCode; readonly message: string };

/** What the thread that sends calls in the main thread, which has the only connection that writes. */
export interface MainCalls {
  readonly append: (...args: Parameters<EventStore['append']>) => Promise<Stored<AppendResult>>;
  readonly deleteStream: (...args: Parameters<EventStore['deleteStream']>) => Promise<Stored<DeleteResult>>;
  /** Resolves once the read model has what was acknowledged. */
  readonly readable: () => Promise<void>;
  /** The place after everything that there is. */
  readonly newestPlace: () => Promise<FeedPosition>;
  readonly coveredTo: () => Position | null;
  /** @param line as pino writes it */
  readonly log: (line: string) => void;
  /** Was asked to stop, and has let go of everything that can be. */
  readonly closed: () => void;
}

/** What the main thread calls in the thread that sends. */
export interface SendingCalls {
  /** Sends to these from now on, and to no others. */
  readonly supply: (entries: readonly DestinationEntry[]) => Promise<void>;
  /** A destination was set to another position. */
  readonly wasSet: (name: DestinationName) => Promise<void>;
  readonly projected: (locations: readonly string[]) => Promise<void>;
  /** Sending gives way to the thread that answers Stream: it may be at work for this share of the time from now on. */
  readonly giveWay: (share: number) => void;
  /** An order has this label from now on; null: it has none. */
  readonly labelled: (key: OrderKey, label: TimedLabel | null) => void;
  readonly report: () => Promise<Stored<readonly Destination[]>>;
  readonly measure: () => Promise<Stored<readonly MeasuredDestination[]>>;
  readonly stop: () => Promise<void>;
}

/** Makes what the store answers, or fails with, into what can be sent to another thread. */
export async function storedOf<Result>(answer: Promise<Result>): Promise<Stored<Result>> {
  try {
    return { kind: 'done', result: await answer };
  } catch (error) {
    if (!isEventStoreError(error)) throw error;
    return { kind: 'failed', code: error.code, message: error.message };
  }
}

/** @throws {EventStoreError} what the store failed with in the other thread. */
export function resultOf<Result>(stored: Stored<Result>): Result {
  switch (stored.kind) {
    case 'done':
      return stored.result;
    case 'failed':
      throw new EventStoreError(stored.code, stored.message);
  }
}
