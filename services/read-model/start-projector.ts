import { Worker } from 'node:worker_threads';
import { type EventSource } from './projector';
import { keepProjecting, type ProjectorNews } from './projector-loop';
import type { ProjectorThreadOptions } from './projector-thread';

export interface RunningProjector {
  stop(): Promise<void>;
}

/** Milliseconds before a projector thread that ended, which only a defect does, is started again. */
const RESPAWN_MS = 1_000;
/**
 * Most MiB of the thread's young generation. A rebuild makes a million short-lived objects a second; with V8's default of
 * 16 MiB a tenth of its time is spent on copying those that are not dead yet.
 */
const YOUNG_GENERATION_MIB = 96;

/**
 * Starts the projector where it costs the least: over the embedded log in a thread of its own, so that folding costs the
 * thread that answers Stream nothing; over any other store in this one.
 * @param logFile of the embedded store, or null for another store
 * @param file of the read model
 * @param version of the folds
 */
export function startProjector(options: {
  readonly store: EventSource;
  readonly logFile: string | null;
  readonly file: string;
  readonly version: string;
  readonly tell: (news: ProjectorNews) => void;
}): RunningProjector {
  const { store, logFile, file, version, tell } = options;
  return logFile === null
    ? startInThisThread({ source: store, file, version, tell })
    : startInThread({ log: logFile, file, version }, tell);
}

function startInThisThread(options: Omit<Parameters<typeof keepProjecting>[0], 'signal'>): RunningProjector {
  const stop = new AbortController();
  const running = keepProjecting({ ...options, signal: stop.signal });
  return {
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

function startInThread(workerData: ProjectorThreadOptions, tell: (news: ProjectorNews) => void): RunningProjector {
  let stopping = false;
  let respawn: NodeJS.Timeout | undefined;
  let worker = spawn();

  function spawn(): Worker {
    const started = new Worker(require.resolve('#projector-thread'), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
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
