import type { ServerResponse } from 'node:http';
import { orderKey } from '../../../schemas/order-key';
import { COMMIT_MS } from '../../../services/destinations/thread/session';
import { RETRY_PAUSES } from '../../../services/destinations/verdict';
import type { EventStore } from '../../../services/event-store/event-store';
import { until } from '../../support/patience';
import { createMemoryStore } from '../event-store/memory/memory-store';
import { report } from '../feed/support';
import { freePorts } from '../../support/free-ports';
import {
  entryOf,
  OTHER_SECRET,
  receive,
  type Received,
  type Receiver,
  SECRET,
  supply,
  type Supply,
  VirtualClock,
} from './support';

/** Over real sockets, in virtual time: a destination that is away for minutes is waited for in a moment. */

const ORDERS = ['a', 'b', 'c'];
const EACH = 4;

let store: EventStore;
let clock: VirtualClock;
let receiver: Receiver | null = null;
let supplied: Supply | null = null;

beforeEach(async () => {
  store = createMemoryStore({ now: Date.now });
  clock = new VirtualClock();
  for (let n = 0; n < EACH; n++) {
    for (const order_id of ORDERS) await report(store, orderKey('north', order_id), { status: 'in_progress', n });
  }
});
afterEach(async () => {
  await supplied?.stop();
  await receiver?.close();
  await store.close();
});

const inOrder = (all: readonly Received[]): Record<string, unknown> =>
  Object.fromEntries(
    ORDERS.map((order_id) => [
      order_id,
      all.flatMap(({ item }) => (item.order_id === order_id && 'data' in item ? [item.data['n']] : [])),
    ]),
  );
const ALL = Object.fromEntries(ORDERS.map((order_id) => [order_id, [0, 1, 2, 3]]));

/** Waits until everything arrived, while time passes. */
const untilAll = (of: Receiver, ms = 1_000): Promise<true> =>
  until('everything to arrive', async () => {
    await clock.pass(ms);
    return of.taken().length === ORDERS.length * EACH;
  });

/** Waits until that many are known to have been delivered: answers come back after they were given. */
const untilDelivered = (of: Supply, count: number): Promise<true> =>
  until('everything to be known as delivered', async () => {
    await clock.pass(1_000);
    return of.pump.counts.delivered === count;
  });

const once = (answer: (response: ServerResponse) => void) => {
  const seen = new Set<string>();
  return ({ id }: Received, response: ServerResponse): boolean => {
    if (seen.has(id)) return false;
    seen.add(id);
    answer(response);
    return true;
  };
};

it.each<[string, (response: ServerResponse) => void]>([
  ['answers 500', (response) => response.writeHead(500).end()],
  ['answers 429 with seconds', (response) => response.writeHead(429, { 'Retry-After': '3' }).end()],
  [
    'answers 503 with a date',
    (response) => response.writeHead(503, { 'Retry-After': new Date(clock.now() + 5_000).toUTCString() }).end(),
  ],
  ['closes without an answer', (response) => response.destroy()],
  ['redirects', (response) => response.writeHead(307, { Location: 'http://127.0.0.1:9/' }).end()],
  ['answers half of a head', (response) => response.socket?.end('HTTP/1.1 20')],
])('a receiver that %s first gets each item again, verified, in the order of its order', async (_what, answer) => {
  receiver = await receive(once(answer));
  supplied = await supply(store, entryOf(receiver.url), { clock });
  await untilAll(receiver);
  expect(receiver.faults).toEqual([]);
  expect(inOrder(receiver.taken())).toEqual(ALL);
  const ids = new Set(receiver.all.map(({ id }) => id));
  expect(ids.size).toBe(ORDERS.length * EACH);
  expect(receiver.all).toHaveLength(2 * ids.size);
  await untilDelivered(supplied, ids.size);
  expect(supplied.pump.counts).toMatchObject({ failedAttempts: ids.size, parked: 0 });
});

it('a receiver that never answers first gets each item again, verified, in the order of its order', async () => {
  receiver = await receive(once(() => undefined));
  supplied = await supply(store, entryOf(receiver.url), { clock, timeoutMs: 300 });
  await untilAll(receiver);
  expect(receiver.faults).toEqual([]);
  expect(inOrder(receiver.taken())).toEqual(ALL);
  const ids = new Set(receiver.all.map(({ id }) => id));
  await untilDelivered(supplied, ids.size);
  // Where this machine is slow, an attempt that is answered may take longer than that too.
  expect(supplied.pump.counts.failedAttempts).toBeGreaterThanOrEqual(ids.size);
  expect(supplied.pump.counts.parked).toBe(0);
});

it('a destination that is down for ten minutes gets everything once it is there, soon and in order', async () => {
  const port = await freePorts();
  supplied = await supply(store, entryOf(`http://127.0.0.1:${String(port)}`), { clock });
  await until('the failure to be seen', async () => {
    await clock.pass(10_000);
    return clock.now() - Date.parse('2026-11-28T12:00:00.000Z') >= 600_000;
  });
  await until('it to be on record', async () => (await supplied?.pump.report())?.state === 'failing');
  receiver = await receive(undefined, SECRET, port);
  const back = clock.now();
  await until('the first to arrive', async () => {
    await clock.pass(1_000);
    return (receiver?.all.length ?? 0) > 0;
  });
  const begun = clock.now();
  await untilAll(receiver);
  expect(begun - back).toBeLessThanOrEqual(RETRY_PAUSES.longest + 60_000);
  expect(receiver.faults).toEqual([]);
  expect(inOrder(receiver.taken())).toEqual(ALL);
  await until('it to be on record', async () => (await supplied?.pump.report())?.state === 'sending');
});

it('one order that is refused holds up no other', async () => {
  receiver = await receive(({ item }, response) => {
    if (item.order_id !== 'b') return false;
    response.writeHead(400).end();
    return true;
  });
  supplied = await supply(store, entryOf(receiver.url), { clock });
  await until('the others to arrive', () => receiver?.taken().length === 2 * EACH);
  expect(inOrder(receiver.taken())).toEqual({ ...ALL, b: [] });
});

it('410 ends it', async () => {
  receiver = await receive((_received, response) => {
    response.writeHead(410).end();
    return true;
  });
  supplied = await supply(store, entryOf(receiver.url), { clock });
  await until('the end', async () => (await supplied?.pump.report())?.state === 'gone');
  const { length } = receiver.all;
  await clock.pass(600_000);
  expect(receiver.all).toHaveLength(length);
});

it('while a secret is changed, receivers with either verify', async () => {
  receiver = await receive(undefined, OTHER_SECRET);
  supplied = await supply(store, entryOf(receiver.url, { secrets: [SECRET, OTHER_SECRET] }), { clock });
  await untilAll(receiver);
  expect(receiver.faults).toEqual([]);
});

it.each([
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://2130706433:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
])('nothing reaches this machine at %s unless that is listed', async (form) => {
  receiver = await receive();
  const url = form.replace('PORT', new URL(receiver.url).port);
  supplied = await supply(store, entryOf(url, { allow: { addresses: [], http: true } }), { clock });
  await until('the attempt', () => supplied?.pump.counts.lastFailure === 'ADDRESS_REFUSED');
  expect(receiver.all).toEqual([]);
});

it('a stop waits for what is with the receiver, so that it is not sent again', async () => {
  let isStopping = false;
  receiver = await receive(async () => {
    await until('the stop', () => isStopping);
    return false;
  });
  const first = await supply(store, entryOf(receiver.url), { clock });
  await until('the first of each order', () => receiver?.all.length === ORDERS.length);
  const stopping = first.stop();
  isStopping = true;
  await stopping;
  expect(first.pump.counts.delivered).toBe(ORDERS.length);
  supplied = await supply(store, entryOf(receiver.url), { clock });
  await untilAll(receiver, COMMIT_MS);
  expect(receiver.all).toHaveLength(ORDERS.length * EACH);
  expect(inOrder(receiver.all)).toEqual(ALL);
});
