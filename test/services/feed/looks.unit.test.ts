import { BEGINNING } from '../../../schemas/api/feed';
import { orderKey } from '../../../schemas/order-key';
import { Looks } from '../../../services/feed/looks';
import { MAX_KEPT_ITEMS } from '../../../services/feed/tail';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { until } from '../../support/patience';
import { feedOver, report } from './support';

it('who waits while only others get news goes on after all of it, without reading it, and misses nothing', async () => {
  const store = createMemoryStore({ now: Date.now });
  let reads = 0;
  const watched = {
    ...store,
    readAll: (...asked: Parameters<typeof store.readAll>) => {
      reads += 1;
      return store.readAll(...asked);
    },
  };
  const { feed, tail } = feedOver(watched, 1_000);
  await report(store, orderKey('north', 'first'), { status: 'in_progress' });
  const { next } = await feed.events({ after: BEGINNING, limit: 10, wanted: null });
  await until('the log to be followed', () => tail.isRunning);
  let now = 0;
  const stopping = new AbortController();
  const looks = new Looks(feed, stopping.signal, () => now);
  const question = { view: 'events', after: next, limit: 10, wanted: new Set(['north']) } as const;
  const gone = new AbortController();
  const waiting = looks.until(question, 60_000, gone.signal);

  // More than is kept in memory.
  let newest = '';
  const unlisten = tail.listen((items) => {
    newest = items.at(-1)?.position ?? newest;
  });
  for (let n = 0; n < MAX_KEPT_ITEMS + 10; n++) await report(store, orderKey('south', String(n % 50)), { n });
  await until('the tail to have moved on', () => tail.after(next) === null && tail.after(newest)?.length === 0);
  reads = 0;
  now = 60_000;
  gone.abort();
  const answer = await waiting;
  expect(answer).toMatchObject({ items: [], next: newest });
  expect(reads).toBe(0);

  const again = looks.until({ ...question, after: answer.next }, 60_000, stopping.signal);
  await report(store, orderKey('north', 'second'), { status: 'in_progress' });
  expect((await again).items).toMatchObject([{ order_id: 'second' }]);
  unlisten();
  tail.stop();
  await store.close();
});
