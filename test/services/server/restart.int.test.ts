import { rmSync } from 'node:fs';
import { dataFiles } from '../../../services/event-store/data-directory';
import type { EventStore } from '../../../services/event-store/event-store';
import { openEventStoreDb } from '../../../services/event-store/eventstoredb/eventstoredb-store';
import { openSqliteStore } from '../../../services/event-store/sqlite/sqlite-store';
import { startNode } from '../../eventstoredb-node/node';
import { counting } from '../../support/changed-store';
import { orderPath, update } from '../../support/deliveries';
import { type InProcessApp, serveEvents } from '../../support/in-process-app';
import { until } from '../../support/patience';
import { temporaryDirectory } from '../../support/running-service';

/** What the first delivery about an order costs the store after a restart, when the service remembers nothing. */

describe.each(['the embedded store', 'EventStoreDB'])('a restart over %s', (kind) => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  const openStore = (file: string, url: string | null): Promise<EventStore> =>
    url === null ? openSqliteStore({ file, now: Date.now }) : Promise.resolve(openEventStoreDb({ url }));

  /** @param calls of the store about orders */
  async function start(dataDir: string, eventStoreUrl: string | null, calls: string[]): Promise<InProcessApp> {
    const files = dataFiles(dataDir);
    const store = counting(await openStore(files.logFile, eventStoreUrl), calls);
    const log = { url: eventStoreUrl, logFile: files.logFile };
    const app = await serveEvents(dataDir, () => Promise.resolve({ store, log, files, close: () => store.close() }));
    await until('the service to be ready', async () => (await app.call('/readyz')).status === 200);
    return app;
  }

  it(`after a restart over ${kind}, the first fact about an order costs one append and nothing else, as does a new order, and a repeat one question`, async () => {
    const dataDir = temporaryDirectory();
    endings.push(() => {
      rmSync(dataDir, { recursive: true });
    });
    let url: string | null = null;
    if (kind === 'EventStoreDB') {
      const node = await startNode();
      endings.push(() => node.stop());
      ({ url } = node);
    }
    const says = (order_id: string, status: string) => update({ location_id: 'here', order_id }, { status });
    const before = await start(dataDir, url, []);
    for (const status of ['in_progress', 'ready_for_pickup']) {
      for (const order of ['a', 'b']) expect((await before.deliver(says(order, status))).status).toBe(200);
    }
    for (const order of ['a', 'b']) {
      const path = orderPath({ location_id: 'here', order_id: order }, '?min_revision=1');
      expect((await before.call(path)).status).toBe(200);
    }
    await before.close();

    const calls: string[] = [];
    const after = await start(dataDir, url, calls);
    endings.push(() => after.close());
    for (const [body, outcome, revision, call] of [
      [says('a', 'ready_for_pickup'), 'repeat', 1, 'lastRevision'],
      [says('b', 'completed'), 'recorded', 2, 'append'],
      [says('c', 'in_progress'), 'recorded', 0, 'append'],
    ] as const) {
      calls.length = 0;
      expect((await after.deliver(body)).json).toMatchObject({ outcome, revision });
      expect(calls).toEqual([call]);
    }
  });
});
