import { EventEmitter, once } from 'node:events';
import { orderKey } from '../../../schemas/order-key';
import { MAX_WAITING_ORDERS } from '../../../services/destinations/lines';
import type { Attempt } from '../../../services/destinations/verdict';
import { type EventStore, EventStoreError } from '../../../services/event-store/event-store';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { report } from '../feed/support';
import { entryOf, supply, turn, VirtualClock } from './support';

const ENTRY = entryOf('https://pos.example.com/news', { allow: { addresses: [], http: false } });
const taken = (): Promise<Attempt> => Promise.resolve({ kind: 'answered', status: 204, retryAfter: null });
const refused = (): Promise<Attempt> => Promise.resolve({ kind: 'answered', status: 500, retryAfter: null });

let store: EventStore;
beforeEach(() => {
  store = createMemoryStore({ now: Date.now });
});
afterEach(() => store.close());

async function reportOrders(count: number, name = 'order'): Promise<void> {
  for (let n = 0; n < count; n++) await report(store, orderKey('north', `${name} ${String(n)}`), { n });
}

/** @param before what each read of the log waits for, or fails with */
const readAfter = (before: () => Promise<unknown>): EventStore => ({
  ...store,
  readAll: async function* (options) {
    await before();
    yield* store.readAll(options);
  },
});

it('all who ask for the lag while it is being counted wait for that count, and no other one is begun', async () => {
  await reportOrders(3);
  const log = new EventEmitter();
  let reads = 0;
  const slow = readAfter(() => {
    reads++;
    return once(log, 'answers');
  });
  const { pump, stop } = await supply(slow, ENTRY, { clock: new VirtualClock(), send: taken });
  await turn();
  const before = reads;
  const asked = [pump.lag(), pump.lag()];
  await turn();
  asked.push(pump.lag());
  await turn();
  expect(reads).toBe(before + 1);
  log.emit('answers');
  expect(await Promise.all(asked)).toMatchObject([{ events: 3 }, { events: 3 }, { events: 3 }]);
  await turn();
  expect(await pump.lag()).toMatchObject({ events: 0 });
  await stop();
});

it('what comes while as many orders wait as may is part of the lag', async () => {
  const { pump, stop } = await supply(store, ENTRY, { clock: new VirtualClock(), send: refused });
  await turn();
  await reportOrders(MAX_WAITING_ORDERS);
  await turn();
  expect(await pump.lag()).toMatchObject({ events: MAX_WAITING_ORDERS, at_least: false });
  await reportOrders(10, 'later');
  await turn();
  expect(await pump.lag()).toMatchObject({ events: MAX_WAITING_ORDERS + 10, at_least: false });
  await stop();
});

it('what comes while the feed cannot be read is part of the lag', async () => {
  let isAway = false;
  const mortal = readAfter(() =>
    isAway ? Promise.reject(new EventStoreError('unavailable', 'it is away')) : Promise.resolve(),
  );
  const { pump, tail, stop } = await supply(mortal, ENTRY, { clock: new VirtualClock(), send: taken });
  await reportOrders(1);
  await turn();
  expect(await pump.lag()).toMatchObject({ events: 0 });
  isAway = true;
  tail.stop();
  await turn();
  await reportOrders(2, 'later');
  isAway = false;
  expect(await pump.lag()).toMatchObject({ events: 2, at_least: false });
  await stop();
});
