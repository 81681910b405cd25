import { BEGINNING } from '../../../schemas/api/feed';
import { orderKey } from '../../../schemas/order-key';
import { LagCount, MAX_COUNTED_LAG } from '../../../services/feed/consumers/lag';
import { MAX_LOOKED_EVENTS } from '../../../services/feed/feed';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { feedOver, report } from './support';

const NORTH = new Set(['north']);
const AT = '2026-11-21T18:00:00.000Z';
const NOW = Date.parse(AT) + 5_000;

/** A count over a store in which each location has so many facts, one location after the other. */
async function countAfter(facts: Readonly<Record<string, number>>) {
  const store = createMemoryStore({ now: Date.now });
  let read = 0;
  const watched = {
    ...store,
    readAll: async function* (...asked: Parameters<typeof store.readAll>) {
      for await (const event of store.readAll(...asked)) {
        read += 1;
        yield event;
      }
    },
  };
  for (const [location, count] of Object.entries(facts)) {
    for (let n = 0; n < count; n++) await report(store, orderKey(location, String(n % 100)), { n }, AT);
  }
  const { feed, tail } = feedOver(watched, 1_000);
  const readSince = (): number => {
    const since = read;
    read = 0;
    return since;
  };
  return { store, tail, count: new LagCount(feed, () => NOW), readSince };
}

it('a lag counts what is wanted alone, and the time since the oldest of it', async () => {
  const { store, tail, count } = await countAfter({ south: 30, north: 20 });
  expect(await count.at(BEGINNING, NORTH)).toEqual({ events: 20, at_least: false, seconds: 5 });
  expect(await count.at(BEGINNING, null)).toEqual({ events: 50, at_least: false, seconds: 5 });
  expect(await count.at(BEGINNING, new Set(['west']))).toEqual({ events: 0, at_least: false, seconds: 0 });
  tail.stop();
  await store.close();
});

it('what is counted and looked at is bounded, and the lag then says that there may be more', async () => {
  const { store, count, readSince } = await countAfter({ north: MAX_COUNTED_LAG + 1, south: 10 });
  for (const wanted of [NORTH, null]) {
    expect(await count.at(BEGINNING, wanted)).toEqual({ events: MAX_COUNTED_LAG, at_least: true, seconds: 5 });
    expect(readSince()).toBeLessThanOrEqual(MAX_COUNTED_LAG);
  }
  await store.close();
});

it('where others have all the news, each count goes on where the one before ended, until it finds something', async () => {
  const others = MAX_LOOKED_EVENTS + 100;
  const { store, tail, count, readSince } = await countAfter({ south: others, north: 3 });
  expect(await count.at(BEGINNING, NORTH)).toEqual({ events: 0, at_least: true, seconds: 0 });
  // To the end of the part that is read at once.
  expect(readSince()).toBeLessThan(MAX_LOOKED_EVENTS + 200);
  for (let again = 0; again < 2; again++) {
    expect(await count.at(BEGINNING, NORTH)).toEqual({ events: 3, at_least: false, seconds: 5 });
    expect(readSince()).toBeLessThan(200);
  }
  // Asked for something else, it begins anew.
  expect(await count.at(BEGINNING, null)).toMatchObject({ events: MAX_COUNTED_LAG, at_least: true });
  tail.stop();
  await store.close();
});
