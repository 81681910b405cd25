import { Worker } from 'node:worker_threads';
import { type EventSource } from './projector';
import { keepProjecting, type ProjectorNews } from './projector-loop';
import type { ProjectorThreadOptions } from './projector-thread';

export interface RunningProjector {
  stop(): Promise<void>;
}

/** Milliseconds before a projector thread that ended, which only a defect does, is started again. */
const RESPAWN_MS = 1_000;

/** Runs the projector in this thread, over any store. */
export function startProjector(options: {
  readonly source: EventSource;
  readonly file: string;
  readonly version: string;
  readonly tell: (news: ProjectorNews) => void;
}): RunningProjector {
  const stop = new AbortController();
  const running = keepProjecting({ ...options, signal: stop.signal });
  return {
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

/** Runs the projector in a thread of its own, over the embedded store's log. */
export function startProjectorThread(
  options: ProjectorThreadOptions & { readonly tell: (news: ProjectorNews) => void },
): RunningProjector {
  const { tell, ...workerData } = options;
  let stopping = false;
  let respawn: NodeJS.Timeout | undefined;
  let worker = spawn();

  function spawn(): Worker {
    const started = new Worker(require.resolve('#projector-thread'), { workerData });
    started.on('message', tell);
    started.on('error', (error) => {
      tell({ kind: 'failed', message: String(error) });
    });
    started.once('exit', () => {
      if (stopping) return;
      respawn = setTimeout(() => {
        worker = spawn();
      }, RESPAWN_MS);
    });
    return started;
  }

  return {
    stop: async () => {
      stopping = true;
      clearTimeout(respawn);
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      if (worker.threadId < 0) return; // it has ended already
      worker.postMessage('stop');
      await exited;
    },
  };
}
