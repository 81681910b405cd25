import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderPage } from '../../schemas/api/order-view';
import { seeded } from '../faults/load';
import { freePorts } from '../support/free-ports';
import { update } from '../support/deliveries';
import { repeated } from '../support/depth';
import { patiently, until } from '../support/patience';
import {
  bearer,
  entryOf,
  type RunningService,
  SECURE,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { buildDriver, Copy, type Driver, languagesHere, nameOf } from './languages';

/** A consumer of each language and the service, all of them killed while updates come at speed. */

const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);
const UPDATES = repeated({ short: 1_000, all: 2_000, soak: 20_000 });
const UPDATES_A_SECOND = 1_000;
const LOCATIONS = 50;
const UPDATES_AN_ORDER = 10;
/** Senders; the updates of one order come from one of them, one after the other, as Stream sends them. */
const SENDERS = 50;
const SERVICE_KILLS = 5;
/**
 * A consumer is killed once it was handed so many items at most: while updates come, and after the last of them until it has
 * died so often, however slowly it starts. It is handed more in all than those lives can hold.
 */
const MOST_HANDED = UPDATES / 10;
const FEWEST_DEATHS = 1;
/** Milliseconds that consumers may take to start, again and again, until each has everything. */
const CATCH_UP_MS = 180_000;
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);

const all = languagesHere();
const present = all.filter(({ isHere }) => isHere);
const missing = all.filter(({ isHere }) => !isHere);
const languages =
  present.map(({ name }) => name).join(', ') +
  (missing.length === 0 ? '' : ` (this machine lacks ${missing.map(({ name }) => name).join(', ')})`);

const sleep = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));

const locationOf = (order: number): string => `location ${String(order % LOCATIONS)}`;

/** Every order as the read model has it, with its revision. */
async function readModel(service: RunningService): Promise<Map<string, number>> {
  const revisions = new Map<string, number>();
  for (let n = 0; n < LOCATIONS; n++) {
    const path = `/locations/${encodeURIComponent(locationOf(n))}/orders?limit=1000`;
    const { json } = await service.get(path, bearer(TOKEN));
    const { orders, next } = json as OrderPage;
    expect(next).toBeNull();
    for (const { location_id, order_id, revision } of orders) revisions.set(nameOf(location_id, order_id), revision);
  }
  return revisions;
}

describe(`seed ${String(SEED)}`, () => {
  let folder: string;
  let service: RunningService;
  beforeAll(() => {
    folder = temporaryDirectory();
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    `each copy equals the read model after ${String(UPDATES)} updates and kills of the service and of ${languages}`,
    async () => {
      const random = seeded(SEED);
      const settings = { READERS, DATA_DIR: join(folder, 'data'), PORT: String(await freePorts()) };
      service = await startService(settings);
      const { url } = service;
      let [acknowledged, died, isSent, isWhole] = [0, 0, false, false];

      /** Lets a consumer follow and die, again and again until all was sent. */
      const consume = async (driver: Driver, consumer: string, copy: Copy): Promise<number> => {
        let deaths = 0;
        while (!isWhole) {
          let [handed, isEnded] = [0, false];
          const lifetime = 1 + Math.floor(random() * MOST_HANDED);
          const running = driver.follow({ url, token: TOKEN, consumer, view: 'events', limit: 100 }, (line) => {
            const [kind, location = '', order = '', revision] = line;
            if (kind !== 'item') return;
            copy.takeIn(location, order, Number(revision));
            if (++handed === lifetime && (!isSent || deaths < FEWEST_DEATHS)) running.kill();
          });
          const ended = running.ended.then(() => {
            isEnded = true;
          });
          await until(`the end of ${consumer}`, () => isEnded || isWhole, UPDATES * 20 + CATCH_UP_MS);
          running.kill();
          await ended;
          deaths++;
          if (deaths === FEWEST_DEATHS) died++;
        }
        return deaths;
      };
      const copies = present.map(() => new Copy());
      const consuming = present.map(({ name }, n) =>
        consume(buildDriver(name, join(folder, String(n))), `consumer-${String(n)}`, copies[n] ?? new Copy()),
      );

      const kill = async (): Promise<void> => {
        for (let n = 1; n <= SERVICE_KILLS; n++) {
          const share = (UPDATES * n) / (SERVICE_KILLS + 1);
          await until('the next kill', () => acknowledged >= share, UPDATES * 20);
          await service.end('SIGKILL');
          service = await startService(settings);
        }
      };
      const startedAt = performance.now();
      let begun = 0;
      const send = async (sender: number): Promise<void> => {
        for (let n = 0; n < UPDATES / SENDERS; n++) {
          const order = sender + SENDERS * Math.floor(n / UPDATES_AN_ORDER);
          const key = { location_id: locationOf(order), order_id: `order ${String(order)}` };
          const wait = startedAt + (begun++ * 1_000) / UPDATES_A_SECOND - performance.now();
          if (wait > 0) await sleep(wait);
          const body = update(key, { n });
          await until('an acknowledgement', async () => {
            const answer = await service.deliver(body).catch(() => null);
            return answer?.status === 200;
          });
          acknowledged++;
        }
      };
      const killing = kill();
      await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
      await killing;
      isSent = true;

      const expected = await readModel(service);
      expect([...expected.values()].reduce((sum, revision) => sum + revision + 1, 0)).toBe(UPDATES);
      const isEqual = ({ revisions }: Copy): boolean =>
        [...expected].every(([order, revision]) => revisions.get(order) === revision);
      await until('every copy to be whole', () => copies.every(isEqual), CATCH_UP_MS);
      // Of one that took all in at once, the end may not have been noticed yet.
      await until('every consumer to have died', () => died === present.length);
      isWhole = true;
      const deaths = await Promise.all(consuming);
      for (const copy of copies) expect(copy).toEqual({ revisions: expected, wrong: [] });
      for (const count of deaths) expect(count).toBeGreaterThan(FEWEST_DEATHS);
    },
    patiently(UPDATES * 20 + CATCH_UP_MS),
  );
});
