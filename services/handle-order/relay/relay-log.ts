import { relayId } from '../../../schemas/events/delivery-ids';
import { DeliveryMetadata, RelayedData } from '../../../schemas/events/event-data';
import { RELAY_STREAM, RELAYED } from '../../../schemas/events/order-events';
import type { RelayEntry, RelayPage } from '../../../schemas/api/order-view';
import type { EventStore, RecordedEvent } from '../../event-store/event-store';
import { readPage } from '../../event-store/reads';
import type { Admission } from '../record/admission';
import { keepDelivery, type KeptDelivery } from '../quarantine/keep-delivery';
import type { Receipt } from '../record/record-update';

/** What was passed on to the POS, and how it answered: one event for each try. */

/** Records a try. */
export type RecordRelay = (data: RelayedData, receipt: Receipt) => Promise<KeptDelivery>;

export interface RelayLog {
  readonly record: RecordRelay;
  /** Lists relayed deliveries, newest first. @param after the last page's `next`, or null for the first page. */
  list(after: number | null, limit: number): Promise<RelayPage>;
}

function entryOf(event: RecordedEvent): RelayEntry {
  const { received_at, body_sha256, signed_with, request_id } = DeliveryMetadata.parse(event.metadata);
  return {
    relay_id: relayId(event.revision),
    received_at,
    ...RelayedData.parse(event.data),
    body_sha256,
    signed_with,
    request_id,
  };
}

/**
 * @param store the same store as the orders'
 * @param admission bounds what waits for the store
 */
export function createRelayLog({
  store,
  admission,
}: {
  readonly store: EventStore;
  readonly admission: Admission;
}): RelayLog {
  return {
    record: (data, receipt) =>
      keepDelivery({ store, admission }, { stream: RELAY_STREAM, type: RELAYED, data }, receipt, 0),

    list: async (after, limit) => {
      if (after === 0) return { relays: [], next: null };
      const from = after === null ? 'end' : after - 1;
      const options = { from, direction: 'backwards', limit } as const;
      const { entries: relays, next } = await readPage(store, RELAY_STREAM, options, entryOf);
      return { relays, next };
    },
  };
}
