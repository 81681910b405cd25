import { hash } from 'node:crypto';
import type { Delivery } from '../../../../schemas/wire/handle-order';
import { orderKey } from '../../../../schemas/order-key';
import type { EventStore } from '../../../../services/event-store/event-store';
import { Admission } from '../../../../services/handle-order/record/admission';
import { createRecorder, type Receipt } from '../../../../services/handle-order/record/record-update';
import { update } from '../../../support/deliveries';
import { createMemoryStore } from '../../event-store/memory/memory-store';

/** An order in a store in memory, put there by the real recorder. */

export const KEY = orderKey('disputes', 'o/1');

/** Evidence with which nothing goes that the key of a log signed. */
export const NOTHING_SIGNED = { checkpoints: [], prove: () => Promise.resolve(null) };

/** What of a delivery matters to a test. */
export interface Reported {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly receipt?: Partial<Receipt>;
}

/** @returns a store that holds what was reported, a minute apart. */
export async function recordedOrder(reports: readonly Reported[]): Promise<EventStore> {
  const begun = Date.parse('2026-11-21T22:05:00.000Z');
  const store = createMemoryStore({ now: () => begun });
  const record = createRecorder(store, new Admission());
  for (const [index, { fields, receipt }] of reports.entries()) {
    const delivery = update(KEY, fields) as unknown as Delivery;
    const body = JSON.stringify(delivery);
    await record(delivery, {
      receivedAt: new Date(begun + index * 60_000).toISOString(),
      bodySha256: hash('sha256', body, 'hex'),
      bodyBytes: body.length,
      signedWith: null,
      requestId: `request ${String(index)}`,
      ...receipt,
    });
  }
  return store;
}
