import { hash, randomUUID } from 'node:crypto';
import type { OrderKey } from '../../../schemas/order-key';
import { orderStream } from '../../../schemas/events/order-events';
import { createReadItems } from '../../../services/feed/feed-items';
import { Feed } from '../../../services/feed/feed';
import { OrderFolds } from '../../../services/feed/order-folds';
import { Tail } from '../../../services/feed/tail';
import type { EventStore, JsonValue, Position } from '../../../services/event-store/event-store';
import { leafOf } from '../../../services/event-store/seal/log-hash';
import { noteDeleted } from '../../../services/operations/retention/note-deleted';
import type { OrderTableReader } from '../../../services/read-model/order-table/reader';
import { newEventId } from '../../support/new-event-id';

/** Appends one fact about an order, as the service would store it, without the seal. */
export async function report(
  store: EventStore,
  key: OrderKey,
  fields: Readonly<Record<string, JsonValue>>,
  at = '2026-11-21T18:00:00.000Z',
): Promise<void> {
  const data = { ...key, ...fields };
  await store.append(
    orderStream(key),
    [
      {
        id: newEventId(),
        type: 'order.updated',
        data,
        metadata: {
          schema_version: 1,
          received_at: at,
          content_hash: hash('sha256', JSON.stringify(data), 'hex'),
        },
      },
    ],
    'any',
  );
}

/** Says of an order that its events are about to be deleted. @returns the revision of its last event. */
export async function note(store: EventStore, key: OrderKey): Promise<number> {
  const leaves: [Position, string][] = [];
  let revision = -1;
  for await (const event of store.readStream(orderStream(key))) {
    leaves.push([event.position, leafOf(event)]);
    ({ revision } = event);
  }
  await noteDeleted({ store, newId: randomUUID }, orderStream(key), leaves);
  return revision;
}

/** Deletes an order as retention does. */
export async function retire(store: EventStore, key: OrderKey): Promise<void> {
  await store.deleteStream(orderStream(key), await note(store, key), 'soft');
}

/** There is no read model behind these: whatever asks for one is a defect of the test. */
const NO_ORDERS: Pick<OrderTableReader, 'news'> = {
  news: () => {
    throw new Error('this feed has no read model');
  },
};

/**
 * @param states how many states of orders are remembered: few make it fold again and again.
 * @param orders the read model; default: there is none
 */
export function feedOver(
  store: EventStore,
  states = 4,
  orders = NO_ORDERS,
): { readonly feed: Feed; readonly tail: Tail } {
  const readItems = createReadItems({ store, folds: new OrderFolds(store, states), now: Date.now });
  const tail = new Tail({
    source: store,
    readItems,
    monotonic: () => performance.now(),
    onFailed: (error) => {
      throw error;
    },
  });
  const waitForReadModel = (): Promise<void> => Promise.resolve();
  return { feed: new Feed({ store, readItems, tail, orders, waitForReadModel }), tail };
}
