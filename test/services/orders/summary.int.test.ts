import { nothingSummed, summarize } from '../../../projections/history/summary';
import { eventId } from '../../../schemas/events/event-id';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, orderStream } from '../../../schemas/events/order-events';
import { MAX_SUMMARY_EVENTS, OrderSummaries } from '../../../schemas/api/order-summary';
import { offsetsOfZone, timeWordsBy } from '../../../schemas/local-time';
import { summaryText } from '../../../schemas/language/sentences/summary-words';
import { createOrderHistory } from '../../../services/orders/history';
import { EXAMPLES, freshKeys, orderPath, parseExample, problem, problemOf } from '../../support/deliveries';
import { pastLog } from '../../support/past-log';
import {
  bearer,
  discard,
  entryOf,
  OPERATOR_TOKEN,
  READER_TOKEN,
  type RunningService,
  startService,
} from '../../support/running-service';
import { createMemoryStore } from '../event-store/memory/memory-store';

/** `GET /locations/{l}/orders/{o}/summary` of the running service. */

const DISPUTED = orderKey('disputed', 'o/1');
const PHONE = '+15550104711';
const PASSCODE = 'passcode-7777';
const OMAR = { source: 'uber', name: 'Omar Haddad', phone: { number: PHONE, code: 'code-12' }, passcode: PASSCODE };
const ANN = { source: 'uber', name: 'Ann Lee', vehicle_info: { license_plate: '7KX482' } };
const at = (time: string): number => Date.parse(`2026-11-21T${time}.000Z`);
const DELIVERIES = [
  ['22:05:00', { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: OMAR }],
  ['22:19:25', { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: OMAR }],
  ['22:19:28', { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: ANN }],
  ['22:34:07', { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff', driver_details: ANN }],
] as const;

let service: RunningService;
const nextKey = freshKeys('summary');
beforeAll(async () => {
  const DATA_DIR = await pastLog(DELIVERIES.map(([time, fields]) => ({ key: DISPUTED, at: at(time), fields })));
  const READERS = JSON.stringify([entryOf(READER_TOKEN, 'auditor'), entryOf(OPERATOR_TOKEN, 'operator')]);
  service = await startService({ DATA_DIR, READERS });
});
afterAll(() => discard(service));

const ask = (key: OrderKey, query = '', token = READER_TOKEN) =>
  service.call(orderPath(key, `/summary${query}`), { headers: bearer(token) });
async function summaryOf(key: OrderKey, query = ''): Promise<OrderSummaries> {
  const answer = await ask(key, query);
  expect({ query, status: answer.status }).toEqual({ query, status: 200 });
  return OrderSummaries.strict().parse(answer.json);
}

describe('the summary of an order', () => {
  it('the summary settles who was here when, and with whom the food left', async () => {
    const time = (clock: string): string => new Date(at(clock)).toISOString();
    expect(await summaryOf(DISPUTED)).toEqual({
      ...DISPUTED,
      time_zone: 'UTC',
      complete: true,
      orders: [
        {
          first_revision: 0,
          last_revision: 3,
          first_received_at: time('22:05:00'),
          updated_at: time('22:34:07'),
          ...{ ended_at: null, canceled_at: null, left_at: time('22:34:07'), may_be_old: [] },
          ...{ stages_left_out: 0, drivers_left_out: 0, handovers: [], handovers_left_out: 0 },
          stages: [
            { stage: 'preparing', from: time('22:05:00'), to: time('22:19:25') },
            { stage: 'driver_here', from: time('22:19:25'), to: time('22:19:28') },
            { stage: 'preparing', from: time('22:19:28'), to: time('22:34:07') },
            { stage: 'on_the_way', from: time('22:34:07'), to: null },
          ],
          drivers: [
            {
              ...{ name: 'Omar Haddad', source: 'uber', license_plate: null },
              ...{ from: time('22:05:00'), to: time('22:19:28') },
              ...{ began: 'assigned', reopened: null, ended_by: 'another_driver' },
              here: [{ from: time('22:19:25'), to: time('22:19:28'), may_be_old: [] }],
              ...{ visits_left_out: 0, without_food_at: null, left_at: null, may_be_old: [] },
            },
            {
              ...{ name: 'Ann Lee', source: 'uber', license_plate: '7KX482' },
              ...{ from: time('22:19:28'), to: null, here: [] },
              ...{ began: 'assigned', reopened: null, ended_by: null },
              ...{ visits_left_out: 0, without_food_at: null, left_at: time('22:34:07'), may_be_old: [] },
            },
          ],
          verdicts: [
            { verdict: 'advance', events: 3 },
            { verdict: 'driver_changed', events: 1 },
          ],
          sentence:
            'Omar Haddad was here 22:19:25 to 22:19:28, then Uber gave the order to Ann Lee, who left with it at 22:34:07.',
        },
      ],
    });
  });

  it('the summary gives times in the time zone that is asked for, and refuses one that there is not', async () => {
    const { time_zone, orders } = await summaryOf(DISPUTED, '?time_zone=America/New_York');
    expect(time_zone).toBe('America/New_York');
    expect(orders[0]?.sentence).toContain('was here 17:19:25 to 17:19:28');
    for (const zone of ['Mars/Olympus', '+01:00', '', 'x'.repeat(1_000)]) {
      expect(problemOf(await ask(DISPUTED, `?time_zone=${encodeURIComponent(zone)}`))).toEqual(
        problem(400, 'invalid-parameter'),
      );
    }
  });

  it('the summary shows every reader the names that the history shows, and nobody a phone or a passcode', async () => {
    const [ours, theirs] = [await ask(DISPUTED), await ask(DISPUTED, '', OPERATOR_TOKEN)];
    expect(theirs.json).toEqual(ours.json);
    for (const secret of [PHONE, '104711', PASSCODE, 'code-12']) expect(ours.text).not.toContain(secret);
    const history = await service.call(orderPath(DISPUTED, '/history'), { headers: bearer(OPERATOR_TOKEN) });
    expect(history.text).toContain('Omar Haddad');
  });

  it('the summary is what the projections make of the events that were delivered', async () => {
    const key = nextKey();
    for (const { bytes } of EXAMPLES) {
      const { type, object } = parseExample(bytes);
      const ids = type === 'order.canceled' ? { ...key, provider_id: key.order_id } : key;
      expect((await service.deliver({ type, object: { ...object, ...ids } })).status).toBe(200);
    }
    const { orders } = await summaryOf(key);
    const history = (await service.get(orderPath(key, '/history'))).json as { events: { received_at: string }[] };
    expect(orders).toHaveLength(1);
    expect(orders[0]?.first_received_at).toBe(history.events[0]?.received_at);
    expect(orders[0]?.verdicts.reduce((sum, { events }) => sum + events, 0)).toBe(history.events.length);
    expect(orders[0]?.drivers.map(({ name }) => name)).toEqual(['John Driver', 'Jane Driver', 'Kiwi Robot #42']);
  });

  it('the summary of an order that nothing was ever reported about is not found', async () => {
    expect(problemOf(await ask(nextKey()))).toEqual(problem(404, 'order-not-found'));
  });
});

/** Events of an append of a test. */
const AT_ONCE = 1_000;

describe('the summary over a store', () => {
  const key = orderKey('l', 'o');
  const stream = orderStream(key);
  const received_at = new Date(at('18:00:00')).toISOString();
  const eventOf = (number: number) => ({
    id: eventId(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
    type: 'order.updated',
    data: { ...key, status: number % 2 === 0 ? 'in_progress' : 'ready_for_pickup', number },
    metadata: { schema_version: 1, received_at },
  });

  it('the summary passes over events of other types, and is null for no event', async () => {
    const store = createMemoryStore({ now: () => 0 });
    const history = createOrderHistory(store);
    expect(await history.summary(key)).toBeNull();
    await store.append(stream, [{ ...eventOf(0), type: 'note.added' }, eventOf(1)], 'no_stream');
    const summary = await history.summary(key);
    expect(summary).toMatchObject({ complete: true, orders: [{ first_revision: 1, stages: [{ stage: 'ready' }] }] });
  });

  it('the summary of more events than it takes is that of the first of them, and says so', async () => {
    const store = createMemoryStore({ now: () => 0 });
    for (let first = 0; first <= MAX_SUMMARY_EVENTS; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, MAX_SUMMARY_EVENTS + 1 - first);
      await store.append(
        stream,
        Array.from({ length: count }, (_, index) => eventOf(first + index)),
        'any',
      );
    }
    const summary = await createOrderHistory(store).summary(key);
    let expected = nothingSummed;
    let count = 0;
    for await (const stored of store.readStream(stream)) {
      const event = decodeOrderEvent(stored);
      if (count++ < MAX_SUMMARY_EVENTS && event !== null) expected = summarize(key, expected, event);
    }
    expect(summary).toEqual({ complete: false, orders: expected.orders });
    const [order] = expected.orders;
    expect(order && summaryText(order, timeWordsBy(offsetsOfZone('UTC')))).toContain('has been ready since');
  });
});
