import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SpawnedNode, spawnNode } from '../../eventstoredb-node/spawn-node';
import { update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { discard, type RunningService, startService, temporaryDirectory } from '../../support/running-service';
import { entryOf, receive, type Receiver } from './support';

/** Two instances over EventStoreDB that have the same DESTINATIONS_FILE. */

const ORDERS = 10;

let node: SpawnedNode;
let receiver: Receiver;
let directory: string;
const services: RunningService[] = [];
beforeEach(async () => {
  [node, receiver] = await Promise.all([spawnNode(), receive()]);
  directory = temporaryDirectory();
});
afterEach(async () => {
  await discard(...services.splice(0));
  await Promise.all([node.stop(), receiver.close()]);
  rmSync(directory, { recursive: true, force: true });
});

/** Returns how many items an instance has sent with success, by its own count. */
const deliveredBy = (service: RunningService): Promise<number> =>
  until('the count of what was sent', async () => {
    const { text } = await service.get('/metrics');
    const counted = /^ticket_rail_destination_delivered_total\{[^}]*\} (\d+)$/m.exec(text)?.[1];
    return counted === undefined ? null : Number(counted);
  });

it('each item is sent, in the order of its order, and by one of two instances once the other gave way', async () => {
  const file = join(directory, 'destinations.json');
  writeFileSync(file, JSON.stringify({ destinations: [entryOf(receiver.url)] }));
  const start = async (): Promise<RunningService> => {
    const service = await startService({ EVENT_STORE_URL: node.url, DESTINATIONS_FILE: file });
    services.push(service);
    return service;
  };
  const first = await start();
  await until('it to be begun with', async () => (await first.get('/metrics')).text.includes('lag_events{destination'));
  let sent = 0;
  const deliver = async (each: number): Promise<void> => {
    for (let n = 0; n < each * ORDERS; n++, sent++) {
      const key = { location_id: 'north', order_id: `order ${String(sent % ORDERS)}` };
      const to = services[sent % services.length] ?? first;
      expect((await to.deliver(update(key, { n: sent }))).status).toBe(200);
    }
  };
  const untilAll = () => until('everything to arrive', () => receiver.taken().length === sent, 60_000);

  await deliver(2);
  // It comes in the middle, and takes over at once.
  const second = await start();
  await deliver(4);
  await untilAll();
  await until('the first to give way', () => first.output().includes('another instance sends'));
  // The second may still send what the first has sent since its last commit.
  const before = await deliveredBy(first);
  await deliver(4);
  await untilAll();
  expect(await deliveredBy(first)).toBe(before);

  // Whichever starts again goes on at once.
  await second.end('SIGKILL');
  services.splice(services.indexOf(second), 1);
  await deliver(2);
  await start();
  await untilAll();
  expect(receiver.faults).toEqual([]);
  for (let order = 0; order < ORDERS; order++) {
    const revisions = receiver
      .taken()
      .flatMap(({ item }) => (item.order_id === `order ${String(order)}` && 'revision' in item ? [item.revision] : []));
    expect(revisions).toEqual(Array.from({ length: 12 }, (_, n) => n));
  }
});
