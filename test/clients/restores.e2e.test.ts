import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { update } from '../support/deliveries';
import { patiently, until } from '../support/patience';
import { entryOf, type RunningService, SECURE, startService, temporaryDirectory } from '../support/running-service';
import { freePorts } from '../support/free-ports';
import { buildDriver, languagesHere, type Running } from './languages';

/** The client of every language, while the service gets an older log, and another one. */

const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);
/** Milliseconds for five starts of the service, and for clients that found nobody to ask again. */
const SCENARIO_MS = 120_000;

const present = languagesHere().filter(({ isHere }) => isHere);
const languages = present.map(({ name }) => name).join(', ');

let folder: string;
let service: RunningService;
const running: Running[] = [];
beforeAll(() => {
  folder = temporaryDirectory();
});
afterAll(async () => {
  for (const one of running) one.kill();
  await Promise.all([service.end('SIGKILL'), ...running.map(({ ended }) => ended)]);
  rmSync(folder, { recursive: true, force: true });
});

it(
  `a client that runs starts over when a backup was put back and when the log is another one, in ${languages}`,
  async () => {
    const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
    const settings = { READERS, DATA_DIR: data, PORT: String(await freePorts()) };
    /** Stops the service, does something with its data, and starts it. */
    const restart = async (meanwhile: () => void): Promise<void> => {
      await service.end();
      meanwhile();
      service = await startService(settings);
    };
    const deliver = async (...orders: readonly string[]): Promise<void> => {
      for (const order_id of orders) expect((await service.deliver(update({ order_id }, {}))).status).toBe(200);
    };
    service = await startService(settings);
    await deliver('a', 'b');

    /** What each client has, and how often it started over. */
    const copies = present.map(({ name }, n) => {
      const copy = { name, orders: new Set<string>(), begun: 0 };
      const following = { url: service.url, token: TOKEN, consumer: `copy-${String(n)}`, view: 'orders' } as const;
      const heard = ([kind, , order = '']: readonly string[]): void => {
        if (kind === 'item') copy.orders.add(order);
        if (kind !== 'start over') return;
        copy.orders.clear();
        copy.begun++;
      };
      running.push(buildDriver(name, join(folder, String(n))).follow({ ...following, startOver: 'works' }, heard));
      return copy;
    });
    const expectCopies = async (begun: number, orders: readonly string[]): Promise<void> => {
      const isEqual = (copy: (typeof copies)[number]): boolean =>
        copy.begun >= begun && orders.every((order) => copy.orders.has(order));
      await until(`copies of ${orders.join(', ')}`, () => copies.every(isEqual), SCENARIO_MS);
      expect(copies).toEqual(present.map(({ name }) => ({ name, orders: new Set(orders), begun })));
    };
    await expectCopies(1, ['a', 'b']);
    await restart(() => {
      cpSync(data, backup, { recursive: true });
    });
    await deliver('c');
    await expectCopies(1, ['a', 'b', 'c']);

    await restart(() => {
      rmSync(data, { recursive: true });
      cpSync(backup, data, { recursive: true });
    });
    await deliver('d');
    await expectCopies(2, ['a', 'b', 'd']);

    await restart(() => {
      rmSync(data, { recursive: true });
    });
    await deliver('e');
    await expectCopies(3, ['e']);
  },
  patiently(SCENARIO_MS),
);
