import type { StreamName } from '../../schemas/events/stream-name';
import { type EventStore, isEventStoreError, type ReadStreamOptions, type RecordedEvent } from './event-store';

/** Reads of streams as most callers want them: a stream that is not there has no events. */

type StreamReader = Pick<EventStore, 'readStream'>;

/** Reads a stream; one that is not there, or was deleted, has no events. */
export async function* readIfThere(
  store: StreamReader,
  stream: StreamName,
  options?: ReadStreamOptions,
): AsyncGenerator<RecordedEvent, void, undefined> {
  try {
    yield* store.readStream(stream, options);
  } catch (error) {
    if (!isEventStoreError(error, 'not-found') && !isEventStoreError(error, 'deleted')) throw error;
  }
}

/**
 * Reads one event of a stream: its first, unless the options say another.
 * @returns null if it is not there.
 */
export async function readOne(
  store: StreamReader,
  stream: StreamName,
  options?: Omit<ReadStreamOptions, 'limit'>,
): Promise<RecordedEvent | null> {
  let one: RecordedEvent | null = null;
  // Read to its end: a read that is left early is a call that is reset, and a server that sees thousands of resets takes
  // them for an attack and closes the connection.
  for await (const event of readIfThere(store, stream, { ...options, limit: 1 })) one = event;
  return one;
}

/** A page of a list that is a stream. */
export interface StreamPage<Entry> {
  readonly entries: Entry[];
  /** Revision of the last entry, after which the next page begins; null on the last page. */
  readonly next: string | null;
}

/**
 * Reads a page of a stream.
 * @param entryOf makes an entry of an event as it comes, so that no more than the entries is kept of a page
 */
export async function readPage<Entry>(
  store: StreamReader,
  stream: StreamName,
  options: ReadStreamOptions & { readonly limit: number },
  entryOf: (event: RecordedEvent) => Entry | Promise<Entry>,
): Promise<StreamPage<Entry>> {
  const { limit } = options;
  const entries: Entry[] = [];
  let last = '';
  let isLast = true;
  for await (const event of readIfThere(store, stream, { ...options, limit: limit + 1 })) {
    if (entries.length === limit) {
      isLast = false;
    } else {
      entries.push(await entryOf(event));
      last = String(event.revision);
    }
  }
  return { entries, next: isLast ? null : last };
}
