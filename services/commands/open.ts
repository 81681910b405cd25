import { type Config, readConfig } from '../config/config';
import { type DataDirectory, dataFiles, takeDataDirectory } from '../event-store/data-directory';
import type { EventStore } from '../event-store/event-store';
import { openEventStore, openReadableStore, type ReadableStore } from '../event-store/open';
import { keepPrivate } from '../files/private-files';
import { hint } from '../terminal/output';

/** Opens what the service would open, for a command that runs in its place. */
export async function withStore(
  action: (config: Config, directory: DataDirectory, store: EventStore) => Promise<void>,
): Promise<void> {
  const config = readConfig();
  for (const detail of keepPrivate(config.dataDir)) hint(detail);
  const directory = takeDataDirectory(config.dataDir, process.pid, new Date().toISOString());
  try {
    const store = await openEventStore({ url: config.eventStoreUrl, logFile: directory.logFile, now: Date.now });
    try {
      await action(config, directory, store);
    } finally {
      await store.close();
    }
  } finally {
    directory.release();
  }
}

/** Opens the store only to read it, beside a service that may be running. */
export async function withReadableStore(
  action: (store: ReadableStore, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig();
  const store = await openReadableStore({ url: config.eventStoreUrl, logFile: dataFiles(config.dataDir).logFile });
  try {
    await action(store, config);
  } finally {
    await store.close();
  }
}
