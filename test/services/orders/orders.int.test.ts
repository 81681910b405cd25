import { setTimeout as delay } from 'node:timers/promises';
import { evolve, initial, toOrder } from '../../../projections/order/order';
import type { OrderKey } from '../../../schemas/order-key';
import type { OrderEvent } from '../../../schemas/events/order-events';
import { Order, OrderPage } from '../../../schemas/api/order-view';
import { FINAL_STAGES, STAGES } from '../../../schemas/vocabulary';
import {
  EXAMPLES,
  freshKeys,
  historyOf,
  orderPath,
  parseExample,
  problem,
  problemOf,
  update,
} from '../../support/deliveries';
import { patiently, until } from '../../support/patience';
import {
  type Answer,
  asReader,
  bearer,
  discard,
  entryOf,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../support/running-service';

let service: RunningService;
const key = freshKeys('orders');
beforeAll(async () => {
  service = await startService();
});
afterAll(() => discard(service));

const orderOf = async (about: OrderKey, query = ''): Promise<Order> => {
  const answer = await service.get(orderPath(about, query));
  expect({ query, status: answer.status }).toEqual({ query, status: 200 });
  return Order.strict().parse(answer.json);
};
const detailOf = ({ json }: Answer): string => (json as { detail: string }).detail;

describe('an order', () => {
  /** The stage that people see after each of the documents' examples. */
  const STAGE_AFTER = [
    'on_the_way',
    'on_the_way',
    'preparing',
    'driver_here',
    'on_the_way',
    'completed',
    'ready',
    'failed',
    'canceled',
  ];

  it('an order is what the examples of Stream’s documents fold to, one after the other', async () => {
    const events: OrderEvent[] = [];
    const stages: string[] = [];
    for (const { bytes } of EXAMPLES) {
      const { object } = parseExample(bytes);
      expect((await service.post(bytes)).json).toMatchObject({ outcome: 'recorded', revision: events.length });
      const order = await orderOf(object);
      const { events: history } = await historyOf(service, object);
      const last = history.at(-1);
      const [receivedAt, contentHash] = [last?.received_at ?? '', last?.metadata.content_hash ?? null];
      events.push({ type: 'order.updated', data: object, revision: events.length, receivedAt, contentHash });
      expect(order).toEqual(toOrder(object, events.reduce(evolve, initial)));
      expect(order.updated_at).toBe(receivedAt);
      expect(order.first_received_at).toBe(events[0]?.receivedAt);
      stages.push(order.stage);
    }
    expect(stages).toEqual(STAGE_AFTER);
  });

  it('an order that was never reported is not found', async () => {
    expect(problemOf(await service.get(orderPath(key())))).toEqual(problem(404, 'order-not-found'));
  });

  it('an order has an ETag that changes with its revision, and a 304 says that nothing changed', async () => {
    const about = key();
    await service.deliver(update(about));
    const first = await service.get(orderPath(about));
    const etag = first.headers.etag ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    for (const match of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const unchanged = await service.get(orderPath(about), { 'If-None-Match': match });
      expect({ match, status: unchanged.status, text: unchanged.text }).toEqual({ match, status: 304, text: '' });
      expect(unchanged.headers.etag).toBe(etag);
    }
    expect((await service.get(orderPath(about), { 'If-None-Match': '"x"' })).status).toBe(200);
    await service.deliver(update(about));
    expect((await service.get(orderPath(about), { 'If-None-Match': etag })).status).toBe(304);
    await service.deliver(update(about, { status: 'completed' }));
    const second = await service.get(orderPath(about), { 'If-None-Match': etag });
    expect(second.status).toBe(200);
    expect(second.headers.etag).not.toBe(etag);
    expect((await service.get(orderPath(about, '?at_revision=0'), { 'If-None-Match': etag })).status).toBe(304);
  });

  it('two orders with the same revision do not share an answer, whatever their ETags are', async () => {
    const [one, other] = [key(), key()];
    await service.deliver(update(one, { status: 'completed' }));
    await service.deliver(update(other));
    expect((await orderOf(one)).status).toBe('completed');
    expect((await orderOf(other)).status).toBe('in_progress');
  });

  it('an order shows every acknowledged update at once: 200 posts, each read right after its answer', async () => {
    const about = key();
    for (let n = 0; n < 200; n++) {
      const { json } = await service.deliver(update(about, { n }));
      const { revision } = json as { revision: number };
      expect((await orderOf(about)).revision).toBe(revision);
    }
    expect((await orderOf(about)).revision).toBe(199);
  });

  it('a new order is in the list of its location at once', async () => {
    for (let n = 0; n < 20; n++) {
      const about = { location_id: 'at once', order_id: String(n) };
      await service.deliver(update(about));
      const { json } = await service.get('/locations/at%20once/orders');
      expect(OrderPage.parse(json).orders.map(({ order_id }) => order_id)).toContain(String(n));
    }
  });
});

describe('min_revision', () => {
  /** Tries again where a busy machine took longer for the deliveries than the service lets a read wait. */
  const expectInTime = async (attempt: () => Promise<[Answer, number]>): Promise<void> => {
    const [answer, revision] = await until('an answer in time', async () => {
      const [waited, expected] = await attempt();
      return waited.status !== 503 && ([waited, expected] as const);
    });
    expect({ status: answer.status, revision: Order.parse(answer.json).revision }).toEqual({ status: 200, revision });
  };

  it('a read with min_revision is answered at once where that revision exists', async () => {
    const about = key();
    await service.deliver(update(about));
    expect((await orderOf(about, '?min_revision=0')).revision).toBe(0);
  });

  it('a read with min_revision waits for a revision that is on its way', async () => {
    await expectInTime(async () => {
      const about = key();
      await service.deliver(update(about));
      const waiting = service.get(orderPath(about, '?min_revision=2'));
      await delay(30);
      await service.deliver(update(about, { n: 1 }));
      await delay(30);
      await service.deliver(update(about, { n: 2 }));
      return [await waiting, 2];
    });
  });

  it('a read with min_revision waits for an order that does not exist yet', async () => {
    await expectInTime(async () => {
      const about = key();
      const waiting = service.call(orderPath(about, '?min_revision=0'), { headers: asReader });
      await delay(30);
      await service.deliver(update(about));
      return [await waiting, 0];
    });
  });

  it('a read with min_revision gives up after a while and says to ask again', async () => {
    const about = key();
    await service.deliver(update(about));
    const began = performance.now();
    const answer = await service.once(orderPath(about, '?min_revision=1'), { headers: asReader });
    expect(problemOf(answer)).toEqual(problem(503, 'read-model-behind'));
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(performance.now() - began).toBeGreaterThan(1_500);
    expect(performance.now() - began).toBeLessThan(patiently(10_000));
  });
});

describe('an order at a moment of its past', () => {
  let about: OrderKey;
  let times: string[];
  const STATUSES = ['in_progress', 'ready_for_pickup', 'completed'];
  beforeAll(async () => {
    about = key();
    for (const status of STATUSES) {
      await service.deliver(update(about, { status }));
      await delay(5); // so that a millisecond is between them
    }
    times = (await historyOf(service, about)).events.map(({ received_at }) => received_at);
  });
  const shifted = (time: string | undefined, ms: number): string => new Date(Date.parse(time ?? '') + ms).toISOString();
  const asOf = (time: string): string => `?as_of=${encodeURIComponent(time)}`;

  it('at_revision gives the order after that event', async () => {
    for (const [revision, status] of STATUSES.entries()) {
      expect(await orderOf(about, `?at_revision=${String(revision)}`)).toMatchObject({
        revision,
        status,
        updated_at: times[revision],
        first_received_at: times[0],
      });
    }
    expect(await orderOf(about, '?at_revision=2')).toEqual(await orderOf(about));
  });

  it('as_of gives the order after the last event received at or before that time', async () => {
    expect(new Set(times).size).toBe(3);
    for (const [revision] of STATUSES.entries()) {
      expect((await orderOf(about, asOf(times[revision] ?? ''))).revision).toBe(revision);
      expect((await orderOf(about, asOf(shifted(times[revision], 1)))).revision).toBe(revision);
    }
    for (const revision of [1, 2]) {
      expect((await orderOf(about, asOf(shifted(times[revision], -1)))).revision).toBe(revision - 1);
    }
    expect((await orderOf(about, asOf('2999-01-01T00:00:00Z'))).revision).toBe(2);
  });

  it('as_of takes any UTC offset, and any precision', async () => {
    const [, second = ''] = times;
    const inTwoHours = shifted(second, 2 * 3_600_000).replace('Z', '+02:00');
    expect((await orderOf(about, asOf(inTwoHours))).revision).toBe(1);
    expect((await orderOf(about, asOf(second.replace('Z', '999Z')))).revision).toBe(1);
    // As it is typed into an address, where it means a space.
    expect((await orderOf(about, `?as_of=${inTwoHours}`)).revision).toBe(1);
    const list = `/locations/${encodeURIComponent(about.location_id)}/orders?as_of=${inTwoHours}`;
    expect((await service.get(list)).status).toBe(200);
  });

  it.each(['at_revision=3', 'at_revision=9007199254740991'])(
    'an order at a revision that it never had (%s) is not found',
    async (query) => {
      expect(problemOf(await service.get(orderPath(about, `?${query}`)))).toEqual(problem(404, 'revision-not-found'));
    },
  );

  it('an order as of a time before its first event is not found', async () => {
    const answer = await service.get(orderPath(about, asOf(shifted(times[0], -1))));
    expect(problemOf(answer)).toEqual(problem(404, 'revision-not-found'));
  });

  it('the past of an order that was never reported is not found', async () => {
    for (const query of ['?at_revision=0', '?as_of=2999-01-01T00:00:00Z']) {
      expect((await service.get(orderPath(key(), query))).status).toBe(404);
    }
  });

  it('at_revision and as_of together are refused', async () => {
    const answer = await service.get(orderPath(about, `?at_revision=0&as_of=${times[0] ?? ''}`));
    expect(problemOf(answer)).toEqual(problem(400, 'invalid-parameter'));
    expect(detailOf(answer)).toBe('as_of: give at_revision or as_of, not both.');
  });
});

describe('the orders of a location', () => {
  const location_id = 'Küche/1 "list"';
  const path = `/locations/${encodeURIComponent(location_id)}/orders`;
  const list = async (query = ''): Promise<OrderPage> => {
    const answer = await service.get(path + query);
    expect({ query, status: answer.status }).toEqual({ query, status: 200 });
    expect(answer.headers['cache-control']).toBe('no-store');
    return OrderPage.strict().parse(answer.json);
  };
  const idsOf = (page: OrderPage): string[] => page.orders.map(({ order_id }) => order_id);
  const all = async (query: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let after = ''; ;) {
      const page = await list(`?${query}${after}`);
      ids.push(...idsOf(page));
      if (page.next === null) return ids;
      after = `&after=${page.next}`;
    }
  };

  const FIELDS_OF: Record<string, Record<string, unknown>> = {
    preparing: { status: 'in_progress' },
    ready: { status: 'ready_for_pickup' },
    driver_here: { status: 'in_progress', delivery_status: 'arrived_at_pickup' },
    on_the_way: { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' },
    needs_action: { status: 'in_progress', delivery_status: 'failed_to_assign_driver' },
    coming_back: { status: 'out_for_delivery', delivery_status: 'enroute_to_return' },
    completed: { status: 'completed' },
    failed: { status: 'failed' },
    canceled: { status: 'dsp_canceled' },
    returned: { status: 'out_for_delivery', delivery_status: 'returned' },
  };
  beforeAll(async () => {
    for (const [stage, fields] of Object.entries(FIELDS_OF)) {
      await service.deliver(update({ location_id, order_id: `${stage} 1` }, fields));
      await service.deliver(update({ location_id, order_id: `${stage} 2` }, fields));
    }
  });

  it('the orders of a location are listed as they first came, each as in an answer of its own', async () => {
    const page = await list();
    expect(idsOf(page)).toEqual(Object.keys(FIELDS_OF).flatMap((stage) => [`${stage} 1`, `${stage} 2`]));
    for (const order of page.orders) expect(order).toEqual(await orderOf(order));
    expect(page.next).toBeNull();
  });

  it.each(STAGES)('the list with stage=%s has the orders of that stage alone', async (stage) => {
    const { orders } = await list(`?stage=${stage}`);
    expect(orders.map((order) => [order.stage, order.order_id])).toEqual([
      [stage, `${stage} 1`],
      [stage, `${stage} 2`],
    ]);
  });

  it('the list with active separates the orders that have ended from those that have not', async () => {
    const ended = Object.keys(FIELDS_OF).filter((stage) => [...FINAL_STAGES].some((final) => final === stage));
    const active = Object.keys(FIELDS_OF).filter((stage) => !ended.includes(stage));
    const both = (stages: string[]): string[] => stages.flatMap((stage) => [`${stage} 1`, `${stage} 2`]);
    expect(idsOf(await list('?active=true'))).toEqual(both(active));
    expect(idsOf(await list('?active=false'))).toEqual(both(ended));
    expect(idsOf(await list('?active=true&stage=completed'))).toEqual([]);
    expect(idsOf(await list('?active=false&stage=completed'))).toEqual(['completed 1', 'completed 2']);
  });

  it.each([1, 3, 7, 20, 1_000])(
    'pages of %i orders make up the whole list, none missing and none twice',
    async (limit) => {
      expect(await all(`limit=${String(limit)}`)).toEqual(idsOf(await list()));
      expect((await all(`limit=${String(limit)}&active=true`)).length).toBe(12);
    },
  );

  it('a page that ends with the list has no cursor', async () => {
    expect((await list('?limit=20')).next).toBeNull();
    expect((await list('?limit=19')).next).not.toBeNull();
  });

  it('the cursors of a list stay valid while orders are added and change', async () => {
    const other = 'paging';
    const deliver = (order_id: string, fields = {}) =>
      service.deliver(update({ location_id: other, order_id }, fields));
    for (let n = 0; n < 10; n++) await deliver(`o${String(n)}`);
    const seen: string[] = [];
    let next = '';
    for (let n = 10; ; n++) {
      const { json } = await service.get(`/locations/${other}/orders?limit=3${next}`);
      const page = OrderPage.parse(json);
      seen.push(...idsOf(page));
      if (page.next === null) break;
      next = `&after=${page.next}`;
      if (n < 13) await deliver(`o${String(n)}`);
      await deliver('o0', { n });
      await deliver('o9', { n });
    }
    expect(seen).toEqual(Array.from({ length: 13 }, (_, n) => `o${String(n)}`));
  });

  it('a list has no orders of other locations, and the list of an unknown location is empty', async () => {
    const { json } = await service.get('/locations/nobody/orders');
    expect(json).toEqual({ orders: [], driver_groups: [], next: null });
    expect(idsOf(await list())).toHaveLength(20);
  });
});

describe('addresses', () => {
  const IDS: [string, string][] = [
    ['a/b', 'a%2Fb'],
    ['a/b', 'a%2fb'],
    ['%2F', '%252F'],
    ['..', '..'],
    ['..', '%2e%2E'],
    ['.', '%2E'],
    ['../x', '..%2Fx'],
    ['Zoë ☕', 'Zo%C3%AB%20%E2%98%95'],
    ['🛵', '%F0%9F%9B%B5'],
    ['"quoted"', '%22quoted%22'],
    ["o'clock", "o'clock"],
    ['a:b', 'a:b'],
    ['a:b', 'a%3Ab'],
    ['a-b', 'a-b'],
    ['a?b#c', 'a%3Fb%23c'],
    ['a+b', 'a+b'],
    ['a b', 'a%20b'],
    ['a;b', 'a;b'],
    ['a@b$c&d=e,f!g(h)*', 'a@b$c&d=e,f!g(h)*'],
    ['100%', '100%25'],
    ['a\\b', 'a%5Cb'],
    ['history', 'history'],
    ['\u{feff}', '%EF%BB%BF'],
    ['🛵'.repeat(200), encodeURIComponent('🛵'.repeat(200))],
  ];
  it.each(IDS)('an order with the id %j is reached by %s in the address', async (id, encoded) => {
    const about = { location_id: id, order_id: id };
    await service.deliver(update(about));
    const raw = `/locations/${encoded}/orders`;
    expect((await service.get(`${raw}/${encoded}`)).json).toMatchObject(about);
    expect((await service.get(raw)).json).toMatchObject({ orders: [about] });
    expect((await service.get(`${raw}/${encoded}/history`)).json).toMatchObject({ events: [{ revision: 0 }] });
  });

  it('an id with a slash that is not escaped is another address', async () => {
    await service.deliver(update({ location_id: 'x', order_id: 'slash/ed' }));
    expect(problemOf(await service.get('/locations/x/orders/slash/ed'))).toEqual(problem(404, 'not-found'));
  });

  it.each(['%', '%z', '%zz', '%2', '%ff', '%c3', '%C0%AF', '%ED%A0%80', 'a%'])(
    'an address with the malformed percent-encoding %s is refused with 400',
    async (broken) => {
      for (const path of [
        `/locations/${broken}/orders`,
        `/locations/${broken}/orders/o`,
        `/locations/l/orders/${broken}`,
        `/locations/l/orders/${broken}/history`,
      ]) {
        expect({ path, ...problemOf(await service.get(path)) }).toEqual({ path, ...problem(400, 'invalid-parameter') });
      }
    },
  );

  it.each([
    ['a line break', '%0A'],
    ['NUL', '%00'],
    ['DEL', '%7F'],
    ['201 characters', 'x'.repeat(201)],
    ['201 emoji', encodeURIComponent('🛵'.repeat(201))],
  ])('an id with %s, which no order can have, is refused with 400', async (_what, encoded) => {
    const location = await service.get(`/locations/${encoded}/orders`);
    expect(problemOf(location)).toEqual(problem(400, 'invalid-parameter'));
    expect(detailOf(location)).toContain('location_id');
    const order = await service.get(`/locations/l/orders/${encoded}`);
    expect(problemOf(order)).toEqual(problem(400, 'invalid-parameter'));
    expect(detailOf(order)).toContain('order_id');
  });

  it.each([
    ['/locations/l/orders', 'colour=red', 'colour'],
    ['/locations/l/orders', 'limit=0', 'limit'],
    ['/locations/l/orders', 'limit=1001', 'limit'],
    ['/locations/l/orders', 'limit=', 'limit'],
    ['/locations/l/orders', 'limit=1.5', 'limit'],
    ['/locations/l/orders', 'limit=1&limit=2', 'limit'],
    ['/locations/l/orders', 'after=x', 'after'],
    ['/locations/l/orders', 'after=-1', 'after'],
    ['/locations/l/orders', 'stage=eaten', 'stage'],
    ['/locations/l/orders', 'active=yes', 'active'],
    ['/locations/l/orders', '__proto__=1', '__proto__'],
    ['/locations/l/orders/o', 'at_revision=-1', 'at_revision'],
    ['/locations/l/orders/o', 'at_revision=1e3', 'at_revision'],
    ['/locations/l/orders/o', 'at_revision=99999999999999999', 'at_revision'],
    ['/locations/l/orders/o', 'min_revision=x', 'min_revision'],
    ['/locations/l/orders/o', 'as_of=yesterday', 'as_of'],
    ['/locations/l/orders/o', 'as_of=2026-11-21', 'as_of'],
    ['/locations/l/orders/o', 'as_of=2026-02-30T00:00:00Z', 'as_of'],
    ['/locations/l/orders/o', 'as_of=2026-11-21T00:00:00', 'as_of'],
    ['/locations/l/orders/o', 'limit=1', 'limit'],
    ['/locations/l/orders/o/history', 'at_revision=1', 'at_revision'],
    ['/locations/l/orders/o/history', 'format=xml', 'format'],
    ['/locations/l/orders/o/history', 'limit=0', 'limit'],
  ])('%s?%s is refused, and the answer names %s', async (path, query, name) => {
    const answer = await service.get(`${path}?${query}`);
    expect(problemOf(answer)).toEqual(problem(400, 'invalid-parameter'));
    expect(detailOf(answer)).toContain(name);
  });

  it('the address of an order takes GET and HEAD, and no other method is a server error', async () => {
    const about = key();
    await service.deliver(update(about));
    const head = await service.call(orderPath(about), { method: 'HEAD', headers: asReader });
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status } = await service.call(orderPath(about), { method, headers: asReader });
      expect({ method, refused: status < 500 }).toEqual({ method, refused: true });
    }
  });
});

describe('access to what can be read', () => {
  const paths = (about: OrderKey): string[] => [
    orderPath(about),
    orderPath(about, '/history'),
    orderPath(about, '?at_revision=0'),
    '/locations/l/orders',
    '/quarantine',
    '/metrics',
  ];

  it('orders, quarantine and metrics are read with the token of a reader, and with nothing else', async () => {
    const about = key();
    await service.deliver(update(about));
    for (const path of paths(about)) {
      expect((await service.get(path)).status).toBe(200);
      for (const Authorization of [
        '',
        'Bearer',
        'Bearer wrong',
        `Bearer ${READER_TOKEN}x`,
        `Bearer ${entryOf(READER_TOKEN, 'auditor').token_sha256}`,
        `Basic ${READER_TOKEN}`,
        READER_TOKEN,
      ]) {
        const answer = await service.call(path, { headers: { Authorization } });
        expect({ path, ...problemOf(answer) }).toEqual({ path, ...problem(401, 'reader-not-authentic') });
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answer.text).not.toContain('in_progress');
      }
      expect((await service.call(path)).status).toBe(401);
      expect((await service.call(`${path}${path.includes('?') ? '&' : '?'}access_token=${READER_TOKEN}`)).status).toBe(
        401,
      );
    }
  });

  it('a 401 does not reveal whether an order exists, or whether a parameter is valid', async () => {
    const answers = await Promise.all(
      [orderPath(key()), '/locations/%zz/orders', '/locations/l/orders?colour=red', '/nothing/here'].map((path) =>
        service.call(path),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('anyone on this machine may read where no reader is set, and each of several readers where there are several', async () => {
    const about = key();
    const open = await startService({ READERS: '' });
    try {
      await open.deliver(update(about));
      for (const path of paths(about)) expect((await open.call(path)).status).toBe(200);
    } finally {
      await discard(open);
    }
    const second = 'reader-of-the-second-screen';
    const several = await startService({
      READERS: JSON.stringify([entryOf(second, 'screen'), entryOf(READER_TOKEN, 'auditor')]),
    });
    try {
      for (const token of [second, READER_TOKEN]) {
        expect((await several.call('/locations/l/orders', { headers: bearer(token) })).status).toBe(200);
      }
    } finally {
      await discard(several);
    }
  });
});

describe('a restart', () => {
  it('orders, their order in lists and the cursors are the same after a restart', async () => {
    const before = await startService();
    for (let n = 0; n < 5; n++) await before.deliver(update({ location_id: 'l', order_id: String(n) }, { n }));
    const page = (await before.get('/locations/l/orders?limit=2')).json as OrderPage;
    const order = await before.get(orderPath({ location_id: 'l', order_id: '3' }));
    await before.end('SIGKILL');
    const after = await startService({ DATA_DIR: before.dataDir });
    try {
      expect((await after.get('/locations/l/orders?limit=2')).json).toEqual(page);
      const rest = (await after.get(`/locations/l/orders?after=${page.next ?? ''}`)).json as OrderPage;
      expect(rest.orders.map(({ order_id }) => order_id)).toEqual(['2', '3', '4']);
      const again = await after.get(orderPath({ location_id: 'l', order_id: '3' }));
      expect(again.json).toEqual(order.json);
      expect(again.headers.etag).toBe(order.headers.etag);
    } finally {
      await discard(after);
    }
  });
});
