import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import { type EventStore, isEventStoreError, type JsonValue } from '../../event-store/event-store';
import type { Admission } from '../record/admission';
import { sealAlone } from '../../event-store/seal/seal';
import type { Receipt } from '../record/record-update';

/** What is kept of a delivery that goes on no order's rail. */
export interface DeliveryFact {
  readonly stream: StreamName;
  readonly type: string;
  readonly data: Readonly<Record<string, JsonValue>>;
}

export type KeptDelivery =
  | { readonly kind: 'kept'; readonly revision: number }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'unavailable'; readonly detail: string };

/**
 * Appends what is kept of a delivery that goes on no order's rail, sealed. It is not tied to the one before it: such
 * deliveries wait for nothing, and so neither for each other nor for other processes that write to the same stream.
 * @param admission bounds what waits for the store
 * @param bytes that wait with it
 */
export async function keepDelivery(
  { store, admission }: { readonly store: EventStore; readonly admission: Admission },
  { stream, type, data }: DeliveryFact,
  receipt: Receipt,
  bytes: number,
): Promise<KeptDelivery> {
  const details = {
    received_at: receipt.receivedAt,
    body_sha256: receipt.bodySha256,
    signed_with: receipt.signedWith,
    request_id: receipt.requestId,
  };
  const event = sealAlone(stream, { id: eventId(receipt.requestId), type, data }, details);
  try {
    const result = await admission.admit(bytes, () => store.append(stream, [event], 'any'));
    if (result === null) return { kind: 'overloaded' };
    return result.kind === 'appended'
      ? { kind: 'kept', revision: result.revision }
      : { kind: 'unavailable', detail: `the stream ${stream} refused the delivery` };
  } catch (error) {
    if (isEventStoreError(error)) return { kind: 'unavailable', detail: error.message };
    throw error;
  }
}
