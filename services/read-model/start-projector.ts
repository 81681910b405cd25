import { Worker } from 'node:worker_threads';
import type { Correction } from './corrections';
import type { ProjectorNews } from './projector-loop';
import type { FromProjector, ProjectorThreadOptions, ToProjector } from './projector-thread';

export interface RunningProjector {
  /**
   * Makes the read model say what the log says of orders whose streams were deleted.
   * @returns for each correction whether it was made. If not, the projector has folded newer events of the order, or is
   *   catching up or starting again: look at the log once more, and try again.
   */
  correct(corrections: readonly Correction[]): Promise<readonly boolean[]>;
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
 * Starts the projector in a thread of its own, so that following the log and folding it cost the thread that answers Stream
 * nothing. A thread that fails is started again.
 */
export function startProjector(
  workerData: ProjectorThreadOptions,
  tell: (news: ProjectorNews) => void,
): RunningProjector {
  let stopping = false;
  let respawn: NodeJS.Timeout | undefined;
  let asked = 0;
  const unanswered = new Map<number, (made: readonly boolean[] | null) => void>();
  let worker = spawn();

  function spawn(): Worker {
    const started = new Worker(require.resolve('#projector-thread'), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    started.on('message', (message: FromProjector) => {
      if (message.kind === 'corrected') unanswered.get(message.id)?.(message.made);
      else tell(message);
    });
    started.on('error', (error) => {
      tell({ kind: 'failed', message: String(error) });
    });
    started.once('exit', () => {
      for (const answer of unanswered.values()) answer(null);
      if (stopping) return;
      respawn = setTimeout(() => {
        worker = spawn();
      }, RESPAWN_MS);
    });
    return started;
  }

  return {
    correct: async (corrections) => {
      if (stopping || worker.threadId < 0) return corrections.map(() => false);
      const id = asked++;
      const made = await new Promise<readonly boolean[] | null>((resolve) => {
        unanswered.set(id, resolve);
        worker.postMessage({ kind: 'correct', id, corrections } satisfies ToProjector);
      });
      unanswered.delete(id);
      return made ?? corrections.map(() => false);
    },
    stop: async () => {
      stopping = true;
      clearTimeout(respawn);
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      if (worker.threadId < 0) return; // it has ended already
      worker.postMessage({ kind: 'stop' } satisfies ToProjector);
      await exited;
    },
  };
}
