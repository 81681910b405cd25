import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationList } from '../../../schemas/destinations';
import { orderKey } from '../../../schemas/order-key';
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { patiently, until } from '../../support/patience';
import {
  asOperator,
  bearer,
  discard,
  entryOf as readerOf,
  OPERATOR_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../support/running-service';
import { entryOf, receive, type Receiver } from './support';

/** The thread that sends: what it is given by the main thread, and what becomes of it when it dies. */

const directory = temporaryDirectory();
const file = join(directory, 'destinations.json');
/**
 * Once there is a file of this name, the thread that sends dies of a defect, stands still for a time, or waits for a call to
 * the system that nothing can cancel, as for a resolver that does not answer.
 */
const defect = join(directory, 'defect');
const standstill = join(directory, 'standstill');
const look = join(directory, 'look');
/** What that call waits for: somebody who writes this. */
const pipe = join(directory, 'pipe');
const STANDSTILL_MS = patiently(8_000);
const preload = join(directory, 'defect.cjs');
const DEFECTIVE = `
const { isMainThread, workerData } = require('node:worker_threads');
const fs = require('node:fs');
if (!isMainThread && workerData && 'readModelFile' in workerData) {
  const take = (file) => fs.existsSync(file) && (fs.rmSync(file), true);
  setInterval(() => {
    if (take(${JSON.stringify(defect)})) throw new Error('a defect of a test');
    if (take(${JSON.stringify(standstill)})) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${String(STANDSTILL_MS)});
    }
    if (take(${JSON.stringify(look)})) fs.readFile(${JSON.stringify(pipe)}, () => undefined);
  }, 20);
}`;

const POS_TOKEN = 'pos-0123456789abcdef';
const READERS = JSON.stringify([readerOf(OPERATOR_TOKEN, 'operator'), readerOf(POS_TOKEN, 'pos')]);

/** While it holds, the receiver answers nothing. */
let isHolding = false;
let receiver: Receiver;
let service: RunningService;
beforeAll(async () => {
  receiver = await receive(async () => {
    await until('the receiver to answer', () => !isHolding);
    return false;
  });
  writeFileSync(preload, DEFECTIVE);
  writeFileSync(file, JSON.stringify({ destinations: [entryOf(receiver.url, { view: 'orders' })] }));
  service = await startService({ READERS, DESTINATIONS_FILE: file, NODE_OPTIONS: `--require ${preload}` });
  await until('it to be begun with', async () => (await list()).destinations[0]?.lag?.events === 0);
});
afterAll(async () => {
  await discard(service);
  await receiver.close();
});

const list = (): Promise<DestinationList> =>
  until('the destinations', async () => {
    const { status, json } = await service.call('/destinations', { headers: asOperator });
    return status === 200 && (json as DestinationList);
  });

/** Reports an order with a label. @returns what is sent of it then */
async function sentOf(name: string) {
  const key = orderKey('north', name);
  const headers = bearer(POS_TOKEN);
  const body = JSON.stringify({ number: name });
  expect((await service.call(orderPath(key, '/label'), { method: 'PUT', headers, body })).status).toBe(204);
  expect((await service.deliver(update(key, { status: 'in_progress' }))).status).toBe(200);
  const received = await until('the order', () => receiver.taken().find(({ item }) => item.order_id === name) ?? null);
  return received.item;
}

it('orders are sent in their newest state, with their labels', async () => {
  expect(await sentOf('one')).toMatchObject({
    type: 'order.state',
    order: { stage: 'preparing', label: { number: 'one' } },
  });
});

it('sixteen requests are with the receiver at a time, and node has no complaint about that', async () => {
  isHolding = true;
  const before = receiver.all.length;
  for (let n = 0; n < 20; n++) await service.deliver(update(orderKey('north', `many ${String(n)}`)));
  // What takes longer than an attempt may take is sent again.
  const held = () => new Set(receiver.all.slice(before).map(({ id }) => id)).size;
  await until('as many as there may be', () => held() === 16);
  isHolding = false;
  await until('all', () => receiver.taken().length === before + 20);
  expect(service.output()).not.toContain('MaxListenersExceededWarning');
});

it('deliveries and metrics do not wait for a thread that stands still, and who asks for destinations may ask again', async () => {
  writeFileSync(standstill, '');
  await until('the standstill', () => !existsSync(standstill));
  const began = performance.now();
  expect((await service.deliver(update(orderKey('north', 'meanwhile')))).status).toBe(200);
  const asked = service.call('/destinations', { headers: asOperator });
  const { status, text } = await service.call('/metrics', { headers: asOperator });
  expect(status).toBe(200);
  expect(text).not.toContain('ticket_rail_destination_lag_events{');
  expect(problemOf(await asked)).toEqual(problem(503, 'store-unavailable'));
  expect(performance.now() - began).toBeLessThan(STANDSTILL_MS);
  await until('the order', () => receiver.taken().some(({ item }) => item.order_id === 'meanwhile'));
});

it('a thread that dies of a defect is started again, and goes on with what it was given', async () => {
  expect(service.output()).not.toContain('a defect of a test');
  writeFileSync(defect, '');
  await until('the defect', () => service.output().includes('the thread that sends to destinations failed'));
  expect(await sentOf('two')).toMatchObject({ order: { label: { number: 'two' } } });
  expect((await list()).destinations).toMatchObject([{ state: 'sending' }]);
  expect(receiver.faults).toEqual([]);
});

it('a stop does not wait for what the thread cannot cancel', async () => {
  execFileSync('mkfifo', [pipe]);
  writeFileSync(look, '');
  await until('the look', () => !existsSync(look));
  service.process.kill('SIGTERM');
  try {
    await until('the service to have stopped', () => service.output().includes('"msg":"stopped"'));
  } finally {
    writeFileSync(pipe, '');
  }
  expect(await service.end()).toBe(0);
});
