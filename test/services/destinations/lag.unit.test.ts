import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import pino from 'pino';
import { toOrder } from '../../../projections/order/order';
import { BEGINNING } from '../../../schemas/api/feed';
import { orderKey } from '../../../schemas/order-key';
import { MAX_WAITING_ORDERS } from '../../../services/destinations/thread/lines';
import { Supplies } from '../../../services/destinations/thread/supplies';
import type { AttemptOutcome } from '../../../services/destinations/verdict';
import { type EventStore, EventStoreError } from '../../../services/event-store/event-store';
import { createReadItems } from '../../../services/feed/feed-items';
import { OrderFolds } from '../../../services/feed/order-folds';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { feedOver, report } from '../feed/support';
import { entryOf, recordOver, supply, turn, VirtualClock } from './support';

const ENTRY = entryOf('https://pos.example.com/news', { allow: { addresses: [], http: false } });
const taken = (): Promise<AttemptOutcome> => Promise.resolve({ kind: 'answered', status: 204, retryAfter: null });
const refused = (): Promise<AttemptOutcome> => Promise.resolve({ kind: 'answered', status: 500, retryAfter: null });

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
  expect(reads - before).toBeLessThanOrEqual(1);
  log.emit('answers');
  expect(await Promise.all(asked)).toMatchObject([{ events: 3 }, { events: 3 }, { events: 3 }]);
  await turn();
  expect(await pump.lag()).toMatchObject({ events: 0 });
  await stop();
});

it('what else is measured is there while counting a lag takes long, and nothing has to wait for it', async () => {
  await reportOrders(1);
  const log = new EventEmitter();
  const slow = readAfter(() => once(log, 'answers'));
  const { feed, tail } = feedOver(slow);
  const record = recordOver(slow);
  const supplies = new Supplies({
    store: slow,
    feed,
    readItems: createReadItems({ store: slow, folds: new OrderFolds(slow), now: Date.now }),
    startOf: () => Promise.resolve(BEGINNING),
    record,
    instance: randomUUID(),
    show: toOrder,
    version: 'test',
    now: Date.now,
    log: pino({ level: 'silent' }),
    lagMs: 1,
  });
  supplies.change([{ ...ENTRY, url: 'http://192.0.2.1/news' }]); // an address that may not be sent to
  await turn();
  expect(await supplies.measure()).toEqual([{ name: 'pos', delivered: 0, failedAttempts: 0, parked: 0, lag: null }]);
  log.emit('answers');
  await turn();
  expect(await supplies.measure()).toMatchObject([{ lag: { events: 1 } }]);
  await supplies.close();
  tail.stop();
  await record.close();
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
