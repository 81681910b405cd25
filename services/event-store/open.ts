import type { EventStore } from './event-store';
import { openSqliteStore } from './sqlite/sqlite-store';

/**
 * Opens the store that the configuration names.
 * @param url EventStoreDB's connection string, or null for the embedded store
 * @param logFile of the embedded store
 * @param now milliseconds since the epoch
 * @throws {EventStoreError} `unavailable` or `invalid` if it cannot be opened.
 */
export async function openEventStore(options: {
  readonly url: string | null;
  readonly logFile: string;
  readonly now: () => number;
}): Promise<EventStore> {
  return openSqliteStore({ file: options.logFile, now: options.now });
}
