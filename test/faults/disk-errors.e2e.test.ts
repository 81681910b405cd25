import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Readiness } from '../../schemas/api/order-view';
import { orderKey, type OrderKey } from '../../schemas/order-key';
import { orderPath, problem, problemOf, readLog } from '../support/deliveries';
import { patiently, until } from '../support/patience';
import { asReader, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { LOG, READ_MODEL, readOrders, replay, sorted } from './inspect';
import { createIoFaults, type Failures, type IoFaults } from './io-faults';
import { Ledger, Load, LOCATION, seeded, send, type Sent } from './load';

/** Most milliseconds until a delivery is answered, whatever the disk does: GROUP_TIMEOUT_MS and the way. */
const ANSWER_MS = 10_000;
/** Most milliseconds until a delivery is refused that does not wait for the disk: under GROUP_TIMEOUT_MS. */
const REFUSAL_MS = 4_000;

const key = (order: number) => orderKey(LOCATION, `order ${String(order)}`);

describe('disk errors', () => {
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

  const readOnce = (about: OrderKey) => service.once(orderPath(about), { headers: asReader });

  /** Asks again until the answer is as expected: /readyz may be a second old. */
  const expectReadiness = async (expected: Awaited<ReturnType<typeof readiness>>): Promise<void> => {
    await until(`/readyz to answer ${JSON.stringify(expected)}`, async () =>
      isDeepStrictEqual(await readiness(), expected),
    );
  };

  /** Delivers again, as a sender does, until it is acknowledged. */
  const untilAcknowledged = async (sent: readonly Sent[]): Promise<void> => {
    for (const one of sent) {
      await until(`${one.tag} to be acknowledged`, async () => (await deliver(one)) === 'acknowledged');
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

  it.each(fullFaults)(
    '%s is answered with 503 and loses nothing, and the same process recovers',
    async (_name, fail) => {
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
      // What was acknowledged can be read all the time. That a delivery is its repeat only the writer could prove.
      expect(await readOrders(service, LOCATION)).toHaveLength(before.length);
      expect((await service.get(orderPath(key(0)))).status).toBe(200);
      // Who looks at the past is recorded first.
      expect((await service.get(orderPath(key(0), '/history'))).status).toBe(503);
      for (const sent of before) expect(await deliver(sent)).toBe('refused');
      expectKept();

      faults.clear();
      await untilAcknowledged(refused);
      await expectReadiness({ status: 200, failing: [] });
      for (const sent of [...before, ...refused]) expect(await deliver(sent)).toBe('acknowledged');
      expect(readLog(dataDir)).toHaveLength(before.length + refused.length);
      expectKept();
    },
  );

  it.each(fullFaults)('%s among 32 senders loses nothing, again and again', async (_name, fail) => {
    await start();
    const load = new Load(seeded(1));
    const stop = new AbortController();
    const sending = load.run(service, stop.signal);
    const failed = (): number => faults.counters().syncsFailed + faults.counters().writesFailed;
    const SKIPS = [0, 1, 2, 3, 5, 8];
    for (const [before, skip] of SKIPS.entries()) {
      const { acknowledged } = load.ledger;
      await until('more deliveries to be acknowledged', () => load.ledger.acknowledged > acknowledged + 20);
      fail({ count: 1, skip });
      await until('the disk to fail', () => failed() > before);
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

  it('a commit that failed just before a kill is stored once or not at all, and its repeat stores it once', async () => {
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

  it('a hanging disk is answered with 503 in time, and once it responds every delivery is stored once', async () => {
    await start();
    expect(await deliver(create())).toBe('acknowledged');
    faults.delaySyncs(10 * patiently(ANSWER_MS));
    const begun = performance.now();
    const hanging = [create(), create(), create()];
    const answers = await Promise.all(hanging.map((sent) => service.deliver(sent.body)));
    expect(answers.map(problemOf)).toEqual(hanging.map(() => problem(503, 'store-unavailable')));
    expect(performance.now() - begun).toBeLessThan(patiently(ANSWER_MS));

    // Nobody waits for a disk that is known to hang, and what is known can be read.
    const late = create();
    const again = performance.now();
    expect(await deliver(late)).toBe('refused');
    expect(await readOrders(service, LOCATION)).toHaveLength(1);
    expect(performance.now() - again).toBeLessThan(patiently(REFUSAL_MS));
    await expectReadiness({ status: 503, failing: ['event_store'] });

    faults.clear();
    await untilAcknowledged([...hanging, late]);
    expectKept();
    expect(readLog(dataDir)).toHaveLength(5);
    await expectReadiness({ status: 200, failing: [] });
  });

  it('a full disk under the read model stops no delivery, no stale order is shown, and the read model catches up', async () => {
    await start(READ_MODEL);
    await untilAcknowledged([create(), create()]);
    expect(await readOrders(service, LOCATION)).toHaveLength(2);

    faults.failWrites({ errno: 'ENOSPC', count: Infinity });
    const meanwhile = [create(), create(), create()];
    for (const sent of meanwhile) expect(await deliver(sent)).toBe('acknowledged');
    expect(problemOf(await readOnce(key(2)))).toEqual(problem(503, 'read-model-behind'));
    expect(problemOf(await readOnce(key(0)))).toEqual(problem(503, 'read-model-behind'));
    expect((await service.get(orderPath(key(2), '/history'))).status).toBe(200);
    await expectReadiness({ status: 503, failing: ['projector'] });
    expect(service.output()).toContain('the projector failed and will try again');

    faults.clear();
    await expectReadiness({ status: 200, failing: [] });
    expectKept();
    expect(sorted(await readOrders(service, LOCATION))).toEqual(sorted(replay(readLog(dataDir)).values()));
  });
});
