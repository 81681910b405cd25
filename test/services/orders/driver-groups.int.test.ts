import { type Order, OrderPage } from '../../../schemas/api/order-view';
import { update } from '../../support/deliveries';
import { asOperator, discard, type RunningService, startService } from '../../support/running-service';

/** Orders that one driver takes together, as the list of a location says it. */

let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => discard(service));

const ANA = {
  source: 'doordash',
  name: 'Ana Silva',
  phone: { number: '+14155550101' },
  vehicle_info: { license_plate: '7ABC123' },
};
const BEN = { ...ANA, name: 'Ben Ito', phone: { number: '+14155550102' }, vehicle_info: { license_plate: '8DEF456' } };

async function pageOf(location: string, query = '', headers?: Readonly<Record<string, string>>): Promise<OrderPage> {
  const { status, json } = await service.get(`/locations/${location}/orders${query}`, headers);
  expect(status).toBe(200);
  return OrderPage.strict().parse(json);
}
const groupsOf = async (location: string, query = ''): Promise<string[][] | undefined> =>
  (await pageOf(location, query)).driver_groups?.map(({ order_ids }) => order_ids);

const deliver = async (location_id: string, order_id: string, fields: object): Promise<void> => {
  const answer = await service.deliver(update({ location_id, order_id }, { ...fields }));
  expect(answer.status).toBe(200);
};

describe('the groups of a list of orders', () => {
  it('a list says which orders one driver takes, as drivers are assigned, replaced and leave', async () => {
    const here = 'groups';
    for (const id of ['a', 'b', 'c']) await deliver(here, id, { driver_details: ANA });
    await deliver(here, 'd', { driver_details: { source: ANA.source, name: ANA.name } });
    await deliver('elsewhere', 'e', { driver_details: ANA });
    expect(await groupsOf(here)).toEqual([['a', 'b', 'c']]);
    expect(await groupsOf('elsewhere')).toEqual([]);

    await deliver(here, 'c', { delivery_status: 'enroute_to_pickup', driver_details: BEN });
    await deliver(here, 'd', { delivery_status: 'enroute_to_pickup', driver_details: BEN });
    expect(await groupsOf(here)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await deliver(here, 'a', { status: 'out_for_delivery', delivery_status: 'enroute_to_dropoff' });
    expect(await groupsOf(here)).toEqual([['c', 'd']]);
  });

  it('a page has the whole groups of its orders, no others, and none of them in the past', async () => {
    const here = 'pages';
    for (const [id, driver_details] of Object.entries({ a: ANA, b: BEN, c: BEN, d: ANA })) {
      await deliver(here, id, { driver_details });
    }
    expect(await groupsOf(here, '?limit=1')).toEqual([['a', 'd']]);
    expect(await groupsOf(here, '?limit=2')).toEqual([
      ['a', 'd'],
      ['b', 'c'],
    ]);
    expect(await groupsOf(here, '?stage=completed')).toEqual([]);
    expect(await groupsOf(here, `?as_of=${new Date(Date.now() + 60_000).toISOString()}`)).toBeUndefined();
  });

  it('a reader who does not see phones gets the same groups, and nothing in them but ids of orders', async () => {
    const here = 'operators';
    const { vehicle_info: _, ...withoutPlate } = ANA;
    for (const id of ['a', 'b']) await deliver(here, id, { driver_details: withoutPlate });
    const page = await pageOf(here, '', asOperator);
    expect(page.driver_groups).toEqual([{ order_ids: ['a', 'b'] }]);
    expect(JSON.stringify(page)).not.toContain(ANA.phone.number);
    const numberOf = ({ driver_details }: Order): unknown => driver_details?.phone?.number;
    expect(page.orders.map(numberOf)).toEqual(['[withheld]', '[withheld]']);
  });
});
