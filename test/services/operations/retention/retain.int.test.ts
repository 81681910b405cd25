import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readerName } from '../../../../schemas/files/reader-name';
import type { FeedPage } from '../../../../schemas/api/feed';
import { eventId } from '../../../../schemas/events/event-id';
import { orderKey, type OrderKey } from '../../../../schemas/order-key';
import { orderStream } from '../../../../schemas/events/order-events';
import { createAccessVolumes } from '../../../../services/access/log/access-volumes';
import { openSqliteStore } from '../../../../services/event-store/sqlite/sqlite-store';
import { RETRY_MS } from '../../../../services/operations/retention/schedule';
import { SETTLE_MS } from '../../../../services/operations/retention/trusted-clock';
import { newEventId } from '../../../support/new-event-id';
import { orderPath, readLog, update } from '../../../support/deliveries';
import { movableClock } from '../../../support/movable-clock';
import { until } from '../../../support/patience';
import { type RunningService, startService, temporaryDirectory } from '../../../support/running-service';

/** The command and the setting, on the real service. Built by `npm run build` beforehand. */
const CLI = resolve(__dirname, '..', '..', '..', '..', 'dist', 'services', 'cli.js');
const DAY = 86_400_000;

const OLD: OrderKey = orderKey('a location', 'finished long ago');
const OLD_DRIVER = 'Zebulon Quist';
const YOUNG: OrderKey = orderKey('a location', 'finished yesterday');
const LIVE: OrderKey = orderKey('a location', 'never finished');

let dataDir: string;
beforeEach(async () => {
  dataDir = temporaryDirectory();
  const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: Date.now });
  let made = 0;
  for (const [key, status, days] of [
    [OLD, 'completed', 31],
    [YOUNG, 'completed', 1],
    [LIVE, 'in_progress', 400],
  ] as const) {
    const metadata = { schema_version: 1, received_at: new Date(Date.now() - days * DAY).toISOString() };
    const id = eventId(`00000000-0000-4000-8000-00000000000${String(++made)}`);
    const driver = { driver_details: { source: 'uber', name: OLD_DRIVER } };
    const data = { ...key, status, ...(key === OLD ? driver : {}) };
    const event = { id, type: 'order.updated', data, metadata };
    await store.append(orderStream(key), [event], 'no_stream');
  }
  await store.close();
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

const runWith = async (env: Readonly<Record<string, string>>, ...args: string[]) => {
  const { PATH = '' } = process.env;
  return promisify(execFile)(process.execPath, [CLI, ...args], { env: { PATH, DATA_DIR: dataDir, ...env } });
};
const run = (...args: string[]) => runWith({}, ...args);

const statusesOf = async (service: RunningService): Promise<readonly number[]> => {
  const paths = [OLD, YOUNG, LIVE].flatMap((key) => [orderPath(key), orderPath(key, '/history')]);
  const answers = await Promise.all([...paths, orderPath(OLD, '?at_revision=0')].map((path) => service.get(path)));
  return answers.map(({ status }) => status);
};
const ONLY_OLD_IS_GONE = [404, 404, 200, 200, 200, 200, 404];

describe('ticket-rail retain', () => {
  it('ticket-rail retain deletes old finished orders, which are then answered like orders never reported', async () => {
    const dry = await run('retain', '--days', '30', '--dry-run');
    expect(dry.stdout).toContain('Would delete 1 finished orders');
    const { stdout } = await run('retain', '--days', '30');
    expect(stdout).toContain('Deleted 1 finished orders that had their last update before ');
    const service = await startService({ DATA_DIR: dataDir });
    try {
      expect(await statusesOf(service)).toEqual(ONLY_OLD_IS_GONE);
    } finally {
      await service.end();
    }
  });

  it('the feed says of an order that it was deleted, in each form, and goes on from what is gone', async () => {
    const before = await startService({ DATA_DIR: dataDir });
    const { items, next } = (await before.get('/feed')).json as FeedPage;
    await before.end();
    await run('retain', '--days', '30');
    const service = await startService({ DATA_DIR: dataDir });
    try {
      const ofFeed = async (query: string, headers: Readonly<Record<string, string>> = {}) =>
        (await service.get(`/feed?${query}`, headers)).json;
      const gone = { ...OLD, type: 'order.removed' };
      for (const view of ['events', 'orders']) {
        expect(await ofFeed(`view=${view}&after=${next}`)).toMatchObject({ items: [gone], caught_up: true });
      }
      const batch = await ofFeed(`after=${next}`, { Accept: 'application/cloudevents-batch+json' });
      expect(batch).toMatchObject([{ type: 'ticket-rail.order.removed', subject: OLD.order_id, data: gone }]);
      expect(await ofFeed(`after=${items[0]?.position ?? ''}`)).toMatchObject({ items: [YOUNG, LIVE, gone] });
    } finally {
      await service.end();
    }
  });

  it('the driver of a deleted order is in no file any more, also where the search had found that driver', async () => {
    const names = (): string[] =>
      readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(OLD_DRIVER));
    const search = async (): Promise<unknown> => {
      const service = await startService({ DATA_DIR: dataDir });
      const { orders } = (await service.get('/audit/orders?driver=zebulon')).json as { orders: unknown[] };
      await service.end();
      return orders.length;
    };
    expect(await search()).toBe(1);
    expect(names()).toContain('read-model.sqlite');
    await run('retain', '--days', '30');
    expect(names()).toEqual([]);
    expect(await search()).toBe(0);
    expect(names()).toEqual([]);
  });

  it.each([
    ['the clock is far ahead', 400, '365'],
    ['most orders would go', 1.5, '2'],
  ])('ticket-rail retain deletes nothing if %s, until that is confirmed', async (_reason, ahead, days) => {
    const clock = movableClock(dataDir);
    const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: Date.now });
    for (const order_id of ['one', 'two', 'three']) {
      const key = orderKey('a location', order_id);
      const metadata = { schema_version: 1, received_at: new Date(Date.now() - DAY).toISOString() };
      const event = { id: newEventId(), type: 'order.updated', data: { ...key, status: 'completed' }, metadata };
      await store.append(orderStream(key), [event], 'no_stream');
    }
    await store.close();
    clock.set(ahead * DAY);
    const before = readLog(dataDir).length;
    const refused = { code: 1, stderr: expect.stringContaining('add --confirm') as string };
    await expect(runWith(clock.env, 'retain', '--days', days)).rejects.toMatchObject(refused);
    expect(readLog(dataDir)).toHaveLength(before);
    const dry = await runWith(clock.env, 'retain', '--days', days, '--dry-run');
    expect(dry.stderr).toContain('Without --dry-run nothing would be deleted');
    const { stdout } = await runWith(clock.env, 'retain', '--days', days, '--confirm');
    expect(stdout).toContain('Deleted 5 finished orders');
    // The next run by the same clock has nothing to ask.
    await runWith(clock.env, 'retain', '--days', days);
  });

  describe('old records of who looked', () => {
    beforeEach(async () => {
      const store = await openSqliteStore({ file: join(dataDir, 'events.sqlite'), now: Date.now });
      for (const days of [31, 1]) {
        const at = new Date(Date.now() - days * DAY).toISOString();
        const volumes = createAccessVolumes({ store, newId: randomUUID, now: Date.now, monotonic: () => 0 });
        await volumes.append([{ reader: readerName('auditor'), role: 'auditor', what: 'history', path: '/', at }]);
      }
      await store.close();
    });
    const left = () => readLog(dataDir).filter(({ type }) => type === 'access.read').length;

    it('ticket-rail retain deletes records of who looked that are older than ACCESS_RETENTION_DAYS', async () => {
      const settings = { ACCESS_RETENTION_DAYS: '30' };
      const dry = await runWith(settings, 'retain', '--days', '30', '--dry-run');
      expect(dry.stdout).toContain('Would delete 1 records of who looked from before ');
      const { stdout } = await runWith(settings, 'retain', '--days', '30');
      expect(stdout).toContain('Deleted 1 records of who looked from before ');
      expect((await runWith(settings, 'retain', '--days', '30')).stdout).toContain('Deleted 0 records of who looked');
    });

    it('ticket-rail retain keeps all records of who looked without ACCESS_RETENTION_DAYS', async () => {
      const before = left();
      expect((await run('retain', '--days', '30')).stdout).not.toContain('who looked');
      expect(left()).toBe(before);
    });

    it('ticket-rail retain deletes nothing if the clock is far ahead for ACCESS_RETENTION_DAYS', async () => {
      const clock = movableClock(dataDir);
      clock.set(2 * DAY);
      const before = readLog(dataDir).length;
      const settings = { ...clock.env, ACCESS_RETENTION_DAYS: '1' };
      const refused = { code: 1, stderr: expect.stringContaining('Nothing was deleted: the clock says') as string };
      await expect(runWith(settings, 'retain', '--days', '365')).rejects.toMatchObject(refused);
      expect(readLog(dataDir)).toHaveLength(before);
      const { stdout } = await runWith(settings, 'retain', '--days', '365', '--confirm');
      expect(stdout).toContain('Deleted 2 records of who looked');
    });
  });

  it('ticket-rail retain is refused while the service runs', async () => {
    const service = await startService({ DATA_DIR: dataDir });
    try {
      await expect(run('retain', '--days', '30')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is in use by process') as string,
      });
    } finally {
      await service.end();
    }
  });

  it.each(['0', '-1', '1.5', '36501', 'all'])(
    'ticket-rail retain --days %s is refused, and deletes nothing',
    async (days) => {
      await expect(run('retain', `--days=${days}`)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('days') as string,
      });
      expect(readLog(dataDir).map(({ stream }) => stream)).toEqual([OLD, YOUNG, LIVE].map(orderStream));
    },
  );
});

describe('RETENTION_DAYS', () => {
  it('a service with RETENTION_DAYS deletes old finished orders once its clock went right for a while, and counts them', async () => {
    const clock = movableClock(dataDir);
    const service = await startService({ DATA_DIR: dataDir, RETENTION_DAYS: '30', ...clock.env });
    try {
      await until('the time to be recorded', () => existsSync(join(dataDir, 'known-time.json')));
      expect((await service.get(orderPath(OLD))).status).toBe(200);
      clock.pass(SETTLE_MS);
      await until('the old order to be gone', async () => (await service.get(orderPath(OLD))).status === 404);
      expect(await statusesOf(service)).toEqual(ONLY_OLD_IS_GONE);
      await until('the run to be logged', () => service.output().includes('deleted finished orders'));
      expect(service.output()).toMatch(/"deleted":1,"forgotten":0,"kept":0,"unreported":0,"days":30/);
      const metrics = (await service.get('/metrics')).text;
      expect(metrics).toContain('ticket_rail_retention_deleted_orders_total 1');
      expect(metrics).toContain('ticket_rail_retention_held{what="orders"} 0');
    } finally {
      await service.end();
    }
  });

  it('a service whose clock is 40 days ahead deletes nothing and says so, and goes on when the clock is right', async () => {
    const clock = movableClock(dataDir);
    const settings = { DATA_DIR: dataDir, RETENTION_DAYS: '30', ...clock.env };
    const isRecorded = () => until('the time to be recorded', () => existsSync(join(dataDir, 'known-time.json')));
    await startService(settings).then(async (service) => {
      await isRecorded();
      return service.end();
    });
    clock.set(40 * DAY);
    const service = await startService(settings);
    try {
      // What comes now is stamped by the wrong clock, and must not vouch for it.
      await service.deliver(update(orderKey('a location', 'new'), { status: 'completed' }));
      await clock.passUntil('the hold', SETTLE_MS, () => service.output().includes('RETENTION IS HELD'));
      expect(service.output()).toContain('the last time that is known for certain');
      expect(await statusesOf(service)).toEqual([200, 200, 200, 200, 200, 200, 200]);
      expect((await service.get('/metrics')).text).toContain('ticket_rail_retention_held{what="orders"} 1');
      clock.set(-40 * DAY);
      const isGone = async () => (await service.get(orderPath(OLD))).status === 404;
      await clock.passUntil('the old order to be gone', RETRY_MS, isGone);
      expect(await statusesOf(service)).toEqual(ONLY_OLD_IS_GONE);
    } finally {
      await service.end();
    }
  });

  it('a service without RETENTION_DAYS keeps every order', async () => {
    const service = await startService({ DATA_DIR: dataDir });
    try {
      expect(await statusesOf(service)).toEqual([200, 200, 200, 200, 200, 200, 200]);
    } finally {
      await service.end();
    }
  });
});
