import { Worker } from 'node:worker_threads';
import type { CheckpointThreadOptions, FromCheckpoints } from './checkpoint-thread';

/** Milliseconds before a thread that ended, which only a defect does, is started again. */
const RESPAWN_MS = 60_000;

/**
 * Signs checkpoints from time to time, in a thread of its own, because a log that was never signed is long.
 * @param tell what happened
 * @returns what ends it
 */
export function startCheckpoints(
  workerData: CheckpointThreadOptions,
  tell: (news: FromCheckpoints) => void,
): { stop(): Promise<void> } {
  let stopping = false;
  let respawn: NodeJS.Timeout | undefined;
  let worker = spawn();

  function spawn(): Worker {
    const started = new Worker(require.resolve('#checkpoint-thread'), { workerData });
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
