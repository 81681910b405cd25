import type { Worker } from 'node:worker_threads';
import { ThreadError } from './thread-error';

/** Threads as their starter sees them: one that is to run until it is stopped, and one that gives one answer. */

/** A thread that is started again whenever it ends by itself, which only a defect or a lack of memory does. */
export class SupervisedThread<ToThread> {
  readonly #stopMessage: ToThread;
  readonly #respawnMs: number;
  readonly #start: () => Worker;
  #worker: Worker;
  #respawn: NodeJS.Timeout | undefined;
  #isStopping = false;

  /**
   * @param start starts the thread and listens to it; called again after each end
   * @param stopMessage what makes the thread end by itself
   * @param respawnMs milliseconds between an end and the next start
   */
  constructor(options: { readonly start: () => Worker; readonly stopMessage: ToThread; readonly respawnMs: number }) {
    this.#start = options.start;
    this.#stopMessage = options.stopMessage;
    this.#respawnMs = options.respawnMs;
    this.#worker = this.#spawn();
  }

  /** Returns whether there is a thread to send anything to that is not being stopped. */
  get isRunning(): boolean {
    return !this.#isStopping && this.#worker.threadId >= 0;
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Resolves once the thread has ended, and is not started again. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#respawn);
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    if (this.#worker.threadId < 0) return; // it has ended already
    this.#worker.postMessage(this.#stopMessage);
    await exited;
  }

  #spawn(): Worker {
    const worker = this.#start();
    worker.once('exit', () => {
      if (this.#isStopping) return;
      this.#respawn = setTimeout(() => {
        this.#worker = this.#spawn();
      }, this.#respawnMs);
    });
    return worker;
  }
}

/**
 * Waits for a thread that gives one answer, until it has ended.
 * @param what does so, for the message of the error
 * @throws what the thread failed with
 */
export async function answerOf<Answer>(worker: Worker, what: string): Promise<Answer> {
  const answers: Answer[] = [];
  let failure: Error = new ThreadError(`${what} ended without a word`);
  worker.on('message', (message: Answer) => {
    answers.push(message);
  });
  worker.on('error', (error) => {
    failure = error;
  });
  await new Promise((exited) => worker.once('exit', exited));
  for (const answer of answers) return answer;
  throw failure;
}
