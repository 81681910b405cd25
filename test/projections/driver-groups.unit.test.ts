import fc from 'fast-check';
import { sameDriver } from '../../projections/order/driver';
import { driverGroups, type Groupable, MAX_QUIET_MS } from '../../projections/driver-groups';
import { isJsonObject } from '../../schemas/json/json-object';
import { orderId } from '../../schemas/order-key';
import { STAGES } from '../../schemas/vocabulary';
import { WITHHELD } from '../../schemas/events/withheld';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const LONG_AGO = ago(MAX_QUIET_MS);

type Details = Groupable['driver_details'];

const order = (id: string, driver_details: Details, about: Partial<Groupable> = {}): Groupable => ({
  order_id: orderId(id),
  driver_details,
  stage: 'preparing',
  first_received_at: ago(60_000),
  reported_at: ago(1_000),
  ...about,
});

const idsOf = (orders: Iterable<Groupable>, now = NOW): string[][] =>
  driverGroups(orders, now).map((group) => group.map(({ order_id }) => order_id));

/** Two orders with these drivers. */
const areGrouped = (one: Details, other: Details): boolean => idsOf([order('a', one), order('b', other)]).length === 1;

const ANA = {
  source: 'doordash',
  name: 'Ana Silva',
  phone: { number: '+1 415-555-0101' },
  vehicle_info: { license_plate: '7ABC123' },
};
const { phone: _phone, ...WITHOUT_PHONE } = ANA;
const { vehicle_info: _vehicle, ...WITHOUT_PLATE } = ANA;

/** From few values, so that drivers agree in some of them, and contradict each other in others. */
const details = fc.record(
  {
    source: fc.constantFrom('uber', 'doordash', null),
    name: fc.constantFrom('Ana Silva', ' ana  SILVA', 'Ben Ito', null),
    phone: fc.record(
      {
        number: fc.constantFrom('+14155550101', '415 555 0101', '+1 (415) 555-0102', '12', 'unknown', WITHHELD),
        code: fc.constantFrom('11', '22'),
      },
      { requiredKeys: [] },
    ),
    vehicle_info: fc.record({ license_plate: fc.constantFrom('7ABC123', '7abc 123', '8DEF456', '0000', null) }),
  },
  { requiredKeys: [] },
);
const orders = fc
  .array(
    fc.record({
      driver_details: fc.option(details, { freq: 10 }),
      stage: fc.constantFrom(...STAGES, ...(['preparing', 'ready', 'driver_here'] as const)),
      first_received_at: fc.constantFrom(ago(3), ago(2), ago(1)),
      reported_at: fc.oneof({ weight: 9, arbitrary: fc.constant(ago(0)) }, fc.constant(LONG_AGO)),
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map((one, index): Groupable => ({ order_id: orderId(`o${String(index)}`), ...one })));

const textIn = (value: unknown, ...path: readonly string[]): string | null => {
  const found = path.reduce<unknown>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
  return typeof found === 'string' && found !== WITHHELD ? found.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase() : null;
};
/** What these two have in common besides their names. */
const inCommon = (one: Groupable, other: Groupable): boolean =>
  [
    ['phone', 'number'],
    ['vehicle_info', 'license_plate'],
  ].some((path) => {
    const [mine, theirs] = [textIn(one.driver_details, ...path), textIn(other.driver_details, ...path)];
    return mine !== null && mine === theirs;
  });

describe('orders that one driver takes together', () => {
  it.each<[string, Details, Details]>([
    ['in everything', ANA, { ...ANA }],
    [
      'in name and phone, spelled otherwise',
      WITHOUT_PLATE,
      { ...ANA, name: 'ANA  silva', phone: { number: '+14155550101' } },
    ],
    ['in name and plate, spelled otherwise', WITHOUT_PHONE, { ...ANA, vehicle_info: { license_plate: '7abc-123' } }],
    ['in name and phone, where no source is known', { ...ANA, source: null }, { ...ANA, source: null }],
    [
      'in plate and name, with a masked number for each order',
      masked('+14155550177', '11'),
      masked('+14155550188', '22'),
    ],
    [
      'in name and a masked number with its code',
      withoutPlate(masked('+14155550177', '11')),
      masked('+14155550177', '11'),
    ],
  ])('orders are grouped whose drivers agree %s', (_agreement, one, other) => {
    expect(areGrouped(one, other)).toBe(true);
  });

  it.each<[string, Details, Details]>([
    ['agree in nothing but the name', { name: 'Ana Silva' }, { name: 'Ana Silva' }],
    ['agree in nothing but source and name', { source: 'uber', name: 'Ana' }, { source: 'uber', name: 'Ana' }],
    ['agree in phone and plate, but not in the name', ANA, { ...ANA, name: 'Ben Ito' }],
    ['agree in phone and plate, and one has no name', ANA, { ...ANA, name: null }],
    ['come from different sources', ANA, { ...ANA, source: 'uber' }],
    ['agree in the phone and have different plates', ANA, { ...ANA, vehicle_info: { license_plate: '8DEF456' } }],
    ['agree in the plate and have different phones', ANA, { ...ANA, phone: { number: '+14155550102' } }],
    [
      'agree in a masked number with different codes',
      withoutPlate(masked('+14155550177', '11')),
      masked('+14155550177', '22'),
    ],
    ['agree in an extension', { name: 'Ana', phone: { number: '101' } }, { name: 'Ana', phone: { number: '101' } }],
    [
      'have phones that are withheld',
      { name: 'Ana', phone: { number: WITHHELD, code: WITHHELD } },
      { name: 'Ana', phone: { number: WITHHELD, code: WITHHELD } },
    ],
  ])('orders are not grouped whose drivers %s', (_difference, one, other) => {
    expect(areGrouped(one, other)).toBe(false);
  });

  it.each([
    'unknown',
    'anonymous',
    'private',
    'not available',
    '000-000-0000',
    '+1 (000) 000-0000',
    '+353 000 0000',
    '(555) 555-5555',
    '0000001',
    '1234567',
    '7654321',
    '0123456789',
    '(123) 456-7890',
    '٠٠٠٠٠٠٠',
  ])('the phone number %p says nothing: it neither connects orders nor parts them', (number) => {
    const phone = { number };
    expect(areGrouped({ ...WITHOUT_PLATE, phone }, { ...WITHOUT_PLATE, phone })).toBe(false);
    expect(areGrouped({ ...ANA, phone }, ANA)).toBe(true);
    expect(areGrouped({ ...WITHOUT_PLATE, phone: { number, code: '11' } }, masked(number, '11'))).toBe(false);
  });

  it.each([
    '0000',
    '000-0000',
    '1111',
    '12345',
    'XXX000',
    'X 11',
    '7A',
    'unknown',
    'N/A',
    'n/a 0',
    'None 00',
    'TBD-000',
  ])('the license plate %p says nothing: it neither connects orders nor parts them', (license_plate) => {
    const vehicle_info = { license_plate };
    expect(areGrouped({ ...WITHOUT_PHONE, vehicle_info }, { ...WITHOUT_PHONE, vehicle_info })).toBe(false);
    expect(areGrouped({ ...ANA, vehicle_info }, ANA)).toBe(true);
  });

  it.each(['N/A', 'none', '000'])('the masking code %p says nothing, and the number is masked all the same', (code) => {
    expect(areGrouped(withoutPlate(masked('+14155550177', code)), masked('+14155550177', code))).toBe(false);
    expect(areGrouped(masked('+14155550177', code), ANA)).toBe(true);
  });

  it.each(['555-1234', '+1 555 555 1234', '٤١٥٥٥٥٠١٠١'])('the phone number %p connects orders', (number) => {
    const phone = { number };
    expect(areGrouped({ ...WITHOUT_PLATE, phone }, { ...WITHOUT_PLATE, phone })).toBe(true);
  });

  it.each(['ABC 123', '1000', 'A12 1AA', 'B-XY 7', '٧٨٦٤'])('the license plate %p connects orders', (license_plate) => {
    const vehicle_info = { license_plate };
    expect(areGrouped({ ...WITHOUT_PHONE, vehicle_info }, { ...WITHOUT_PHONE, vehicle_info })).toBe(true);
  });

  it('a number contradicts itself neither without country code nor in other digits, and connects only as it is', () => {
    for (const number of ['(415) 555-0101', '555-0101', '001 415 555 0101', '٤١٥٥٥٥٠١٠١']) {
      expect([number, areGrouped({ ...ANA, phone: { number } }, ANA)]).toEqual([number, true]);
      expect([number, areGrouped({ ...WITHOUT_PLATE, phone: { number } }, WITHOUT_PLATE)]).toEqual([number, false]);
    }
    const british = (number: string) => ({ ...ANA, phone: { number } });
    expect(areGrouped(british('+44 20 7946 0101'), british('020 7946 0101'))).toBe(true);
    expect(areGrouped(british('+44 20 7946 0101'), british('+353 20 7946 0101'))).toBe(false);
  });

  it('numbers of two areas contradict each other, also where both end as a third one that is written without its area', () => {
    const withNumber = (id: string, number: string) => order(id, { ...ANA, phone: { number } });
    const [a, b, c] = [
      withNumber('a', '(415) 555-0101'),
      withNumber('b', '555-0101'),
      withNumber('c', '(212) 555-0101'),
    ];
    expect([idsOf([a, b]), idsOf([b, c]), idsOf([a, c])]).toEqual([[['a', 'b']], [['b', 'c']], []]);
    expect(idsOf([a, b, c])).toEqual([]);
  });

  it('orders are grouped from preparing until the driver leaves, and not while action is needed or without news for 6 hours', () => {
    const first = order('a', ANA);
    const withFirst = STAGES.filter((stage) => idsOf([first, order('b', ANA, { stage })]).length > 0);
    expect(withFirst).toEqual(['preparing', 'ready', 'driver_here']);
    expect(idsOf([first, order('b', ANA, { reported_at: LONG_AGO })])).toEqual([]);
    expect(idsOf([first, order('b', ANA, { reported_at: LONG_AGO })], NOW - 1)).toEqual([['a', 'b']]);
    expect(idsOf([first, order('b', null)])).toEqual([]);
  });

  it('an order with phone and plate connects one that has only the phone with one that has only the plate', () => {
    expect(idsOf([order('a', WITHOUT_PHONE), order('b', WITHOUT_PLATE)])).toEqual([]);
    expect(idsOf([order('a', WITHOUT_PHONE), order('b', WITHOUT_PLATE), order('c', ANA)])).toEqual([['a', 'b', 'c']]);
  });

  it('orders that are connected are not grouped where any two of them contradict each other', () => {
    const other = { ...ANA, vehicle_info: { license_plate: '8DEF456' } };
    expect(idsOf([order('a', ANA), order('b', WITHOUT_PLATE), order('c', other)])).toEqual([]);
    expect(idsOf([order('a', ANA), order('b', WITHOUT_PLATE)])).toEqual([['a', 'b']]);
  });

  it('drivers who agree in nothing but the name are never grouped, and those of a group are the same driver to the folds', () => {
    fc.assert(
      fc.property(orders, (all) => {
        for (const group of driverGroups(all, NOW)) {
          for (const one of group) {
            expect(group.some((other) => other !== one && inCommon(one, other))).toBe(true);
            expect(group.every((other) => sameDriver(one.driver_details ?? {}, other.driver_details ?? {}))).toBe(true);
          }
        }
      }),
    );
  });

  it('groups are the same in whatever order the orders are looked at, and each order is in one at most', () => {
    fc.assert(
      fc.property(
        orders.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const groups = idsOf(all);
          expect(idsOf(shuffled)).toEqual(groups);
          expect(new Set(groups.flat()).size).toBe(groups.flat().length);
          expect(groups.every((group) => group.length > 1)).toBe(true);
        },
      ),
    );
  });

  it('a group is a group by itself too: no order outside of it has a part in it', () => {
    fc.assert(
      fc.property(orders, (all) => {
        for (const group of idsOf(all)) {
          expect(idsOf(all.filter(({ order_id }) => group.includes(order_id)))).toEqual([group]);
        }
      }),
    );
  });
});

function masked(number: string, code: string): NonNullable<Details> {
  return { ...ANA, phone: { number, code } };
}

function withoutPlate({ vehicle_info: _plate, ...rest }: NonNullable<Details>): Details {
  return rest;
}
