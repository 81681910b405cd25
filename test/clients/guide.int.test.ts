import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Order, OrderPage } from '../../schemas/api/order-view';
import { update } from '../support/deliveries';
import { until } from '../support/patience';
import {
  bearer,
  discard,
  entryOf,
  type RunningService,
  SECURE,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { buildProgram, languagesHere } from './languages';

/** The programs of docs/guides/follow-the-feed.md, as they stand there. */

const ROOT = resolve(__dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/follow-the-feed.md'), 'utf8');
const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);
const DRIVER = { name: 'Jane "J" Dríver', source: 'uber' };

let service: RunningService;
let folder: string;
beforeEach(async () => {
  folder = temporaryDirectory();
  service = await startService({ READERS });
});
afterEach(async () => {
  await discard(service);
  rmSync(folder, { recursive: true, force: true });
});

/** Orders in an order of their own. */
const sorted = (orders: readonly Order[]): Order[] =>
  [...orders].sort((one, other) => (one.order_id < other.order_id ? -1 : 1));

function copied(): Order[] {
  const copy = join(folder, 'copy');
  if (!existsSync(copy)) return [];
  return readdirSync(copy).flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(copy, name), 'utf8')) as Order];
    } catch {
      return []; // It is being written.
    }
  });
}

for (const { name, isHere, where } of languagesHere()) {
  (isHere ? it : it.skip)(`the program of the guide ${where} keeps a copy of all orders over its own end`, async () => {
    const deliver = async (n: number, status: string): Promise<void> => {
      const key = { location_id: 'l/1', order_id: `order ü ${String(n)}` };
      const { status: code } = await service.deliver(update(key, { status, driver_details: DRIVER }));
      expect(code).toBe(200);
    };
    const readModel = async (): Promise<Order[]> => {
      const { json } = await service.get('/locations/l%2F1/orders', bearer(TOKEN));
      return sorted((json as OrderPage).orders);
    };
    const isWhole = async (): Promise<boolean> => {
      const [copy, orders] = [sorted(copied()), await readModel()];
      return (
        JSON.stringify(copy.map(({ order_id, revision }) => [order_id, revision])) ===
        JSON.stringify(orders.map(({ order_id, revision }) => [order_id, revision]))
      );
    };
    const run = buildProgram(name, GUIDE, folder);
    const env = { URL: service.url, TOKEN };
    for (let n = 0; n < 3; n++) await deliver(n, 'in_progress');
    const first = run(env);
    await until('the copy', isWhole);
    first.kill();
    await first.ended;
    await deliver(1, 'completed');
    await deliver(3, 'in_progress');
    const second = run(env);
    await until('the copy to be whole again', isWhole);
    second.kill();
    await second.ended;
    expect(sorted(copied())).toEqual(await readModel());
  });
}
