import {
  MAX_DELETED_LEAVES,
  ORDER_DELETED,
  type OrderDeletedData,
  RETENTION_STREAM,
  SCHEMA_VERSION,
} from '../../../schemas/order-events';
import type { EventStore } from '../../event-store/event-store';
import { contentHash, seal } from '../../event-store/seal/seal';

/**
 * Says what is about to be deleted, so that the rest of the log can still be held against its checkpoints. If the delete
 * then does not happen, no harm is done: events that are there count for themselves.
 * @param newId makes a UUID
 * @param leaves position and leaf of each event of the stream
 * @throws {EventStoreError}
 */
export async function noteDeleted(
  { store, newId }: { readonly store: Pick<EventStore, 'append'>; readonly newId: () => string },
  stream: string,
  leaves: OrderDeletedData['leaves'],
): Promise<void> {
  for (let first = 0; first < leaves.length; first += MAX_DELETED_LEAVES) {
    const data: OrderDeletedData = { stream, leaves: leaves.slice(first, first + MAX_DELETED_LEAVES) };
    const [id, type] = [newId(), ORDER_DELETED];
    const metadata = { schema_version: SCHEMA_VERSION, content_hash: contentHash({ type, object: data }) };
    const sealed = seal({ stream: RETENTION_STREAM, id, type, metadata }, null);
    await store.append(RETENTION_STREAM, [{ id, type, data, metadata: sealed }], 'any');
  }
}
