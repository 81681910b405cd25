import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { OrderKey } from '../../../schemas/handle-order';
import { orderStream } from '../../../schemas/order-events';
import { openSqliteStore } from '../../../services/event-store/sqlite/sqlite-store';
import { orderPath, readLog } from '../../support/deliveries';
import { until } from '../../support/patience';
import { type RunningService, startService, temporaryDirectory } from '../../support/running-service';

/** The command and the setting, on the real service. Built by `npm run build` beforehand. */
const CLI = resolve(__dirname, '..', '..', '..', 'dist', 'services', 'cli.js');
const DAY = 86_400_000;

const OLD: OrderKey = { location_id: 'a location', order_id: 'finished long ago' };
const YOUNG: OrderKey = { location_id: 'a location', order_id: 'finished yesterday' };
const LIVE: OrderKey = { location_id: 'a location', order_id: 'never finished' };

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
    const id = `00000000-0000-4000-8000-00000000000${String(++made)}`;
    const event = { id, type: 'order.updated', data: { ...key, status }, metadata };
    await store.append(orderStream(key), [event], 'no_stream');
  }
  await store.close();
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

const run = async (...args: string[]) => {
  const { PATH = '' } = process.env;
  return promisify(execFile)(process.execPath, [CLI, ...args], { env: { PATH, DATA_DIR: dataDir } });
};

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
  it('a service with RETENTION_DAYS deletes old finished orders soon after its start, and counts them', async () => {
    const service = await startService({ DATA_DIR: dataDir, RETENTION_DAYS: '30' });
    try {
      await until('the old order to be gone', async () => (await service.get(orderPath(OLD))).status === 404);
      expect(await statusesOf(service)).toEqual(ONLY_OLD_IS_GONE);
      await until('the run to be logged', () => service.output().includes('deleted finished orders'));
      expect(service.output()).toMatch(/"deleted":1,"forgotten":0,"kept":0,"untold":0,"days":30/);
      expect((await service.get('/metrics')).text).toContain('ticket_rail_retention_deleted_orders_total 1');
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
