import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readiness } from '../../schemas/order-view';
import { orderPath, problem, problemOf, readLog } from '../support/deliveries';
import { type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { LOG, READ_MODEL, readOrders, replay, sorted } from './inspect';
import { createIoFaults, type Failures, type IoFaults } from './io-faults';
import { Ledger, Load, LOCATION, seeded, send, type Sent } from './load';

/** Milliseconds within which a delivery is answered, whatever the disk does (GROUP_TIMEOUT_MS and the way). */
const ANSWER_MS = 6_500;
/** How long a disk hangs that hangs, in milliseconds: over GROUP_TIMEOUT_MS. */
const HANG_MS = 8_000;
/** Milliseconds within which the service takes deliveries again once the disk does. */
const RECOVERY_MS = 5_000;

const key = (order: number) => ({ location_id: LOCATION, order_id: `order ${String(order)}` });

describe('a disk that fails', () => {
  let dataDir: string;
  let ledger: Ledger;
  let faults: IoFaults;
  let service: RunningService;
  let count: number;

  const start = async (watched = LOG): Promise<void> => {
    faults = createIoFaults(dataDir, watched);
    service = await startService({ ...faults.env, DATA_DIR: dataDir });
  };
  /** A delivery about an order of its own. */
  const create = (): Sent => ledger.create(key(count++));
  const deliver = (sent: Sent) => send(service, ledger, sent);

  const expectKept = (): void => {
    expect(ledger.violations(readLog(service.dataDir))).toEqual([]);
  };

  const readiness = async () => {
    const { status, json } = await service.call('/readyz');
    const { checks } = json as Readiness;
    return { status, failing: checks.filter(({ ok }) => !ok).map(({ name }) => name) };
  };

  /** Asks again until the answer is as expected: /readyz may be a second old. */
  const expectReadiness = async (expected: Awaited<ReturnType<typeof readiness>>): Promise<void> => {
    const deadline = performance.now() + RECOVERY_MS;
    while (performance.now() < deadline && (await readiness()).status !== expected.status) await sleep(50);
    expect(await readiness()).toEqual(expected);
  };

  /** Delivers again, as a sender does, until it is acknowledged. */
  const untilAcknowledged = async (sent: readonly Sent[]): Promise<void> => {
    const deadline = performance.now() + RECOVERY_MS;
    for (const one of sent) {
      while ((await deliver(one)) !== 'acknowledged') {
        if (performance.now() > deadline) throw new Error(`${one.tag} was not acknowledged in time`);
        await sleep(50);
      }
    }
  };

  beforeEach(() => {
    dataDir = temporaryDirectory();
    ledger = new Ledger();
    count = 0;
  });

  afterEach(async () => {
    await service.end('SIGKILL');
    faults.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const fullFaults: readonly [string, (failures: Omit<Failures, 'errno'>) => void][] = [
    [
      'EIO at the sync of a commit',
      (failures) => {
        faults.failSyncs({ ...failures, errno: 'EIO' });
      },
    ],
    [
      'EIO at a write',
      (failures) => {
        faults.failWrites({ ...failures, errno: 'EIO' });
      },
    ],
    [
      'ENOSPC at a write',
      (failures) => {
        faults.failWrites({ ...failures, errno: 'ENOSPC' });
      },
    ],
  ];

  it.each(fullFaults)('%s is a 503 that loses nothing, and the same process recovers', async (_name, fail) => {
    await start();
    const before = [create(), create(), create()];
    for (const sent of before) expect(await deliver(sent)).toBe('acknowledged');

    fail({ count: Infinity });
    const refused = [create(), create(), create()];
    for (const sent of refused) {
      const answer = await service.deliver(sent.body);
      expect(problemOf(answer)).toEqual(problem(503, 'store-unavailable'));
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    await expectReadiness({ status: 503, failing: ['event_store'] });
    // What was acknowledged can be read all the time, and its repeat is still known.
    expect(await readOrders(service, LOCATION)).toHaveLength(before.length);
    expect((await service.get(orderPath(key(0)))).status).toBe(200);
    // Who looks at the past is recorded first.
    expect((await service.get(orderPath(key(0), '/history'))).status).toBe(503);
    for (const sent of before) expect(await deliver(sent)).toBe('acknowledged');
    expectKept();

    faults.clear();
    await untilAcknowledged(refused);
    await expectReadiness({ status: 200, failing: [] });
    for (const sent of [...before, ...refused]) expect(await deliver(sent)).toBe('acknowledged');
    expect(readLog(dataDir)).toHaveLength(before.length + refused.length);
    expectKept();
  });

  it.each(fullFaults)('%s amid 32 senders loses nothing, again and again', async (_name, fail) => {
    await start();
    const load = new Load(seeded(1));
    const stop = new AbortController();
    const sending = load.run(service, stop.signal);
    const failed = (): number => faults.counters().syncsFailed + faults.counters().writesFailed;
    const SKIPS = [0, 1, 2, 3, 5, 8];
    for (const [before, skip] of SKIPS.entries()) {
      await sleep(100);
      fail({ count: 1, skip });
      const patience = performance.now() + 5_000;
      while (failed() <= before && performance.now() < patience) await sleep(10);
    }
    stop.abort();
    await sending;
    expect(failed()).toBeGreaterThanOrEqual(SKIPS.length);
    faults.clear();
    await load.settle(service);
    const log = readLog(dataDir);
    expect(load.ledger.violations(log)).toEqual([]);
    expect(load.ledger.acknowledged).toBeGreaterThan(100);
    expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
  });

  it('a commit that failed just before a kill is there once or not at all, and its repeat makes it once', async () => {
    for (const errno of ['EIO', 'ENOSPC'] as const) {
      await start();
      expect(await deliver(create())).toBe('acknowledged');
      faults.failSyncs({ errno, count: Infinity });
      const [failed, other] = [create(), create()];
      expect(await deliver(failed)).toBe('refused');
      expect(await deliver(other)).toBe('refused');
      await service.end('SIGKILL');
      faults.close();

      await start();
      const there = readLog(dataDir).filter(({ data }) => data.includes(`"${failed.tag}"`));
      expect(there.length).toBeLessThanOrEqual(1);
      expectKept();
      await untilAcknowledged([failed, other]);
      expectKept();
      await service.end('SIGKILL');
      faults.close();
    }
    await start();
    expectKept();
    expect(await readOrders(service, LOCATION)).toHaveLength(count);
  });

  it('a disk that hangs is a 503 in time; when it answers again, all is taken and nothing is there twice', async () => {
    await start();
    expect(await deliver(create())).toBe('acknowledged');
    faults.delaySyncs(HANG_MS);
    const begun = performance.now();
    const hanging = [create(), create(), create()];
    const answers = await Promise.all(hanging.map((sent) => service.deliver(sent.body)));
    expect(answers.map(problemOf)).toEqual(hanging.map(() => problem(503, 'store-unavailable')));
    expect(performance.now() - begun).toBeLessThan(ANSWER_MS);

    // Nobody waits for a disk that is known to hang, and what is known can be read.
    const late = create();
    const again = performance.now();
    expect(await deliver(late)).toBe('refused');
    await expectReadiness({ status: 503, failing: ['event_store'] });
    expect(await readOrders(service, LOCATION)).toHaveLength(1);
    expect(performance.now() - again).toBeLessThan(1_000);

    faults.clear();
    await sleep(Math.max(0, begun + HANG_MS - performance.now()));
    await untilAcknowledged([...hanging, late]);
    expectKept();
    expect(readLog(dataDir)).toHaveLength(5);
    await expectReadiness({ status: 200, failing: [] });
  });

  it('a disk that is full for the read model alone stops no delivery, shows nothing stale, and is caught up with', async () => {
    await start(READ_MODEL);
    await untilAcknowledged([create(), create()]);
    expect(await readOrders(service, LOCATION)).toHaveLength(2);

    faults.failWrites({ errno: 'ENOSPC', count: Infinity });
    const meanwhile = [create(), create(), create()];
    for (const sent of meanwhile) expect(await deliver(sent)).toBe('acknowledged');
    expect(problemOf(await service.get(orderPath(key(2))))).toEqual(problem(503, 'read-model-behind'));
    expect(problemOf(await service.get(orderPath(key(0))))).toEqual(problem(503, 'read-model-behind'));
    expect((await service.get(orderPath(key(2), '/history'))).status).toBe(200);
    expect(await readiness()).toEqual({ status: 503, failing: ['projector'] });
    expect(service.output()).toContain('the projector failed and will try again');

    faults.clear();
    await expectReadiness({ status: 200, failing: [] });
    expectKept();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(readLog(dataDir)).values()));
  });
});

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

describe('a real disk that is full', () => {
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
      ? 'is a 503 that loses nothing; once there is room the same process takes all of it, once'
      : 'cannot be tried here: mounting a tmpfs is not permitted',
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
        const readiness = async () => (await service.call('/readyz')).status;
        const patience = performance.now() + RECOVERY_MS; // the answer of /readyz may be a second old
        while ((await readiness()) !== 503 && performance.now() < patience) await sleep(50);
        expect(await readiness()).toBe(503);
        expect((await service.get(orderPath(key(0)))).status).toBe(200);
        // Who looks at the past is recorded first.
        expect((await service.get(orderPath(key(0), '/history'))).status).toBe(503);
        expect(ledger.violations(readLog(dataDir))).toEqual([]);

        rmSync(join(mountPoint, 'filler'));
        const deadline = performance.now() + RECOVERY_MS;
        for (const sent of refused) {
          while ((await deliver(sent)).fate !== 'acknowledged' && performance.now() < deadline) await sleep(50);
        }
        const log = readLog(dataDir);
        expect(log).toHaveLength(orders);
        expect(ledger.violations(log)).toEqual([]);
        while ((await readiness()) !== 200 && performance.now() < deadline) await sleep(50);
        expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(log).values()));
      } finally {
        await service.end('SIGKILL');
      }
    },
  );
});
