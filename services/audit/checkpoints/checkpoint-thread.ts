import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Restore } from '../../../schemas/checkpoint';
import { sleep } from '../../concurrency/sleep';
import type { Position } from '../../event-store/event-store';
import { type LogAddress, openEventSource } from '../../event-store/open';
import { type CheckpointFiles, CheckpointSigner, coveredBy } from './checkpoint-signer';

/** What the thread needs to know to begin. */
export interface CheckpointThreadOptions {
  readonly log: LogAddress;
  readonly place: CheckpointFiles;
  readonly intervalMs: number;
}

export type FromCheckpoints =
  /** Everything up to here is covered by a checkpoint now. */
  | { readonly kind: 'covered'; readonly position: Position; readonly events: number; readonly isNew: boolean }
  /** The log lost what earlier checkpoints say. */
  | { readonly kind: 'restored'; readonly restore: Restore }
  /** Something is wrong with the file of checkpoints, and signing goes on. */
  | { readonly kind: 'complaint'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Niceness of this thread (see projector-thread.ts): nobody waits for a checkpoint. */
const NICENESS = 15;
if (process.platform === 'linux') setPriority(NICENESS);

const { log, place, intervalMs } = workerData as CheckpointThreadOptions; // given by startCheckpoints
const stop = new AbortController();
const { signal } = stop;
parentPort?.on('message', () => {
  stop.abort();
});
const say = (message: FromCheckpoints): void => {
  parentPort?.postMessage(message);
};

async function run(): Promise<void> {
  let signer: CheckpointSigner | null = null;
  const source = await openEventSource(log, () => undefined);
  try {
    while (!signal.aborted) {
      try {
        signer ??= new CheckpointSigner(source, place, Date.now);
        const { newest, isNew, restore, complaints } = await signer.sign(signal);
        for (const message of complaints) say({ kind: 'complaint', message });
        if (restore !== null) say({ kind: 'restored', restore });
        const position = coveredBy(newest);
        if (newest !== null && position !== null) say({ kind: 'covered', position, events: newest.events, isNew });
      } catch (error) {
        say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
      await sleep(intervalMs, signal);
    }
  } finally {
    await source.close();
  }
}

void run().finally(() => parentPort?.close());
