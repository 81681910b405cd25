import type { FeedItem, FeedPage, FeedPosition } from '../../../schemas/api/feed';
import type { Order, OrderPage } from '../../../schemas/api/order-view';
import { type SpawnedNode, spawnNode } from '../../eventstoredb-node/spawn-node';
import { update, type WireKey } from '../../support/deliveries';
import { until } from '../../support/patience';
import {
  type Answer,
  bearer,
  discard,
  entryOf,
  type RunningService,
  SECURE,
  startService,
} from '../../support/running-service';

/** Consumers and services that are killed at any moment, while updates come at speed. */

const POS_TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(POS_TOKEN, 'pos')]);
const LOCATIONS = ['north', 'south', 'east'];
const ORDERS = 60;
const UPDATES = 1_200;
const KILLS = 3;
const CONSUMERS = 3;
/** Share of the answers that a consumer dies over: after it did some of the work, and before it commits. */
const DEATH = 0.15;
const STATUSES = ['in_progress', 'ready_for_pickup', 'out_for_delivery', 'completed'];

/** A repeatable random number from 0 to below 1 for each call (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const keyOf = (order: number) => ({
  location_id: LOCATIONS[order % LOCATIONS.length] ?? '',
  order_id: `order ${String(order)}`,
});
const nameOf = ({ location_id, order_id }: WireKey): string => `${location_id}/${order_id}`;

/** What a consumer keeps, which survives it: here its database. */
interface Copy {
  readonly name: string;
  readonly view: 'events' | 'orders';
  readonly orders: Map<string, { revision: number; stage: string }>;
  /** What it was told that cannot be. */
  readonly wrong: string[];
  deaths: number;
}

function takeIn(copy: Copy, item: FeedItem): void {
  if (!('revision' in item)) return;
  const name = nameOf(item);
  const known = copy.orders.get(name)?.revision ?? -1;
  // What comes again after a death is known by its revision; nothing is ever left out.
  if (item.revision <= known) return;
  if (copy.view === 'events' && item.revision !== known + 1) {
    copy.wrong.push(`${name}: revision ${String(item.revision)} after ${String(known)}`);
  }
  copy.orders.set(name, { revision: item.revision, stage: 'order' in item ? item.order.stage : item.stage });
}

describe.each(['the embedded store', 'EventStoreDB and two instances'])('consumers over %s', (kind) => {
  let node: SpawnedNode | null = null;
  const services: RunningService[] = [];
  const env: Record<string, string>[] = [];

  beforeAll(async () => {
    if (kind !== 'the embedded store') node = await spawnNode();
    for (let n = 0; n < (node === null ? 1 : 2); n++) {
      env[n] = node === null ? { READERS } : { READERS, EVENT_STORE_URL: node.url };
      services[n] = await startService(env[n]);
    }
  });
  afterAll(async () => {
    await discard(...services);
    await node?.stop();
  });

  const anyService = (random: () => number): RunningService => {
    const service = services[Math.floor(random() * services.length)];
    if (service === undefined) throw new Error('there is no service');
    return service;
  };

  /** Asks whichever service answers. */
  async function ask(random: () => number, path: string, body?: unknown, method = 'POST'): Promise<Answer> {
    return until(`an answer to ${path}`, async () => {
      const options = body === undefined ? {} : { method, body: JSON.stringify(body) };
      const answer = await anyService(random)
        .call(path, { headers: bearer(POS_TOKEN), ...options })
        .catch(() => null);
      return answer !== null && answer.status < 500 ? answer : null;
    });
  }

  /** A consumer from its start to its death, or until there is nothing more to come. @returns whether it died */
  async function live(
    copy: Copy,
    random: () => number,
    isOver: () => boolean,
    isWhole: (copy: Copy) => boolean,
  ): Promise<boolean> {
    let place: FeedPosition | null = null;
    for (;;) {
      const over = isOver();
      const from = place === null ? `consumer=${copy.name}` : `after=${place}`;
      const { status, json } = await ask(random, `/feed?${from}&view=${copy.view}&wait=1&limit=50`);
      expect(status).toBe(200);
      const { items, next, caught_up } = json as FeedPage;
      // At least once, however few pages there are for one that is slow.
      const dies = items.length > 0 && (copy.deaths === 0 || random() < DEATH);
      const done = dies ? Math.floor(random() * items.length) : items.length;
      for (const item of items.slice(0, done)) takeIn(copy, item);
      if (dies) return true;
      expect((await ask(random, `/consumers/${copy.name}/commit`, { position: next })).status).toBe(200);
      place = next;
      // An instance that is behind the other has nothing more, and is not at the end.
      if (over && caught_up && items.length === 0 && isWhole(copy)) return false;
    }
  }

  it('each consumer has every fact once and in order, and ends equal to the read model, however often it and the service are killed', async () => {
    const random = seeded(20_261_128);
    let sent = 0;
    let isOver = false;
    /** The newest revision of each order that was acknowledged. */
    const acknowledged = new Map<string, number>();
    const isWhole = ({ orders }: Pick<Copy, 'orders'>): boolean =>
      [...acknowledged].every(([name, revision]) => (orders.get(name)?.revision ?? -1) >= revision);
    const copies = Array.from({ length: CONSUMERS }, (_, n): Copy => ({
      name: `consumer-${String(n)}`,
      view: n === CONSUMERS - 1 ? 'orders' : 'events',
      orders: new Map(),
      wrong: [],
      deaths: 0,
    }));
    const consuming = copies.map(async (copy, n) => {
      const own = seeded(n + 1);
      await ask(own, `/consumers/${copy.name}`, {}, 'PUT');
      while (await live(copy, own, () => isOver, isWhole)) copy.deaths++;
    });
    const send = async (): Promise<void> => {
      while (sent < UPDATES) {
        const n = sent++;
        const key = keyOf(Math.floor(random() * ORDERS));
        const body = update(key, { status: STATUSES[n % STATUSES.length], n });
        const answer = await until('an update to be taken', async () => {
          const taken = await anyService(random)
            .deliver(body)
            .catch(() => null);
          return taken?.status === 200 ? taken : null;
        });
        const { revision } = answer.json as { readonly revision: number };
        acknowledged.set(nameOf(key), Math.max(revision, acknowledged.get(nameOf(key)) ?? -1));
      }
    };
    const kill = async (): Promise<void> => {
      for (let n = 1; n <= KILLS; n++) {
        await until('some updates', () => sent >= (UPDATES * n) / (KILLS + 1), 60_000);
        const index = n % services.length;
        const service = services[index];
        if (service === undefined) continue;
        await service.end('SIGKILL');
        services[index] = await startService({ ...env[index], DATA_DIR: service.dataDir });
      }
    };
    await Promise.all([...Array.from({ length: 8 }, send), kill()]);
    isOver = true;
    await Promise.all(consuming);

    const truth = await until('a read model that has all of it', async () => {
      const orders = new Map<string, { revision: number; stage: string }>();
      for (const location of LOCATIONS) {
        const { json } = await ask(random, `/locations/${location}/orders?limit=1000`);
        for (const order of (json as OrderPage).orders) {
          const { revision, stage }: Order = order;
          orders.set(nameOf(order), { revision, stage });
        }
      }
      return isWhole({ orders }) ? orders : null;
    });
    expect(truth.size).toBe(ORDERS);
    for (const { wrong, orders, deaths } of copies) {
      expect(wrong).toEqual([]);
      expect(orders).toEqual(truth);
      expect(deaths).toBeGreaterThan(0);
    }
  });
});
