import type { OrderDeletedData } from '../../../schemas/events/event-data';
import type { StreamName } from '../../../schemas/events/stream-name';
import { comparePositions, type EventStore, isEventStoreError, type Position } from '../../event-store/event-store';
import { readIfThere, readOne } from '../../event-store/reads';
import { leafOf } from '../../event-store/seal/log-hash';
import { noteDeleted } from './note-deleted';

/** Which old records are deleted. */
export interface OldDeletion {
  readonly store: Pick<EventStore, 'readStream' | 'append' | 'deleteStream'>;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Everything up to here is covered by a signed checkpoint; what is not is kept, as with orders. */
  readonly coveredTo: Position | null;
  /** Milliseconds since the epoch. */
  readonly cutoff: number;
  /** Only counts. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Deletes a stream all of whose records are older than a cutoff.
 * @param timeOf when a record was made, milliseconds since the epoch
 * @returns how many records were deleted, and whether any was there and is kept
 * @throws {EventStoreError}
 */
export async function deleteOldStream(
  { store, newId, coveredTo, cutoff, dryRun = false }: OldDeletion,
  stream: StreamName,
  timeOf: (data: unknown) => number,
): Promise<{ readonly deleted: number; readonly kept: boolean }> {
  const kept = { deleted: 0, kept: true };
  const last = await readOne(store, stream, { direction: 'backwards' });
  if (last === null) return { deleted: 0, kept: false };
  if (coveredTo === null || comparePositions(last.position, coveredTo) > 0) return kept;
  if (!(timeOf(last.data) < cutoff)) return kept;
  const leaves: OrderDeletedData['leaves'] = [];
  let newest = -Infinity;
  let revision = 0;
  for await (const event of readIfThere(store, stream)) {
    // Clocks jump: the last record need not be the newest.
    newest = Math.max(newest, timeOf(event.data));
    leaves.push([event.position, leafOf(event)]);
    ({ revision } = event);
  }
  if (!(newest < cutoff)) return kept;
  if (dryRun) return { deleted: leaves.length, kept: true };
  await noteDeleted({ store, newId }, stream, leaves);
  try {
    // Another instance may just record into it, or delete it as well.
    const result = await store.deleteStream(stream, revision, 'soft');
    return result.kind === 'deleted' ? { deleted: leaves.length, kept: false } : kept;
  } catch (error) {
    if (!isEventStoreError(error, 'deleted')) throw error;
    return { deleted: 0, kept: false };
  }
}
