import { parentPort, workerData } from 'node:worker_threads';
import { CommitSignal, followLog } from '../event-store/sqlite/follow-log';
import { keepProjecting, type ProjectorNews } from './projector-loop';

/** What the thread needs to know to begin. */
export interface ProjectorThreadOptions {
  /** The embedded store's log. */
  readonly log: string;
  /** The read model. */
  readonly file: string;
  readonly version: string;
}

/**
 * The projector in a thread of its own: it reads the embedded log itself, so that folding costs the thread that answers
 * Stream nothing.
 */
const { log, file, version } = workerData as ProjectorThreadOptions;
const stop = new AbortController();
const commits = new CommitSignal(log);
const { signal } = stop;

parentPort?.once('message', () => {
  stop.abort();
});

void keepProjecting({
  source: { subscribe: (options) => followLog(log, commits, { ...options, signal }) },
  file,
  version,
  signal,
  tell: (news: ProjectorNews) => parentPort?.postMessage(news),
}).finally(() => {
  commits.close();
  parentPort?.close();
});
