import { type Config, readConfig } from '../config/config';
import { type DataFiles, dataFiles } from '../event-store/data-directory';
import type { EventStore } from '../event-store/event-store';
import { openReadableStore, type ReadableStore } from '../event-store/open';
import { openEvents } from '../event-store/open-events';
import { hint } from '../terminal/output';

/** Opens what the service would open, for a command that runs in its place. */
export async function withStore(
  action: (config: Config, files: DataFiles, store: EventStore) => Promise<void>,
): Promise<void> {
  const config = readConfig();
  const { dataDir, eventStoreUrl } = config;
  const events = await openEvents({ dataDir, eventStoreUrl, pid: process.pid, now: Date.now, onRights: hint });
  try {
    await action(config, events.files, events.store);
  } finally {
    await events.close();
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
