import { rmSync } from 'node:fs';
import { orderKey } from '../../schemas/order-key';
import { orderPath } from '../support/deliveries';
import { until } from '../support/patience';
import { asWhoMay, type RunningService, startService, temporaryDirectory } from '../support/running-service';
import { LOG } from './inspect';
import { createIoFaults, type IoFaults } from './io-faults';
import { Ledger, LOCATION, send } from './load';

/** Milliseconds that a sync is held back whose time is measured. */
const SLOW_SYNC_MS = 300;
/** Most milliseconds that a sync is held back until a test lets it go: under GROUP_TIMEOUT_MS, or it counts as hanging. */
const HELD_BACK_MS = 4_500;

const key = (order: number) => orderKey(LOCATION, `order ${String(order)}`);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe('syncs of the log', () => {
  let dataDir: string;
  let faults: IoFaults;
  let service: RunningService;
  let ledger: Ledger;

  beforeAll(async () => {
    dataDir = temporaryDirectory();
    faults = createIoFaults(dataDir, LOG);
    // Without readers, so that no sync is counted or waited for that records who reads.
    service = await startService({ ...faults.env, DATA_DIR: dataDir, READERS: '' });
  });

  beforeEach(() => {
    ledger = new Ledger();
  });

  afterEach(() => {
    faults.clear();
  });

  afterAll(async () => {
    await service.end('SIGKILL');
    faults.close();
    rmSync(dataDir, { recursive: true });
  });

  /** Sends one delivery. @returns how many syncs there were between sending it and its 200. */
  const syncsFor = async (order: number): Promise<number> => {
    const before = faults.counters().syncs;
    expect(await send(service, ledger, ledger.create(key(order)))).toBe('acknowledged');
    return faults.counters().syncs - before;
  };

  /** Sends deliveries about so many orders from `order` on, of which the first waits for a sync that is held back. */
  const sendHeldBack = async (
    order: number,
    count = 1,
  ): Promise<{ settled: boolean; readonly sent: Promise<void> }> => {
    faults.delaySyncs(HELD_BACK_MS);
    const before = faults.counters().syncs;
    const sending = times(count, (n) => syncsFor(order + n));
    const state = { settled: false, sent: Promise.all(sending).then(() => undefined) };
    for (const one of sending) void one.finally(() => (state.settled = true)).catch(() => undefined);
    await until('a sync to be held back', () => faults.counters().syncs > before);
    return state;
  };

  /**
   * Looks while a sync is held back, with other orders again if that was over before the look: a machine that is slow has
   * shown nothing then.
   * @returns the order that was looked at, once what was looked at holds, and everything was acknowledged
   */
  const whileHeldBack = async (
    order: number,
    count: number,
    look: (order: number) => Promise<() => void>,
  ): Promise<number> => {
    let next = order;
    return until('a look while the sync is held back', async () => {
      const deliveries = await sendHeldBack(next, count);
      const check = await look(next);
      const isInTime = !deliveries.settled;
      faults.clear();
      // One that was held back for too long is refused.
      if (isInTime) await deliveries.sent;
      else await deliveries.sent.catch(() => undefined);
      const looked = next;
      next += count;
      if (!isInTime) return null;
      check();
      return looked;
    });
  };

  it('a delivery that comes alone is synced between its arrival and its 200', async () => {
    for (let n = 0; n < 100; n++) expect(await syncsFor(n)).toBeGreaterThanOrEqual(1);
  });

  it('each of 64 concurrent deliveries is synced between its arrival and its 200, and those of a group share a sync', async () => {
    const [senders, each] = [64, 10];
    const first = faults.counters().syncs;
    const syncs = await Promise.all(
      times(senders, async (sender) => {
        const counts: number[] = [];
        for (let n = 0; n < each; n++) counts.push(await syncsFor(1_000 + sender));
        return counts;
      }),
    );
    expect(Math.min(...syncs.flat())).toBeGreaterThanOrEqual(1);
    const all = faults.counters().syncs - first;
    // No group has two deliveries of one sender, which waits for its 200, so there are at least so many groups.
    expect(all).toBeGreaterThanOrEqual(each);
    expect(all).toBeLessThan(senders * each);
  });

  it('no 200 is sent while the sync that it depends on is delayed, and what comes meanwhile shares the next', async () => {
    const before = faults.counters().syncs;
    faults.delaySyncs(SLOW_SYNC_MS);
    const waits = await Promise.all(
      times(64, async (order) => {
        const begun = performance.now();
        expect(await syncsFor(2_000 + order)).toBeGreaterThanOrEqual(1);
        return performance.now() - begun;
      }),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(SLOW_SYNC_MS);
    expect(faults.counters().syncs - before).toBeLessThan(waits.length);
  });

  it('a delivery cannot be read before a slow sync has made it durable', async () => {
    const looked = await whileHeldBack(3_000, 1, async (order) => {
      const paths = [orderPath(key(order), '/history'), orderPath(key(order))];
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await service.get(path)).status);
      return () => {
        expect(statuses).toEqual([404, 404]);
      };
    });
    expect((await service.get(orderPath(key(looked)))).status).toBe(200);
  });

  it('a slow sync does not delay reads', async () => {
    expect(await send(service, ledger, ledger.create(key(4_000)))).toBe('acknowledged');
    const paths = [
      '/healthz',
      '/metrics',
      orderPath(key(4_000)),
      orderPath(key(4_000), '/history'),
      orderPath(key(4_000), '?at_revision=0'),
      `/locations/${encodeURIComponent(LOCATION)}/orders`,
    ];
    for (const path of paths) await service.get(path); // what is loaded or prepared only once
    await whileHeldBack(4_001, 8, async () => {
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await service.call(path, { headers: asWhoMay(path) })).status);
      return () => {
        expect(statuses).toEqual(paths.map(() => 200));
      };
    });
  });
});
