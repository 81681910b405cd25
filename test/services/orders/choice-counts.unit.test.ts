import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { toOrder } from '../../../projections/order/order';
import { type Choice, CHOICES, MAX_COUNTED_ORDERS, type SearchChoices } from '../../../schemas/api/search-choices';
import { eventId } from '../../../schemas/events/event-id';
import type { OrderEvent } from '../../../schemas/events/order-events';
import { orderKey } from '../../../schemas/order-key';
import type { Position } from '../../../services/event-store/event-store';
import { countChoices, MAX_COUNTED_SOURCES, MAX_TALLIED_ORDERS } from '../../../services/orders/choice-counts';
import { createOrderSearch, type OrderQuery } from '../../../services/orders/search';
import { OrderTableReader } from '../../../services/read-model/order-table/reader';
import type { SavedOrder } from '../../../services/read-model/order-table/schema';
import { openOrderTable } from '../../../services/read-model/order-table/writer';
import { arbitraryEvents } from '../../projections/arbitraries';
import { eventsOf, lifeOf, says } from '../../projections/scenario';
import { cases } from '../../support/depth';
import { temporaryDirectory } from '../../support/running-service';

const directory = temporaryDirectory();
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** An order as it is saved, but for where its newest event stands. */
type Order = Omit<SavedOrder, 'position' | 'eventId'>;

const orderOf = (location: string, name: string, events: readonly OrderEvent[]): Order => ({
  key: orderKey(location, name),
  ...lifeOf(events),
  contentHash: null,
  eventHash: null,
  isBegun: true,
});

let made = 0;
/** @returns a reader of a read model of these orders */
function tableOf(orders: readonly Order[]): OrderTableReader {
  const file = join(directory, `${String(++made)}.sqlite`);
  const table = openOrderTable(file, 'v1');
  const saved = orders.map((order, at) => ({
    ...order,
    position: String(at + 1) as Position,
    eventId: eventId(`event ${String(at)}`),
  }));
  const position = String(orders.length + 1) as Position;
  table.save(saved, position, { position, id: eventId('newest') });
  table.markComplete();
  table.close();
  return new OrderTableReader(file);
}

async function count(reader: OrderTableReader, locations: readonly string[] | null): Promise<SearchChoices> {
  const counted = await countChoices(reader, locations, new AbortController().signal);
  if (counted === null) throw new Error('nobody waits for it');
  return counted;
}

const QUERY: Readonly<Record<Choice, keyof OrderQuery>> = {
  status: 'status',
  delivery_status: 'deliveryStatus',
  stage: 'stage',
  attention: 'attention',
  verdict: 'verdict',
  source: 'source',
};

it('each word is counted with as many orders as the search finds by it, at one location, at some and at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('here', 'there', 'elsewhere'), arbitraryEvents), { maxLength: 12 }),
      async (orders) => {
        const reader = tableOf(orders.map(([location, events], at) => orderOf(location, String(at), events)));
        const search = createOrderSearch({ orders: reader, labels: { all: () => [], show: toOrder } });
        for (const locations of [null, ['here'], ['here', 'there'], []]) {
          const counted = await count(reader, locations);
          for (const choice of CHOICES) {
            for (const { value, orders: some, more } of counted[choice]) {
              const query = { [QUERY[choice]]: value };
              const { records, next } = await search.find(locations, query, { limit: 100, after: null });
              expect({ choice, value, some, more }).toEqual({ choice, value, some: records.length, more: false });
              expect(next).toBeNull();
            }
          }
        }
        reader.close();
      },
    ),
    { numRuns: cases(15) },
  );
});

const DONE = eventsOf(says('completed', 'completed', { source: 'uber', name: 'Jane Driver' }));
const FAILED = eventsOf(says('failed', 'failed_to_deliver', { source: 'doordash', name: 'John Driver' }));

it('of all orders many are said to be more than a limit, and few are counted exactly however many there are', async () => {
  const done = orderOf('here', '', DONE);
  const orders = Array.from({ length: MAX_COUNTED_ORDERS + 1 }, (_, at) => ({
    ...done,
    key: orderKey('here', String(at)),
  }));
  const reader = tableOf([orderOf('here', 'failed', FAILED), ...orders]);
  const counted = await count(reader, null);
  expect(counted.status).toContainEqual({ value: 'completed', orders: MAX_COUNTED_ORDERS, more: true });
  expect(counted.status).toContainEqual({ value: 'failed', orders: 1, more: false });
  expect(counted.delivery_status).toContainEqual({ value: 'failed_to_deliver', orders: 1, more: false });
  expect(counted.source).toContainEqual({ value: 'uber', orders: MAX_COUNTED_ORDERS, more: true });
  expect(counted.source).toContainEqual({ value: 'doordash', orders: 1, more: false });
  expect(counted.stage).toContainEqual({ value: 'preparing', orders: 0, more: false });
  reader.close();
});

it('of a location with more orders than are counted one by one, all numbers are said to be least numbers', async () => {
  const done = orderOf('here', '', DONE);
  const orders = Array.from({ length: MAX_TALLIED_ORDERS }, (_, at) => ({
    ...done,
    key: orderKey('here', String(at)),
  }));
  const reader = tableOf([orderOf('here', 'failed', FAILED), ...orders]);
  const counted = await count(reader, ['here']);
  expect(counted.status).toContainEqual({ value: 'failed', orders: 0, more: true });
  expect(counted.status).toContainEqual({ value: 'completed', orders: MAX_COUNTED_ORDERS, more: true });
  // The first of two locations has all that are counted: nothing is known of the other.
  expect((await count(reader, ['here', 'nowhere'])).status).toContainEqual({ value: 'failed', orders: 0, more: true });
  reader.close();
});

it('few orders at many locations are counted exactly', async () => {
  const locations = Array.from({ length: 100 }, (_, at) => `location ${String(at)}`);
  const reader = tableOf(locations.map((location) => orderOf(location, 'one', DONE)));
  const counted = await count(reader, locations);
  expect(counted.status).toContainEqual({ value: 'completed', orders: 100, more: false });
  reader.close();
});

it('sources that nobody knew before are counted by their spelling, up to a limit', async () => {
  const sources = Array.from({ length: MAX_COUNTED_SOURCES + 5 }, (_, at) => `Bike ${String(at)}`);
  const reader = tableOf(
    sources.map((source) =>
      orderOf('here', source, eventsOf(says('completed', 'completed', { source, name: 'Jane' }))),
    ),
  );
  for (const locations of [null, ['here']]) {
    const { source } = await count(reader, locations);
    expect(source).toContainEqual({ value: 'bike 1', orders: 1, more: false });
    expect(source.filter(({ orders }) => orders > 0)).toHaveLength(MAX_COUNTED_SOURCES);
  }
  reader.close();
});

it('a platform that comes in several spellings is counted once, at one location and at all', async () => {
  const eats = (source: string) =>
    orderOf('here', source, eventsOf(says('completed', 'completed', { source, name: 'Jane' })));
  const reader = tableOf(['ubereats', 'uber_eats', 'Uber Eats', 'uber'].map(eats));
  for (const locations of [null, ['here']]) {
    const { source } = await count(reader, locations);
    expect(source.filter(({ orders }) => orders > 0)).toEqual([
      { value: 'uber', orders: 1, more: false },
      { value: 'uber eats', orders: 3, more: false },
    ]);
  }
  reader.close();
});

it('nothing more is counted once nobody waits for it', async () => {
  const reader = tableOf([orderOf('here', 'done', DONE)]);
  for (const locations of [null, ['here']]) {
    expect(await countChoices(reader, locations, AbortSignal.abort())).toBeNull();
  }
  reader.close();
});
