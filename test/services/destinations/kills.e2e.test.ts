import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { update } from '../../support/deliveries';
import { repeated } from '../../support/depth';
import { patiently, until } from '../../support/patience';
import { type RunningService, startService, temporaryDirectory } from '../../support/running-service';
import { entryOf, receive } from './support';

const KILLS = repeated({ short: 2, all: 8, soak: 20 });
const ORDERS = 10;
const EACH = 40;

it(
  `a service that is killed ${String(KILLS)} times while it delivers loses nothing, and keeps the order of each order`,
  async () => {
    let answered = 0;
    const receiver = await receive((_received, response) => {
      answered++;
      // Some fail, so that there is always something on its way.
      if (answered % 7 !== 0) return false;
      response.writeHead(503).end();
      return true;
    });
    const directory = temporaryDirectory();
    const file = join(directory, 'destinations.json');
    writeFileSync(file, JSON.stringify({ destinations: [entryOf(receiver.url)] }));
    const settings = { DATA_DIR: join(directory, 'data'), DESTINATIONS_FILE: file };
    let service: RunningService = await startService(settings);
    await until('it to be begun with', () =>
      service.get('/metrics').then(({ text }) => text.includes('lag_events{destination')),
    );
    const perKill = (ORDERS * EACH) / KILLS;
    let sent = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      for (let n = 0; n < perKill; n++, sent++) {
        const order_id = `order ${String(sent % ORDERS)}`;
        const answer = await service.deliver(
          update({ location_id: 'north', order_id }, { status: 'in_progress', n: sent }),
        );
        expect(answer.status).toBe(200);
      }
      await until('something to be on its way', () => receiver.all.length > 0);
      await service.end('SIGKILL');
      service = await startService(settings);
    }
    await until('everything to arrive', () => receiver.taken().length === ORDERS * EACH, 120_000);
    expect(receiver.faults).toEqual([]);
    for (let order = 0; order < ORDERS; order++) {
      const revisions = receiver
        .taken()
        .flatMap(({ item }) =>
          item.order_id === `order ${String(order)}` && 'revision' in item ? [item.revision] : [],
        );
      expect(revisions).toEqual(Array.from({ length: EACH }, (_, n) => n));
    }
    await service.end('SIGKILL');
    await receiver.close();
    rmSync(directory, { recursive: true, force: true });
  },
  patiently(300_000),
);
