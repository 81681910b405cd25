import type { StreamName } from '../../../../schemas/events/stream-name';
import type { FileIdentity } from '../../../files/file-identity';
import type {
  AppendResult,
  EncodedEvent,
  EventStoreErrorCode,
  ExpectedRevision,
  StreamRevision,
} from '../../event-store';

/** What the HTTP thread and the writer thread say to each other. Plain data: it crosses by structured clone. */

export type WriterCommand =
  | {
      readonly kind: 'append';
      readonly stream: StreamName;
      readonly expected: ExpectedRevision;
      readonly events: readonly EncodedEvent[];
      /** Of all of them: milliseconds since the epoch. */
      readonly created: number;
    }
  | {
      readonly kind: 'delete';
      readonly stream: StreamName;
      readonly expected: ExpectedRevision;
      readonly mode: 'soft' | 'tombstone';
    }
  | { readonly kind: 'end'; readonly stream: StreamName }
  | { readonly kind: 'probe' };

export type WriterResult =
  | AppendResult
  | { readonly kind: 'deleted' }
  | { readonly kind: 'end'; readonly revision: StreamRevision }
  | { readonly kind: 'probed' }
  | { readonly kind: 'error'; readonly code: EventStoreErrorCode; readonly message: string };

/** Commands that are committed together. */
export interface Group {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly commands: readonly WriterCommand[];
}

export type ToWriter = { readonly kind: 'group'; readonly group: Group } | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'open' }
  /** Which file the log is: the same has to be open whenever it is opened again. */
  | { readonly kind: 'identified'; readonly identity: FileIdentity }
  | { readonly kind: 'failed-to-open'; readonly code: EventStoreErrorCode; readonly message: string }
  | { readonly kind: 'settled'; readonly id: number; readonly results: readonly WriterResult[] };

export interface WriterOptions {
  readonly file: string;
  /** Which file it has to be; null if it was never open. */
  readonly identity: FileIdentity | null;
}

/**
 * Returns the name of the channel on which the writer of `file` notifies readers in any thread of this process of a
 * commit.
 */
export const commitChannel = (file: string): string => `ticket-rail commits to ${file}`;
