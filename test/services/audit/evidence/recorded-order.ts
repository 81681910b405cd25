import { hash } from 'node:crypto';
import type { Delivery } from '../../../../schemas/wire/handle-order';
import type { AcknowledgedWhat, Compared } from '../../../../schemas/events/rail-actions';
import { readerName } from '../../../../schemas/files/reader-name';
import { orderKey } from '../../../../schemas/order-key';
import type { EventStore } from '../../../../services/event-store/event-store';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder, type Receipt } from '../../../../services/handle-order/record/record-update';
import { createActionRecorder } from '../../../../services/orders/actions/record-action';
import { update } from '../../../support/deliveries';
import { createMemoryStore } from '../../event-store/memory/memory-store';

/** An order in a store in memory, put there by the real recorder. */

export const KEY = orderKey('disputes', 'o/1');

/** Evidence with which nothing goes that the key of a log signed. */
export const NOTHING_SIGNED = { checkpoints: [], prove: () => Promise.resolve(null) };

const MINUTE_MS = 60_000;
/** When the first report came. */
export const BEGUN_MS = Date.parse('2026-11-21T22:05:00.000Z');

/** What of a delivery matters to a test. */
export interface Reported {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly receipt?: Partial<Receipt>;
}

/** What somebody pressed on a screen that showed the order as it was then. */
export interface Done {
  readonly by: string;
  readonly press: { readonly type: 'handed_over'; readonly compared: Compared[] } | AcknowledgedPress;
}
interface AcknowledgedPress {
  readonly type: 'acknowledged';
  readonly what: AcknowledgedWhat;
}

/** @returns a store that holds what was reported, and what was done, one after the other. */
export async function recordedOrder(happened: readonly (Reported | Done)[], everyMs = MINUTE_MS): Promise<EventStore> {
  const store = createMemoryStore({ now: () => BEGUN_MS });
  const record = createRecorder(store, new Admission());
  const act = createActionRecorder(store);
  let revision = -1;
  for (const [index, one] of happened.entries()) {
    const receivedAt = new Date(BEGUN_MS + index * everyMs).toISOString();
    const requestId = `request ${String(index)}`;
    if ('press' in one) {
      const press = { by: readerName(one.by), request: { ...one.press, revision, at: receivedAt } };
      const receipt = { idempotencyKey: requestId, receivedAt, bodySha256: '', requestId };
      revision = revisionOf(await act(KEY, press, receipt));
      continue;
    }
    const delivery = update(KEY, one.fields) as unknown as Delivery;
    const body = JSON.stringify(delivery);
    const receipt: Receipt = {
      ...{ receivedAt, bodySha256: hash('sha256', body, 'hex'), bodyBytes: body.length, signedWith: null, requestId },
      ...one.receipt,
    };
    revision = revisionOf(await record(delivery, receipt));
  }
  return store;
}

/** @throws Error if nothing was stored */
function revisionOf(outcome: { readonly kind: string; readonly revision?: number }): number {
  if (outcome.revision === undefined) throw new Error(`it was not stored: ${outcome.kind}`);
  return outcome.revision;
}
