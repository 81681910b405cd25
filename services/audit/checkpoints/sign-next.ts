import type { Checkpoint } from '../../../schemas/checkpoint';
import type { EventSource } from '../../event-store/event-store';
import { appendCheckpoint, readCheckpoints } from './checkpoint-file';
import { nextCheckpoint } from './checkpointer';
import { openCheckpointKey } from './signing';

/** Where checkpoints of a log are kept, and what signs them. */
export interface CheckpointPlace {
  /** Names the log. */
  readonly store: string;
  readonly file: string;
  readonly keyFile: string;
}

/**
 * Signs what the log is now and keeps it, if anything came since the last checkpoint.
 * @param last the newest checkpoint of this log if it is at hand; otherwise it is looked for in the file
 * @returns the newest checkpoint, or null while the log is empty
 */
export async function signNext(
  source: Pick<EventSource, 'readAll'>,
  { store, file, keyFile }: CheckpointPlace,
  last: Checkpoint | null,
  signal: AbortSignal,
): Promise<{ readonly newest: Checkpoint | null; readonly isNew: boolean }> {
  const key = openCheckpointKey(keyFile);
  const known = last ?? readCheckpoints(file).findLast((one) => one.store === store) ?? null;
  const next = await nextCheckpoint({ source, store, last: known, key, now: Date.now, signal });
  if (next !== null) appendCheckpoint(file, next);
  return { newest: next ?? known, isNew: next !== null };
}
