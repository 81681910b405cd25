import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type LogAddress, openEventSource } from '../event-store/open';
import { type Correction, Corrector } from './corrections';
import { keepProjecting, ProjectorLooks, type ProjectorNews } from './projector-loop';

/** What the thread needs to know to begin. */
export interface ProjectorThreadOptions {
  readonly log: LogAddress;
  /** The read model. */
  readonly file: string;
  readonly version: string;
}

export type ToProjector =
  | { readonly kind: 'stop' }
  | { readonly kind: 'look-again'; readonly look: number }
  | { readonly kind: 'correct'; readonly id: number; readonly corrections: readonly Correction[] };

export type FromProjector =
  ProjectorNews | { readonly kind: 'corrected'; readonly id: number; readonly made: readonly boolean[] };

/**
 * The projector in a thread of its own: it follows the log itself, so that reading and folding cost the thread that
 * answers Stream nothing.
 */
const { log, file, version } = workerData as ProjectorThreadOptions; // given by startProjector
const stop = new AbortController();
const { signal } = stop;
const corrector = new Corrector();
const looks = new ProjectorLooks();

/**
 * Niceness of this thread: where processors are short, acknowledging comes before showing. On Linux niceness belongs to
 * a thread; elsewhere it would slow the whole process down.
 */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(NICENESS);

function say(message: FromProjector): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToProjector) => {
  switch (message.kind) {
    case 'stop':
      stop.abort();
      return;
    case 'look-again':
      looks.ask(message.look);
      return;
    case 'correct':
      say({ kind: 'corrected', id: message.id, made: corrector.apply(message.corrections) });
      return;
  }
});

async function run(): Promise<void> {
  const source = await openEventSource(log, ({ message }) => {
    say({ kind: 'interrupted', message });
  });
  try {
    await keepProjecting({ source, file, version, signal, corrector, looks, onNews: say });
  } finally {
    await source.close();
  }
}

void run().finally(() => parentPort?.close());
