import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { CommitSignal, followLog, readLog } from '../event-store/sqlite/follow-log';
import { type Correction, Corrector } from './corrections';
import { keepProjecting, type ProjectorNews } from './projector-loop';

/** What the thread needs to know to begin. */
export interface ProjectorThreadOptions {
  /** The embedded store's log. */
  readonly log: string;
  /** The read model. */
  readonly file: string;
  readonly version: string;
}

export type ToProjector =
  | { readonly kind: 'stop' }
  | { readonly kind: 'correct'; readonly id: number; readonly corrections: readonly Correction[] };

export type FromProjector =
  ProjectorNews | { readonly kind: 'corrected'; readonly id: number; readonly made: readonly boolean[] };

/**
 * The projector in a thread of its own: it reads the embedded log itself, so that folding costs the thread that answers
 * Stream nothing.
 */
const { log, file, version } = workerData as ProjectorThreadOptions;
const stop = new AbortController();
const commits = new CommitSignal(log);
const { signal } = stop;

const corrector = new Corrector();

/**
 * Niceness of this thread: where processors are short, acknowledging comes before showing. On Linux niceness belongs to a
 * thread; elsewhere it would slow the whole process down.
 */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(NICENESS);

function say(message: FromProjector): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToProjector) => {
  if (message.kind === 'stop') stop.abort();
  else say({ kind: 'corrected', id: message.id, made: corrector.apply(message.corrections) });
});

void keepProjecting({
  source: {
    readAll: (options) => readLog(log, options),
    subscribe: (options) =>
      followLog(log, commits, {
        ...options,
        signal: AbortSignal.any([signal, ...(options.signal ? [options.signal] : [])]),
      }),
  },
  file,
  version,
  signal,
  corrector,
  tell: say,
}).finally(() => {
  commits.close();
  parentPort?.close();
});
