import { sameDriver } from '../../projections/order/driver';
import { mergeDriver } from '../../projections/order/driver-details';
import { after, JANE, JOHN, says } from './scenario';

const driverAfter = (...details: readonly unknown[]) =>
  after(...details.map((driver_details) => says('in_progress', undefined, driver_details))).driver_details;

const phone = (number: string) => ({ phone: { number } });
const plate = (license_plate: string) => ({ vehicle_info: { license_plate } });

describe('two drivers', () => {
  it.each([
    ['have the same source and name', JANE, JANE],
    ['differ in the spelling of source and name', JANE, { source: ' UBER', name: 'jane driver ' }],
    [
      'have the same source and name but another phone and plate',
      { ...JANE, ...phone('1') },
      { ...JANE, ...phone('2') },
    ],
    ['have the same name, and only one has a source', JANE, { name: 'Jane Driver' }],
    ['have no name on one side and the same source', JANE, { source: 'uber', passcode: '1' }],
    ['have no name on one side and the same phone', { name: 'Jane Driver', ...phone('1') }, phone('1')],
    ['have no name on one side and the same plate', { name: 'Jane Driver', ...plate('ABC') }, plate(' abc ')],
    ['have nothing that both have', JANE, { passcode: '5678' }],
    ['have one name, composed and decomposed', { name: 'Jos\u00e9' }, { name: 'Jose\u0301' }],
    ['have one name, in full and half width', { name: 'ＪＡＮＥ' }, { name: 'jane' }],
    ['have one name with other white space in it', JANE, { source: 'uber', name: 'Jane\u00a0\u00a0 Driver' }],
    ['have one name with invisible marks in it', JANE, { source: 'u\u200bber', name: '\u202aJane Dri\u00adver\u202c' }],
    ['have a name of nothing but invisible marks on one side', JANE, { source: 'uber', name: '\u200b\u2060' }],
    ['have one plate in other spellings, and a name is missing', plate('ABC 12'), plate('\u200eａｂｃ  12')],
    ['have a blank name on one side and the same source', JANE, { source: 'uber', name: ' ' }],
    ['have only marks of a wrong type in common', { ...JANE, ...phone('1') }, { source: 7, name: {}, phone: 'x' }],
  ])('two drivers are the same if they %s', (_when, one, other) => {
    expect(sameDriver(one, other)).toBe(true);
    expect(sameDriver(other, one)).toBe(true);
  });

  it.each([
    ['names', JANE, { ...JANE, name: 'John Driver' }],
    ['sources, whatever the names', JANE, { ...JANE, source: 'doordash' }],
    ['names, even if phone and plate agree', { ...JANE, ...phone('1') }, { ...JOHN, source: 'uber', ...phone('1') }],
    ['sources, and a name is missing', JANE, { source: 'doordash' }],
    ['phones, and a name is missing', { ...JANE, ...phone('1') }, { source: 'uber', ...phone('2') }],
    ['plates, and a name is missing', { ...phone('1'), ...plate('ABC') }, { ...phone('1'), ...plate('XYZ') }],
  ])('two drivers are different if they differ in their %s', (_in, one, other) => {
    expect(sameDriver(one, other)).toBe(false);
    expect(sameDriver(other, one)).toBe(false);
  });
});

describe('the driver of an order', () => {
  it.each([undefined, null, 'Jane', 7, true, [JOHN], {}, { name: null }, { phone: {}, passcode: [7] }])(
    'an order keeps its driver when a delivery has %j for driver_details',
    (details) => {
      expect(driverAfter(JANE, details)).toEqual(JANE);
    },
  );

  it('details of the same driver are merged field by field, also within phone and vehicle', () => {
    expect(
      driverAfter(
        {
          ...JANE,
          phone: { number: '1', code: '12' },
          vehicle_info: { make: 'Honda', color: 'Blue' },
          passcode: '1111',
        },
        { ...JANE, phone: { number: '2' }, vehicle_info: { color: 'Red', is_autonomous: false } },
      ),
    ).toEqual({
      ...JANE,
      phone: { number: '2', code: '12' },
      vehicle_info: { make: 'Honda', color: 'Red', is_autonomous: false },
      passcode: '1111',
    });
  });

  it('unknown fields of the same driver are merged as well', () => {
    expect(
      driverAfter({ ...JANE, rating: 4, badge: { id: 1, color: 'red' } }, { ...JANE, rating: [5], badge: { id: 2 } }),
    ).toEqual({ ...JANE, rating: [5], badge: { id: 2, color: 'red' } });
  });

  it('a known detail is kept when the same driver comes with null or what cannot be read', () => {
    const known = { ...JANE, phone: { number: '1' }, passcode: '1111' };
    expect(driverAfter(known, { ...JANE, phone: null, passcode: null })).toEqual(known);
    expect(driverAfter(known, { ...JANE, phone: [7], passcode: { is: 1111 } })).toEqual(known);
  });

  it('a blank name does not replace a known one, so the next driver cannot inherit the details', () => {
    expect(driverAfter({ ...JANE, passcode: '1111' }, { source: 'uber', name: '' }, { ...JANE, name: 'John' })).toEqual(
      {
        source: 'uber',
        name: 'John',
      },
    );
  });

  it('blanks never erase a detail that is known, whatever their kind', () => {
    const known = {
      ...JANE,
      phone: { number: '+15555551234', code: '12' },
      vehicle_info: { license_plate: 'ABC1234', is_autonomous: true },
      passcode: '1111',
      badge: { id: '7', tags: ['a'] },
    };
    for (const blank of ['', ' ', '\t\n', '\u00a0', '\u200b', '\ufeff', null, {}, []]) {
      const details = {
        source: blank,
        name: blank,
        phone: { number: blank, code: blank },
        vehicle_info: { license_plate: blank, is_autonomous: blank },
        passcode: blank,
        badge: { id: blank, tags: blank },
      };
      expect({ blank, driver: driverAfter(known, details) }).toEqual({ blank, driver: known });
      expect({
        blank,
        driver: driverAfter(known, { ...JANE, phone: blank, vehicle_info: blank, badge: blank }),
      }).toEqual({
        blank,
        driver: known,
      });
    }
  });

  it('details that are all blank are no details: nobody is assigned by them', () => {
    expect(driverAfter({ name: ' ', passcode: '', phone: { number: '\u200b' }, tags: [] })).toBeNull();
  });

  it('another driver replaces the first completely', () => {
    expect(driverAfter({ ...JANE, ...phone('1'), passcode: '1111' }, JOHN)).toEqual(JOHN);
  });

  it.each(['pending', 'pending_driver_confirmation', 'failed_to_assign_driver'])(
    'an order has no driver after %s without details',
    (value) => {
      for (const details of [undefined, null, {}, 'nobody']) {
        expect(
          after(says('in_progress', 'enroute_to_pickup', JANE), says('in_progress', value, details)).driver_details,
        ).toBeNull();
      }
    },
  );

  it.each(['pending', 'pending_driver_confirmation', 'failed_to_assign_driver'])(
    'an order keeps its driver at %s with details',
    (value) => {
      const named = after(
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', value, { passcode: '1' }),
      );
      expect(named.driver_details).toEqual({ ...JANE, passcode: '1' });
    },
  );

  it('an order keeps its driver when an earlier pending is only kept, not reported again', () => {
    expect(after(says('in_progress', 'pending', JANE), says('ready_for_pickup')).driver_details).toEqual(JANE);
  });

  it('no old details return when the same driver comes back after nobody was assigned', () => {
    expect(
      after(
        says('in_progress', 'enroute_to_pickup', { ...JANE, passcode: '1111' }),
        says('in_progress', 'pending'),
        says('in_progress', 'enroute_to_pickup', JANE),
      ).driver_details,
    ).toEqual(JANE);
  });
});

describe('driver details from outside', () => {
  it('driver details never change a prototype, whatever their keys are called', () => {
    const details = JSON.parse(
      '{"name":"Jane","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"phone":{"__proto__":{"code":"1"}}}',
    ) as Record<string, unknown>;
    const driver = mergeDriver(mergeDriver(null, details), { toString: 'me', hasOwnProperty: true });
    expect(Object.keys(driver ?? {})).toEqual(['name', 'constructor', 'toString', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(driver)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(Object.prototype, 'polluted')).toBeUndefined();
    expect(driver?.phone).toBeUndefined();
  });

  it('driver details may nest deeper than any stack without exhausting it', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 200_000; level += 1) deep = level % 2 === 0 ? { deep } : [deep];
    expect(() => JSON.stringify(driverAfter({ ...JANE, deep }, { ...JANE, deep }))).not.toThrow();
  });

  it('driver details are kept as JSON can represent them', () => {
    expect(driverAfter({ ...JANE, numbers: [-0, Infinity, NaN, 1], nothing: Infinity, empty: { none: null } })).toEqual(
      {
        ...JANE,
        numbers: [0, null, null, 1],
      },
    );
  });

  it('merging driver details returns the known object, not a copy, when nothing is new', () => {
    const known = mergeDriver(null, { ...JANE, ...phone('1'), ...plate('ABC') });
    expect(mergeDriver(known, { ...JANE, ...phone('1'), ...plate('ABC') })).toBe(known);
  });
});
