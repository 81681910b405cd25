import type { Router } from 'express';
import type { Config } from '../config/config';
import type { World } from '../config/world';
import type { EventStore } from '../event-store/event-store';
import { type AccessLog, createAccessLog } from './log/access-log';
import { createAccessRoutes } from './log/route';
import { createSession, type Session } from './login/session';
import type { ReaderDirectory } from './readers/readers';
import { openReaders } from './readers/readers-file';

/** Who may read, and who did. */
export interface Access {
  readonly readers: ReaderDirectory;
  /** Sessions of browsers that a reader has logged in from. */
  readonly session: Session;
  readonly accessLog: AccessLog;
  readonly routes: readonly Router[];
  close(): Promise<void>;
}

/** @throws {ConfigError} if the readers cannot be read. */
export async function openAccess(
  { readers: source, basePath }: Pick<Config, 'readers' | 'basePath'>,
  store: EventStore,
  { log, now, monotonic, newId }: World,
): Promise<Access> {
  const { readers, file } = await openReaders(source, { log, now });
  if (readers.open) log.warn('READING IS OPEN: anyone on this machine can read drivers and orders. Set READERS_FILE.');
  const accessLog = createAccessLog({ store, newId, now, monotonic, log });
  return {
    readers,
    session: createSession({ basePath, now }),
    accessLog,
    routes: [createAccessRoutes(accessLog)],
    close: async () => {
      await accessLog.close();
      file?.close();
    },
  };
}
