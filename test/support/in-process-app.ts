import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import pino from 'pino';
import { readConfig } from '../../services/config/config';
import { dataFiles } from '../../services/event-store/data-directory';
import type { EventStore } from '../../services/event-store/event-store';
import type { Events } from '../../services/event-store/open-events';
import { openSqliteStore } from '../../services/event-store/sqlite/sqlite-store';
import { openConfiguredEvents } from '../../services/server/open-configured-events';
import { startService } from '../../services/server/service';
import { type Answer, call, type Call, callUntilKnown, temporaryDirectory } from './running-service';

export interface InProcessApp {
  readonly url: string;
  /** What was logged, a line each. */
  readonly lines: readonly string[];
  call(path: string, options?: Call): Promise<Answer>;
  deliver(body: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * What the service runs in threads needs a log that threads can open: they follow an empty one, so that the read model of
 * a service over any other store stays empty.
 */
async function openEventsOver(store: EventStore, dataDir: string): Promise<Events> {
  const files = dataFiles(dataDir);
  const empty = await openSqliteStore({ file: files.logFile, now: Date.now });
  await empty.close();
  return { store, log: { url: null, logFile: files.logFile }, files, close: () => store.close() };
}

/**
 * The real service in this process, for what no real disk and no real clock does on demand. Nothing is authenticated,
 * unless `settings` say so. Its threads need `npm run build` beforehand.
 * @param store in place of the embedded one; null for that
 * @param settings variables of the configuration
 * @param monotonic milliseconds of a clock that never goes back, but may stand still
 */
export async function serveInProcess(
  store: EventStore | null,
  settings: Readonly<Record<string, string>> = {},
  monotonic?: () => number,
): Promise<InProcessApp> {
  const dataDir = temporaryDirectory();
  const openEvents = store === null ? openConfiguredEvents : () => openEventsOver(store, dataDir);
  const app = await serveEvents(dataDir, openEvents, settings, monotonic);
  return {
    ...app,
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** The same over events that its threads can follow. */
export async function serveEvents(
  dataDir: string,
  openEvents: typeof openConfiguredEvents,
  settings: Readonly<Record<string, string>> = {},
  monotonic: () => number = () => performance.now(),
): Promise<InProcessApp> {
  const lines: string[] = [];
  const world = {
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    now: Date.now,
    monotonic,
    newId: randomUUID,
    pid: process.pid,
    version: 'test',
  };
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    MAX_BODY_BYTES: '700000',
    QUARANTINE_ANSWER: '202',
    ...settings,
  });
  const service = await startService(config, world, openEvents);
  const { url } = service;
  return {
    url,
    lines,
    call: (path, options) => callUntilKnown(url, path, options),
    deliver: (body) =>
      call(url, '/handle-order', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => service.stop(),
  };
}
