import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import pino from 'pino';
import { readConfig } from '../../services/config/config';
import { dataFiles } from '../../services/event-store/data-directory';
import type { EventStore } from '../../services/event-store/event-store';
import type { Events } from '../../services/event-store/open-events';
import { openSqliteStore } from '../../services/event-store/sqlite/sqlite-store';
import { startService } from '../../services/server/service';
import { type Answer, call, type Call, temporaryDirectory } from './running-service';

export interface InProcessApp {
  readonly url: string;
  /** What was logged, a line each. */
  readonly lines: readonly string[];
  call(path: string, options?: Call): Promise<Answer>;
  deliver(body: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * The real service over any store, in this process, for what no real disk does on demand. Nothing is authenticated. What
 * the service runs in threads needs `npm run build` beforehand, and a log that threads can open: it follows an empty one,
 * so the read model stays empty.
 * @param settings variables of the configuration
 */
export async function serveInProcess(
  store: EventStore,
  settings: Readonly<Record<string, string>> = {},
): Promise<InProcessApp> {
  const dataDir = temporaryDirectory();
  const files = dataFiles(dataDir);
  const empty = await openSqliteStore({ file: files.logFile, now: Date.now });
  await empty.close();
  const events = { store, log: { url: null, logFile: files.logFile }, files, close: () => store.close() };
  const app = await serveEvents(dataDir, () => Promise.resolve(events), settings);
  return {
    ...app,
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** The real service over events that its threads can follow, in this process. Nothing is authenticated. */
export async function serveEvents(
  dataDir: string,
  openEvents: () => Promise<Events>,
  settings: Readonly<Record<string, string>> = {},
): Promise<InProcessApp> {
  const lines: string[] = [];
  const world = {
    log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
    now: Date.now,
    monotonic: () => performance.now(),
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
    call: (path, options) => call(url, path, options),
    deliver: (body) =>
      call(url, '/handle-order', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => service.stop(),
  };
}
