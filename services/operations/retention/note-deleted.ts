import type { OrderDeletedData } from '../../../schemas/events/event-data';
import { eventId } from '../../../schemas/events/event-id';
import { MAX_DELETED_LEAVES, ORDER_DELETED, RETENTION_STREAM } from '../../../schemas/events/order-events';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { EventStore } from '../../event-store/event-store';
import { sealAlone } from '../../event-store/seal/seal';

/**
 * Says what is about to be deleted, so that the rest of the log can still be compared with its checkpoints. If the
 * delete then does not happen, no harm is done: events that are there count for themselves.
 * @param newId makes a UUID
 * @param leaves position and leaf of each event of the stream
 * @throws {EventStoreError}
 */
export async function noteDeleted(
  { store, newId }: { readonly store: Pick<EventStore, 'append'>; readonly newId: () => string },
  stream: StreamName,
  leaves: OrderDeletedData['leaves'],
): Promise<void> {
  for (let first = 0; first < leaves.length; first += MAX_DELETED_LEAVES) {
    const data: OrderDeletedData = { stream, leaves: leaves.slice(first, first + MAX_DELETED_LEAVES) };
    const event = sealAlone(RETENTION_STREAM, { id: eventId(newId()), type: ORDER_DELETED, data }, {});
    await store.append(RETENTION_STREAM, [event], 'any');
  }
}
