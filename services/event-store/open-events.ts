import { keepPrivate } from '../files/private-files';
import { type DataFiles, takeDataDirectory } from './data-directory';
import type { EventStore } from './event-store';
import { type LogAddress, openEventStore } from './open';

/** The events of a service, and the files beside them. */
export interface Events {
  readonly store: EventStore;
  /** Where threads of their own open the same log. */
  readonly log: LogAddress;
  readonly files: DataFiles;
  close(): Promise<void>;
}

/**
 * Takes the data directory, and opens the store that the configuration names.
 * @param onRights called for each file or directory that others could read, and cannot any more
 * @throws {DataDirectoryError} {@link EventStoreError} if they cannot be used; whatever was opened is closed again.
 */
export async function openEvents(options: {
  readonly dataDir: string;
  readonly eventStoreUrl: string | null;
  readonly pid: number;
  readonly now: () => number;
  readonly onRights: (detail: string) => void;
}): Promise<Events> {
  const { dataDir, eventStoreUrl: url, pid, now, onRights } = options;
  for (const detail of keepPrivate(dataDir)) onRights(detail);
  const directory = takeDataDirectory(dataDir, pid, new Date(now()).toISOString());
  try {
    const { logFile } = directory;
    const store = await openEventStore({ url, logFile, now, whyNotOurs: () => directory.whyNotOurs() });
    return {
      store,
      log: { url, logFile },
      files: directory,
      close: async () => {
        await store.close();
        directory.release();
      },
    };
  } catch (error) {
    directory.release();
    throw error;
  }
}
