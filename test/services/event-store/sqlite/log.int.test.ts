import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { orderStream } from '../../../../schemas/events/order-events';
import { streamName } from '../../../../schemas/events/stream-name';
import { orderKey } from '../../../../schemas/order-key';
import type { EventStore } from '../../../../services/event-store/event-store';
import { openLogInspector } from '../../../../services/event-store/sqlite/check/inspector';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { copyDatabases, LOG, readOrders, replay, sorted } from '../../../faults/inspect';
import { Ledger, LOCATION, send } from '../../../faults/load';
import { answerOf, readLog, update } from '../../../support/deliveries';
import { discard, runToEnd, SECURE, startService, temporaryDirectory } from '../../../support/running-service';
import { appended, collect, newEvent, refusalOf, remove } from '../contract/support';

/** What is promised of the file of the embedded store, beyond what every store promises. */

describe('log file', () => {
  let directory: string;
  let file: string;
  let store: EventStore | undefined;

  const open = async (): Promise<EventStore> => (store = await openSqliteStore({ file, now: Date.now }));
  const reopen = async (): Promise<EventStore> => {
    await store?.close();
    return open();
  };
  const add = async (stream: string): Promise<number> => {
    if (store === undefined) throw new Error('no store is open');
    return Number((await appended(store.append(streamName(stream), [newEvent()], 'any'))).position);
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, LOG);
  });

  afterEach(async () => {
    await store?.close();
    store = undefined;
    rmSync(directory, { recursive: true });
  });

  it.each(['soft', 'tombstone'] as const)(
    'a position is never given again, even after a %s delete of the newest streams and a reopening',
    async (mode) => {
      await open();
      const given = new Set([await add('kept'), await add('first'), await add('second')]);
      for (const stream of ['second', 'first', 'kept']) {
        await remove(await reopen(), stream, mode);
        await reopen();
        const position = await add(`after ${stream}`);
        expect(position).toBeGreaterThan(Math.max(...given));
        given.add(position);
      }
    },
  );

  it('a subscription continues after its checkpoint although the events before it were deleted', async () => {
    const before = await open();
    await add('first');
    const { position } = await appended(before.append(streamName('second'), [newEvent()], 'any'));
    await remove(before, 'second', 'tombstone');
    const after = await reopen();
    await add('third');
    for await (const { events } of after.subscribe({ after: position })) {
      expect(events.map(({ stream }) => stream)).toEqual(['third']);
      break;
    }
  });

  it('a log is opened at once, and written, while somebody reads an older state of it in one transaction', async () => {
    await open();
    await add('a');
    const reader = openLogInspector(file);
    try {
      await add('b');
      for (const stream of ['c', 'd']) {
        await reopen();
        await add(stream);
      }
      expect(reader.lastPosition()).toBe(1);
    } finally {
      reader.close();
    }
    const events = await collect((await reopen()).readAll());
    expect(events.map(({ stream }) => stream)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('a write-ahead log that grew under a long reader is cut again once the reader has gone', async () => {
    const writer = await open();
    const large = () =>
      Promise.all(
        Array.from({ length: 64 }, () =>
          appended(
            writer.append(streamName(`large-${randomUUID()}`), [newEvent({ data: 'x'.repeat(450_000) })], 'any'),
          ),
        ),
      );
    await add('a');
    const reader = openLogInspector(file);
    for (let round = 0; round < 4; round++) await large();
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(100_000_000);
    reader.close();
    for (let round = 0; round < 2; round++) await add('b');
    expect(statSync(`${file}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  it('a log of a newer format is refused with its name, and left unchanged', async () => {
    await open();
    await add('a');
    await store?.close();
    const db = new Database(file);
    db.pragma('user_version = 3');
    db.close();
    const before = readFileSync(file);
    expect(await refusalOf(openSqliteStore({ file, now: Date.now }))).toBe('invalid');
    expect(readFileSync(file).equals(before)).toBe(true);

    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: directory });
    expect(code).toBe(69);
    expect(output).toContain(`${file} has format 3`);
  });

  it.each([
    [
      'something else than a database',
      (path: string) => {
        writeFileSync(path, 'This is not a database.'.repeat(1_000));
      },
      'damaged',
    ],
    [
      'a directory',
      (path: string) => {
        mkdirSync(path);
      },
      'unavailable',
    ],
  ])('a log that is %s is refused with its name', async (_what, make, refusal) => {
    make(file);
    expect(await refusalOf(openSqliteStore({ file, now: Date.now }))).toBe(refusal);
    const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: directory });
    expect(code).toBe(69);
    expect(output).toContain(file);
  });

  it('a write-ahead log that was cut anywhere after the last synced event loses no earlier event', async () => {
    const { length } = await killedService(directory, 20);
    const wal = readFileSync(`${file}-wal`);
    const copy = join(directory, 'copy');
    mkdirSync(copy);
    for (let cut = wal.length - 8; cut > wal.length - 4_200; cut -= 511) {
      copyDatabases(directory, copy, [LOG]);
      truncateSync(join(copy, `${LOG}-wal`), cut);
      const torn = await openSqliteStore({ file: join(copy, LOG), now: Date.now });
      const events = await collect(torn.readAll());
      expect(events.map(({ revision }) => revision)).toEqual(events.map(() => 0));
      expect(events.length).toBeGreaterThanOrEqual(length - 1);
      await torn.close();
    }
  });
});

/** Has a real service take `orders` deliveries and kills it, so that all of them are in its WAL. @returns the log. */
async function killedService(dataDir: string, orders: number): Promise<Ledger & { readonly length: number }> {
  const ledger = new Ledger();
  const service = await startService({ DATA_DIR: dataDir });
  for (let n = 0; n < orders; n++) {
    await send(service, ledger, ledger.create(orderKey(LOCATION, `order ${String(n)}`)));
  }
  await readOrders(service, LOCATION); // the read model has them all
  await service.end('SIGKILL');
  return Object.assign(ledger, { length: ledger.acknowledged });
}

describe('log that lost events', () => {
  const ORDERS = 20;
  /** What rot or a lying disk may do to the write-ahead log; each loses events that were acknowledged. */
  const damages: readonly [string, (wal: string) => void][] = [
    [
      'is cut in the middle',
      (wal) => {
        truncateSync(wal, Math.floor(readFileSync(wal).length / 2));
      },
    ],
    [
      'has one bit flipped in the middle',
      (wal) => {
        const bytes = readFileSync(wal);
        const middle = Math.floor(bytes.length / 2);
        bytes[middle] = (bytes[middle] ?? 0) ^ 1;
        writeFileSync(wal, bytes);
      },
    ],
    [
      'is gone',
      (wal) => {
        rmSync(wal);
      },
    ],
  ];
  let left: string;

  beforeAll(async () => {
    left = temporaryDirectory();
    await killedService(left, ORDERS);
  });

  afterAll(() => {
    rmSync(left, { recursive: true });
  });

  it.each(damages)(
    'a service whose write-ahead log %s starts, logs an error, and shows the events that are left',
    async (_damage, damage) => {
      const dataDir = temporaryDirectory();
      copyDatabases(left, dataDir);
      copyFileSync(join(left, 'lock.sqlite'), join(dataDir, 'lock.sqlite'));
      damage(join(dataDir, `${LOG}-wal`));
      const service = await startService({ DATA_DIR: dataDir });
      try {
        const log = readLog(dataDir);
        expect(log.length).toBeLessThan(ORDERS);
        const said = service
          .output()
          .split('\n')
          .filter((line) => line.includes('"level":50'));
        expect(said.join('\n')).toMatch(/the log has .* and not event \S+ at position 20: it lost events/);
        expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
        const answer = await service.deliver(update(orderKey(LOCATION, 'one more')));
        expect(answerOf(answer)).toMatchObject({ outcome: 'recorded', revision: 0 });
        expect(await readOrders(service, LOCATION)).toHaveLength(log.length + 1);
      } finally {
        await discard(service);
      }
    },
  );

  it('the read model is rebuilt when the log lost events and grew past it again', async () => {
    const dataDir = temporaryDirectory();
    copyDatabases(left, dataDir);
    rmSync(join(dataDir, `${LOG}-wal`));
    const store = await openSqliteStore({ file: join(dataDir, LOG), now: Date.now });
    const others = Array.from({ length: ORDERS + 1 }, (_, n) => ({
      ...update({}).object,
      order_id: `other ${String(n)}`,
    }));
    for (const object of others) {
      await store.append(
        orderStream(orderKey(object.location_id, object.order_id)),
        [newEvent({ data: object })],
        'no_stream',
      );
    }
    await store.close();
    const service = await startService({ DATA_DIR: dataDir });
    try {
      const shown = await readOrders(service, 'pos_location_456');
      expect(shown.map(({ order_id }) => order_id)).toEqual(others.map(({ order_id }) => order_id));
      expect(await readOrders(service, LOCATION)).toEqual([]); // of the events that are gone
    } finally {
      await discard(service);
    }
  });
});
