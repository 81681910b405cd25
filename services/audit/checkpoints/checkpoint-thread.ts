import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Restore } from '../../../schemas/api/checkpoint';
import { sleep } from '../../concurrency/sleep';
import type { EventSource, Position } from '../../event-store/event-store';
import { type LogAddress, openEventSource } from '../../event-store/open';
import type { CheckpointFiles, CheckpointSigner, Signed } from './checkpoint-signer';

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

async function isEmpty(source: EventSource): Promise<boolean> {
  for await (const _ of source.readAll({ from: 'start' })) return false;
  return true;
}

/** @returns null as long as nothing was ever recorded: what signs is not loaded before it has something to sign. */
async function openSigner(source: EventSource): Promise<CheckpointSigner | null> {
  if (!existsSync(place.file) && (await isEmpty(source))) return null;
  const { CheckpointSigner } = await import('./checkpoint-signer.js');
  return new CheckpointSigner(source, place, Date.now);
}

function report({ newest, isNew, restore, complaints }: Signed): void {
  for (const message of complaints) say({ kind: 'complaint', message });
  if (restore !== null) say({ kind: 'restored', restore });
  if (newest !== null) say({ kind: 'covered', position: newest.position, events: newest.events, isNew });
}

async function run(): Promise<void> {
  let signer: CheckpointSigner | null = null;
  const source = await openEventSource(log, () => undefined);
  try {
    while (!signal.aborted) {
      try {
        signer ??= await openSigner(source);
        if (signer !== null) report(await signer.sign(signal));
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
