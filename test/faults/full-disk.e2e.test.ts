import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readiness } from '../../schemas/api/order-view';
import { orderKey } from '../../schemas/order-key';
import { orderPath, problem, problemOf, readLog } from '../support/deliveries';
import { until } from '../support/patience';
import { asReader, runToEnd, SECURE, startService, temporaryDirectory } from '../support/running-service';
import { readOrders, replay, sorted } from './inspect';
import { Ledger, LOCATION, send, type Sent } from './load';

const key = (order: number) => orderKey(LOCATION, `order ${String(order)}`);

/** Writes a file until there is no room for a byte more. */
function fill(file: string): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(4_096));
  } catch {
    // full
  }
}

/** Mounts a file system of 4 MiB, which needs root. */
function mountSmall(directory: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'ticket-rail-test', directory], { stdio: 'ignore' });
}

function unmount(directory: string): void {
  execFileSync('umount', ['--lazy', directory], { stdio: 'ignore' });
}

const mayMount = ((): boolean => {
  const directory = temporaryDirectory();
  try {
    mountSmall(directory);
    unmount(directory);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
  }
})();

describe('full disk', () => {
  let mountPoint: string;

  beforeAll(() => {
    mountPoint = temporaryDirectory();
    if (mayMount) mountSmall(mountPoint);
  });

  afterAll(() => {
    if (mayMount) unmount(mountPoint);
    rmSync(mountPoint, { recursive: true });
  });

  (mayMount ? it : it.skip)(
    mayMount
      ? 'a full disk is answered with 503 and loses nothing, and with room again every delivery is stored once'
      : 'a full disk cannot be tested here, because mounting a tmpfs is not permitted',
    async () => {
      const dataDir = join(mountPoint, 'data');
      mkdirSync(dataDir);
      const service = await startService({ DATA_DIR: dataDir });
      try {
        const ledger = new Ledger();
        let orders = 0;
        const deliver = async (sent: Sent) => ({ sent, fate: await send(service, ledger, sent) });
        for (let n = 0; n < 20; n++) await deliver(ledger.create(key(orders++)));
        fill(join(mountPoint, 'filler'));
        const refused: Sent[] = [];
        while (refused.length < 10 && orders < 1_000) {
          const { sent, fate } = await deliver(ledger.create(key(orders++)));
          if (fate === 'refused') refused.push(sent);
        }
        expect(refused).toHaveLength(10);
        // The answer of /readyz may be a second old.
        const isReady = async () => (await service.call('/readyz')).status === 200;
        await until('the service to say that it is not ready', async () => !(await isReady()));
        // What was acknowledged with the last of the room may be more than the read model has room for; a read never says less.
        const read = await service.once(orderPath(key(0)), { headers: asReader });
        expect([200, problem(503, 'read-model-behind')]).toContainEqual(read.status === 200 ? 200 : problemOf(read));
        // Who looks at the past is recorded first.
        expect((await service.get(orderPath(key(0), '/history'))).status).toBe(503);
        expect(ledger.violations(readLog(dataDir))).toEqual([]);

        rmSync(join(mountPoint, 'filler'));
        for (const sent of refused) {
          await until('room to be used', async () => (await deliver(sent)).fate === 'acknowledged');
        }
        const log = readLog(dataDir);
        expect(log).toHaveLength(orders);
        expect(ledger.violations(log)).toEqual([]);
        await until('the service to be ready again', isReady);
        expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
      } finally {
        await service.end('SIGKILL');
        rmSync(join(mountPoint, 'filler'), { force: true });
      }
    },
  );

  /** How a service may have ended before the disk filled up. */
  const ends = [
    ['was stopped', 'SIGTERM'],
    ['was killed', 'SIGKILL'],
  ] as const;

  (mayMount ? it.each(ends) : it.skip.each(ends))(
    'a service that %s starts again on a full disk: it answers reads, refuses deliveries, and takes them once there is room',
    async (_how, signal) => {
      const dataDir = join(mountPoint, signal);
      const filler = join(mountPoint, `filler ${signal}`);
      const ledger = new Ledger();
      mkdirSync(dataDir);
      const before = await startService({ DATA_DIR: dataDir });
      for (let n = 0; n < 20; n++) await send(before, ledger, ledger.create(key(n)));
      expect(await readOrders(before, LOCATION)).toHaveLength(20);
      await before.end(signal);
      fill(filler);

      const service = await startService({ DATA_DIR: dataDir }, 'listening');
      try {
        expect((await service.call('/healthz')).status).toBe(200);
        await until('the orders to be readable', async () => (await service.get(orderPath(key(0)))).status === 200);
        expect(await readOrders(service, LOCATION)).toHaveLength(20);
        const refused = Array.from({ length: 3 }, (_, n) => ledger.create(key(20 + n)));
        for (const sent of refused) {
          expect(problemOf(await service.deliver(sent.body))).toEqual(problem(503, 'store-unavailable'));
        }
        const json = await until('the disk alone to be at fault', async () => {
          const answer = await service.call('/readyz');
          const [store, projector] = (answer.json as Readiness).checks;
          return answer.status === 503 && store?.ok === false && projector?.ok === true && answer.json;
        });
        expect((json as Readiness).checks[0]).toMatchObject({
          name: 'event_store',
          detail: expect.stringMatching(/full/) as string,
        });

        rmSync(filler);
        for (const sent of refused) {
          await until('room to be used', async () => (await send(service, ledger, sent)) === 'acknowledged');
        }
        await until('the service to be ready', async () => (await service.call('/readyz')).status === 200);
        expect(ledger.violations(readLog(dataDir))).toEqual([]);
        expect(await readOrders(service, LOCATION)).toHaveLength(23);
      } finally {
        await service.end('SIGKILL');
        rmSync(filler, { force: true });
        rmSync(dataDir, { recursive: true });
      }
    },
  );

  (mayMount ? it : it.skip)(
    'a data directory on a file system that is read-only is refused in words that say so',
    async () => {
      execFileSync('mount', ['-o', 'remount,ro', mountPoint]);
      try {
        for (const directory of [mountPoint, join(mountPoint, 'new')]) {
          const { code, output } = await runToEnd({ ...SECURE, PORT: '0', DATA_DIR: directory });
          expect(code).toBe(69);
          expect(output).toContain(
            'its file system is mounted read-only. Mount it for writing, or set another DATA_DIR',
          );
        }
      } finally {
        execFileSync('mount', ['-o', 'remount,rw', mountPoint]);
      }
    },
  );
});
