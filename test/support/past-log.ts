import { hash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { OrderKey } from '../../schemas/order-key';
import { openSqliteStore } from '../../services/event-store/sqlite/sqlite-store';
import { Admission } from '../../services/handle-order/record/admission';
import { createRecorder } from '../../services/handle-order/record/record-update';
import { update } from './deliveries';
import { temporaryDirectory } from './running-service';

/** What came at a time that has passed. */
export interface PastDelivery {
  readonly key: OrderKey;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @returns the data directory of a service that took these deliveries when they came. */
export async function pastLog(deliveries: readonly PastDelivery[]): Promise<string> {
  const directory = temporaryDirectory();
  let now = 0;
  const store = await openSqliteStore({ file: join(directory, 'events.sqlite'), now: () => now });
  const record = createRecorder(store, new Admission());
  for (const { key, at, fields } of deliveries) {
    now = at;
    const delivery = update(key, fields);
    const body = JSON.stringify(delivery);
    await record(delivery as Parameters<typeof record>[0], {
      receivedAt: new Date(at).toISOString(),
      bodySha256: hash('sha256', body, 'hex'),
      bodyBytes: body.length,
      signedWith: null,
      requestId: randomUUID(),
    });
  }
  await store.close();
  return directory;
}
