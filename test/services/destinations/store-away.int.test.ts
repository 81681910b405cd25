import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_FAULTS } from '../../eventstoredb-node/faults';
import { type SpawnedNode, spawnNode } from '../../eventstoredb-node/spawn-node';
import { orderKey } from '../../../schemas/order-key';
import { update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { discard, type RunningService, startService, temporaryDirectory } from '../../support/running-service';
import { entryOf, receive, type Receiver } from './support';

let node: SpawnedNode;
let receiver: Receiver;
let directory: string;
let service: RunningService;
beforeAll(async () => {
  [node, receiver] = await Promise.all([spawnNode(), receive()]);
  directory = temporaryDirectory();
  const file = join(directory, 'destinations.json');
  writeFileSync(file, JSON.stringify({ destinations: [entryOf(receiver.url)] }));
  service = await startService({ EVENT_STORE_URL: node.url, DESTINATIONS_FILE: file });
  await until('it to be begun with', async () =>
    (await service.get('/metrics')).text.includes('lag_events{destination'),
  );
});
afterAll(async () => {
  await discard(service);
  await Promise.all([node.stop(), receiver.close()]);
  rmSync(directory, { recursive: true, force: true });
});

const countOf = (message: string): number => service.output().split(message).length - 1;

async function deliver(orderId: string): Promise<void> {
  await until('the order', async () => (await service.deliver(update(orderKey('north', orderId)))).status === 200);
  await until('it to be sent', () => receiver.taken().some(({ item }) => item.order_id === orderId));
}

it('that EventStoreDB is away is logged once each time, however often destinations look for it', async () => {
  const away = { closedWithOk: true, tooBusy: true };
  await deliver('before');
  node.setFaults(away);
  // Such a look is given up after seconds, in which the log was looked for several times.
  await until('it to be missed', () => countOf('a destination could not be looked at') > 0, 30_000);
  expect(countOf('destinations lost the event store')).toBe(1);
  node.setFaults(NO_FAULTS);
  await deliver('meanwhile');
  node.setFaults(away);
  await until('it to be missed again', () => countOf('destinations lost the event store') === 2);
  node.setFaults(NO_FAULTS);
  await deliver('after');
});
