import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { evolve, initial, type OrderState } from '../../../projections/order/order';
import { decodeOrderEvent, orderStream } from '../../../schemas/events/order-events';
import type { Order } from '../../../schemas/api/order-view';
import { orderKey } from '../../../schemas/order-key';
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
import { until } from '../../support/patience';
import {
  asReader,
  discard,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../support/running-service';

/** Orders of the services here, with several deliveries each. */
const ORDERS = 30;
const DELIVERIES = 4;

const key = (order: number) => orderKey(LOCATION, `order ${String(order)}`);

/** The read model's own files, or its main file alone. */
const files = (dataDir: string): string[] => ['', '-wal', '-shm'].map((end) => join(dataDir, `${READ_MODEL}${end}`));

describe('the read model of a running service', () => {
  /** Of a service that ended in order, with all orders. */
  let made: string;
  /** A copy of it for each test. */
  let dataDir: string;
  let service: RunningService;
  let expected: readonly Order[];

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    (service = await startService({ DATA_DIR: dataDir, ...env }));
  const replayed = (): Order[] => sorted(replay(readLog(dataDir)).values());
  const random = seeded(3);

  beforeAll(async () => {
    dataDir = made = temporaryDirectory();
    const ledger = new Ledger();
    await start();
    for (let n = 0; n < ORDERS * DELIVERIES; n++) {
      expect(await send(service, ledger, ledger.create(key(n % ORDERS), random))).toBe('acknowledged');
    }
    expected = sorted(await readOrders(service, LOCATION));
    expect(expected).toEqual(replayed());
    await service.end();
  });

  beforeEach(() => {
    dataDir = temporaryDirectory();
    cpSync(made, dataDir, { recursive: true });
  });

  afterEach(async () => {
    await discard(service);
  });

  afterAll(() => {
    rmSync(made, { recursive: true });
  });

  /** Makes every state wrong, so that only a read model that was made anew answers rightly. */
  const changeStoredState = (version?: string): void => {
    withDatabase(join(dataDir, READ_MODEL), (db) => {
      db.exec("UPDATE orders SET state = json_set(state, '$.status', 'spoiled')");
      if (version !== undefined) db.prepare('UPDATE checkpoint SET version = ?').run(version);
    });
  };

  it.each([
    ['every file', files],
    ['the main file alone', (directory: string) => files(directory).slice(0, 1)],
  ])('no read is wrong after %s of the read model was deleted, and it is rebuilt by itself', async (_what, which) => {
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
    for (const file of which(dataDir)) rmSync(file, { force: true });
    // Until it is there again a read waits or says so; it never says that an order is not there.
    const wrong: unknown[] = [];
    await until('the read model to be rebuilt', async () => {
      let rebuilt = false;
      for (const path of [orderPath(key(0)), `/locations/${encodeURIComponent(LOCATION)}/orders?limit=100`]) {
        const answer = await service.once(path, { headers: asReader });
        const right =
          answer.status === 200
            ? !answer.text.includes('"orders":[]')
            : isDeepStrictEqual(problemOf(answer), problem(503, 'read-model-behind'));
        if (!right) wrong.push({ path, status: answer.status, text: answer.text });
        rebuilt = answer.status === 200 && right;
      }
      return rebuilt;
    });
    expect(wrong).toEqual([]);
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });

  it('the read model may be deleted under load, again and again', async () => {
    await start();
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
    await until('the service to be ready', async () => (await service.call('/readyz')).status === 200);
    expect(sorted(await readOrders(service, LOCATION))).toEqual(replayed());
  });

  it('the read model may be deleted while the service is stopped', async () => {
    for (const file of files(dataDir)) rmSync(file, { force: true });
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });

  it('the read model is kept over a restart, and goes on from its checkpoint', async () => {
    changeStoredState();
    await start();
    const [changed] = await readOrders(service, LOCATION);
    expect(changed?.status).toBe('spoiled'); // what the next test relies on: it was not made anew
  });

  it('the read model is rebuilt by itself when the folds have changed', async () => {
    changeStoredState('1-folds of yesterday');
    await start();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(expected);
  });

  it('the read model is rebuilt by itself when its file is not a database any more', async () => {
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
          .map(
            (row) =>
              [orderStream(orderKey(row.location_id, row.order_id)), JSON.parse(row.state) as OrderState] as const,
          ),
      );
      const folded = new Map<string, OrderState>();
      const log = withDatabase(join(copy, LOG), (db) =>
        db
          .prepare<[number], { stream: string; revision: number; type: string; data: string; metadata: string }>(
            'SELECT * FROM readable_events WHERE position <= ? ORDER BY position',
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

  it('a kill while the read model is written leaves states and checkpoint of the same moment, to go on from', async () => {
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
  });
});
