import fc from 'fast-check';
import { saidBy } from '../../projections/order/order-status';
import { after, JANE, JOHN, KEY, readLast, says } from './scenario';

const lenientOf = (driver_details: unknown) => {
  const { details, unreadable } = saidBy({ type: 'order.updated', data: { status: 'in_progress', driver_details } });
  return { details, unreadable };
};
/** Each text of `driver_details` by its path. */
const TEXTS = [
  ['source'],
  ['name'],
  ['phone', 'number'],
  ['phone', 'code'],
  ['picture_url'],
  ['vehicle_info', 'make'],
  ['vehicle_info', 'model'],
  ['vehicle_info', 'color'],
  ['vehicle_info', 'license_plate'],
  ['handoff_instructions'],
  ['passcode'],
];
const within = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, name) => ({ [name]: inner }), value);

describe('a field of another type', () => {
  it.each(TEXTS.map((path) => [path.join('.'), path] as const))(
    'a number or boolean as %s is read as that text, and anything else as absent',
    (_name, path) => {
      const pointer = `/driver_details/${path.join('/')}`;
      for (const [value, text] of [
        [4711, '4711'],
        [0, '0'],
        [1.5, '1.5'],
        [true, 'true'],
        [false, 'false'],
        [['1'], undefined],
        [{ is: '1' }, undefined],
      ] as const) {
        expect(lenientOf(within(path, value))).toEqual({ details: within(path, text), unreadable: [pointer] });
      }
      expect(lenientOf(within(path, '4711'))).toEqual({ details: within(path, '4711'), unreadable: [] });
    },
  );

  it.each([
    ['true', true],
    [' False', false],
    [1, true],
    [0, false],
    ['yes', undefined],
    [2, undefined],
    [[true], undefined],
  ])('%j as is_autonomous is read as %j', (value, read) => {
    expect(lenientOf({ vehicle_info: { is_autonomous: value } })).toEqual({
      details: { vehicle_info: { is_autonomous: read } },
      unreadable: ['/driver_details/vehicle_info/is_autonomous'],
    });
  });

  it.each([
    ['+15555550100', { number: '+15555550100' }],
    [15555550100, { number: '15555550100' }],
    [true, undefined],
    [['+1'], undefined],
  ])('%j as the phone is read as %j', (phone, read) => {
    expect(lenientOf({ name: 'A', phone })).toEqual({
      details: { name: 'A', phone: read },
      unreadable: ['/driver_details/phone'],
    });
  });

  it.each(['Jane', 7, true, [JANE]])('%j as driver_details is read as absent', (value) => {
    expect(lenientOf(value)).toEqual({ details: null, unreadable: ['/driver_details'] });
  });

  it.each(['', ' \t', '\u200b', null, undefined, {}, []])('%j says nothing, and is not unreadable', (blank) => {
    expect(lenientOf(blank).unreadable).toEqual([]);
    for (const path of [...TEXTS, ['phone'], ['vehicle_info'], ['vehicle_info', 'is_autonomous']]) {
      expect(lenientOf(within(path, blank)).unreadable).toEqual([]);
      expect(after(says('in_progress', undefined, within(path, blank))).driver_details).toBeNull();
    }
  });

  it('the same driver is known by what was read, whatever type it came as', () => {
    const known = { source: 'uber', name: '4711', passcode: '1' };
    const order = after(
      says('in_progress', 'pending', known),
      says('in_progress', undefined, { ...known, name: 4711 }),
    );
    expect(order.driver_details).toEqual(known);
    expect(order.attention).toEqual(['unreadable_field']);
    expect(
      after(says('in_progress', 'pending', known), says('in_progress', undefined, { name: 12 })).attention,
    ).toEqual(['driver_changed', 'unreadable_field']);
  });

  it('fields that came as expected are not copied', () => {
    fc.assert(
      fc.property(fc.constantFrom(JANE, JOHN, { phone: { number: '1' }, rating: 4 }), (details) => {
        expect(lenientOf(details).details).toBe(details);
      }),
    );
  });

  it('an event names what was read otherwise than it came, by pointers into its data', () => {
    const reading = readLast(says('in_progress'), {
      status: 'in_progress',
      delivery_status: 7,
      driver_details: { name: 1, phone: '+1', vehicle_info: { make: [1] } },
    });
    expect(reading.unreadable).toEqual([
      '/delivery_status',
      '/driver_details/name',
      '/driver_details/phone',
      '/driver_details/vehicle_info/make',
    ]);
    expect(readLast(says('in_progress'), says('In-Progress ', 'Weird one', JANE)).unreadable).toEqual([]);
  });
});

describe('attention unreadable_field', () => {
  const needs = (...details: readonly unknown[]): boolean =>
    after(...details.map((driver_details) => ({ ...KEY, status: 'in_progress', driver_details }))).attention.includes(
      'unreadable_field',
    );
  const odd = { ...JANE, passcode: 1111 };

  it.each<[string, boolean, unknown[]]>([
    ['stays while nothing is said of the field', true, [odd, undefined, JANE, { ...JANE, passcode: '' }]],
    ['stays while the field cannot be read', true, [odd, { ...JANE, passcode: [1] }]],
    ['ends when the field comes as it should', false, [odd, { ...JANE, passcode: '1111' }]],
    ['ends with another driver', false, [odd, JOHN]],
    ['stays if another driver has it too', true, [odd, { ...JOHN, passcode: 2 }]],
    ['is told of each field by itself', true, [odd, { ...JANE, passcode: '1', name: 'Jane Driver', source: 7 }]],
    [
      'ends when a phone that was a text is an object',
      false,
      [
        { ...JANE, phone: '1' },
        { ...JANE, phone: { number: '1' } },
      ],
    ],
    [
      'stays for a phone that goes on to be a text',
      true,
      [
        { ...JANE, phone: { number: 1 } },
        { ...JANE, phone: '1' },
      ],
    ],
    ['ends when details that were a text are an object', false, ['Jane', JANE]],
  ])('unreadable_field %s', (_what, expected, details) => {
    expect(needs(...details)).toBe(expected);
  });

  it('unreadable_field ends with the driver whom it was reported for', () => {
    expect(after(says('in_progress', 'enroute_to_pickup', odd), says('in_progress', 'pending')).attention).toEqual([]);
  });
});
