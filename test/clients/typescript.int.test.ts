import { type ItemOf, TicketRailClient, TicketRailError } from '../../clients/typescript/ticket-rail-client';
import type { OrderPage } from '../../schemas/order-view';
import { update } from '../support/deliveries';
import { until } from '../support/patience';
import {
  bearer,
  entryOf,
  type RunningService,
  SECURE,
  startService,
  temporaryDirectory,
} from '../support/running-service';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

/** The client for TypeScript against the real service. */

const TOKEN = 'pos-everywhere-0123456789abcdef';
const READERS = JSON.stringify([...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]), entryOf(TOKEN, 'pos')]);
const STATUSES = ['in_progress', 'ready_for_pickup', 'completed'];

/** A port that was free just now: a service that was killed has to come back at the same address. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });

let settings: Record<string, string>;
let service: RunningService;
let ending: AbortController;
let following: Promise<void>[];
beforeEach(async () => {
  settings = { READERS, DATA_DIR: temporaryDirectory(), PORT: String(await freePort()) };
  service = await startService(settings);
  ending = new AbortController();
  following = [];
});
afterEach(async () => {
  ending.abort();
  await Promise.all(following);
  await service.end('SIGKILL');
  rmSync(settings['DATA_DIR'] ?? '', { recursive: true, force: true });
});

const client = (token = TOKEN): TicketRailClient => new TicketRailClient({ url: service.url, token });

async function deliver(orders: number, status: string): Promise<void> {
  for (let n = 0; n < orders; n++) {
    const key = { location_id: `location ${String(n % 3)}`, order_id: `order/${String(n)}` };
    const { status: code } = await service.deliver(update(key, { status }));
    expect(code).toBe(200);
  }
}

/** Every order as the read model has it, by its address. */
async function readModel(): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (const location of ['location 0', 'location 1', 'location 2']) {
    const path = `/locations/${encodeURIComponent(location)}/orders`;
    const { json } = await service.call(path, { headers: bearer(TOKEN) });
    for (const order of (json as OrderPage).orders) all.set(`${order.location_id} ${order.order_id}`, order.revision);
  }
  return all;
}

const nameOf = ({ location_id, order_id }: { location_id: string; order_id: string }): string =>
  `${location_id} ${order_id}`;

it('a copy equals the read model although the service was killed in between, and every fact came in order', async () => {
  const copy = new Map<string, number>();
  const wrong: string[] = [];
  const failures: unknown[] = [];
  const takeIn = (item: ItemOf<'events'>): void => {
    if (item.type === 'order.removed') return;
    const known = copy.get(nameOf(item)) ?? -1;
    if (item.revision > known + 1) wrong.push(`${nameOf(item)}: ${String(item.revision)} after ${String(known)}`);
    copy.set(nameOf(item), Math.max(known, item.revision));
  };
  following.push(
    client().follow(
      { consumer: 'copy', view: 'events', limit: 7, signal: ending.signal, onFailure: (error) => failures.push(error) },
      (items) => {
        items.forEach(takeIn);
      },
    ),
  );
  await deliver(12, STATUSES[0] ?? '');
  await until('the first items', () => copy.size > 0);
  await service.end('SIGKILL');
  await until('the client to notice', () => failures.length > 0);
  service = await startService(settings);
  for (const status of STATUSES.slice(1)) await deliver(12, status);
  const expected = await readModel();
  expect(expected.size).toBe(12);
  await until('the copy to be whole', () => [...expected].every(([name, revision]) => copy.get(name) === revision));
  expect(copy).toEqual(expected);
  expect(wrong).toEqual([]);
});

it('what a handler threw at comes again, and what it returned from does not', async () => {
  await deliver(3, 'in_progress');
  const handed: string[][] = [];
  const failures: unknown[] = [];
  const error = new Error('the database is away');
  following.push(
    client().follow(
      { consumer: 'throws', view: 'orders', signal: ending.signal, onFailure: (one) => failures.push(one) },
      (items) => {
        handed.push(items.map(nameOf));
        if (handed.length === 1) throw error;
      },
    ),
  );
  await until('the items to come again', () => handed.length === 2);
  expect(handed[1]).toEqual(handed[0]);
  expect(failures).toEqual([error]);
  await until('the commit', async () => {
    const { json } = await service.call('/consumers', { headers: bearer(TOKEN) });
    return (json as { consumers: { lag: { events: number } }[] }).consumers[0]?.lag.events === 0;
  });
  await deliver(1, 'completed');
  await until('the news', () => handed.length === 3);
  expect(handed[2]).toEqual(['location 0 order/0']);
});

it('a client whose position is of another log starts over, if it knows how to', async () => {
  await deliver(2, 'in_progress');
  const copy = new Set<string>();
  let startedOver = 0;
  const options = { consumer: 'restored', view: 'orders', signal: ending.signal } as const;
  const unknown = '4711-1a2b3c4d';
  const misplaced: typeof fetch = (address, init) => {
    const isMisplaced = startedOver === 0 && typeof address === 'string';
    return fetch(isMisplaced ? address.replace('feed?consumer=restored', `feed?after=${unknown}`) : address, init);
  };
  const moved = new TicketRailClient({ url: service.url, token: TOKEN, fetch: misplaced });
  await expect(moved.follow(options, () => undefined)).rejects.toMatchObject({ status: 410 });
  const startOver = (): void => {
    startedOver++;
    copy.clear();
  };
  following.push(
    moved.follow({ ...options, startOver }, (items) => {
      for (const item of items) copy.add(nameOf(item));
    }),
  );
  await until('the copy', () => copy.size === 2);
  expect(startedOver).toBe(1);
});

it('a token that is not known ends following with the problem', async () => {
  const stranger = client('nobody-0123456789abcdef');
  const error = await stranger.follow({ consumer: 'x', view: 'orders' }, () => undefined).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(TicketRailError);
  expect(error).toMatchObject({ status: 401 });
  expect((error as TicketRailError).is('reader-not-authentic')).toBe(true);
});

it('an order can be read as it stands, and one that is not there is null', async () => {
  await deliver(1, 'in_progress');
  expect(await client().order('location 0', 'order/0')).toMatchObject({ stage: 'preparing', revision: 0 });
  expect(await client().order('location 0', 'none')).toBeNull();
});
