import type { EventStore, EventStoreError } from './event-store';
import { openSqliteStore } from './sqlite/sqlite-store';

/**
 * Opens the store that the configuration names.
 * @param url EventStoreDB's connection string, or null for the embedded store
 * @param logFile of the embedded store
 * @param now milliseconds since the epoch, for `created`; EventStoreDB stamps events itself
 * @param onInterrupted told each time a subscription to EventStoreDB was interrupted, before it tries again
 * @throws {EventStoreError} `unavailable` or `invalid` if it cannot be opened. EventStoreDB is connected to at the first
 *   call only, so an address where nobody answers opens.
 */
export async function openEventStore(options: {
  readonly url: string | null;
  readonly logFile: string;
  readonly now: () => number;
  readonly onInterrupted?: (error: EventStoreError) => void;
}): Promise<EventStore> {
  const { url, logFile, now, onInterrupted } = options;
  if (url === null) return openSqliteStore({ file: logFile, now });
  // Its client takes longer to load than all the rest, and most services do without.
  const { openEventStoreDb } = await import('./eventstoredb/eventstoredb-store.js');
  return openEventStoreDb({ url, ...(onInterrupted === undefined ? {} : { onInterrupted }) });
}

/**
 * @returns what names a store and holds no credentials: two addresses of one node may give two names, but two stores
 * never the same one.
 */
export function storeName(url: string): string {
  const [scheme = '', rest = ''] = url.trim().split(/:\/\/(.*)/s);
  const authority = rest.split('?')[0] ?? '';
  return `${scheme}://${authority.slice(authority.lastIndexOf('@') + 1).replace(/\/+$/, '')}`;
}
