import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { evolve, initial, type OrderState } from '../../../projections/order';
import { decodeOrderEvent, orderStream } from '../../../schemas/order-events';
import type { Order } from '../../../schemas/order-view';
import {
  checkpointOf,
  LOG,
  READ_MODEL,
  readOrders,
  replay,
  sorted,
  withCopy,
  withDatabase,
} from '../../faults/inspect';
import { createIoFaults, type IoFaults } from '../../faults/io-faults';
import { Ledger, Load, LOCATION, seeded, send } from '../../faults/load';
import { orderPath, problem, problemOf, readLog } from '../../support/deliveries';
import { discard, type RunningService, startService, temporaryDirectory } from '../../support/running-service';

/** Orders of the services here, with several deliveries each. */
const ORDERS = 30;
const DELIVERIES = 4;
/** Milliseconds within which a read model of this size is made anew without anyone doing anything. */
const REBUILD_MS = 5_000;

const key = (order: number) => ({ location_id: LOCATION, order_id: `order ${String(order)}` });

/** The read model's own files, or its main file alone. */
const files = (dataDir: string): string[] => ['', '-wal', '-shm'].map((end) => join(dataDir, `${READ_MODEL}${end}`));

describe('the read model of a running service', () => {
  let dataDir: string;
  let service: RunningService;
  let ledger: Ledger;
  let expected: readonly Order[];

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    (service = await startService({ DATA_DIR: dataDir, ...env }));
  const deliver = async (order: number): Promise<void> => {
    expect(await send(service, ledger, ledger.create(key(order), random))).toBe('acknowledged');
  };
  const replayed = (): Order[] => sorted(replay(readLog(dataDir)).values());
  const random = seeded(3);

  beforeEach(async () => {
    dataDir = temporaryDirectory();
    ledger = new Ledger();
    await start();
    for (let n = 0; n < ORDERS * DELIVERIES; n++) await deliver(n % ORDERS);
    expected = sorted(await readOrders(service, LOCATION));
    expect(expected).toEqual(replayed());
  });

  afterEach(async () => {
    await discard(service);
  });

  /** Makes every state wrong, so that only a read model that was made anew answers rightly. */
  const spoil = (version?: string): void => {
    withDatabase(join(dataDir, READ_MODEL), (db) => {
      db.exec("UPDATE orders SET state = json_set(state, '$.status', 'spoiled')");
      if (version !== undefined) db.prepare('UPDATE checkpoint SET version = ?').run(version);
    });
  };

  it.each([
    ['all of it', files],
    ['its main file alone', (directory: string) => files(directory).slice(0, 1)],
  ])(
    'may be deleted (%s) while nothing comes: no read is wrong, and it is made again by itself',
    async (_what, which) => {
      for (const file of which(dataDir)) rmSync(file, { force: true });
      const begun = performance.now();
      // Until it is there again a read waits or says so; it never says that an order is not there.
      const wrong: unknown[] = [];
      for (let rebuilt = false; !rebuilt && performance.now() - begun < REBUILD_MS;) {
        for (const path of [orderPath(key(0)), `/locations/${encodeURIComponent(LOCATION)}/orders?limit=100`]) {
          const answer = await service.get(path);
          const right =
            answer.status === 200
              ? !answer.text.includes('"orders":[]')
              : isDeepStrictEqual(problemOf(answer), problem(503, 'read-model-behind'));
          if (!right) wrong.push({ path, status: answer.status, text: answer.text });
          rebuilt = answer.status === 200 && right;
        }
        await sleep(100);
      }
      expect(wrong).toEqual([]);
      expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
    },
  );

  it('may be deleted under load, again and again', async () => {
    const load = new Load(random, 8);
    const stop = new AbortController();
    const sending = load.run(service, stop.signal);
    for (let n = 0; n < 4; n++) {
      await sleep(150);
      for (const file of files(dataDir)) rmSync(file, { force: true });
    }
    await sleep(150);
    stop.abort();
    await sending;
    await load.settle(service);
    const begun = performance.now();
    while ((await service.call('/readyz')).status !== 200 && performance.now() - begun < REBUILD_MS) await sleep(50);
    expect(sorted(await readOrders(service, LOCATION))).toEqual(replayed());
  });

  it('may be deleted while the service is stopped', async () => {
    await service.end();
    for (const file of files(dataDir)) rmSync(file, { force: true });
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });

  it('is kept over a restart, and goes on from its checkpoint', async () => {
    await service.end();
    spoil();
    await start();
    const [spoiled] = await readOrders(service, LOCATION);
    expect(spoiled?.status).toBe('spoiled'); // what the next test relies on: it was not made anew
  });

  it('is made anew by itself when the folds have changed', async () => {
    await service.end();
    spoil('1-folds of yesterday');
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });

  it('is made anew by itself when its file is not a database any more', async () => {
    await service.end();
    for (const file of files(dataDir)) rmSync(file, { force: true });
    writeFileSync(join(dataDir, READ_MODEL), 'something else '.repeat(1_000));
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });
});

describe('a service that is killed while it writes the read model', () => {
  let dataDir: string;
  let faults: IoFaults;

  beforeEach(() => {
    dataDir = temporaryDirectory();
    faults = createIoFaults(dataDir, READ_MODEL);
  });

  afterEach(() => {
    faults.close();
    rmSync(dataDir, { recursive: true });
  });

  /** What the read model holds, and what it would hold if the log ended at its checkpoint. */
  const statesLeft = () =>
    withCopy(dataDir, (copy) => {
      const checkpoint = checkpointOf(copy);
      const held = withDatabase(join(copy, READ_MODEL), (db) =>
        db
          .prepare<[], { location_id: string; order_id: string; state: string }>('SELECT * FROM orders')
          .all()
          .map((row) => [orderStream(row), JSON.parse(row.state) as OrderState] as const),
      );
      const folded = new Map<string, OrderState>();
      const log = withDatabase(join(copy, LOG), (db) =>
        db
          .prepare<[number], { stream: string; revision: number; type: string; data: string; metadata: string }>(
            'SELECT * FROM events WHERE position <= ? ORDER BY position',
          )
          .all(checkpoint),
      );
      for (const { data, metadata, ...stored } of log) {
        const parsed = { data: JSON.parse(data) as unknown, metadata: JSON.parse(metadata) as unknown };
        const event = decodeOrderEvent({ ...stored, ...parsed, created: new Date(0) });
        if (event !== null) folded.set(stored.stream, evolve(folded.get(stored.stream) ?? initial, event));
      }
      return { held: new Map(held), folded, checkpoint };
    });

  it('leaves states and checkpoint of the same moment, wherever the kill comes, and goes on from there', async () => {
    const load = new Load(seeded(4), 4);
    for (const n of [1, 2, 3, 4, 6, 9, 14, 23]) {
      const service = await startService({ DATA_DIR: dataDir, ...faults.env });
      expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(readLog(dataDir)).values()));
      faults.killAt({ op: 'write', n });
      await load.run(service);
      await service.end('SIGKILL');
      faults.clear();
      const { held, folded } = statesLeft();
      expect({ n, held }).toEqual({ n, held: folded });
    }
  }, 60_000);
});
