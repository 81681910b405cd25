import { changesBetween } from '../../projections/history/changes';
import { VERDICT_RULES } from '../../projections/history/timeline';
import { type Verdict, VERDICTS } from '../../schemas/vocabulary';
import { JANE, JOHN, readLast, says, type DeliveryObject } from './scenario';

const COMING = says('in_progress', 'enroute_to_pickup', JANE);
const JOHN_COMING = says('in_progress', 'enroute_to_pickup', JOHN);
const DONE = says('completed', 'completed', JANE);

const verdicts: [Verdict, string, DeliveryObject[]][] = [
  ['advance', 'the order comes', [says('in_progress')]],
  ['advance', 'the order goes on', [says('in_progress'), says('ready_for_pickup')]],
  ['advance', 'the first driver is named', [says('in_progress'), COMING]],
  ['advance', 'more is reported of the driver', [COMING, says('in_progress', undefined, { ...JANE, passcode: '1' })]],
  [
    'advance',
    'the same driver is assigned again',
    [COMING, says('in_progress', 'pending'), says('ready_for_pickup', 'enroute_to_pickup', JANE)],
  ],
  ['advance', 'an order.canceled comes', [COMING, 'order.canceled']],
  ['driver_changed', 'a different driver comes', [COMING, JOHN_COMING]],
  ['driver_changed', 'nobody is assigned any more', [COMING, says('in_progress', 'pending')]],
  [
    'driver_changed',
    'a different driver comes after nobody was assigned',
    [COMING, says('in_progress', 'pending'), JOHN_COMING],
  ],
  ['driver_changed', 'a different driver comes with an unknown status', [COMING, says('scheduled', undefined, JOHN)]],
  ['out_of_order', 'an older state is reported', [DONE, says('out_for_delivery', 'arrived_at_dropoff')]],
  [
    'out_of_order',
    'an older state with a different driver is reported after an order.canceled',
    [COMING, 'order.canceled', JOHN_COMING],
  ],
  [
    'out_of_order',
    'an older state is reported with an unknown delivery status',
    [DONE, says('in_progress', 'teleporting')],
  ],
  ['reopened', 'a different driver comes for an order that was over', [DONE, JOHN_COMING]],
  [
    'reopened',
    'a different driver comes while the food is coming back',
    [says('failed', 'enroute_to_return', JANE), JOHN_COMING],
  ],
  ['came_before', 'an earlier report comes again', [COMING, JOHN_COMING, COMING]],
  [
    'came_before',
    'an earlier report comes again that tells an older story',
    [COMING, says('out_for_delivery', 'enroute_to_dropoff', JANE), COMING],
  ],
  [
    'reopened',
    'an earlier report comes again and reopens the order',
    [JOHN_COMING, says('completed', undefined, JANE), JOHN_COMING],
  ],
  ['no_change', 'nothing changes', [COMING, says('in_progress')]],
  ['no_change', 'nothing is reported', [COMING, {}]],
  ['no_change', 'an order.canceled comes again', ['order.canceled', 'order.canceled']],
  ['unknown_value', 'the status is unknown', [COMING, says('scheduled')]],
  ['unknown_value', 'the delivery status is unknown', [says('in_progress', 'teleporting')]],
  ['unknown_value', 'the status is unknown, though it came before', [says('scheduled'), says('scheduled')]],
];

describe('the verdict', () => {
  it('the verdict rules cover every verdict, with advance if no rule holds', () => {
    expect(new Set([...VERDICT_RULES.map((rule) => rule.verdict), 'advance'])).toEqual(new Set(VERDICTS));
    // A new order is a matter of hours: test/projections/order-number.unit.test.ts.
    // What people here did is in test/projections/actions.unit.test.ts.
    const inMoments = VERDICTS.filter((verdict) => verdict !== 'new_order' && verdict !== 'action');
    expect(new Set(verdicts.map(([verdict]) => verdict))).toEqual(new Set(inMoments));
  });

  it.each(verdicts)('the verdict is %s when %s', (verdict, _when, deliveries) => {
    expect(readLast(...deliveries).verdict).toBe(verdict);
  });
});

describe('the changes of an event', () => {
  it('the first event changes every field that has a value after it', () => {
    expect(readLast(says('in_progress', 'enroute_to_pickup', JANE)).changes).toEqual([
      { pointer: '/status', from: null, to: 'in_progress' },
      { pointer: '/delivery_status', from: null, to: 'enroute_to_pickup' },
      { pointer: '/driver_details/source', from: null, to: 'uber' },
      { pointer: '/driver_details/name', from: null, to: 'Jane Driver' },
      { pointer: '/stage', from: null, to: 'preparing' },
    ]);
  });

  it('the changes of an event list a driver field by field, and attention as one list', () => {
    expect(readLast(says('in_progress', 'pending', { ...JANE, phone: { number: '1' } }), JOHN_COMING).changes).toEqual([
      { pointer: '/delivery_status', from: 'pending', to: 'enroute_to_pickup' },
      { pointer: '/driver_details/source', from: 'uber', to: 'doordash' },
      { pointer: '/driver_details/name', from: 'Jane Driver', to: 'John Driver' },
      { pointer: '/driver_details/phone/number', from: '1', to: null },
      { pointer: '/attention', from: [], to: ['driver_changed'] },
    ]);
  });

  it('the changes of an event leave out ids, revision and times', () => {
    expect(readLast(COMING, COMING).changes).toEqual([]);
  });

  it('the changes of an event have JSON pointers with ~ and / escaped', () => {
    expect(changesBetween({}, { 'a/b~c': { '': 1 } })).toEqual([{ pointer: '/a~1b~0c/', from: null, to: 1 }]);
  });

  it('the changes of an event compare lists by their elements', () => {
    expect(changesBetween({ a: [1, { b: [null] }] }, { a: [1, { b: [null] }] })).toEqual([]);
    expect(changesBetween({ a: [1, { b: [null] }] }, { a: [1, { b: [0] }] })).toHaveLength(1);
    expect(changesBetween({ a: [1] }, { a: [1, 2] })).toHaveLength(1);
  });

  it('a value that becomes an object, or the reverse, is a removal and an addition', () => {
    expect(changesBetween({ a: 1 }, { a: { b: 2 } })).toEqual([
      { pointer: '/a', from: 1, to: null },
      { pointer: '/a/b', from: null, to: 2 },
    ]);
    expect(changesBetween({ a: { b: 2 } }, { a: 1 })).toEqual([
      { pointer: '/a/b', from: 2, to: null },
      { pointer: '/a', from: null, to: 1 },
    ]);
  });
});
