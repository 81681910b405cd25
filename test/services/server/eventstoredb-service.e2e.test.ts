import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { locationId, orderId, orderKey, type OrderKey } from '../../../schemas/order-key';
import type { Order, OrderPage, Readiness } from '../../../schemas/api/order-view';
import { orderStream } from '../../../schemas/events/order-events';
import { SERVER_LINES } from '../../eventstoredb-node/services';
import { STANDSTILL_MS } from '../../../services/read-model/freshness';
import { NO_FAULTS, type Faults } from '../../eventstoredb-node/faults';
import { realNode } from '../../eventstoredb-node/real-node';
import { type SpawnedNode, spawnNode } from '../../eventstoredb-node/spawn-node';
import { repeated } from '../../support/depth';
import { problem, problemOf, update } from '../../support/deliveries';
import { freePorts } from '../../support/free-ports';
import { patiently, until } from '../../support/patience';
import { type Answer, call, discard, type RunningService, startService } from '../../support/running-service';

/** The whole service over EventStoreDB's protocol, with real processes on both sides. */

/** Longest that a delivery may take to be answered: the store's own 5 s, and what a busy machine adds. */
const ANSWERED_WITHIN_MS = patiently(12_000);

/** How long a fault lasts, in milliseconds: less than the store waits before it gives up a delivery, so that most go through. */
const FAULT_MS = 1_500;
/** Milliseconds in which the service finds a store again that was away from the start. */
const RECOVERY_MS = 30_000;
/** Milliseconds in which a slow name service says that there is no such name, before a check of the store gives up. */
const NAME_SERVICE_MS = 60_000;

/** Orders that deliveries go on about during a fault, and deliveries about each. */
const ORDERS_IN_FAULT = 50;
const PER_ORDER_IN_FAULT = 20;

const LOCATIONS = ['north', 'south'];
const keyOf = (order: number): OrderKey => ({
  location_id: locationId(LOCATIONS[order % LOCATIONS.length] ?? ''),
  order_id: orderId(`order ${String(order)}`),
});
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

/** Runs `work` for each of `items`, so many at a time. */
async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

const outcomeOf = ({ json }: Answer) => json as { readonly outcome: string; readonly revision: number };

async function allOrders(service: RunningService): Promise<Order[]> {
  const orders: Order[] = [];
  for (const location of LOCATIONS) {
    for (let after = ''; ;) {
      const { json } = await service.get(`/locations/${location}/orders?limit=1000${after}`);
      const page = json as OrderPage;
      orders.push(...page.orders);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
  }
  return orders.sort((a, b) => (a.order_id < b.order_id ? -1 : 1));
}

type Events = readonly { readonly stream: string; readonly revision: number; readonly id: string }[];
const eventsOf = async (node: SpawnedNode): Promise<Events> => (await node.state()).events;

/** A log of orders: no gap, nothing twice. @returns how many events each order has. */
function revisionsOf(events: Events): ReadonlyMap<string, number> {
  const next = new Map<string, number>();
  const ids = new Set<string>();
  for (const { stream, revision, id } of events) {
    if (!stream.startsWith('order-')) continue;
    expect({ stream, revision }).toEqual({ stream, revision: next.get(stream) ?? 0 });
    expect(ids.has(id)).toBe(false);
    ids.add(id);
    next.set(stream, revision + 1);
  }
  return next;
}

/**
 * Delivers while the store fails: each delivery is answered 200 or 503 in time, and stored once, in order.
 * @returns how many were answered 200
 */
async function keepsAll(
  service: RunningService,
  location: string,
  store: {
    begin(): Promise<void> | void;
    end(): Promise<void> | void;
    events(): Promise<Events>;
  },
): Promise<number> {
  let sent = 0;
  const orders = Array.from({ length: ORDERS_IN_FAULT }, (_, order) => orderKey(location, String(order)));
  const accepted = new Map<string, number[]>();
  const delivering = inParallel(orders, ORDERS_IN_FAULT, async (key) => {
    for (let n = 0; n < PER_ORDER_IN_FAULT; n++) {
      for (;;) {
        const before = performance.now();
        const answer = await service.deliver(update(key, { n }));
        expect(performance.now() - before).toBeLessThan(ANSWERED_WITHIN_MS);
        sent++;
        if (answer.status === 200) {
          accepted.set(key.order_id, [...(accepted.get(key.order_id) ?? []), outcomeOf(answer).revision]);
          break;
        }
        expect(problemOf(answer)).toEqual(problem(503, 'store-unavailable'));
        expect(answer.headers['retry-after']).toMatch(/^\d+$/);
        await sleep(20);
      }
    }
  });
  delivering.catch(() => undefined);
  await until('every order to be recorded', () => accepted.size === ORDERS_IN_FAULT);
  await store.begin();
  await Promise.race([delivering, sleep(FAULT_MS)]).finally(() => store.end());
  await delivering;
  expect(sent).toBeGreaterThanOrEqual(ORDERS_IN_FAULT * PER_ORDER_IN_FAULT);
  const revisions = revisionsOf(await store.events());
  for (const key of orders) {
    expect(revisions.get(orderStream(key))).toBe(PER_ORDER_IN_FAULT);
    expect(accepted.get(key.order_id)).toEqual(Array.from({ length: PER_ORDER_IN_FAULT }, (_, n) => n));
  }
  await until('the service to be ready again', async () => (await service.call('/readyz')).status === 200);
  const last = orders.at(-1) ?? keyOf(0);
  const path = `/locations/${encodeURIComponent(last.location_id)}/orders/${last.order_id}`;
  expect((await service.get(`${path}?min_revision=${String(PER_ORDER_IN_FAULT - 1)}`)).json).toMatchObject({
    revision: PER_ORDER_IN_FAULT - 1,
  });
  return [...accepted.values()].reduce((sum, { length }) => sum + length, 0);
}

describe('two processes on one EventStoreDB', () => {
  const ORDERS = 500;
  const DELIVERIES = repeated({ short: 1_000, all: 3_000, soak: 10_000 });
  let node: SpawnedNode;
  let services: RunningService[];

  beforeAll(async () => {
    node = await spawnNode();
    services = await Promise.all([0, 1].map(() => startService({ EVENT_STORE_URL: node.url })));
  });
  afterAll(async () => {
    await discard(...services);
    await node.stop();
  });

  it(
    `two processes on one EventStoreDB take ${DELIVERIES.toLocaleString('en')} deliveries, lose none, and end with equal read models`,
    async () => {
      const random = seeded(20_261_121);
      const deliveries = Array.from({ length: DELIVERIES }, (_, n) => ({
        order: Math.floor(random() * ORDERS),
        // A tenth says again what may just have been said, to either process.
        fields: { status: STATUSES[n % STATUSES.length], note: random() < 0.1 ? 'again' : n },
        service: random() < 0.5 ? 0 : 1,
      }));
      const highest = new Map<string, number>();
      let repeats = 0;
      await inParallel(deliveries, 64, async ({ order, fields, service }) => {
        const key = keyOf(order);
        const answer = await services[service]?.deliver(update(key, fields));
        expect(answer?.status).toBe(200);
        if (answer === undefined) return;
        const { outcome, revision } = outcomeOf(answer);
        if (outcome === 'repeat') repeats++;
        const stream = orderStream(key);
        highest.set(stream, Math.max(highest.get(stream) ?? 0, revision));
      });

      const revisions = revisionsOf(await eventsOf(node));
      expect(revisions.size).toBe(new Set(deliveries.map(({ order }) => order)).size);
      for (const [stream, revision] of highest) expect(revisions.get(stream)).toBe(revision + 1);
      expect([...revisions.values()].reduce((sum, count) => sum + count, 0)).toBe(DELIVERIES - repeats);

      const [one, other] = await Promise.all(
        services.map(async (service) => {
          // What the other process acknowledged is waited for by revision.
          for (const [stream, count] of revisions) {
            const [location = '', order = ''] = stream.slice('order-'.length).split(':');
            const { status } = await service.get(
              `/locations/${location}/orders/${order}?min_revision=${String(count - 1)}`,
            );
            expect(status).toBe(200);
          }
          return allOrders(service);
        }),
      );
      expect(one).toEqual(other);
      expect(one).toHaveLength(revisions.size);
    },
    patiently(180_000),
  );
});

describe.each(SERVER_LINES)('service over a failing EventStoreDB %s', (line) => {
  let node: SpawnedNode;
  let service: RunningService;

  beforeAll(async () => {
    node = await spawnNode(0, line);
    service = await startService({ EVENT_STORE_URL: node.url });
  });
  afterAll(async () => {
    await discard(service);
    await node.stop();
  });

  const faults: [string, (node: SpawnedNode) => void, (node: SpawnedNode) => void][] = (
    [
      ['is silent', { silent: true }],
      ['is frozen', { frozen: true }],
      ['ends every stream with OK', { closedWithOk: true }],
      ['is unavailable once', { unavailable: 1 }],
      ['is slow', { slowMs: 40 }],
      ['has a clock that is ahead', { clockAheadMs: 15_000 }],
      ['stores without answering', { storesWithoutAnswer: true }],
      ['drops the connection after storing', { dropsAfterStoring: true }],
      ['is too busy', { tooBusy: true }],
      ['is not ready', { notReady: true }],
    ] satisfies [string, Partial<Faults>][]
  ).map(([name, fault]) => [
    name,
    (on) => {
      on.setFaults(fault);
    },
    (off) => {
      off.setFaults(NO_FAULTS);
    },
  ]);

  it.each([
    ...faults,
    [
      'is stopped as a process',
      (on: SpawnedNode) => {
        on.freeze();
      },
      (off: SpawnedNode) => {
        off.thaw();
      },
    ] as (typeof faults)[number],
  ])(
    `the service answers 200 or 503 in time and stores every delivery once while EventStoreDB ${line} %s`,
    async (name, begins, ends) => {
      const acknowledged = await keepsAll(service, name, {
        begin: () => {
          begins(node);
        },
        end: () => {
          ends(node);
        },
        events: () => eventsOf(node),
      });
      expect(acknowledged).toBe(ORDERS_IN_FAULT * PER_ORDER_IN_FAULT);
    },
  );
});

describe('service without its EventStoreDB', () => {
  it('while its EventStoreDB is frozen, the service answers GET /readyz in half a second each time, and in the end with 503', async () => {
    const node = await spawnNode();
    const started = await startService({ EVENT_STORE_URL: node.url });
    try {
      const milliseconds: number[] = [];
      const ask = async (): Promise<number> => {
        const begun = performance.now();
        const { status } = await call(started.url, '/readyz');
        milliseconds.push(performance.now() - begun);
        return status;
      };
      expect(await ask()).toBe(200);
      node.freeze();
      await until('the service to see that it is frozen', async () => (await ask()) === 503, RECOVERY_MS);
      for (let n = 0; n < 3; n++) expect(await ask()).toBe(503);
      // Some may have met a machine that stands still.
      const sorted = milliseconds.slice(1).sort((one, other) => one - other);
      expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(patiently(500));
      node.thaw();
      await until('recovery', async () => (await ask()) === 200, RECOVERY_MS);
    } finally {
      node.thaw();
      await discard(started);
      await node.stop();
    }
  });

  it('a service whose EventStoreDB goes away logs so once, however many deliveries it refuses, and once that it is back', async () => {
    const node = await spawnNode();
    const started = await startService({ EVENT_STORE_URL: node.url });
    const logged = (text: string): number => started.output().split(text).length - 1;
    try {
      expect((await started.deliver(update(keyOf(0)))).status).toBe(200);
      node.setFaults({ tooBusy: true });
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 64 }, (_, n) => started.deliver(update(keyOf(n)))));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      }
      expect(logged('NO DELIVERY IS TAKEN: the event store takes no writes')).toBe(1);
      node.setFaults(NO_FAULTS);
      await until('the log to say that it is back', () => logged('the event store takes writes again') === 1);
      expect(started.output()).toMatch(/"deliveries":192,"reads":0,"msg":"the event store takes writes again"/);
    } finally {
      await discard(started);
      await node.stop();
    }
  });

  it.each(SERVER_LINES)(
    'a service that stood still says so, and not that nothing is behind, until it has heard its EventStoreDB %s again',
    async (line) => {
      const node = await spawnNode(0, line);
      const started = await startService({ EVENT_STORE_URL: node.url });
      const projector = async () => {
        const { json } = await call(started.url, '/readyz');
        return (json as Readiness).checks.find(({ name }) => name === 'projector');
      };
      try {
        expect(await projector()).toEqual({ name: 'projector', ok: true, detail: '0.000 s behind' });
        started.process.kill('SIGSTOP');
        node.freeze();
        await sleep(STANDSTILL_MS + 500); // what is tested is that time passes
        started.process.kill('SIGCONT');
        const stoodStill = { ok: false, detail: expect.stringMatching(/stood still.* for (?:[5-9]|\d\d)/) as unknown };
        expect(await projector()).toMatchObject(stoodStill);
        expect(await projector()).toMatchObject({ ok: false });
        node.thaw();
        await until('the service to be ready', async () => (await call(started.url, '/readyz')).status === 200);
        expect(await projector()).toEqual({ name: 'projector', ok: true, detail: '0.000 s behind' });
      } finally {
        node.thaw();
        await discard(started);
        await node.stop();
      }
    },
  );

  it.each(['esdb://no-such-host.invalid?tls=false', 'kurrentdb+discover://no-such-host.invalid?tls=false'])(
    'an EventStoreDB whose name has no address is called that: %s',
    async (url) => {
      const started = await startService({ EVENT_STORE_URL: url }, 'listening');
      try {
        const readiness = await until(
          'the reason',
          async () => {
            const { json } = await call(started.url, '/readyz');
            const { checks } = json as Readiness;
            // A machine without a name service cannot tell more.
            return (
              checks.find(({ detail }) => /host no-such-host\.invalid .*\((?:ENOTFOUND|EAI_AGAIN)\)/.test(detail)) ??
              null
            );
          },
          NAME_SERVICE_MS,
        );
        expect(readiness).toMatchObject({ name: 'event_store', ok: false });
        await until('the log to say so', () =>
          /no-such-host\.invalid[^"]*(?:ENOTFOUND|EAI_AGAIN)/.test(started.output()),
        );
      } finally {
        await discard(started);
      }
    },
  );

  it('a service that starts without its EventStoreDB says so, answers 503, keeps its memory, and recovers', async () => {
    const port = await freePorts();
    const url = `esdb://admin:changeit-really@127.0.0.1:${String(port)}?tls=false`;
    const started = await startService({ EVENT_STORE_URL: url }, 'listening');
    let node: SpawnedNode | null = null;
    try {
      const readiness = await call(started.url, '/readyz');
      expect(readiness.status).toBe(503);
      expect(readiness.json).toMatchObject({
        ready: false,
        checks: [{ name: 'event_store', ok: false }, { name: 'projector' }, { name: 'lifecycle', ok: true }],
      });
      const memory: number[] = [];
      /** Sends a round of deliveries, all of which are refused. */
      const refuse = async (): Promise<void> => {
        const answers = await Promise.all(
          Array.from({ length: 64 }, (_, n) => started.deliver(update(keyOf(n), { status: 'in_progress' }))),
        );
        for (const answer of answers) {
          expect(problemOf(answer)).toEqual(problem(503, 'store-unavailable'));
          expect(answer.headers['retry-after']).toMatch(/^\d+$/);
        }
        const metrics = (await started.get('/metrics')).text;
        memory.push(Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]));
        expect(metrics).toMatch(/^ticket_rail_queue_depth 0$/m);
      };
      for (let round = 0; round < 3; round++) await refuse();
      // Whatever a round leaves behind, ten minutes of them would pile up. A busy process collects it later.
      await until('memory to be as it was', async () => {
        await refuse();
        return (memory.at(-1) ?? 0) - (memory[1] ?? 0) < 32 * 1024 * 1024;
      });

      node = await spawnNode(port);
      await until('recovery', async () => (await call(started.url, '/readyz')).status === 200, RECOVERY_MS);
      const answer = await started.deliver(update(keyOf(0)));
      expect(answer).toMatchObject({ status: 200, json: { outcome: 'recorded', revision: 0 } });
      expect(started.output()).not.toContain('changeit-really');
    } finally {
      await discard(started);
      await node?.stop();
    }
  });
});

const real = realNode();
if (real !== null) {
  describe('service over EVENTSTORE_TEST_URL', () => {
    /** Of this run: others use the server too. */
    const space = randomUUID();
    let services: RunningService[] = [];
    beforeAll(async () => {
      services = await Promise.all([0, 1].map(() => startService({ EVENT_STORE_URL: real.url })));
    });
    afterAll(() => discard(...services));

    const serve = (index: number): RunningService => {
      const service = services[index];
      if (service === undefined) throw new Error('the service did not start');
      return service;
    };
    const events = (location: string) => (): Promise<Events> => real.events(orderStream(orderKey(location, '')));

    it(
      'two instances over a real EventStoreDB lose no delivery, store none twice, and end with equal read models',
      async () => {
        const location = `${space} both`;
        const deliveries = Array.from({ length: 2_000 }, (_, n) => ({ order_id: String(n % 100), n }));
        await inParallel(deliveries, 32, async ({ order_id, n }) => {
          expect((await serve(n % 2).deliver(update(orderKey(location, order_id), { n }))).status).toBe(200);
        });
        const revisions = revisionsOf(await events(location)());
        expect([...revisions.values()]).toEqual(Array(100).fill(20));
        const path = `/locations/${encodeURIComponent(location)}/orders`;
        const [one, other] = await Promise.all(
          services.map(async (service) => {
            for (let n = 0; n < 100; n++)
              expect((await service.get(`${path}/${String(n)}?min_revision=19`)).status).toBe(200);
            return (await service.get(`${path}?limit=1000`)).json as OrderPage;
          }),
        );
        const byId = (page: OrderPage | undefined) => new Map(page?.orders.map((order) => [order.order_id, order]));
        expect(byId(one)).toEqual(byId(other));
        expect(byId(one).size).toBe(100);
      },
      patiently(120_000),
    );

    for (const { name, begin, end } of real.faults) {
      it(
        `the service answers 200 or 503 in time and stores every delivery once while a real EventStoreDB ${name}`,
        async () => {
          const location = `${space} ${name}`;
          const acknowledged = await keepsAll(serve(0), location, { begin, end, events: events(location) });
          expect(acknowledged).toBe(ORDERS_IN_FAULT * PER_ORDER_IN_FAULT);
        },
        patiently(180_000),
      );
    }
  });
}
