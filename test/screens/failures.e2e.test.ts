import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { NO_FAULTS } from '../eventstoredb-node/faults';
import { spawnNode } from '../eventstoredb-node/spawn-node';
import { patiently, until } from '../support/patience';
import { startProxy } from '../support/proxy';
import { call, discard, type RunningService, startService } from '../support/running-service';
import { type About, boardAddress, screenLab, updated } from '../support/screen-lab';
import { step, watch, watched } from '../support/screen-watch';
import { stopRenderers } from '../support/stop-renderers';

/**
 * What comes between a board and the service: it goes grey and says why, and whatever it missed it catches up with,
 * nothing twice.
 */

/** Milliseconds that the network is away. */
const AWAY_MS = 10_000;
/** Milliseconds by which the clock of a page may be apart from that of the tests: each is read at another moment. */
const CLOCKS_APART_MS = 1_000;
/** Milliseconds in which a board notices (a heartbeat and its grace), and comes back (the longest pause). */
const NOTICED_MS = patiently(30_000);
/** Milliseconds until Stream sends again what was not taken. */
const RETRY_MS = 200;
/** Milliseconds after which a service that takes nothing counts as gone for good. */
const TAKEN_MS = 30_000;

const OPEN = { STREAM_WEBHOOK_SECRETS: '', READERS: '' };

const lab = screenLab();

let onTestEnd: () => void = () => undefined;
afterEach(() => {
  onTestEnd();
});

/** Sends until it is taken, as Stream does; gives up with the test. */
async function deliverUntilTaken(service: () => RunningService, about: About): Promise<void> {
  const body = JSON.stringify(updated(about));
  const headers = { 'Content-Type': 'application/json' };
  const isTaken = async (): Promise<boolean> => {
    const answer = await call(service().url, '/handle-order', { method: 'POST', headers, body }).catch(() => null);
    if (answer?.status !== 200) await sleep(RETRY_MS);
    return answer?.status === 200;
  };
  await until('the service to take a delivery', isTaken, TAKEN_MS);
}

/** Deliveries for a few orders, one order's after another, that go on until they are stopped. */
function keepDelivering(service: () => RunningService, location: string, orders: readonly string[]) {
  const last = new Map<string, number>();
  let stopped = false;
  const done = Promise.all(
    orders.map(async (order_id) => {
      for (let number = 0; !stopped; number += 1) {
        await deliverUntilTaken(service, { location_id: location, order_id, ...step(number) });
        last.set(order_id, number);
        await sleep(50);
      }
    }),
  );
  // Looked at by whoever stops it.
  done.catch(() => undefined);
  onTestEnd = () => {
    stopped = true;
  };
  return {
    /** @returns the last step of each order that was taken */
    stop: async (): Promise<ReadonlyMap<string, number>> => {
      stopped = true;
      await done;
      return last;
    },
  };
}

/** Waits until the board shows the newest state of every order, and looks at all that it showed until then. */
async function expectNothingMissedNorTwice(page: Page, last: ReadonlyMap<string, number>): Promise<void> {
  for (const [order, number] of last) {
    await lab
      .tile(order, page)
      .getByText(`unknown: step_${String(number)}`, { exact: true })
      .waitFor({ timeout: NOTICED_MS });
  }
  const { shown, doubles } = await watched(page);
  expect(doubles).toEqual([]);
  for (const [order, number] of last) {
    const steps = shown.filter((one) => one.order === order).map((one) => one.step);
    // Each state is newer than the one before: none comes back, and none comes again.
    expect(steps).toEqual([...new Set(steps)].sort((one, other) => one - other));
    expect(steps.at(-1)).toBe(number);
    expect(await lab.tile(order, page).count()).toBe(1);
  }
}

const expectCause = (cause: string, page = lab.page): Promise<void> =>
  page.locator(`.banner.stale[data-cause="${cause}"]`).waitFor({ timeout: NOTICED_MS });

const expectLive = (page = lab.page): Promise<void> =>
  page.locator('.frame[data-freshness="live"]').waitFor({ timeout: NOTICED_MS });

describe('a board', () => {
  it('a board outlives a service that is killed and started again while deliveries go on', async () => {
    const location = lab.newLocation();
    let service = await startService(OPEN);
    try {
      await watch(lab.page);
      await lab.openBoard(location, lab.page, service.url);
      const deliveries = keepDelivering(() => service, location, ['o1', 'o2', 'o3', 'o4']);
      for (const pause of [500, 3_000]) {
        await sleep(1_000);
        await service.end('SIGKILL');
        await sleep(pause);
        service = await startService({ ...OPEN, PORT: new URL(service.url).port, DATA_DIR: service.dataDir });
      }
      await sleep(1_000);
      await deliverUntilTaken(() => service, {
        location_id: location,
        order_id: 'arrives',
        delivery_status: 'arrived_at_pickup',
      });
      await expectNothingMissedNorTwice(lab.page, await deliveries.stop());
      await lab.inColumn('driver_here', 'arrives').waitFor();
      expect((await watched(lab.page)).arrivals).toEqual(['arrives']);
    } finally {
      await discard(service);
    }
  });

  it.each(['cut', 'freeze'] as const)(
    'a board goes grey as unreachable while the network is away for 10 s, and catches up (%s)',
    async (fault) => {
      const location = lab.newLocation();
      const proxy = await startProxy(lab.service.url);
      await watch(lab.page);
      await lab.openBoard(location, lab.page, proxy.url);
      const deliveries = keepDelivering(() => lab.service, location, ['o1', 'o2']);
      await lab.tile('o1').waitFor();
      proxy[fault]();
      const away = sleep(AWAY_MS);
      await lab.deliver({ location_id: location, order_id: 'arrives', delivery_status: 'arrived_at_pickup' });
      await expectCause('unreachable');
      await lab.page.locator('.banner.stale').getByText('The service is unreachable.').waitFor();
      expect(await lab.page.locator('.body[data-stale]').count()).toBe(1);
      await away;
      proxy.mend();
      await lab.page.locator('.frame[data-freshness="live"] .body:not([data-stale])').waitFor({ timeout: NOTICED_MS });
      await expectNothingMissedNorTwice(lab.page, await deliveries.stop());
      expect((await watched(lab.page)).arrivals).toEqual(['arrives']);
      await proxy.close();
    },
  );

  it('a board says that it is offline itself, and catches up at once when it is online again', async () => {
    const location = lab.newLocation();
    const proxy = await startProxy(lab.service.url);
    await watch(lab.page);
    await lab.openBoard(location, lab.page, proxy.url);
    const deliveries = keepDelivering(() => lab.service, location, ['o1']);
    await lab.tile('o1').waitFor();
    await lab.context.setOffline(true);
    proxy.cut();
    await expectCause('offline');
    await lab.page.getByText('This screen is offline.').first().waitFor();
    proxy.mend();
    await lab.context.setOffline(false);
    await expectLive();
    await expectNothingMissedNorTwice(lab.page, await deliveries.stop());
    await proxy.close();
  });

  it('a board catches up after its tab has slept', async () => {
    const location = lab.newLocation();
    await watch(lab.page);
    await lab.openBoard(location);
    const deliveries = keepDelivering(() => lab.service, location, ['o1', 'o2']);
    await lab.tile('o1').waitFor();
    const wake = await stopRenderers(lab.browser);
    const asleep = Date.now();
    await sleep(AWAY_MS);
    const woken = Date.now();
    wake();
    await expectNothingMissedNorTwice(lab.page, await deliveries.stop());
    await expectLive();
    const { shown } = await watched(lab.page);
    const whileAsleep = shown.filter(
      ({ at }) => at !== null && at > asleep + CLOCKS_APART_MS && at < woken - CLOCKS_APART_MS,
    ).length;
    expect(whileAsleep).toBe(0);
  });

  it('a board says that the service has lost its store, and goes live when it is back', async () => {
    const location = lab.newLocation();
    const node = await spawnNode();
    const service = await startService({ ...OPEN, EVENT_STORE_URL: node.url });
    try {
      await watch(lab.page);
      await lab.openBoard(location, lab.page, service.url);
      await deliverUntilTaken(() => service, { location_id: location, order_id: 'o1', ...step(0) });
      await lab.tile('o1').waitFor();
      node.setFaults({ silent: true });
      await expectCause('store');
      await lab.page.getByText('The service has lost its store').first().waitFor();
      expect(await lab.page.locator('.body[data-stale]').count()).toBe(1);
      node.setFaults(NO_FAULTS);
      const taken = deliverUntilTaken(() => service, { location_id: location, order_id: 'o1', ...step(1) });
      await expectLive();
      await taken;
      await expectNothingMissedNorTwice(lab.page, new Map([['o1', 1]]));
    } finally {
      await discard(service);
      await node.stop();
    }
  });

  it('a board says that the service is catching up while what it shows is behind what was acknowledged', async () => {
    const location = lab.newLocation();
    const service = await startService(OPEN);
    const readModel = new Database(join(service.dataDir, 'read-model.sqlite'));
    try {
      await watch(lab.page);
      await lab.openBoard(location, lab.page, service.url);
      await deliverUntilTaken(() => service, { location_id: location, order_id: 'o1', ...step(0) });
      await lab.tile('o1').waitFor();
      readModel.exec('BEGIN IMMEDIATE');
      await deliverUntilTaken(() => service, { location_id: location, order_id: 'o1', ...step(1) });
      const late = await lab.context.newPage();
      await late.goto(boardAddress(service.url, location));
      await expectCause('behind', late);
      await expectCause('behind');
      expect(await lab.tile('o1').getByText('unknown: step_0').count()).toBe(1);
      readModel.exec('ROLLBACK');
      await expectLive();
      await expectLive(late);
      await expectNothingMissedNorTwice(lab.page, new Map([['o1', 1]]));
    } finally {
      readModel.close();
      await discard(service);
    }
  });
});
