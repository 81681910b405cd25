import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Checkpoint } from '../../../schemas/checkpoint';
import type { Position } from '../../event-store/event-store';
import { type LogAddress, openEventSource } from '../../event-store/open';
import { type CheckpointPlace, signNext } from './sign-next';

/** What the thread needs to know to begin. */
export interface CheckpointThreadOptions {
  readonly log: LogAddress;
  readonly place: CheckpointPlace;
  readonly intervalMs: number;
}

export type FromCheckpoints =
  /** Everything up to here is covered by a checkpoint now. */
  | { readonly kind: 'covered'; readonly position: Position; readonly events: number; readonly isNew: boolean }
  | { readonly kind: 'failed'; readonly message: string };

/** Niceness of this thread (see projector-thread.ts): nobody waits for a checkpoint. */
const NICENESS = 15;
if (process.platform === 'linux') setPriority(NICENESS);

const { log, place, intervalMs } = workerData as CheckpointThreadOptions;
const stop = new AbortController();
const { signal } = stop;
parentPort?.on('message', () => {
  stop.abort();
});
const say = (message: FromCheckpoints): void => {
  parentPort?.postMessage(message);
};

async function run(): Promise<void> {
  let last: Checkpoint | null = null;
  const source = await openEventSource(log, () => undefined);
  try {
    while (!signal.aborted) {
      try {
        const signed = await signNext(source, place, last, signal);
        last = signed.newest;
        if (last !== null) {
          const { position, events } = last;
          say({ kind: 'covered', position: position as Position, events, isNew: signed.isNew });
        }
      } catch (error) {
        say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await source.close();
  }
}

void run().finally(() => parentPort?.close());
