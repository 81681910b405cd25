import { Worker } from 'node:worker_threads';
import { answerOf } from '../concurrency/threads';
import type { EventSource, EventStore, EventStoreError, Position } from './event-store';
import { type LogInspector, openLogInspector } from './sqlite/check/inspector';
import { type Formats, type LogReader, openLogReader } from './sqlite/reader';
import { asStoreError } from './sqlite/schema';
import { CommitSignal, followLog, readLog, readStreamOf } from './sqlite/follow-log';
import type { LogCheckRequest } from './sqlite/check/log-check-thread';
import { SqliteReads } from './sqlite/sqlite-reads';
import { openSqliteStore } from './sqlite/sqlite-store';

/**
 * Loads EventStoreDB's client when it is needed: it takes longer to load than all the rest, and most services do
 * without.
 */
const loadEventStoreDb = () => import('./eventstoredb/eventstoredb-store.js');

/**
 * Opens the store that the configuration names.
 * @param url EventStoreDB's connection string, or null for the embedded store
 * @param logFile of the embedded store
 * @param now milliseconds since the epoch, for `created`; EventStoreDB stamps events itself
 * @param whyNotOurs says why this process may not write the embedded store any more, or null
 * @throws {EventStoreError} `unavailable` or `invalid` if it cannot be opened. EventStoreDB is connected to at the first
 *   call only, so an address where nobody answers opens.
 */
export async function openEventStore(options: {
  readonly url: string | null;
  readonly logFile: string;
  readonly now: () => number;
  readonly whyNotOurs?: () => string | null;
}): Promise<EventStore> {
  const { url, logFile, ...rest } = options;
  if (url === null) return openSqliteStore({ file: logFile, ...rest });
  const { openEventStoreDb } = await loadEventStoreDb();
  return openEventStoreDb({ url });
}

/** A store that is only read. */
export type ReadableStore = Pick<EventStore, 'exclusive' | 'readStream' | 'readAll' | 'close'> & {
  /** @returns the position of the newest event; null if there is none. */
  lastPosition(): Promise<Position | null>;
};

/**
 * Opens what the configuration names only to read it, whether or not a service writes it meanwhile: the embedded log
 * through a read-only connection, without the lock of its directory.
 * @param formats of the embedded log
 * @throws {EventStoreError} `unavailable` if there is none; like {@link openEventStore}.
 */
export async function openReadableStore({ url, logFile }: LogAddress, formats?: Formats): Promise<ReadableStore> {
  if (url === null) {
    const reads = new SqliteReads(logFile, formats);
    await reads.lastPosition();
    return {
      exclusive: true,
      readStream: (stream, options) => reads.readStream(stream, options),
      readAll: (options) => reads.readAll(options),
      lastPosition: () => reads.lastPosition(),
      close: () => {
        reads.closeReads();
        return Promise.resolve();
      },
    };
  }
  const { openEventStoreDb } = await loadEventStoreDb();
  const store = openEventStoreDb({ url });
  return {
    exclusive: false,
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    lastPosition: async () => {
      for await (const { position } of store.subscribe({ after: 'end' })) return position;
      return null;
    },
    close: () => store.close(),
  };
}

/**
 * Opens the embedded log to be inspected for damage; see inspector.ts.
 * @throws SQLite's own error if the file cannot be read.
 */
export const inspectLog = (file: string): LogInspector => openLogInspector(file);

/** Has SQLite check the file of the embedded log, in a thread of its own. @returns what is damaged, in its words. */
export function checkLogFile(file: string, most: number): Promise<readonly string[]> {
  const workerData: LogCheckRequest = { file, most };
  return answerOf(new Worker(require.resolve('#log-check-thread'), { workerData }), 'the check of the file');
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
 * @param onInterrupted called each time a subscription to EventStoreDB was interrupted, before it tries again
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
      throw asStoreError(error, 'the event log cannot be read');
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

/** A log that is read and followed in another thread than the one that writes it. */
export type FollowedLog = Pick<EventStore, 'exclusive' | 'readStream' | 'readAll' | 'subscribe' | 'close'>;

/**
 * Opens a log to be followed, and to be read from end to end, in whatever thread that is to be.
 * @param onInterrupted as {@link openEventSource} has it
 * @throws {EventStoreError} like {@link openEventStore}
 */
export async function openFollowedLog(
  address: LogAddress,
  onInterrupted: (error: EventStoreError) => void,
): Promise<FollowedLog> {
  const source = await openEventSource(address, onInterrupted);
  const reads = address.url === null ? new SqliteReads(address.logFile) : null;
  return {
    exclusive: reads !== null,
    readStream: (stream, options) => (reads ?? source).readStream(stream, options),
    readAll: (options) => (reads ?? source).readAll(options),
    subscribe: (options) => source.subscribe(options),
    close: async () => {
      reads?.closeReads();
      await source.close();
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
  // Schemes are names of one protocol.
  return `esdb${scheme.toLowerCase().endsWith('+discover') ? '+discover' : ''}://${authority.slice(authority.lastIndexOf('@') + 1).replace(/\/+$/, '')}`;
}

/** What moves an embedded log to the format that this version reads and writes; see sqlite/upgrade-log.ts. */
export { formatOfLog, type OnUpgrading, upgradeLog, type UpgradePhase } from './sqlite/upgrade-log';
export { FORMAT_VERSION as CURRENT_FORMAT } from './sqlite/schema';
