import type { EventSource, EventStore, EventStoreError } from './event-store';
import { asUnavailable, type LogReader, openLogReader } from './sqlite/event-log';
import { CommitSignal, followLog, readLog, readStreamOf } from './sqlite/follow-log';
import { openSqliteStore } from './sqlite/sqlite-store';

/** EventStoreDB's client takes longer to load than all the rest, and most services do without. */
const loadEventStoreDb = () => import('./eventstoredb/eventstoredb-store.js');

/**
 * Opens the store that the configuration names.
 * @param url EventStoreDB's connection string, or null for the embedded store
 * @param logFile of the embedded store
 * @param now milliseconds since the epoch, for `created`; EventStoreDB stamps events itself
 * @throws {EventStoreError} `unavailable` or `invalid` if it cannot be opened. EventStoreDB is connected to at the first
 *   call only, so an address where nobody answers opens.
 */
export async function openEventStore(options: {
  readonly url: string | null;
  readonly logFile: string;
  readonly now: () => number;
}): Promise<EventStore> {
  const { url, logFile, now } = options;
  if (url === null) return openSqliteStore({ file: logFile, now });
  const { openEventStoreDb } = await loadEventStoreDb();
  return openEventStoreDb({ url });
}

/** What is needed to follow a log in another thread than the one that writes it: plain data. */
export interface LogAddress {
  /** EventStoreDB's connection string, or null for the embedded store. */
  readonly url: string | null;
  /** Of the embedded store. */
  readonly logFile: string;
}

/**
 * Opens a log to be read and followed, in whatever thread that is to be: the embedded log through a connection of its own,
 * EventStoreDB through a client of its own.
 * @param onInterrupted told each time a subscription to EventStoreDB was interrupted, before it tries again
 * @throws {EventStoreError} like {@link openEventStore}
 */
export async function openEventSource(
  { url, logFile }: LogAddress,
  onInterrupted: (error: EventStoreError) => void,
): Promise<EventSource & Pick<EventStore, 'readStream' | 'close'>> {
  if (url !== null) {
    const { openEventStoreDb } = await loadEventStoreDb();
    return openEventStoreDb({ url, onInterrupted });
  }
  const commits = new CommitSignal(logFile);
  let reader: LogReader | null = null;
  const read = <Result>(action: (reader: LogReader) => Result): Result => {
    try {
      return action((reader ??= openLogReader(logFile)));
    } catch (error) {
      throw asUnavailable(error, 'the event log cannot be read');
    }
  };
  return {
    readStream: (stream, options) => readStreamOf(read, stream, options),
    readAll: (options) => readLog(logFile, options),
    subscribe: ({ signal = new AbortController().signal, ...options }) =>
      followLog(logFile, commits, { ...options, signal }),
    close: () => {
      reader?.close();
      commits.close();
      return Promise.resolve();
    },
  };
}

/** Names the embedded store where {@link storeName} would name another. */
export const EMBEDDED = 'embedded';

/**
 * @returns what names a store and holds no credentials: two addresses of one node may give two names, but two stores
 * never the same one.
 */
export function storeName(url: string): string {
  const [scheme = '', rest = ''] = url.trim().split(/:\/\/(.*)/s);
  const authority = rest.split('?')[0] ?? '';
  return `${scheme}://${authority.slice(authority.lastIndexOf('@') + 1).replace(/\/+$/, '')}`;
}
