import type { OrderKey } from '../../../schemas/order-key';
import { stringifyJson } from '../../../schemas/exact-json';
import { orderStream } from '../../../schemas/order-events';
import { nextTurn } from '../../concurrency/turns';
import type { Payload } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import type { ExportSource } from '../export/select-events';
import { type OrderEvidence, OrderReader } from './read-order';

/** How much evidence may be of. */
export interface EvidenceLimits {
  readonly events: number;
  /** Characters of what was reported, as JSON. */
  readonly characters: number;
}

export type Collected =
  | { readonly kind: 'collected'; readonly evidence: OrderEvidence }
  /** Nothing was ever reported about the order. */
  | { readonly kind: 'nothing' }
  /** More than the limits allow. */
  | { readonly kind: 'too_large' };

/** Events that are read in one turn of the event loop. */
const SLICE_EVENTS = 32;

const sizeOf = (data: Payload): number => (data instanceof Uint8Array ? data.length : stringifyJson(data).length);

/** Reads all events of an order for evidence. @param limits null: as many as there are */
export async function collectEvidence(
  store: ExportSource,
  key: OrderKey,
  limits: EvidenceLimits | null,
): Promise<Collected> {
  const reader = new OrderReader(key);
  let [events, characters] = [0, 0];
  for await (const event of readIfThere(store, orderStream(key))) {
    events += 1;
    if (limits !== null) {
      characters += sizeOf(event.data);
      if (events > limits.events || characters > limits.characters) return { kind: 'too_large' };
    }
    reader.add(event);
    if (events % SLICE_EVENTS === 0) await nextTurn();
  }
  return events === 0 ? { kind: 'nothing' } : { kind: 'collected', evidence: reader.read };
}
