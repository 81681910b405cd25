import { Worker } from 'node:worker_threads';
import { SupervisedThread } from '../concurrency/threads';
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
  /** Has it look at the log anew; its progress says of which look it is. */
  lookAgain(look: number): void;
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
  onNews: (news: ProjectorNews) => void,
): RunningProjector {
  let asked = 0;
  const unanswered = new Map<number, (made: readonly boolean[] | null) => void>();
  const start = (): Worker =>
    new Worker(require.resolve('#projector-thread'), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    })
      .on('message', (message: FromProjector) => {
        if (message.kind === 'corrected') unanswered.get(message.id)?.(message.made);
        else onNews(message);
      })
      .on('error', (error) => {
        onNews({ kind: 'failed', message: String(error) });
      })
      .once('exit', () => {
        for (const answer of unanswered.values()) answer(null);
      });
  const thread = new SupervisedThread<ToProjector>({ start, stopMessage: { kind: 'stop' }, respawnMs: RESPAWN_MS });

  return {
    correct: async (corrections) => {
      if (!thread.isRunning) return corrections.map(() => false);
      const id = asked++;
      const made = await new Promise<readonly boolean[] | null>((resolve) => {
        unanswered.set(id, resolve);
        thread.post({ kind: 'correct', id, corrections });
      });
      unanswered.delete(id);
      return made ?? corrections.map(() => false);
    },
    lookAgain: (look) => {
      thread.post({ kind: 'look-again', look });
    },
    stop: () => thread.stop(),
  };
}
