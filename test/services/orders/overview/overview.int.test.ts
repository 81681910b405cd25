import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type ErrorRequestHandler } from 'express';
import { isActive, type OrderState } from '../../../../projections/order/order';
import { eventId } from '../../../../schemas/events/event-id';
import { locationId, orderId, type OrderKey } from '../../../../schemas/order-key';
import type { LocationFacts } from '../../../../schemas/files/locations';
import type { LocationOverview, OverviewPage } from '../../../../schemas/api/overview';
import type { OrderPage } from '../../../../schemas/api/order-view';
import { OLD_CANCELLATION_MS } from '../../../../schemas/api/screen-limits';
import { createGuard } from '../../../../services/access/guard';
import { createSession } from '../../../../services/access/login/session';
import { ReaderDirectory } from '../../../../services/access/readers/readers';
import type { Position } from '../../../../services/event-store/event-store';
import { MAX_BUFFERED_BYTES } from '../../../../services/orders/live/live-feed';
import { Overview } from '../../../../services/orders/overview/overview';
import {
  CHANGE_INTERVAL_MS,
  MAX_OVERVIEW_CLIENTS,
  type OverviewClient,
  OverviewFeed,
} from '../../../../services/orders/overview/overview-feed';
import { createOverviewRoutes } from '../../../../services/orders/overview/route';
import { OrderTableReader } from '../../../../services/read-model/order-table/reader';
import { openOrderTable, type OrderTable } from '../../../../services/read-model/order-table/writer';
import { eventsOf, fold, says } from '../../../projections/scenario';
import { update } from '../../../support/deliveries';
import { type EventStream, openEventStream } from '../../../support/event-stream';
import { until } from '../../../support/patience';
import {
  asReader,
  bearer,
  discard,
  entryOf,
  READER_TOKEN,
  type RunningService,
  startService,
  temporaryDirectory,
} from '../../../support/running-service';

const NOTHING_SAID: LocationFacts = { name: null, time_zone: null, language: null, thresholds: null };
const ONE_COUNTER = 'screen-of-one-counter-0123';
const DRIVER = { name: 'Jane Driver', phone: { number: '+15555551234' }, passcode: 'code-9876', source: 'uber' };

/** What a stream says of a location last. */
function lastOf({ messages }: EventStream, id: string): LocationOverview | null {
  const said = messages.flatMap(({ data }) => (JSON.parse(data) as { locations?: LocationOverview[] }).locations ?? []);
  return said.findLast(({ location_id }) => location_id === id) ?? null;
}

describe('the overview', () => {
  let service: RunningService;
  const streams: EventStream[] = [];

  const watch = async (token = READER_TOKEN): Promise<EventStream> => {
    const stream = await openEventStream(`${service.url}/overview/live`, bearer(token));
    streams.push(stream);
    await until('the snapshot', () => stream.data('snapshot').length > 0);
    return stream;
  };
  const deliver = async (location_id: string, order_id: string, fields: object): Promise<void> => {
    expect((await service.deliver(update({ location_id, order_id }, { ...fields }))).status).toBe(200);
  };
  const overview = async (query = '', headers: Readonly<Record<string, string>> = asReader): Promise<OverviewPage> =>
    (await service.get(`/overview${query}`, headers)).json as OverviewPage;

  beforeAll(async () => {
    service = await startService({
      READERS: JSON.stringify([entryOf(READER_TOKEN, 'auditor'), entryOf(ONE_COUNTER, 'screen', ['mine'])]),
    });
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  afterAll(() => discard(service));

  it('the overview counts the orders that the list of a location has, by stage', async () => {
    const steps: readonly (readonly [id: string, fields: object])[] = [
      ['a', { status: 'in_progress' }],
      ['b', { status: 'in_progress' }],
      ['c', { status: 'ready_for_pickup', delivery_status: 'arrived_at_pickup', driver_details: DRIVER }],
      ['d', { status: 'completed' }],
      ['e', { status: 'dsp_canceled' }],
    ];
    for (const [id, fields] of steps) await deliver('counted', id, fields);
    const { orders } = (await service.get('/locations/counted/orders?active=true')).json as OrderPage;
    const found = (await overview()).locations.find(({ location_id }) => location_id === 'counted');
    expect(found).toEqual({
      location_id: 'counted',
      name: null,
      thresholds: null,
      stages: [
        { stage: 'preparing', orders: 2, waiting_since: orders[0]?.stage_since },
        { stage: 'driver_here', orders: 1, waiting_since: orders[2]?.stage_since },
      ],
      canceled: 1,
      quiet: 0,
    });
  });

  it('the overview is answered in pages, in the order of the ids of locations', async () => {
    for (const id of ['p1', 'p2', 'p3']) await deliver(id, 'o', { status: 'in_progress' });
    const { locations: all } = await overview();
    const found: LocationOverview[] = [];
    for (let after: string | null = ''; after !== null;) {
      const { locations, next } = await overview(`?limit=1${after === '' ? '' : `&after=${after}`}`);
      found.push(...locations);
      after = next;
    }
    expect(found).toEqual(all);
    const ids = all.map(({ location_id }) => location_id);
    expect(ids).toEqual([...ids].sort());
  });

  it('a reader gets the locations that are its own, in the overview and as it changes', async () => {
    await deliver('mine', 'o', { status: 'in_progress' });
    await deliver('theirs', 'o', { status: 'in_progress' });
    const [own, all] = [await watch(ONE_COUNTER), await watch()];
    expect((await overview('', bearer(ONE_COUNTER))).locations.map(({ location_id }) => location_id)).toEqual(['mine']);
    expect(own.data('snapshot')[0]?.['locations']).toMatchObject([{ location_id: 'mine' }]);
    await deliver('theirs', 'o', { status: 'ready_for_pickup' });
    await deliver('mine', 'o', { status: 'ready_for_pickup' });
    const isReady = (stream: EventStream, id: string): boolean => lastOf(stream, id)?.stages[0]?.stage === 'ready';
    await until('both changes', () => isReady(all, 'theirs') && isReady(all, 'mine') && isReady(own, 'mine'));
    expect(lastOf(own, 'theirs')).toBeNull();
  });

  it('a location that is new comes as it changes, and cancellations count until they are acknowledged', async () => {
    const stream = await watch();
    await deliver('new', 'o', { status: 'in_progress' });
    await until('the location', () => lastOf(stream, 'new')?.stages[0]?.orders === 1);
    await deliver('new', 'o', { status: 'merchant_canceled' });
    await until('the cancellation', () => lastOf(stream, 'new')?.canceled === 1);
    expect(lastOf(stream, 'new')?.stages).toEqual([]);
  });

  it('nothing in the overview is about a person', async () => {
    const stream = await watch();
    await deliver('private', 'the-order', { delivery_status: 'arrived_at_pickup', driver_details: DRIVER });
    await until('the location', () => lastOf(stream, 'private') !== null);
    const text = JSON.stringify(stream.messages) + JSON.stringify(await overview());
    expect(text).not.toMatch(/Jane|5555551234|code-9876|uber|the-order/);
  });

  it('however many updates locations have, each is in at most seven messages a second, once in each', async () => {
    const stream = await watch();
    const before = stream.data('changed').length;
    const begun = performance.now();
    const ids = Array.from({ length: 200 }, (_, index) => `o${String(index)}`);
    await Promise.all(ids.map((id, index) => deliver(`busy-${String(index % 2)}`, id, { status: 'in_progress' })));
    const isWhole = (id: string): boolean => lastOf(stream, id)?.stages[0]?.orders === ids.length / 2;
    await until('all changes', () => isWhole('busy-0') && isWhole('busy-1'));
    const messages = stream.data('changed').slice(before) as unknown as readonly { locations: LocationOverview[] }[];
    expect(messages.length).toBeLessThanOrEqual((performance.now() - begun) / CHANGE_INTERVAL_MS + 2);
    for (const { locations } of messages) {
      expect(new Set(locations.map(({ location_id }) => location_id)).size).toBe(locations.length);
    }
    const { locations } = await overview();
    for (const id of ['busy-0', 'busy-1']) {
      expect(lastOf(stream, id)).toEqual(locations.find(({ location_id }) => location_id === id));
    }
  });

  it('the heartbeat of the overview says how the service fares, and when the next comes', async () => {
    const stream = await watch();
    await until('two heartbeats', () => stream.data('heartbeat').length >= 2);
    expect(stream.data('heartbeat')[1]).toMatchObject({ store: 'ok', interval_ms: 5_000 });
    expect(stream.data('heartbeat')[1]).not.toHaveProperty('quarantined');
  });
});

describe('the feed of the overview', () => {
  const HERE = locationId('here');
  const key = (id: string): OrderKey => ({ location_id: HERE, order_id: orderId(id) });
  const PREPARING = fold(eventsOf(says('in_progress')));
  const CANCELED = fold(eventsOf(says('merchant_canceled')));

  let directory: string;
  let table: OrderTable;
  let reader: OrderTableReader;
  let feed: OverviewFeed;
  let overview: Overview;
  let facts: LocationFacts;
  let now: number;
  let position = 0;

  /** A client, and the events and numbers of open orders of what it was sent. */
  function client(buffered = 0): OverviewClient & { readonly sent: unknown[]; hasEnded: boolean } {
    const sent: unknown[] = [];
    return {
      only: null,
      sent,
      hasEnded: false,
      buffered,
      send: (text) => {
        const [, event, data = ''] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
        const { locations } = JSON.parse(data) as { locations?: LocationOverview[] };
        if (locations !== undefined) sent.push([event, locations.map(({ stages }) => stages[0]?.orders ?? 0)]);
      },
      end() {
        this.hasEnded = true;
      },
    };
  }
  const save = (id: string, state: OrderState): void => {
    position += 1;
    const at = String(position) as Position;
    const newest = { position: at, eventId: eventId('an event'), contentHash: null, eventHash: null };
    table.save([{ key: key(id), state, ...newest, verdicts: new Set() }], at, { position: at, id: newest.eventId });
  };
  const project = (): void => {
    feed.projected({ locations: [HERE], caughtUp: true });
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    table = openOrderTable(join(directory, 'read-model.sqlite'), 'v1');
    table.markComplete();
    reader = new OrderTableReader(join(directory, 'read-model.sqlite'));
    now = Date.parse(PREPARING.updated_at) + 1_000;
    facts = NOTHING_SAID;
    overview = new Overview({
      orders: reader,
      factsOf: () => facts,
      now: () => now,
    });
    feed = new OverviewFeed(overview, {
      health: () => Promise.resolve('ok'),
      lagMs: () => 0,
      now: () => now,
      monotonic: () => performance.now(),
    });
  });
  afterEach(() => {
    feed.close();
    table.close();
    reader.close();
    rmSync(directory, { recursive: true });
  });

  it('what changes while a snapshot is read comes after it, and what changed at once comes once', async () => {
    save('a', PREPARING);
    const one = client();
    feed.watch(one);
    save('b', PREPARING);
    project();
    await until('what changed', () => one.sent.length === 2);
    for (const id of ['c', 'd', 'e']) {
      save(id, PREPARING);
      project();
    }
    await until('the changes', () => one.sent.length === 3);
    expect(one.sent).toEqual([
      ['snapshot', [2]],
      ['changed', [2]],
      ['changed', [5]],
    ]);
  });

  it('a reader who is taken away while its stream is being opened gets none', async () => {
    const readers = new ReaderDirectory([entryOf(ONE_COUNTER, 'screen')], Date.now);
    const waitForReadModel = (): Promise<void> => {
      readers.replace([]);
      return Promise.resolve();
    };
    const app = express()
      .use(createGuard(readers, createSession({ basePath: '', now: Date.now }), ''))
      .use(createOverviewRoutes({ overview, feed, waitForReadModel, readers, now: () => now }));
    let answered: unknown = null;
    app.use(((error, _request, response, _next) => {
      answered = error;
      response.end();
    }) satisfies ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const stream = await openEventStream(`http://127.0.0.1:${String(port)}/overview/live`, bearer(ONE_COUNTER));
      await stream.ended;
      expect(answered).toMatchObject({ code: 'reader-not-authentic' });
      expect(stream.messages).toEqual([]);
    } finally {
      server.close();
    }
  });

  it('what LOCATIONS_FILE says of a location is said of it, and said again once it is otherwise', async () => {
    save('a', PREPARING);
    expect(await overview.of([HERE])).toMatchObject([{ name: null, thresholds: null }]);
    expect(overview.expire()).toEqual([]);
    facts = { ...NOTHING_SAID, name: 'Harbour Street', thresholds: { preparing: { late: 1, very_late: 2 } } };
    expect(overview.expire()).toEqual([HERE]);
    const { name, thresholds } = facts;
    expect(await overview.of([HERE])).toMatchObject([{ name, thresholds }]);
    expect(overview.expire()).toEqual([]);
  });

  it('everybody gets a snapshot once the read model was made anew', async () => {
    save('a', PREPARING);
    const one = client();
    feed.watch(one);
    await until('the snapshot', () => one.sent.length === 1);
    feed.restarted();
    save('b', PREPARING);
    feed.projected({ locations: [], caughtUp: false });
    feed.projected({ locations: [], caughtUp: true });
    await until('the other snapshot', () => one.sent.length === 2);
    expect(one.sent).toEqual([
      ['snapshot', [1]],
      ['snapshot', [2]],
    ]);
  });

  it('a client that does not read is sent away, all are when the service ends, and there are only so many', () => {
    const slow = client(MAX_BUFFERED_BYTES + 1);
    feed.watch(slow);
    expect(slow.hasEnded).toBe(true);
    const clients = Array.from({ length: MAX_OVERVIEW_CLIENTS }, () => client());
    const leave = clients.map((one) => feed.watch(one));
    expect(feed.isFull).toBe(true);
    leave[0]?.();
    leave[0]?.();
    expect(feed.isFull).toBe(false);
    feed.close();
    expect(clients.filter(({ hasEnded }) => hasEnded)).toHaveLength(MAX_OVERVIEW_CLIENTS - 1);
    expect(feed.isFull).toBe(true);
  });

  it('a location whose cancellation is too old to be acknowledged fares otherwise, though nothing was reported', async () => {
    expect(isActive(CANCELED)).toBe(false);
    save('a', CANCELED);
    const canceled = async () => (await overview.of([HERE]))[0]?.canceled;
    expect(await canceled()).toBe(1);
    expect(overview.expire()).toEqual([]);
    now = Date.parse(CANCELED.stage_since) + OLD_CANCELLATION_MS;
    // Who asks gets what is true now, and those who watch hear of it nevertheless.
    expect(await canceled()).toBe(0);
    expect(overview.expire()).toEqual([HERE]);
    expect(await canceled()).toBe(0);
    expect(overview.expire()).toEqual([]);
  });
});
