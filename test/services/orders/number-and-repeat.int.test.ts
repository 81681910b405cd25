import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { Order, OrderPage } from '../../../schemas/api/order-view';
import { freshKeys, historyOf, orderPath, update } from '../../support/deliveries';
import { pastLog } from '../../support/past-log';
import { until } from '../../support/patience';
import { discard, type RunningService, startService } from '../../support/running-service';

const HOUR_MS = 3_600_000;
const ANN = { source: 'doordash', name: 'Ann', passcode: '1111' };
const BOB = { source: 'doordash', name: 'Bob', passcode: '2222' };

describe('orders over HTTP', () => {
  const nextKey = freshKeys('number');
  const used: OrderKey = orderKey('daily numbers', '17');
  const ended = Date.now() - 24 * HOUR_MS;
  let service: RunningService;
  beforeAll(async () => {
    const DATA_DIR = await pastLog([
      { key: used, at: ended - HOUR_MS, fields: { status: 'in_progress', driver_details: ANN } },
      { key: used, at: ended, fields: { status: 'completed' } },
      // Late news, with the words with which the next day begins.
      { key: used, at: ended + HOUR_MS, fields: { status: 'in_progress' } },
    ]);
    service = await startService({ DATA_DIR });
  });
  afterAll(() => discard(service));

  const orderOf = async (key: OrderKey, query = ''): Promise<Order> =>
    (await service.get(`${orderPath(key)}${query}`)).json as Order;
  const listed = async (query: string): Promise<Order[]> =>
    ((await service.get(`/locations/${encodeURIComponent(used.location_id)}/orders?${query}`)).json as OrderPage)
      .orders;
  const timeOf = (ms: number): string => new Date(ms).toISOString();

  it('an order number of yesterday that comes again is a new order on the board, and yesterday stays what it was', async () => {
    const yesterday = await orderOf(used);
    expect(yesterday).toMatchObject({ stage: 'completed', first_received_at: timeOf(ended - HOUR_MS) });
    expect(await listed('active=true')).toEqual([]);

    const { json } = await service.deliver(update(used, { status: 'in_progress' }));
    expect(json).toEqual({ outcome: 'recorded', ...used, revision: 3 });
    const today = await orderOf(used);
    expect(today).toMatchObject({
      status: 'in_progress',
      driver_details: null,
      stage: 'preparing',
      attention: ['order_number_reused'],
      same_report_as: null,
      revision: 3,
    });
    expect(today.first_received_at).toBe(today.updated_at);
    expect(await listed('active=true')).toEqual([today]);
    const { events } = await historyOf(service, used);
    expect(events.map(({ verdict }) => verdict)).toEqual(['advance', 'advance', 'out_of_order', 'new_order']);

    expect(await orderOf(used, '?at_revision=2')).toEqual(yesterday);
    const asOf = encodeURIComponent(timeOf(ended + 2 * HOUR_MS));
    expect(await orderOf(used, `?as_of=${asOf}`)).toEqual(yesterday);
    expect(await listed(`as_of=${asOf}`)).toEqual([yesterday]);
    expect(await listed(`as_of=${asOf}&active=false`)).toEqual([yesterday]);
    const found = (await service.get(`/audit/orders?to=${asOf}`)).json as OrderPage;
    const drivers = [expect.objectContaining({ name: 'Ann' })];
    expect(found.orders).toEqual([{ ...today, number_since: yesterday.first_received_at, drivers }]);
  });

  it('a captured delivery that is sent again is shown as one that came before: in the order, its history and a metric', async () => {
    const counted = async (): Promise<number> =>
      Number(/^ticket_rail_reports_came_before_total (\d+)$/m.exec((await service.get('/metrics')).text)?.[1]);
    const before = await counted();
    const key = nextKey();
    const captured = update(key, { status: 'in_progress', delivery_status: 'enroute_to_pickup', driver_details: ANN });
    await service.deliver(captured);
    await service.deliver(
      update(key, { status: 'in_progress', delivery_status: 'arrived_at_pickup', driver_details: BOB }),
    );
    expect((await service.deliver(captured)).json).toMatchObject({ outcome: 'recorded', revision: 2 });
    const { events } = await historyOf(service, key);
    const same_report_as = { revision: 0, received_at: events[0]?.received_at };
    const order = await orderOf(key);
    expect(order).toMatchObject({ driver_details: ANN, same_report_as });
    expect(order.attention).toContain('may_be_a_repeat');
    expect(events.map((event) => [event.verdict, event.same_report_as])).toEqual([
      ['advance', null],
      ['driver_changed', null],
      ['came_before', same_report_as],
    ]);
    await until('the metric to count it', async () => (await counted()) === before + 1);
    await service.deliver(update(key, { status: 'ready_for_pickup' }));
    expect((await orderOf(key)).attention).not.toContain('may_be_a_repeat');
    expect(await counted()).toBe(before + 1);
  });

  it('orders are found by a status in any spelling', async () => {
    const key = nextKey();
    await service.deliver(update(key, { status: 'Held For Review' }));
    for (const status of ['held_for_review', 'HELD-FOR-REVIEW']) {
      const { orders } = (await service.get(`/audit/orders?status=${encodeURIComponent(status)}`)).json as OrderPage;
      expect(orders).toMatchObject([{ ...key, status: 'held_for_review' }]);
    }
  });
});
