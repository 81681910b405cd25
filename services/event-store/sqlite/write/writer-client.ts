import { Worker } from 'node:worker_threads';
import { sleep } from '../../../concurrency/sleep';
import type { FileIdentity } from '../../../files/file-identity';
import { EventStoreError } from '../../event-store';
import type { FromWriter, Group, ToWriter, WriterCommand, WriterOptions, WriterResult } from './writer-protocol';

/** Most commands committed together; bounds how long one transaction keeps the others waiting. */
export const MAX_GROUP_COMMANDS = 1_000;
/**
 * Commands that are enough for a group in the middle of a turn. A busy turn handles a request of every connection; were
 * the first to wait for its end, this thread and the writer would take turns, and each be idle while the other works.
 */
const EARLY_FLUSH_COMMANDS = 16;
/**
 * Most milliseconds for one group: far over a slow sync, far under a sender's patience (15 s and more). When they are
 * over, the disk hangs, and the outcome of the group is unknown.
 */
export const GROUP_TIMEOUT_MS = 5_000;
/** Milliseconds between tries to start a writer that does not start. */
const RESPAWN_MS = 1_000;
/** Most milliseconds that closing waits for the last group and the writer's own close. */
const CLOSE_TIMEOUT_MS = 10_000;

export interface WriterClientOptions {
  readonly file: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Says why this process may no longer write; null while it may. Asked after each commit, before it is acknowledged. */
  readonly whyNotOurs: () => string | null;
}

interface Waiting {
  readonly command: WriterCommand;
  readonly resolve: (result: WriterResult) => void;
}

const errorResult = (code: 'unavailable' | 'outcome-unknown' | 'closed', message: string): WriterResult => ({
  kind: 'error',
  code,
  message,
});

/**
 * The writer as seen from the HTTP thread. What is submitted while one group is being committed forms the next group, so
 * groups grow with the load and a lone command waits for nobody.
 */
export class WriterClient {
  #worker: Worker | null = null;
  #waiting: Waiting[] = [];
  #inFlight: { readonly id: number; readonly members: readonly Waiting[]; readonly timer: NodeJS.Timeout } | null =
    null;
  #nextGroup = 0;
  #flushScheduled = false;
  #closed = false;
  /** A group that timed out is still with the writer: nothing more is sent until it comes back. */
  #stuck = false;
  #identity: FileIdentity | null = null;

  readonly #options: WriterClientOptions;

  private constructor(options: WriterClientOptions) {
    this.#options = options;
  }

  /**
   * Starts the writer and waits until it has the log open, or knows that it cannot be opened yet.
   * @throws {EventStoreError} `unavailable` or `invalid`, with what the writer said.
   */
  static async start(options: WriterClientOptions): Promise<WriterClient> {
    const client = new WriterClient(options);
    await client.#spawn();
    return client;
  }

  /** Commands submitted and not settled. */
  get pending(): number {
    return this.#waiting.length + (this.#inFlight?.members.length ?? 0);
  }

  /** Resolves once the command was committed, or is known or feared not to be; never rejects. */
  submit(command: WriterCommand): Promise<WriterResult> {
    if (this.#closed) return Promise.resolve(errorResult('closed', 'the event store is closed'));
    if (this.#stuck) return Promise.resolve(errorResult('unavailable', 'the disk has not answered for too long'));
    return new Promise((resolve) => {
      this.#waiting.push({ command, resolve });
      if (this.#waiting.length >= EARLY_FLUSH_COMMANDS) this.#flush();
      else this.#scheduleFlush();
    });
  }

  /** Settles everything submitted, then ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const deadline = Date.now() + CLOSE_TIMEOUT_MS;
    while (this.pending > 0 && Date.now() < deadline) await sleep(5);
    this.#settleAll(errorResult('outcome-unknown', 'the event store was closed before the disk answered'));
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ kind: 'close' } satisfies ToWriter);
    const forced = setTimeout(() => void worker.terminate(), Math.max(0, deadline - Date.now()));
    await exited;
    clearTimeout(forced);
  }

  async #spawn(): Promise<void> {
    const workerData: WriterOptions = { file: this.#options.file, identity: this.#identity };
    const worker = new Worker(require.resolve('#sqlite-writer-thread'), { workerData });
    await new Promise<void>((resolve, reject) => {
      worker.once('error', (cause) => {
        reject(new EventStoreError('unavailable', `the writer did not start: ${String(cause)}`, { cause }));
      });
      worker.on('message', (message: FromWriter) => {
        switch (message.kind) {
          case 'open':
            resolve();
            return;
          case 'failed-to-open':
            reject(new EventStoreError(message.code, message.message));
            return;
          case 'identified':
            this.#identity = message.identity;
            return;
          case 'settled':
            this.#settle(message.id, message.results);
            return;
        }
      });
    });
    worker.removeAllListeners('error');
    worker.on('error', () => undefined); // `exit` follows, and says all there is to do
    worker.once('exit', () => {
      this.#lost(worker);
    });
    this.#worker = worker;
  }

  /** Waits for the end of this turn of the event loop, so that what came together is committed together. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight !== null) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#inFlight !== null || this.#stuck || this.#waiting.length === 0) return;
    if (this.#worker === null) {
      this.#settleAll(errorResult('unavailable', 'the writer of the event log is being started again'));
      return;
    }
    const members = this.#waiting.splice(0, MAX_GROUP_COMMANDS);
    const id = this.#nextGroup++;
    const timer = setTimeout(() => {
      this.#stuck = true;
      this.#settleAll(errorResult('outcome-unknown', `no answer from the disk in ${String(GROUP_TIMEOUT_MS)} ms`));
    }, GROUP_TIMEOUT_MS);
    this.#inFlight = { id, members, timer };
    const group: Group = { id, now: this.#options.now(), commands: members.map(({ command }) => command) };
    this.#worker.postMessage({ kind: 'group', group } satisfies ToWriter);
  }

  #settle(id: number, results: readonly WriterResult[]): void {
    this.#stuck = false;
    const group = this.#inFlight;
    if (group?.id === id) {
      clearTimeout(group.timer);
      this.#inFlight = null;
      const whyNot = this.#options.whyNotOurs();
      group.members.forEach((member, index) => {
        const result = whyNot === null ? results[index] : errorResult('outcome-unknown', whyNot);
        member.resolve(result ?? errorResult('outcome-unknown', 'the writer gave no result'));
      });
    }
    if (this.#waiting.length > 0) this.#scheduleFlush();
  }

  #settleAll(result: WriterResult): void {
    const group = this.#inFlight;
    if (group !== null) clearTimeout(group.timer);
    this.#inFlight = null;
    const everyone = [...(group?.members ?? []), ...this.#waiting];
    this.#waiting = [];
    for (const { resolve } of everyone) resolve(result);
  }

  /** The thread is gone, which only a defect or memory pressure does: nobody knows what it still committed. */
  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#stuck = false;
    this.#settleAll(errorResult('outcome-unknown', 'the writer of the event log ended'));
    this.#respawn();
  }

  #respawn(): void {
    if (this.#closed || this.#worker !== null) return;
    this.#spawn().catch(() => {
      setTimeout(() => {
        this.#respawn();
      }, RESPAWN_MS).unref();
    });
  }
}
