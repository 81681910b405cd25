import fc from 'fast-check';
import { evolve, initial, type OrderState, toOrder } from '../../../projections/order/order';
import { interpret } from '../../../projections/history/timeline';
import { locationId, orderKey, type OrderKey } from '../../../schemas/order-key';
import type { OrderEvent } from '../../../schemas/events/order-events';
import { type FoundOrder, FoundOrders, type Order } from '../../../schemas/api/order-view';
import { SearchChoices } from '../../../schemas/api/search-choices';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES, VERDICTS, wordOf } from '../../../schemas/vocabulary';
import { MAX_LOOKED_AT, MAX_READ_IN_VAIN, MAX_REPLAYED_ORDERS } from '../../../services/orders/look-through';
import { NEWEST_SEQ } from '../../../services/read-model/order-table/found-orders';
import { createPastOrders } from '../../../services/orders/past-orders';
import { createOrderSearch } from '../../../services/orders/search';
import { arbitraryOrderUpdatedObject } from '../../projections/arbitraries';
import { historyOf, problem, problemOf, update } from '../../support/deliveries';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../support/running-service';

const SCREEN = 'screen-0123456789abcdef';
const LOCAL = 'auditor-of-here-0123456789';
const PAIR = 'auditor-of-two-0123456789';

let service: RunningService;
beforeAll(async () => {
  const readers = [
    entryOf(READER_TOKEN, 'auditor'),
    entryOf(OPERATOR_TOKEN, 'operator'),
    entryOf(SCREEN, 'screen'),
    entryOf(LOCAL, 'auditor', ['here']),
    entryOf(PAIR, 'auditor', ['here', 'far']),
  ];
  service = await startService({ READERS: JSON.stringify(readers) });
});
afterAll(() => discard(service));

const path = (query: Readonly<Record<string, string>>): string =>
  `/audit/orders?${String(new URLSearchParams({ limit: '2', ...query }))}`;

async function findWithDrivers(
  query: Readonly<Record<string, string>>,
  token = READER_TOKEN,
): Promise<readonly FoundOrder[]> {
  const found: FoundOrder[] = [];
  for (let after: string | null | undefined; after !== null;) {
    const answer = await service.call(path({ ...query, ...(after === undefined ? {} : { after }) }), {
      headers: bearer(token),
    });
    expect({ query, status: answer.status }).toEqual({ query, status: 200 });
    const page: FoundOrders = FoundOrders.strict().parse(answer.json);
    expect(page.orders.length).toBeLessThanOrEqual(2);
    found.push(...page.orders);
    after = page.next;
  }
  return found;
}
/** @returns the cells of a CSV file, each of which is quoted. */
const rowsOf = (csv: string): readonly (readonly string[])[] =>
  csv
    .replace(/^\uFEFF/, '')
    .split('"\r\n')
    .filter((row) => row !== '')
    .map((row) =>
      row
        .slice(1)
        .split('","')
        .map((cell) => cell.replaceAll('""', '"')),
    );
/** @returns a text as its cell has it: an apostrophe keeps a spreadsheet from reading it otherwise. */
const asCell = (text: string): string => (/^[\d='+\-@]/.test(text) ? `'${text}` : text);

const find = async (query: Readonly<Record<string, string>>, token = READER_TOKEN): Promise<Order[]> =>
  (await findWithDrivers(query, token)).map(({ drivers: _, number_since: _since, ...order }) => order);
const idsOf = (orders: readonly Order[]): string[] => orders.map(({ order_id }) => order_id);

describe('the search for orders', () => {
  /** Lives of some orders of three locations, of which everything is known. */
  const lives: { key: OrderKey; state: OrderState; events: OrderEvent[]; verdicts: Set<string> }[] = [];
  beforeAll(async () => {
    const objects = fc.sample(fc.array(arbitraryOrderUpdatedObject, { minLength: 1, maxLength: 5 }), {
      numRuns: 30,
      seed: 7,
    });
    for (const [index, life] of objects.entries()) {
      const key = orderKey(['here', 'far', 'there'][index % 3] ?? '', `Order-${String(index)}x`);
      for (const object of life) await service.deliver({ type: 'order.updated', object: { ...object, ...key } });
      const history = await historyOf(service, key);
      let state = initial;
      const verdicts = new Set<string>();
      const events = history.events.map(({ data, metadata, revision, received_at }) => ({
        type: 'order.updated' as const,
        data,
        revision,
        receivedAt: received_at,
        contentHash: metadata.content_hash,
      }));
      for (const event of events) {
        verdicts.add(interpret(key, state, event).reading.verdict);
        state = evolve(state, event);
      }
      lives.push({ key, state, events, verdicts });
    }
  });
  const expected = (isWanted: (life: (typeof lives)[number], order: Order) => boolean): Order[] =>
    lives.toReversed().flatMap((life) => {
      const order = toOrder(life.key, life.state);
      return order !== null && isWanted(life, order) ? [order] : [];
    });

  it('a search without conditions finds all orders, those that came last first', async () => {
    expect(await find({})).toEqual(expected(() => true));
  });

  it.each([...STAGES])('a search for the stage %s finds exactly the orders in that stage', async (stage) => {
    expect(await find({ stage })).toEqual(expected((_, order) => order.stage === stage));
  });
  it.each([...STATUSES.keys(), 'teleporting'])(
    'a search for the status %s finds exactly the orders with that status',
    async (status) => {
      expect(await find({ status })).toEqual(expected((_, order) => order.status === status));
    },
  );
  it.each([...DELIVERY_STATUSES.keys(), 'Beamed UP'])(
    'a search for the delivery status %s finds exactly the orders with that delivery status',
    async (delivery_status) => {
      expect(await find({ delivery_status })).toEqual(
        expected((_, order) => order.delivery_status === wordOf(delivery_status)),
      );
    },
  );
  it.each([
    [READER_TOKEN, null],
    [LOCAL, ['here']],
    [PAIR, ['here', 'far']],
  ])('the counts of each word are those of the locations that the reader sees: %s', async (token, within) => {
    const { json } = await service.call('/audit/choices', { headers: bearer(token) });
    const { stage, verdict } = SearchChoices.strict().parse(json);
    const own = expected(({ key }) => within?.includes(key.location_id) ?? true);
    expect(stage).toEqual(
      STAGES.map((value) => ({ value, orders: own.filter((order) => order.stage === value).length, more: false })),
    );
    expect(verdict.find(({ value }) => value === 'advance')).toEqual({
      value: 'advance',
      orders: expected(({ key, verdicts }) => verdicts.has('advance') && (within?.includes(key.location_id) ?? true))
        .length,
      more: false,
    });
    const elsewhere = await service.call('/audit/choices?location_id=there', { headers: bearer(token) });
    expect(elsewhere.status).toBe(within === null ? 200 : 403);
  });
  it.each([...ATTENTION_CODES])(
    'a search for the attention code %s finds exactly the orders that have it',
    async (attention) => {
      expect(await find({ attention })).toEqual(expected((_, order) => order.attention.includes(attention)));
    },
  );
  it.each([...VERDICTS])(
    'a search for the verdict %s finds exactly the orders with an event of that verdict',
    async (verdict) => {
      expect(await find({ verdict })).toEqual(expected((life) => life.verdicts.has(verdict)));
    },
  );

  it('pages go by when the number of an order was first reported, which each order says', async () => {
    const found = await findWithDrivers({});
    const since = found.map(({ number_since }) => number_since);
    expect(since).toEqual(expected(() => true).map(({ first_received_at }) => first_received_at));
    expect(since).toEqual([...since].sort().reverse());
  });

  it('a search by time finds orders updated at or after one time and first reported before another', async () => {
    const middle = lives[15]?.events[0]?.receivedAt ?? '';
    expect(await find({ from: middle })).toEqual(expected((life) => life.state.updated_at >= middle));
    expect(await find({ to: middle })).toEqual(expected((life) => life.state.first_received_at < middle));
    expect(await find({ to: middle, from: middle.replace('Z', '+00:00') })).toEqual(
      expected((life) => life.state.updated_at >= middle && life.state.first_received_at < middle),
    );
  });

  it.each<Readonly<Record<string, string>>>([{}, { location_id: 'here' }, { stage: 'preparing' }, { driver: 'o' }])(
    'a file of what is found by %j holds what the pages hold, and nothing in it is a formula',
    async (query) => {
      const answer = await service.call(path({ ...query, format: 'csv' }), { headers: bearer(READER_TOKEN) });
      expect([answer.status, answer.headers['content-type'], answer.headers['content-disposition']]).toEqual([
        200,
        'text/csv; charset=utf-8',
        'attachment; filename="orders.csv"',
      ]);
      const [columns, ...rows] = rowsOf(answer.text);
      const found = await findWithDrivers(query);
      expect(found.length).toBeGreaterThan(2);
      const shown = ['location_id', 'order_id', 'stage', 'revision', 'driver_from', 'driver_ended_by'].map((name) =>
        columns?.indexOf(name),
      );
      const orders = rows.map((row) => shown.map((at) => row[at ?? -1]));
      expect(orders).toEqual(
        found.flatMap(({ location_id, order_id, stage, revision, drivers }) =>
          (drivers.length === 0 ? [{ from: '', ended_by: null }] : drivers).map(({ from, ended_by }): unknown[] => [
            asCell(location_id),
            asCell(order_id),
            stage,
            String(revision),
            from,
            ended_by ?? '',
          ]),
        ),
      );
      for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    },
  );

  it('a search by part of the order id or by several conditions finds the orders that meet all of them', async () => {
    expect(idsOf(await find({ order_id: 'ORDER-7' }))).toEqual(['Order-7x']);
    expect(idsOf(await find({ order_id: '-1', location_id: 'far' }))).toEqual(
      idsOf(expected(({ key }) => key.order_id.includes('-1') && key.location_id === 'far')),
    );
    expect(await find({ order_id: '%' })).toEqual([]);
    expect(await find({ verdict: 'advance', stage: 'preparing', location_id: 'here' })).toEqual(
      expected(
        (life, order) => life.verdicts.has('advance') && order.stage === 'preparing' && order.location_id === 'here',
      ),
    );
  });

  it('a search finds only orders of the reader’s own locations', async () => {
    const own = (locations: readonly string[]) => expected(({ key }) => locations.includes(key.location_id));
    expect(await find({}, LOCAL)).toEqual(own(['here']));
    expect(await find({}, PAIR)).toEqual(own(['here', 'far']));
    expect(await find({ location_id: 'far' }, PAIR)).toEqual(own(['far']));
    for (const location_id of ['there', 'nowhere']) {
      const answer = await service.call(path({ location_id }), { headers: bearer(PAIR) });
      expect(problemOf(answer)).toEqual(problem(403, 'not-permitted'));
    }
    expect(problemOf(await service.call(path({}), { headers: bearer(SCREEN) }))).toEqual(problem(403, 'not-permitted'));
  });

  it.each([
    'stage=eaten',
    'verdict=x',
    'attention=x',
    'from=today',
    'limit=0',
    'driver=',
    'passcode=1',
    'phone_last4=123',
    'license_plate=--',
  ])('a search with %s is refused because of an invalid parameter', async (query) => {
    expect(problemOf(await service.get(`/audit/orders?${query}`))).toEqual(problem(400, 'invalid-parameter'));
  });

  it('a search is recorded in the access log, without the name that was searched for', async () => {
    await find({ driver: 'Jane Secret', location_id: 'here' }, LOCAL);
    const { text } = await service.call('/access?limit=1000', { headers: bearer(OPERATOR_TOKEN) });
    const { accesses } = JSON.parse(text) as { accesses: { what: string; path: string; location_id?: string }[] };
    const last = accesses.filter(({ what }) => what === 'search').at(-1);
    expect(last).toMatchObject({ location_id: 'here' });
    expect(last?.path).toContain('driver=[withheld]');
    expect(text).not.toContain('Secret');
  });

  it('a file of what is found is recorded as an export, and no passcode as shown, since it holds none', async () => {
    const location_id = 'filed here';
    await service.deliver(
      update(orderKey(location_id, 'o1'), { driver_details: { name: 'Jane', passcode: 'code-4711' } }),
    );
    const answer = await service.call(path({ location_id, format: 'csv' }), { headers: bearer(READER_TOKEN) });
    expect(answer.text).not.toContain('code-4711');
    const { json } = await service.call('/access?limit=1000', { headers: bearer(OPERATOR_TOKEN) });
    const { accesses } = json as { accesses: { what: string; location_id?: string }[] };
    expect(accesses.filter((one) => one.location_id === location_id).map(({ what }) => what)).toEqual(['export']);
  });
});

describe('the search by driver', () => {
  const key = (order_id: string): OrderKey => orderKey('drivers', order_id);
  beforeAll(async () => {
    const deliver = (id: string, driver_details: unknown) => service.deliver(update(key(id), { driver_details }));
    await deliver('jose', { source: 'Uber', name: 'José Núñez', passcode: 'code-4711' });
    await deliver('ulla', { source: 'doordash', name: 'ULLA ÅS' });
    await deliver('none', null);
    await deliver('gone', { source: 'uber', name: 'Josef' });
    await service.deliver(update(key('gone'), { delivery_status: 'pending' }));
  });
  const inDrivers = async (query: Readonly<Record<string, string>>, token?: string) =>
    find({ location_id: 'drivers', ...query }, token);

  it('a search by driver takes part of the name in any case, also of a driver who is no longer assigned', async () => {
    expect(idsOf(await inDrivers({ driver: 'jos' }))).toEqual(['gone', 'jose']);
    expect(idsOf(await inDrivers({ driver: 'NÚÑ' }))).toEqual(['jose']);
    expect(idsOf(await inDrivers({ driver: 'ulla ås' }))).toEqual(['ulla']);
    expect(idsOf(await inDrivers({ driver: 'x' }))).toEqual([]);
  });

  it('a search by source takes the whole name of the source, in any case and in each of its spellings', async () => {
    expect(idsOf(await inDrivers({ source: 'uber' }))).toEqual(['gone', 'jose']);
    expect(idsOf(await inDrivers({ source: 'ube' }))).toEqual([]);
    for (const source of ['ubereats', 'uber_eats']) {
      const of = orderKey('eats', source);
      await service.deliver(update(of, { driver_details: { source, name: 'Ines' } }));
    }
    for (const source of ['ubereats', 'UBER_EATS', 'uber eats']) {
      for (const location_id of [{}, { location_id: 'eats' }]) {
        expect(idsOf(await find({ source, ...location_id }))).toEqual(['uber_eats', 'ubereats']);
      }
    }
    expect(idsOf(await find({ source: 'uber', location_id: 'eats' }))).toEqual([]);
    const { json } = await service.call('/audit/choices?location_id=eats', { headers: bearer(READER_TOKEN) });
    const eats = SearchChoices.parse(json).source.filter(({ value }) => value.includes('eats'));
    expect(eats).toEqual([{ value: 'uber eats', orders: 2, more: false }]);
  });

  it('a search by driver withholds contacts from readers who may not see them', async () => {
    expect(JSON.stringify(await inDrivers({ driver: 'jos' }))).toContain('code-4711');
    const withheld = JSON.stringify(await inDrivers({ driver: 'jos' }, OPERATOR_TOKEN));
    expect(withheld).toContain('[withheld]');
    expect(withheld).not.toContain('code-4711');
  });
});

describe('the search for a driver who was replaced', () => {
  const place = 'replaced';
  const omar = {
    source: 'uber',
    name: 'Omar Haddad',
    phone: { number: '+1 (555) 010-4711', code: '99' },
    vehicle_info: { license_plate: '7KX-482' },
  };
  const ann = { source: 'doordash', name: 'Ann Lee', phone: { number: '5550100815' } };
  let times: string[] = [];
  beforeAll(async () => {
    const key = orderKey(place, 'disputed');
    await service.deliver(update(key, { status: 'in_progress', driver_details: omar }));
    await service.deliver(update(key, { status: 'in_progress', driver_details: ann }));
    await service.deliver(update(key, { status: 'completed', delivery_status: 'completed' }));
    await service.deliver(update({ ...key, order_id: 'ann alone' }, { driver_details: ann }));
    times = (await historyOf(service, key)).events.map(({ received_at }) => received_at);
  });
  const asOmar = () => ({
    name: 'Omar Haddad',
    source: 'uber',
    license_plate: '7KX-482',
    from: times[0],
    to: times[1],
    ended_by: 'another_driver',
    left_at: null,
    replaced_by: { name: 'Ann Lee', source: 'doordash' },
  });
  const asAnn = () => ({
    name: 'Ann Lee',
    source: 'doordash',
    license_plate: null,
    from: times[1],
    to: times[2],
    ended_by: 'order_ended',
    left_at: times[2],
    replaced_by: null,
  });
  const drivers = async (query: Readonly<Record<string, string>>, token?: string) =>
    (await findWithDrivers({ location_id: place, ...query }, token)).map((found) => [found.order_id, found.drivers]);

  it.each<Readonly<Record<string, string>>>([
    { driver: 'omar' },
    { driver: 'HADD' },
    { driver: 'r h' },
    { driver: 'om' },
    { license_plate: '7kx 482' },
    { license_plate: 'x48' },
    { license_plate: '7' },
    { phone_last4: '4711' },
    { source: 'Uber' },
    { driver: 'omar', license_plate: '7KX', phone_last4: '4711', source: 'uber' },
  ])(
    'a search for %j finds the order, which driver matched, from when to when, and who came instead',
    async (query) => {
      expect(await drivers(query)).toEqual([['disputed', [asOmar()]]]);
    },
  );

  it('a search for the driver who is still there finds no end, and one without a driver shows all drivers', async () => {
    const still = { from: expect.any(String) as string, to: null, ended_by: null, left_at: null };
    const alone = ['ann alone', [{ ...asAnn(), ...still }]];
    expect(await drivers({ driver: 'ann lee' })).toEqual([alone, ['disputed', [asAnn()]]]);
    expect(await drivers({})).toEqual([alone, ['disputed', [asOmar(), asAnn()]]]);
  });

  it('parameters of drivers are about one and the same driver', async () => {
    expect(await drivers({ driver: 'omar', source: 'doordash' })).toEqual([]);
    expect(await drivers({ license_plate: '7KX482', phone_last4: '0815' })).toEqual([]);
    expect(await drivers({ driver: 'nobody' })).toEqual([]);
  });

  it('a reader who does not see contacts finds drivers by name and plate, and may not look for digits of phones', async () => {
    expect(await drivers({ driver: 'omar', license_plate: '7KX' }, OPERATOR_TOKEN)).toEqual([['disputed', [asOmar()]]]);
    const refused = await service.call(path({ phone_last4: '4711' }), { headers: bearer(OPERATOR_TOKEN) });
    expect(problemOf(refused)).toEqual(problem(403, 'not-permitted'));
    const unknown = await service.call(path({ phone_last4: '0000' }), { headers: bearer(OPERATOR_TOKEN) });
    expect(unknown.status).toBe(refused.status);
    for (const token of [READER_TOKEN, OPERATOR_TOKEN]) {
      expect(JSON.stringify(await drivers({ driver: 'omar' }, token))).not.toContain('4711');
    }
  });

  it('digits of a phone and a plate that are looked for are not in the access log', async () => {
    await drivers({ phone_last4: '4711', license_plate: '7KX' });
    const { text } = await service.call('/access?limit=1000', { headers: bearer(OPERATOR_TOKEN) });
    expect(text).toContain('phone_last4=[withheld]');
    expect(text).not.toMatch(/4711|7KX/);
  });
});

describe('looking through many orders', () => {
  const record = (seq: number) => ({ seq, key: orderKey('l', String(seq)), state: initial });
  /** A read model of very many orders. */
  const orders = {
    found: (_filter: unknown, before: number, size: number) => ({
      orders: Array.from({ length: size }, (_, index) => record(before - 1 - index)),
      end: before - size,
    }),
    drivesOf: () => [],
    seqBegunBefore: () => NEWEST_SEQ,
    seqsOf: () => [],
  };
  const labels = { show: toOrder, all: () => [] };

  it('a search that finds nothing ends its page after a limited number of orders, with a cursor to go on', async () => {
    const search = createOrderSearch({ orders, labels });
    const first = 1_000_000;
    const page = { limit: 10, after: first };
    expect(await search.find(null, { driver: 'nobody' }, page)).toEqual({
      records: [],
      next: first - MAX_READ_IN_VAIN,
    });
  });

  it('a search of which the read model knows that it finds nothing ends its page after more orders', async () => {
    const none = {
      ...orders,
      found: (_: unknown, before: number, size: number) => ({ orders: [], end: before - size }),
    };
    const search = createOrderSearch({ orders: none, labels });
    const first = 1_000_000;
    const page = { limit: 10, after: first };
    expect(await search.find(null, {}, page)).toEqual({ records: [], next: first - MAX_LOOKED_AT });
  });

  it('a list of the past that finds nothing ends its page after a limited number of replays, with a cursor to go on', async () => {
    let replays = 0;
    const past = createPastOrders({
      orders: {
        slice: (_filter, after, size) => ({
          orders: Array.from({ length: size }, (_, index) => record(after + 1 + index)),
          end: after + size,
        }),
      },
      history: {
        stateAt: () => {
          replays++;
          return Promise.resolve(null);
        },
      },
    });
    const page = await past.list(locationId('l'), Date.now(), { limit: 10, after: 0 });
    expect(page).toEqual({ records: [], next: replays });
    expect(replays).toBeGreaterThanOrEqual(MAX_REPLAYED_ORDERS);
    expect(replays).toBeLessThan(2 * MAX_REPLAYED_ORDERS);
  });
});
