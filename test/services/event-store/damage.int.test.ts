import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readiness } from '../../../schemas/api/order-view';
import { orderPath, problem, problemOf, update } from '../../support/deliveries';
import { until } from '../../support/patience';
import { type Answer, discard, type RunningService, startService } from '../../support/running-service';
import { LOG, READ_MODEL, readOrders, withDatabase } from '../../faults/inspect';

const LOCATION = 'damaged location';
const ORDERS = 60;
const key = (order: number) => ({ location_id: LOCATION, order_id: `order ${String(order)}` });

/** Spoils the page of a table that holds its first rows, as a disk may, in a file that nobody has open. */
function damage(file: string, table: string): void {
  const { page, size } = withDatabase(file, (db) => ({
    page: db
      .prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path LIMIT 1")
      .pluck()
      .get(table),
    size: db.pragma('page_size', { simple: true }) as number,
  }));
  if (page === undefined) throw new Error(`${table} has no page`);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  closeSync(descriptor);
}

describe('service with a damaged file', () => {
  let service: RunningService;

  const withDamage = async (name: string, table: string): Promise<void> => {
    const { dataDir } = service;
    await service.end();
    damage(join(dataDir, name), table);
    service = await startService({ DATA_DIR: dataDir });
  };

  beforeEach(async () => {
    service = await startService();
    const deliveries = Array.from({ length: ORDERS }, (_, n) => update(key(n), { note: 'x'.repeat(500) }));
    for (const answer of await Promise.all(deliveries.map((one) => service.deliver(one)))) {
      expect(answer.status).toBe(200);
    }
    expect(await readOrders(service, LOCATION)).toHaveLength(ORDERS);
  });

  afterEach(async () => {
    await discard(service);
  });

  it('a damaged page of the event log is reported as damage wherever it is found, and keeps nobody from delivering', async () => {
    await withDamage(LOG, 'events');
    const histories: Answer[] = [];
    for (let n = 0; n < ORDERS; n++) histories.push(await service.get(orderPath(key(n), '/history')));
    const refused = histories.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(ORDERS);
    for (const answer of refused) expect(problemOf(answer)).toEqual(problem(503, 'store-damaged'));
    expect((refused[0]?.json as { detail: string }).detail).toMatch(/damaged\. Asking again does not help/);

    const words = /a part of the event log \S+ cannot be read: IT IS DAMAGED.*ticket-rail verify.*restore a backup/;
    await until('the log to say so', () =>
      Promise.resolve(service.output().includes('THE EVENT LOG IS DAMAGED') && words.test(service.output())),
    );
    const { status, json } = await service.call('/readyz');
    expect(status).toBe(200);
    expect((json as Readiness).checks[0]?.detail).toMatch(words);
    expect((await service.deliver(update(key(ORDERS)))).status).toBe(200);
  });

  it('a damaged page of the read model has it made anew by itself, with every order in it', async () => {
    await withDamage(READ_MODEL, 'orders');
    const found = await until('every order to be shown', async () => {
      const { status } = await service.get(orderPath(key(0)));
      return status === 200 && readOrders(service, LOCATION);
    });
    expect(found).toHaveLength(ORDERS);
    expect(service.output()).toContain('the read model is damaged: it is deleted, and made anew from the log');
  });
});
