import { orderKey, type OrderKey } from '../../schemas/order-key';
import { ORDER_STREAM_PREFIX } from '../../schemas/events/order-events';
import { type EventStore, EventStoreError } from '../../services/event-store/event-store';
import { MAX_PENDING_BYTES } from '../../services/handle-order/record/admission';
import { over } from './changed-store';
import { update } from './deliveries';
import type { InProcessApp } from './in-process-app';
import { until } from './patience';

/** Characters that make a delivery bulky: it still fits quarantine, in base64. */
const BULK = 600_000;

/** A delivery of which few fit into the queue in front of the store. */
export const bulky = (key: Partial<OrderKey> = {}) => update(key, { note: 'x'.repeat(BULK) });

export interface HeldStore {
  readonly store: EventStore;
  /** Appends to orders that came. */
  readonly appends: number;
  /** Has every append to an order fail: those that wait, and those that come. */
  fail(): void;
}

/** A store whose appends to orders wait until they are made to fail; everything else it does as `memory` does. */
export function holdOrders(memory: EventStore): HeldStore {
  let fail: () => void = () => undefined;
  const failing = new Promise<void>((resolve) => {
    fail = resolve;
  });
  let appends = 0;
  const store = over(memory, {
    append: async (stream, ...rest) => {
      if (!stream.startsWith(ORDER_STREAM_PREFIX)) return memory.append(stream, ...rest);
      appends++;
      await failing;
      throw new EventStoreError('unavailable', 'the disk is full');
    },
  });
  return {
    store,
    get appends() {
      return appends;
    },
    fail: () => {
      fail();
    },
  };
}

/** Sends bulky deliveries until there is no room for another one in front of a store that holds them. */
export async function fillQueue(app: InProcessApp, held: HeldStore): Promise<void> {
  const nth = (n: number) => bulky(orderKey('a full queue', String(1_000 + n)));
  const room = Math.floor(MAX_PENDING_BYTES / JSON.stringify(nth(0)).length);
  for (let n = 0; n < room; n++) {
    void app.deliver(nth(n)).catch(() => undefined);
    await until(`the store to get delivery ${String(n)}`, () => held.appends > n);
  }
}
