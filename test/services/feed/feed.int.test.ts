import type { Consumer, ConsumerList, FeedCloudEvent, FeedItem, FeedPage } from '../../../schemas/api/feed';
import { FeedPage as FeedPageSchema } from '../../../schemas/api/feed';
import { WITHHELD } from '../../../schemas/events/withheld';
import { type SpawnedNode, spawnNode } from '../../eventstoredb-node/spawn-node';
import { problemOf, update } from '../../support/deliveries';
import { openEventStream } from '../../support/event-stream';
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

const POS_TOKEN = 'pos-everywhere-0123456789abcdef';
const NORTH_TOKEN = 'pos-north-0123456789abcdef';
const SCREEN_TOKEN = 'screen-0123456789abcdef';
const OPERATOR = 'operator-0123456789abcdef';
const asPos = bearer(POS_TOKEN);
const asNorth = bearer(NORTH_TOKEN);
const READERS = JSON.stringify([
  ...(JSON.parse(SECURE['READERS'] ?? '[]') as unknown[]),
  entryOf(POS_TOKEN, 'pos'),
  entryOf(NORTH_TOKEN, 'pos', ['north']),
  entryOf(SCREEN_TOKEN, 'screen'),
]);

const pageOf = ({ status, json }: Answer): FeedPage => {
  expect(status).toBe(200);
  return FeedPageSchema.parse(json);
};
const orderIds = ({ items }: FeedPage): string[] => items.map(({ order_id }) => order_id);
const put = (service: RunningService, name: string, body: unknown = {}, headers = asPos): Promise<Answer> =>
  service.call(`/consumers/${name}`, { method: 'PUT', headers, body: JSON.stringify(body) });
const commit = (service: RunningService, name: string, position: string, headers = asPos): Promise<Answer> =>
  service.call(`/consumers/${name}/commit`, { method: 'POST', headers, body: JSON.stringify({ position }) });

describe.each(['the embedded store', 'EventStoreDB and two instances'])('the feed over %s', (kind) => {
  let node: SpawnedNode | null = null;
  /** Where deliveries go, and who is read: two instances, or one. */
  let here: RunningService;
  let there: RunningService;

  beforeAll(async () => {
    if (kind === 'the embedded store') {
      here = there = await startService({ READERS });
      return;
    }
    node = await spawnNode();
    [here, there] = await Promise.all([
      startService({ READERS, EVENT_STORE_URL: node.url }),
      startService({ READERS, EVENT_STORE_URL: node.url }),
    ]);
  });
  afterAll(async () => {
    await discard(...new Set([here, there]));
    await node?.stop();
  });

  const deliver = async (
    location_id: string,
    order_id: string,
    fields: Record<string, unknown> = {},
  ): Promise<void> => {
    expect((await here.deliver(update({ location_id, order_id }, fields))).status).toBe(200);
  };
  const feed = (query: string, headers: Readonly<Record<string, string>> = asPos, of = there): Promise<Answer> =>
    of.call(`/feed?${query}`, { headers });
  /** The end of the feed, as an instance knows it now. */
  const endOf = async (headers = asPos): Promise<string> => {
    for (let after = '0'; ;) {
      const { next, caught_up } = pageOf(await feed(`after=${after}&limit=1000`, headers));
      if (caught_up) return next;
      after = next;
    }
  };

  it('the feed gives each fact beside what was made of it, in both views, in parts', async () => {
    await deliver('north', 'a', { status: 'in_progress' });
    await deliver('south', 'b', { status: 'in_progress' });
    await deliver('north', 'a', {
      status: 'ready_for_pickup',
      delivery_status: 'arrived_at_pickup',
      driver_details: { source: 'uber', name: 'Jane', passcode: '5678' },
    });
    const page = await until('all three', async () => {
      const found = pageOf(await feed('after=0'));
      return found.items.length === 3 ? found : null;
    });
    expect(page).toMatchObject({
      caught_up: true,
      next: page.items[2]?.position,
      items: [
        { location_id: 'north', order_id: 'a', revision: 0, type: 'order.updated', stage: 'preparing' },
        { location_id: 'south', order_id: 'b', revision: 0 },
        { order_id: 'a', revision: 1, stage: 'driver_here', attention: ['driver_here'], verdict: 'advance' },
      ],
    });
    const first = pageOf(await feed('limit=1'));
    expect({ ids: orderIds(first), caught_up: first.caught_up }).toEqual({ ids: ['a'], caught_up: false });
    expect(orderIds(pageOf(await feed(`after=${first.next}&limit=1`)))).toEqual(['b']);
    expect(orderIds(pageOf(await feed('location_id=north&location_id=east')))).toEqual(['a', 'a']);

    // Another instance makes its own read model, in its own time.
    const orders = await until('the newest order', async () => {
      const found = pageOf(await feed('view=orders'));
      return found.next === page.next ? found : null;
    });
    expect(orderIds(orders)).toEqual(['b', 'a']);
    const { json } = await there.get('/locations/north/orders/a');
    expect(orders.items[1]).toMatchObject({ revision: 1, order: json });
    expect(pageOf(await feed(`view=orders&after=${page.items[1]?.position ?? ''}`)).items).toEqual([orders.items[1]]);
  });

  it('a long poll answers at once when there is something, whichever view and location, and with nothing in the end', async () => {
    const after = await endOf();
    expect(pageOf(await feed(`after=${after}&wait=1`))).toEqual({ items: [], next: after, caught_up: true });
    const polls = ['view=events', 'view=orders', 'location_id=south', 'location_id=south&view=orders'].map((query) =>
      feed(`after=${after}&wait=30&${query}`),
    );
    let isOver = false;
    const other = feed(`after=${after}&wait=30&location_id=west`).then((answer) => {
      isOver = true;
      return answer;
    });
    const waiting = async (): Promise<boolean> => {
      const { text } = await there.get('/metrics');
      return text.includes('ticket_rail_feed_followers 5');
    };
    await until('all to wait', waiting);
    await deliver('south', 'poll', { status: 'in_progress' });
    for (const answer of await Promise.all(polls)) expect(orderIds(pageOf(answer))).toEqual(['poll']);
    expect(isOver).toBe(false);
    await deliver('west', 'poll', { status: 'in_progress' });
    expect(orderIds(pageOf(await other))).toEqual(['poll']);
  });

  it('the feed is a batch of CloudEvents, and a stream of server-sent events that resumes', async () => {
    const after = await endOf();
    const stream = await openEventStream(`${there.url}/feed?after=${after}`, { ...asPos, Accept: 'text/event-stream' });
    await deliver('north', 'sse', { status: 'in_progress' });
    await deliver('north', 'sse', { status: 'completed' });
    await until('both items', () => stream.data('item').length === 2);
    stream.close();
    const answer = await feed(`after=${after}`, { ...asPos, Accept: 'application/cloudevents-batch+json' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/cloudevents-batch+json; charset=utf-8',
      'feed-caught-up': 'true',
      'feed-next': stream.lastId,
    });
    const batch = answer.json as FeedCloudEvent[];
    expect(batch.map(({ data }) => data)).toEqual(stream.data('item'));
    expect(batch[1]).toMatchObject({
      specversion: '1.0',
      id: stream.lastId,
      source: '/locations/north',
      type: 'ticket-rail.order.updated',
      subject: 'sse',
    });
    const resumed = await openEventStream(`${there.url}/feed`, {
      ...asPos,
      Accept: 'text/event-stream',
      'Last-Event-ID': batch[0]?.id ?? '',
    });
    await until('the second item', () => resumed.data('item').length === 1);
    expect(resumed.data('item')[0]).toMatchObject({ order_id: 'sse', revision: 1 });
    resumed.close();
  });

  it('who does not see contacts gets them withheld, and a reader only its own locations', async () => {
    const after = await endOf();
    await deliver('south', 'secret', {
      driver_details: {
        source: 'uber',
        name: 'Jane',
        phone: { number: '+15550001', code: '9' },
        passcode: 'code-4711',
      },
    });
    const shown = await until('the fact', async () => {
      const found = await feed(`after=${after}`);
      return pageOf(found).items.length === 1 ? found : null;
    });
    expect(shown.text).toContain('code-4711');
    for (const view of ['events', 'orders']) {
      const { text } = await until(view, async () => {
        const found = await feed(`after=${after}&view=${view}`, bearer(OPERATOR));
        return pageOf(found).items.length === 1 ? found : null;
      });
      expect(text).toContain(WITHHELD);
      expect(text).not.toMatch(/code-4711|15550001/);
    }
    expect(pageOf(await feed(`after=${after}`, asNorth)).items).toEqual([]);
    expect(problemOf(await feed('location_id=south', asNorth)).status).toBe(403);
    expect(problemOf(await feed('', bearer(SCREEN_TOKEN))).status).toBe(403);
  });

  it('a reader of role pos sees orders and history, and no page, quarantine, search or metrics', async () => {
    for (const path of ['/locations/north/orders', '/locations/north/orders/a', '/locations/north/orders/a/history']) {
      expect({ path, status: (await there.call(path, { headers: asPos })).status }).toEqual({ path, status: 200 });
    }
    const refused = [
      '/quarantine',
      '/audit/orders',
      '/coverage',
      '/metrics',
      '/access',
      '/relays',
      '/screens',
      '/audit',
    ];
    for (const path of refused) {
      expect({ path, status: (await there.call(path, { headers: asPos })).status }).toEqual({ path, status: 403 });
    }
  });

  it('a position that is not in the log is a problem of its own, and one that is none a wrong parameter', async () => {
    const places = ['1-00000000', '9000000-00000000', '9223372036854775807-00000000', '9999999999999999999-00000000'];
    for (const query of places.flatMap((place) => [`after=${place}`, `view=orders&after=${place}`])) {
      expect({ query, ...problemOf(await feed(query)) }).toMatchObject({
        status: 410,
        type: 'urn:ticket-rail:problem:feed-position-unknown',
      });
    }
    const wrong = ['after=4711', 'limit=0', 'limit=1001', 'wait=31', 'view=x', 'after=0&consumer=x'];
    for (const query of [...wrong, 'known=4711&consumer=x', 'known=0', 'known=0&after=0']) {
      expect({ query, status: (await feed(query)).status }).toEqual({ query, status: 400 });
    }
  });

  it('a consumer is answered only if the log has the position that its copy has, in every form and view', async () => {
    await put(here, 'knows');
    const { items } = pageOf(await feed('limit=2'));
    const known = items[1]?.position ?? '';
    for (const place of ['0', known]) {
      for (const view of ['events', 'orders']) {
        const { status } = await feed(`consumer=knows&view=${view}&known=${place}`);
        expect({ place, view, status }).toEqual({ place, view, status: 200 });
      }
    }
    const lost = known.replace(/-.*/, '-00000000');
    const stream = { ...asPos, Accept: 'text/event-stream' };
    for (const place of [lost, '9000000-00000000']) {
      for (const [view, headers] of [
        ['events', asPos] as const,
        ['orders', asPos] as const,
        ['events', stream] as const,
      ]) {
        const answer = await feed(`consumer=knows&view=${view}&known=${place}&wait=5`, headers);
        expect(answer.json).toMatchObject({
          status: 410,
          type: 'urn:ticket-rail:problem:feed-position-unknown',
          detail: expect.stringContaining('Drop the copy, set the consumer to the beginning, and go on.') as string,
        });
      }
    }
    expect(problemOf(await feed(`consumer=none&known=${lost}`)).status).toBe(404);
    expect((await here.call('/consumers/knows', { method: 'DELETE', headers: asPos })).status).toBe(204);
  });

  it('a consumer goes on at any instance from what was committed at any other, and never back', async () => {
    const all = pageOf(await feed('after=0&limit=1000')).items;
    const [first, second] = all as [FeedItem, FeedItem];
    const made = await put(here, 'shop');
    expect(made).toMatchObject({ status: 201, json: { name: 'shop', position: '0', committed_at: null } });
    expect((made.json as Consumer).lag?.events).toBe(all.length);
    expect(pageOf(await feed('consumer=shop&limit=1')).items).toEqual([first]);
    expect((await commit(there, 'shop', second.position)).json).toEqual({ name: 'shop', position: second.position });
    expect((await commit(here, 'shop', first.position)).json).toEqual({ name: 'shop', position: second.position });
    for (const service of [here, there]) {
      expect(pageOf(await feed('consumer=shop&limit=1000', asPos, service)).items).toEqual(all.slice(2));
    }
    await commit(here, 'shop', all.at(-1)?.position ?? '');
    const { consumers } = (await there.call('/consumers', { headers: asPos })).json as ConsumerList;
    expect(consumers).toMatchObject([{ name: 'shop', lag: { events: 0, at_least: false, seconds: 0 } }]);
    await deliver('north', 'lagging', { status: 'in_progress' });
    await until('the metrics to tell the lag', async () =>
      (await there.get('/metrics')).text.includes('ticket_rail_consumer_lag_events{consumer="shop"} 1'),
    );

    expect(await put(there, 'shop', { position: first.position })).toMatchObject({
      status: 200,
      json: { position: first.position },
    });
    expect(pageOf(await feed('consumer=shop&limit=1', asPos, here)).items).toEqual([second]);
    await put(there, 'shop', { from: 'now' });
    expect(pageOf(await feed('consumer=shop', asPos, here)).items).toEqual([]);
    await put(there, 'shop', { time: second.received_at });
    const { items } = pageOf(await feed('consumer=shop&limit=1000', asPos, here));
    expect(items).toEqual((await allItems()).filter(({ received_at }) => received_at >= second.received_at));

    expect((await there.call('/consumers/shop', { method: 'DELETE', headers: asPos })).status).toBe(204);
    expect(problemOf(await feed('consumer=shop', asPos, here)).status).toBe(404);
    expect(problemOf(await commit(here, 'shop', first.position)).status).toBe(404);
  });
  const allItems = async (): Promise<FeedItem[]> => pageOf(await feed('after=0&limit=1000')).items;

  it('the lag of a consumer counts the items of the locations of its reader, also for an operator', async () => {
    await put(here, 'of-north', {}, asNorth);
    const { items } = pageOf(await feed('after=0&limit=1000', asNorth));
    const lagSeenBy = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { consumers } = (await there.call('/consumers', { headers })).json as ConsumerList;
      return consumers.find(({ name }) => name === 'of-north')?.lag?.events;
    };
    expect(items.length).toBeLessThan((await allItems()).length);
    await commit(here, 'of-north', items.at(-2)?.position ?? '', asNorth);
    for (const order_id of ['lag 1', 'lag 2']) await deliver('south', order_id, { status: 'in_progress' });
    for (const headers of [asNorth, bearer(OPERATOR)]) expect(await lagSeenBy(headers)).toBe(1);
    expect((await there.get('/metrics')).text).toContain('ticket_rail_consumer_lag_events{consumer="of-north"} 1\n');
    await deliver('north', 'lag 3', { status: 'in_progress' });
    for (const headers of [asNorth, bearer(OPERATOR)]) {
      await until('the other instance to have it', async () => (await lagSeenBy(headers)) === 2);
    }
    expect((await here.call('/consumers/of-north', { method: 'DELETE', headers: asNorth })).status).toBe(204);
  });

  it('only the reader that made a consumer follows by it and commits; an operator lists, sets and deletes all', async () => {
    await put(here, 'mine');
    const place = pageOf(await feed('consumer=mine&limit=1')).next;
    expect((await put(there, 'mine', {}, asNorth)).status).toBe(403);
    for (const [name, headers] of Object.entries({
      'pos-north-0123456789': asNorth,
      'operator-0123456789a': bearer(OPERATOR),
    })) {
      for (const answer of [await feed('consumer=mine', headers), await commit(here, 'mine', place, headers)]) {
        expect(answer.json).toMatchObject({
          status: 403,
          type: 'urn:ticket-rail:problem:not-permitted',
          detail: expect.stringContaining(`not ${name}’s`) as string,
        });
      }
    }
    expect(pageOf(await feed('consumer=mine&limit=1')).next).toBe(place);
    expect(await put(there, 'mine', { position: place }, bearer(OPERATOR))).toMatchObject({
      status: 200,
      json: { reader: 'pos-everywhere-01234', position: place },
    });
    expect((await commit(here, 'mine', place)).status).toBe(200);
    expect((await there.call('/consumers', { headers: asNorth })).json).toEqual({ consumers: [] });
    const operator = (await there.call('/consumers', { headers: bearer(OPERATOR) })).json as ConsumerList;
    expect(operator.consumers.map(({ name }) => name)).toEqual(['mine']);
    for (const body of [{ from: 'x' }, { from: 'now', position: '0' }, { other: 1 }, [], 'text']) {
      expect({ body, status: (await put(here, 'mine', body)).status }).toEqual({ body, status: 400 });
    }
    expect((await put(here, 'no%20name')).status).toBe(400);
    expect((await put(here, 'mine', { position: '1-00000000' })).status).toBe(410);
    expect((await commit(here, 'mine', '1-00000000')).status).toBe(410);
    expect((await put(here, 'mine', { time: 'x'.repeat(5_000) })).status).toBe(413);
    expect((await here.call('/consumers/mine', { headers: asPos })).status).toBe(405);
    const gone = await there.call('/consumers/mine', { method: 'DELETE', headers: bearer(OPERATOR) });
    expect(gone.status).toBe(204);
  });
});

it('polls that wait are answered when the service stops', async () => {
  const service = await startService({ READERS });
  await service.deliver(update({}));
  const { next } = pageOf(await service.call('/feed', { headers: asPos }));
  const poll = service.call(`/feed?after=${next}&wait=30`, { headers: asPos });
  await until('it to wait', async () => (await service.get('/metrics')).text.includes('ticket_rail_feed_followers 1'));
  await service.end();
  expect(pageOf(await poll)).toEqual({ items: [], next, caught_up: true });
  await discard(service);
});
