import { Worker } from 'node:worker_threads';
import { SupervisedThread } from '../../concurrency/threads';
import type { CheckpointThreadOptions, FromCheckpoints } from './checkpoint-thread';

/** Milliseconds before a thread that ended, which only a defect does, is started again. */
const RESPAWN_MS = 60_000;

/**
 * Signs checkpoints from time to time, in a thread of its own, because a log that was never signed is long.
 * @param onNews called with what happened
 * @returns what ends it
 */
export function startCheckpoints(
  workerData: CheckpointThreadOptions,
  onNews: (news: FromCheckpoints) => void,
): { stop(): Promise<void> } {
  const start = (): Worker =>
    new Worker(require.resolve('#checkpoint-thread'), { workerData }).on('message', onNews).on('error', (error) => {
      onNews({ kind: 'failed', message: String(error) });
    });
  return new SupervisedThread({ start, stopMessage: 'stop', respawnMs: RESPAWN_MS });
}
