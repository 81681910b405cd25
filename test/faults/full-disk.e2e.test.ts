import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { orderPath, readLog } from '../support/deliveries';
import { until } from '../support/patience';
import { startService, temporaryDirectory } from '../support/running-service';
import { readOrders, replay, sorted } from './inspect';
import { Ledger, LOCATION, send, type Sent } from './load';

const key = (order: number) => ({ location_id: LOCATION, order_id: `order ${String(order)}` });

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
        expect((await service.get(orderPath(key(0)))).status).toBe(200);
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
      }
    },
  );
});
