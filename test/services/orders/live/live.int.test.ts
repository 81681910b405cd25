import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { evolve, initial, type OrderState } from '../../../../projections/order/order';
import type { LiveStart } from '../../../../schemas/api/live';
import { eventId } from '../../../../schemas/events/event-id';
import { locationId, orderId, type OrderKey } from '../../../../schemas/order-key';
import { MAX_LIVE_LOCATIONS } from '../../../../schemas/api/screen-limits';
import type { Position } from '../../../../services/event-store/event-store';
import {
  HEARTBEAT_MS,
  type LiveClient,
  LiveFeed,
  MAX_BUFFERED_BYTES,
  MAX_LIVE_CLIENTS,
  MAX_RESUMED_ORDERS,
  parseFeedAddress,
  SNAPSHOT_ENDED_ORDERS,
} from '../../../../services/orders/live/live-feed';
import { OrderTableReader } from '../../../../services/read-model/order-table/reader';
import { deleteOrderTable, type SavedOrder } from '../../../../services/read-model/order-table/schema';
import { openOrderTable } from '../../../../services/read-model/order-table/writer';
import { STOP_TIMEOUT_MS } from '../../../../services/server/service';
import { update } from '../../../support/deliveries';
import { cases } from '../../../support/depth';
import { type EventStream, openEventStream } from '../../../support/event-stream';
import { patiently, until } from '../../../support/patience';
import {
  asReader,
  bearer,
  call,
  discard,
  entryOf,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';

/** Token of a reader of one location. */
const ONLY_HERE = 'screen-of-here-0123456789';

const keyOf = (order_id: string, location_id = 'counter'): OrderKey => ({
  location_id: locationId(location_id),
  order_id: orderId(order_id),
});

/** Waits until a stream was sent so many messages of one name. */
const untilSent = (stream: EventStream, event: string, count = 1): Promise<boolean> =>
  until(`${String(count)} of ${event}`, () => stream.data(event).length >= count);

describe('the live feed of a location', () => {
  let service: RunningService;
  const open: EventStream[] = [];

  const watch = async (location: string, headers = {}, query = ''): Promise<EventStream> => {
    const stream = await openEventStream(`${service.url}/locations/${location}/live${query}`, {
      ...asReader,
      ...headers,
    });
    open.push(stream);
    return stream;
  };
  /** What came until the first heartbeat; more of them may have come since. */
  const untilHeartbeat = ({ messages }: EventStream): readonly (string | undefined)[] => {
    const events = messages.map(({ event }) => event);
    return events.slice(0, events.indexOf('heartbeat') + 1);
  };
  const orderIds = (stream: EventStream): unknown[] => stream.data('order').map(({ order_id }) => order_id);
  const deliver = async (key: OrderKey, fields: Record<string, unknown>): Promise<void> => {
    expect((await service.deliver(update(key, fields))).status).toBe(200);
  };

  beforeAll(async () => {
    service = await startService();
  });
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close();
  });
  afterAll(() => discard(service));

  it('the live feed begins with a snapshot of what is acknowledged, and a heartbeat', async () => {
    await deliver(keyOf('s1', 'snap'), { status: 'in_progress' });
    await deliver(keyOf('s2', 'snap'), { status: 'completed' });
    const stream = await watch('snap');
    await untilSent(stream, 'heartbeat');
    expect(untilHeartbeat(stream)).toEqual(['snapshot', 'heartbeat']);
    const [snapshot] = stream.data('snapshot');
    const listed = (await service.get('/locations/snap/orders')).json as { orders: unknown[] };
    expect(snapshot).toMatchObject({ location_id: 'snap', truncated: false });
    expect(snapshot?.['orders']).toEqual(listed.orders);
    expect(stream.messages[0]?.id).toMatch(/^\d+-[0-9a-f]{8}$/);
    expect(stream.data('heartbeat')[0]).toMatchObject({ store: 'ok', quarantined: 0, interval_ms: HEARTBEAT_MS });
  });

  it('the live feed sends each update of its location as the order is then, and nothing of other locations', async () => {
    const [here, there] = [await watch('here'), await watch('there')];
    for (const [index, status] of ['in_progress', 'ready_for_pickup', 'completed'].entries()) {
      await deliver(keyOf('o', 'here'), { status });
      await untilSent(here, 'order', index + 1);
      expect(here.data('order')[index]).toEqual((await service.get('/locations/here/orders/o')).json);
    }
    await deliver(keyOf('x', 'there'), { status: 'in_progress' });
    await untilSent(there, 'order');
    expect(orderIds(there)).toEqual(['x']);
    expect(orderIds(here)).toEqual(['o', 'o', 'o']);
  });

  it('the live feed resumes after Last-Event-ID with exactly what was missed', async () => {
    const before = await watch('resume');
    await deliver(keyOf('r1', 'resume'), { status: 'in_progress' });
    await untilSent(before, 'order');
    before.close();
    await deliver(keyOf('r2', 'resume'), { status: 'in_progress' });
    await deliver(keyOf('r2', 'resume'), { status: 'ready_for_pickup' });
    const after = await watch('resume', { 'Last-Event-ID': before.lastId ?? '' });
    await untilSent(after, 'heartbeat');
    expect(untilHeartbeat(after)).toEqual(['resumed', 'order', 'heartbeat']);
    expect(after.data('order')).toMatchObject([{ order_id: 'r2', revision: 1, status: 'ready_for_pickup' }]);
    await deliver(keyOf('r1', 'resume'), { status: 'completed' });
    await untilSent(after, 'order', 2);
    expect(orderIds(after)).toEqual(['r2', 'r1']);
  });

  it('the live feed resumes after lastEventId of the query as after the header, which goes first', async () => {
    const before = await watch('polyfill');
    await deliver(keyOf('p1', 'polyfill'), { status: 'in_progress' });
    await untilSent(before, 'order');
    before.close();
    const last = before.lastId ?? '';
    await deliver(keyOf('p2', 'polyfill'), { status: 'in_progress' });
    const by = async (headers: Record<string, string>, query: string) => {
      const stream = await watch('polyfill', headers, query);
      await untilSent(stream, 'heartbeat');
      return untilHeartbeat(stream);
    };
    const resumed = ['resumed', 'order', 'heartbeat'];
    expect(await by({}, `?lastEventId=${last}`)).toEqual(resumed);
    expect(await by({ 'Last-Event-ID': last }, '?lastEventId=99999999')).toEqual(resumed);
    expect(await by({ 'Last-Event-ID': '99999999' }, `?lastEventId=${last}`)).toEqual(['snapshot', 'heartbeat']);
    expect(await by({}, '?lastEventId=yesterday')).toEqual(['snapshot', 'heartbeat']);
  });

  it.each(['', '-1', 'yesterday', '99999999', '1.5', '1', '1-01234567'])(
    'the live feed answers a Last-Event-ID that this log does not have (%j) with a snapshot',
    async (id) => {
      const stream = await watch('resume', { 'Last-Event-ID': id });
      await until('a message', () => stream.messages.length > 0);
      expect(stream.messages[0]?.event).toBe('snapshot');
    },
  );

  it('the live feed asks proxies neither to compress it nor to hold it back', async () => {
    const { headers } = await service.call('/locations/l/live', { method: 'HEAD', headers: asReader });
    expect(headers['cache-control']?.split(', ')).toEqual(['no-store', 'no-transform']);
    expect(headers['x-accel-buffering']).toBe('no');
  });

  it('the live feed for customers shows order numbers and stages, and nothing else', async () => {
    await deliver(keyOf('c1', 'wall'), {
      status: 'ready_for_pickup',
      driver_details: { source: 'uber', name: 'Jane Secret', phone: { number: '+15550001' }, passcode: 'code-4711' },
    });
    const stream = await watch('wall', {}, '?view=customers');
    await deliver(keyOf('c1', 'wall'), { status: 'completed', driver_details: { name: 'Jane Secret' } });
    await untilSent(stream, 'order');
    const members = ['order_id', 'ready', 'revision', 'stage', 'stage_since', 'updated_at'];
    const [shown] = stream.data('snapshot')[0]?.['orders'] as Record<string, unknown>[];
    for (const order of [shown, stream.data('order')[0]]) expect(Object.keys(order ?? {}).sort()).toEqual(members);
    expect(JSON.stringify(stream.messages)).not.toMatch(/Jane|code-4711|\+1555|uber|ready_for_pickup/);
  });

  it('the heartbeat says how many deliveries wait in quarantine, but not to customers', async () => {
    const unusable = { type: 'order.updated', object: { location_id: 'lacking' } };
    expect((await service.deliver(unusable)).status).toBe(202);
    const board = await watch('lacking');
    await until('the count', () => board.data('heartbeat').at(-1)?.['quarantined'] === 1);
    const wall = await watch('lacking', {}, '?view=customers');
    await untilSent(wall, 'heartbeat');
    expect(wall.data('heartbeat')[0]).toMatchObject({ quarantined: 0 });
  });

  it('GET /locations lists the locations with reported orders, page by page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await deliver(keyOf('1', name), { status: 'in_progress' });
    await deliver(keyOf('2', 'page-c'), { status: 'in_progress' });
    await deliver(keyOf('3', 'page-c'), { status: 'completed' });
    const names: unknown[] = [];
    for (let after: string | null = 'page'; after !== null;) {
      const { json } = await service.get(`/locations?limit=2&after=${after}`);
      const page = json as { locations: { location_id: string; active_orders: number }[]; next: string | null };
      names.push(...page.locations.map(({ location_id, active_orders }) => [location_id, active_orders]));
      after = page.next;
    }
    expect(names.slice(0, 3)).toEqual([
      ['page-a', 1],
      ['page-b', 1],
      ['page-c', 2],
    ]);
  });

  it('the live feed answers HEAD with the headers alone, and refuses unknown views and other methods', async () => {
    const head = await service.call('/locations/here/live', { method: 'HEAD', headers: asReader });
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    // Neither compressed nor held back by what stands between.
    expect(head.headers).toMatchObject({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    expect((await service.get('/locations/here/live?view=kitchen')).status).toBe(400);
    expect((await service.call('/locations/here/live', { method: 'POST', headers: asReader })).status).toBe(405);
    expect((await service.call('/locations/here/live')).status).toBe(401);
  });

  it('one connection brings several locations, each resumed by itself and named before its messages', async () => {
    await deliver(keyOf('o', 'one'), { status: 'in_progress' });
    await deliver(keyOf('o', 'two'), { status: 'in_progress' });
    const several = async (query: string): Promise<EventStream> => {
      const stream = await openEventStream(`${service.url}/live?${query}`, asReader);
      open.push(stream);
      return stream;
    };
    /** Names of messages, each behind its location. */
    const read = ({ messages }: EventStream): readonly string[] => {
      let at = 'nowhere';
      return messages.flatMap(({ event = '', data }) => {
        if (event !== 'location') return [`${at} ${event}`];
        at = (JSON.parse(data) as { location_id: string }).location_id;
        return [];
      });
    };
    const stream = await several('location_id=one&location_id=two');
    await untilSent(stream, 'heartbeat', 2);
    expect(read(stream).slice(0, 4)).toEqual(['one snapshot', 'one heartbeat', 'two snapshot', 'two heartbeat']);
    expect(stream.data('snapshot').map(({ location_id }) => location_id)).toEqual(['one', 'two']);
    const [ofOne = '', ofTwo = ''] = stream.messages.flatMap(({ event, id = '' }) =>
      event === 'snapshot' ? [id] : [],
    );
    for (const location of ['two', 'one', 'three', 'one'])
      await deliver(keyOf('new', location), { status: 'completed' });
    await untilSent(stream, 'order', 2);
    const orders = read(stream).filter((one) => one.endsWith('order'));
    expect(orders.slice(0, 2)).toEqual(['two order', 'one order']);
    const newest = stream.lastId ?? '';
    const resumed = await several(
      `location_id=one&last_event_id=${ofOne}&location_id=two&last_event_id=${ofTwo}&location_id=three&last_event_id=`,
    );
    await untilSent(resumed, 'heartbeat', 3);
    expect(read(resumed).filter((one) => !one.endsWith('heartbeat'))).toEqual([
      ...['one resumed', 'one order', 'two resumed', 'two order', 'three snapshot'],
    ]);
    expect(resumed.messages.some(({ id }) => id === newest)).toBe(true);
    const customers = await several('location_id=one&location_id=two&view=customers');
    await untilSent(customers, 'snapshot', 2);
    expect(Object.keys((customers.data('snapshot')[1]?.['orders'] as object[])[0] ?? {})).not.toContain('location_id');
  });

  it('a stream of several locations takes each once, only so many, and positions for all or none', async () => {
    const many = Array.from({ length: MAX_LIVE_LOCATIONS + 1 }, (_, n) => `location_id=l${String(n)}`).join('&');
    for (const query of ['', '?location_id=', '?location_id=a&location_id=a', `?${many}`, '?location_id=a&view=x']) {
      expect({ query, status: (await service.get(`/live${query}`)).status }).toEqual({ query, status: 400 });
    }
    const { status, text } = await service.get('/live?location_id=a&location_id=b&last_event_id=1-00000000');
    expect({ status, text }).toEqual({
      status: 400,
      text: expect.stringContaining('as many as location_id') as string,
    });
  });

  it('a location that a reader may not see is refused by itself in a stream of several', async () => {
    const here = await startService({
      READERS: JSON.stringify([entryOf(ONLY_HERE, 'screen', ['here'])]),
    });
    const stream = await openEventStream(`${here.url}/live?location_id=there&location_id=here`, bearer(ONLY_HERE));
    await untilSent(stream, 'heartbeat');
    const events = stream.messages.map(({ event, data }) => [event, (JSON.parse(data) as LiveStart).location_id]);
    expect(events.slice(0, 4)).toEqual([
      ['location', 'there'],
      ['refused', undefined],
      ['location', 'here'],
      ['snapshot', 'here'],
    ]);
    stream.close();
    const answer = await call(here.url, '/live?location_id=there&location_id=nowhere', { headers: bearer(ONLY_HERE) });
    expect(answer).toMatchObject({ status: 403, json: { type: 'urn:ticket-rail:problem:not-permitted' } });
    await discard(here);
  });

  it('the metrics count the clients of the live feed, and the messages sent', async () => {
    await watch('here');
    const metric = async (name: string): Promise<number> =>
      Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await service.get('/metrics')).text)?.[1]);
    const untilClients = (count: number) =>
      until(`${String(count)} clients`, async () => (await metric('ticket_rail_live_clients')) === count);
    await untilClients(1); // the service may not have seen yet that those of other tests are gone
    expect(await metric('ticket_rail_live_messages_total')).toBeGreaterThan(0);
    for (const stream of open.splice(0)) stream.close();
    await untilClients(0);
  });

  it('the live feed sends heartbeats in time while nothing happens', async () => {
    const stream = await watch('quiet');
    await until('a second heartbeat', () => stream.data('heartbeat').length >= 2, 2 * HEARTBEAT_MS);
    expect(stream.data('order')).toEqual([]);
  });
});

describe('the live feed through failures', () => {
  it('a live feed client that resumes after kill -9 and a new start misses nothing and is shown nothing twice', async () => {
    let service = await startService();
    const { dataDir } = service;
    const shown: string[] = [];
    let lastId: string | null = null;
    for (let round = 0; round < 3; round++) {
      const stream = await openEventStream(`${service.url}/locations/counter/live`, {
        ...asReader,
        ...(lastId === null ? {} : { 'Last-Event-ID': lastId }),
      });
      // What is acknowledged just before the end may not have been told yet: the next round tells it.
      for (let n = 0; n < 20; n++) {
        await service.deliver(
          update(keyOf(`o${String(n % 7)}`), { status: 'in_progress', note: `${String(round)}-${String(n)}` }),
        );
      }
      await service.end('SIGKILL');
      await stream.ended;
      shown.push(...stream.data('order').map((order) => `${String(order['order_id'])}@${String(order['revision'])}`));
      lastId = stream.lastId;
      service = await startService({ DATA_DIR: dataDir });
    }
    const last = await openEventStream(`${service.url}/locations/counter/live`, {
      ...asReader,
      'Last-Event-ID': lastId ?? '',
    });
    await untilSent(last, 'heartbeat');
    shown.push(...last.data('order').map((order) => `${String(order['order_id'])}@${String(order['revision'])}`));
    last.close();
    expect(new Set(shown).size).toBe(shown.length);
    const { orders } = (await service.get('/locations/counter/orders')).json as {
      orders: { order_id: string; revision: number }[];
    };
    for (const { order_id, revision } of orders) expect(shown).toContain(`${order_id}@${String(revision)}`);
    await discard(service);
  });

  it('the live feed sends a new snapshot when the read model was deleted and rebuilt', async () => {
    const service = await startService();
    await service.deliver(update(keyOf('kept'), { status: 'in_progress' }));
    const stream = await openEventStream(`${service.url}/locations/counter/live`, asReader);
    await untilSent(stream, 'snapshot');
    deleteOrderTable(join(service.dataDir, 'read-model.sqlite'));
    await untilSent(stream, 'snapshot', 2);
    await service.deliver(update(keyOf('kept'), { status: 'completed' }));
    await untilSent(stream, 'order');
    expect(stream.data('order')).toMatchObject([{ order_id: 'kept', stage: 'completed', revision: 1 }]);
    stream.close();
    await discard(service);
  });

  describe('of one service, up to its end', () => {
    let service: RunningService;
    beforeAll(async () => {
      service = await startService();
    });
    beforeEach(async () => {
      await until('the screens of the test before to be gone', async () =>
        (await service.get('/metrics')).text.includes('ticket_rail_live_clients 0\n'),
      );
    });
    afterAll(() => discard(service));

    it('the service refuses one screen more than it can serve, and goes on taking deliveries', async () => {
      const at = `${service.url}/locations/counter/live`;
      const streams: EventStream[] = [];
      const open = async (count: number): Promise<void> => {
        const some = Array.from({ length: count }, () => openEventStream(at, asReader));
        streams.push(...(await Promise.all(some)));
      };
      while (streams.length < MAX_LIVE_CLIENTS - 50) await open(50);
      await open(49);
      const tooMany = await call(service.url, '/live?location_id=counter&location_id=bar', { headers: asReader });
      expect(tooMany).toMatchObject({ status: 503, json: { type: 'urn:ticket-rail:problem:too-many-screens' } });
      await open(1);
      const refused = await call(service.url, '/locations/counter/live', { headers: asReader });
      expect(refused).toMatchObject({ status: 503, json: { type: 'urn:ticket-rail:problem:too-many-screens' } });
      expect((await service.deliver(update(keyOf('o'), { status: 'in_progress' }))).status).toBe(200);
      await until('every screen to be told', () => streams.every((stream) => stream.data('order').length === 1));
      for (const stream of streams) stream.close();
    });

    it('a live feed client that does not read is cut off; neither the others nor it, once it resumes, miss anything', async () => {
      const at = `${service.url}/locations/counter/live`;
      const [slow, quick] = [await openEventStream(at, asReader), await openEventStream(at, asReader)];
      await untilSent(slow, 'heartbeat');
      slow.pause();
      const instructions = 'x'.repeat(200_000);
      let n = 0;
      const dropped = async (): Promise<number> =>
        Number(/^ticket_rail_live_dropped_total (\d+)$/m.exec((await service.get('/metrics')).text)?.[1]);
      while ((await dropped()) === 0 && n < 200) {
        const details = { source: 'uber', name: `Driver ${String(n++)}`, handoff_instructions: instructions };
        await service.deliver(update(keyOf('big'), { status: 'in_progress', driver_details: details }));
      }
      expect(await dropped()).toBe(1);
      await until('the others to be told everything', () => quick.data('order').at(-1)?.['revision'] === n - 1);
      expect(MAX_BUFFERED_BYTES).toBeLessThan(n * instructions.length);
      slow.resume();
      await slow.ended;
      const again = await openEventStream(at, { ...asReader, 'Last-Event-ID': slow.lastId ?? '' });
      await untilSent(again, 'order');
      expect(again.data('order')).toMatchObject([{ order_id: 'big', revision: n - 1 }]);
      for (const stream of [quick, again]) stream.close();
    });

    it('the service ends every live feed when it stops, without delay', async () => {
      const streams = await Promise.all(
        Array.from({ length: 20 }, () => openEventStream(`${service.url}/locations/counter/live`, asReader)),
      );
      const begun = performance.now();
      const code = service.end('SIGTERM');
      await Promise.all(streams.map(({ ended }) => ended));
      // A stream that is still open when the time for a stop is over is broken off then.
      expect(performance.now() - begun).toBeLessThan(patiently(STOP_TIMEOUT_MS));
      expect(await code).toBe(0);
    });
  });

  it('the live feed is refused for now while the service cannot know the current state', async () => {
    const service = await startService(
      { EVENT_STORE_URL: 'esdb://127.0.0.1:1?tls=false&maxDiscoverAttempts=1' },
      'listening',
    );
    const answer = await call(service.url, '/locations/counter/live', { headers: asReader });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    await discard(service);
  });
});

/** A client that keeps what it is told, and breaks off like a network does. */
class Screen implements LiveClient {
  readonly audience = 'board' as const;
  readonly buffered = 0;
  readonly shown = new Map<string, number>();
  lastId: Position | null = null;
  ended = false;
  readonly twice: string[] = [];

  send(text: string): void {
    if (this.ended) throw new Error('sent after its end');
    for (const message of text.split('\n\n').filter((part) => part !== '')) {
      const field = (name: string): string | undefined =>
        message
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = JSON.parse(field('data') ?? '') as { orders?: unknown; order_id?: string; revision?: number };
      if (field('event') === 'snapshot') {
        this.shown.clear();
        for (const order of data.orders as { order_id: string; revision: number }[])
          this.shown.set(order.order_id, order.revision);
      } else if (field('event') === 'order') {
        const { order_id = '', revision = -1 } = data;
        if (revision <= (this.shown.get(order_id) ?? -1)) this.twice.push(order_id);
        this.shown.set(order_id, revision);
      }
      const id = field('id');
      if (id !== undefined) this.lastId = parseFeedAddress(id)?.position ?? null;
    }
  }

  end(): void {
    this.ended = true;
  }
}

describe('a client of the live feed', () => {
  const cleanup: (() => void)[] = [];
  afterEach(() => {
    for (const step of cleanup.splice(0).reverse()) step();
  });

  const openFeed = () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'read-model.sqlite');
    const table = openOrderTable(file, '1');
    table.markComplete();
    const orders = new OrderTableReader(file);
    const feed = new LiveFeed({
      orders,
      folds: '1',
      health: () => Promise.resolve('ok'),
      quarantinedOf: () => 0,
      factsOf: () => ({ name: null, time_zone: null, language: null, thresholds: null }),
      lagMs: () => 0,
      now: () => 0,
    });
    let position = 0;
    const states = new Map<string, OrderState>();
    /** One save of the projector: an event for each of the orders. */
    const save = (keys: readonly OrderKey[]): void => {
      const changed = new Map<string, SavedOrder>();
      for (const key of keys) {
        const name = JSON.stringify(key);
        const before = states.get(name) ?? initial;
        const revision = before.revision + 1;
        const at = String(position++) as Position;
        const data = { ...key, status: revision % 5 === 4 ? 'completed' : 'in_progress' };
        const receivedAt = new Date(position).toISOString();
        const state = evolve(before, { type: 'order.updated', revision, receivedAt, data, contentHash: null } as never);
        states.set(name, state);
        const id = eventId(`0000000${at}`.slice(-8));
        const newest = { position: at, eventId: id, contentHash: null, eventHash: null };
        changed.set(name, { key, state, ...newest, verdicts: new Set() });
      }
      const newest = String(position - 1) as Position;
      table.save(changed.values(), newest, { position: newest, id: eventId(`0000000${newest}`.slice(-8)) });
      feed.projected({ locations: [...new Set(keys.map((key) => key.location_id))], caughtUp: true });
    };
    cleanup.push(() => {
      feed.close();
      orders.close();
      table.close();
      rmSync(directory, { recursive: true });
    });
    return { feed, orders, save, states };
  };

  it('a live feed client sees what the read model has, and no revision twice, however often it was away', () => {
    const key = fc.record({
      location_id: fc.constantFrom('a', 'b').map(locationId),
      order_id: fc.constantFrom('1', '2', '3', '4', '5').map(orderId),
    });
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('save' as const),
          keys: fc.array(key, { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), screen: fc.nat(3) }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('come' as const), screen: fc.nat(3), resumes: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { feed, save, states } = openFeed();
        const seats = Array.from({ length: 4 }, (_, index) => ({
          location: index % 2 === 0 ? 'a' : 'b',
          screen: new Screen(),
          leave: null as (() => void) | null,
        }));
        const come = (seat: (typeof seats)[number], resumes: boolean): void => {
          if (seat.leave !== null) return;
          if (!resumes) seat.screen = new Screen();
          seat.leave = feed.watch(locationId(seat.location), seat.screen, seat.screen.lastId);
        };
        for (const one of steps) {
          if (one.kind === 'save') save(one.keys);
          else if (one.kind === 'rebuild') {
            feed.restarted();
            feed.projected({ locations: [], caughtUp: true });
          } else {
            const seat = seats[one.screen];
            if (seat === undefined) continue;
            if (one.kind === 'come') come(seat, one.resumes);
            else {
              seat.leave?.();
              seat.leave = null;
            }
          }
        }
        for (const seat of seats) come(seat, true);
        for (const { location, screen } of seats) {
          const said = [...states]
            .map(([name, state]) => [JSON.parse(name) as OrderKey, state.revision] as const)
            .filter(([{ location_id }]) => location_id === location)
            .map(([{ order_id }, revision]) => [order_id, revision]);
          expect(new Map(screen.shown)).toEqual(new Map(said as [string, number][]));
          expect(screen.twice).toEqual([]);
        }
        feed.close();
        expect(feed.clients).toBe(0);
      }),
      { numRuns: cases(60) },
    );
  });

  it('a live feed client that missed more orders than are sent one by one gets a snapshot instead', () => {
    const { feed, save } = openFeed();
    save([keyOf('first')]);
    const screen = new Screen();
    feed.watch(locationId('counter'), screen, null)();
    save(Array.from({ length: MAX_RESUMED_ORDERS + 1 }, (_, n) => keyOf(`o${String(n)}`)));
    feed.watch(locationId('counter'), screen, screen.lastId)();
    expect(screen.shown.size).toBe(MAX_RESUMED_ORDERS + 2);
    expect(screen.twice).toEqual([]);
  });

  it('a live feed client is sent every changed order, even if there are more than fit one read', () => {
    const { feed, save } = openFeed();
    const screen = new Screen();
    feed.watch(locationId('counter'), screen, null);
    save(Array.from({ length: 2 * MAX_RESUMED_ORDERS + 7 }, (_, n) => keyOf(`o${String(n)}`)));
    expect(screen.shown.size).toBe(2 * MAX_RESUMED_ORDERS + 7);
  });

  it('a live feed client is shown all active orders and the newest finished ones', () => {
    const { feed, save } = openFeed();
    for (let n = 0; n < 5; n++) save(Array.from({ length: 80 }, (_, id) => keyOf(`done${String(id)}`)));
    save([keyOf('live')]);
    const screen = new Screen();
    feed.watch(locationId('counter'), screen, null);
    expect(screen.shown.size).toBe(1 + SNAPSHOT_ENDED_ORDERS);
    expect([...screen.shown.keys()]).toEqual([
      'live',
      ...Array.from({ length: SNAPSHOT_ENDED_ORDERS }, (_, n) => `done${String(79 - n)}`),
    ]);
  });
});
