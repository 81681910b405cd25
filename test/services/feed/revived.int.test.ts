import { randomUUID } from 'node:crypto';
import { BEGINNING, type FeedItem } from '../../../schemas/api/feed';
import type { OrderDeletedData } from '../../../schemas/events/event-data';
import { orderStream } from '../../../schemas/events/order-events';
import { orderKey } from '../../../schemas/order-key';
import { leafOf } from '../../../services/event-store/seal/log-hash';
import { openEventStoreDb } from '../../../services/event-store/eventstoredb/eventstoredb-store';
import { readIfThere } from '../../../services/event-store/reads';
import { noteDeleted } from '../../../services/operations/retention/note-deleted';
import { SERVER_LINES } from '../../eventstoredb-node/services';
import { startNode } from '../../eventstoredb-node/node';
import { until } from '../../support/patience';
import { feedOver, report } from './support';

/** Milliseconds for which a stream that has an event again reads as not there: more than real nodes take. */
const LATE_MS = 50;
/** Times that the order is deleted and comes again. */
const TIMES = 5;

it.each(SERVER_LINES)(
  'the feed over EventStoreDB %s has every event of an order that was deleted and comes again, though it reads as not there for a moment',
  async (line) => {
    const node = await startNode({ line, faults: { revivedLateMs: LATE_MS } });
    const store = openEventStoreDb({ url: node.url });
    const { feed, tail } = feedOver(store);
    try {
      const key = orderKey('north', 'again');
      const stream = orderStream(key);
      const items: FeedItem[] = [];
      let after = BEGINNING;
      const follow = async (): Promise<readonly (readonly [string, number?])[]> => {
        const page = await feed.events({ after, limit: 100, wanted: null });
        items.push(...page.items);
        after = page.next;
        return items.map((item) => ('revision' in item ? [item.type, item.revision] : [item.type]));
      };
      const expected: (readonly [string, number?])[] = [];
      let revision = -1;
      for (let time = 0; time < TIMES; time++) {
        for (const status of ['in_progress', 'completed']) {
          await report(store, key, { status, time });
          expected.push(['order.updated', (revision += 1)]);
        }
        await until('both', async () => (await follow()).length >= expected.length);
        expect(await follow()).toEqual(expected);
        const leaves = await until('the stream to be there', async () => {
          const found: OrderDeletedData['leaves'] = [];
          for await (const event of readIfThere(store, stream)) found.push([event.position, leafOf(event)]);
          return found.length > 0 ? found : null;
        });
        await noteDeleted({ store, newId: randomUUID }, stream, leaves);
        await store.deleteStream(stream, revision, 'soft');
        expected.push(['order.removed']);
      }
    } finally {
      tail.stop();
      await store.close();
      await node.stop();
    }
  },
);
