import type { OrderKey } from '../../../schemas/order-key';
import { stringifyJson } from '../../../schemas/json/exact-json';
import { orderStream } from '../../../schemas/events/order-events';
import { nextTurn } from '../../concurrency/turns';
import type { Payload } from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';
import { arrivalOf, readReceiptsOf } from '../../screen-reports/order-receipts';
import type { ExportSource } from '../export/select-events';
import { type EvidenceRow, type OrderEvidence, OrderReader } from './read-order';

/** How much evidence may be of. */
export interface EvidenceLimits {
  readonly events: number;
  /** Of what was reported, received with it and read from it: see {@link sizeOf}. */
  readonly characters: number;
}

export type Collected =
  | { readonly kind: 'collected'; readonly evidence: OrderEvidence }
  /** Nothing was ever reported about the order. */
  | { readonly kind: 'nothing' }
  /** More than the limits allow. */
  | { readonly kind: 'too_large' }
  /** It was not wanted any more. */
  | { readonly kind: 'unwanted' };

/** Events that are read in one turn of the event loop. */
const SLICE_EVENTS = 32;

const textSize = (payload: Payload | undefined, indent?: number): number => {
  if (payload === undefined) return 0;
  return payload instanceof Uint8Array ? payload.length : stringifyJson(payload, indent).length;
};

/**
 * @returns characters that an event takes in a bundle, of which it has each once or twice: its data as the page shows
 *   them, its metadata with the request as it came, and how it is read, which repeats the driver of the order.
 */
const sizeOf = ({ event, reading }: EvidenceRow): number =>
  textSize(event.data, 2) + textSize(event.metadata) + stringifyJson(reading).length;

/**
 * Reads all events of an order for evidence, and what screens claim to have shown of them.
 * @param limits unset: as many as there are
 * @param goesOn asked before each turn of the event loop: whether the evidence is still wanted
 */
export async function collectEvidence(
  store: ExportSource,
  key: OrderKey,
  limits?: EvidenceLimits,
  goesOn: () => boolean = () => true,
): Promise<Collected> {
  const reader = new OrderReader(key);
  let [events, characters] = [0, 0];
  for await (const event of readIfThere(store, orderStream(key))) {
    events += 1;
    if (limits !== undefined && events > limits.events) return { kind: 'too_large' };
    const reading = reader.add(event);
    if (limits !== undefined) {
      characters += sizeOf({ event, reading });
      if (characters > limits.characters) return { kind: 'too_large' };
    }
    if (events % SLICE_EVENTS !== 0) continue;
    await nextTurn();
    if (!goesOn()) return { kind: 'unwanted' };
  }
  if (events === 0) return { kind: 'nothing' };
  const { read } = reader;
  const arrivals = new Map(read.rows.map(({ event }) => [event.revision, arrivalOf(event)]));
  const shown = await readReceiptsOf(store, key, arrivals, goesOn);
  return shown === null ? { kind: 'unwanted' } : { kind: 'collected', evidence: { ...read, shown } };
}
