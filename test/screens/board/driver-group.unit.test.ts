import { orderId } from '../../../schemas/order-key';
import type { Order } from '../../../schemas/order-view';
import {
  alreadyCalled,
  badgeWords,
  groupsById,
  isReady,
  type OfDriver,
  oneOfEachDriver,
} from '../../../services/screens/browser/board/model/driver-group';
import { noHandoffs, opened, turnedTo, withArrivals } from '../../../services/screens/browser/board/model/handoffs';
import { NOON, order } from '../shared/orders';

const ANA = { name: 'Ana Silva', phone: { number: '+14155550101' } };
/** One driver takes a, b and c; d and e have drivers of their own. */
const ofDriver: OfDriver = (id) => ('abc'.includes(id) ? ['a', 'b', 'c'] : [id]);
const anywhere = (): boolean => true;

describe('the group of a driver on a board', () => {
  it('each order of a group has the whole group, and an order that its driver takes alone has none', () => {
    const by = (id: string, driver_details: Order['driver_details']): Order =>
      order({ order_id: orderId(id), driver_details });
    const [a, b] = [by('a', ANA), by('b', ANA)];
    const groups = groupsById([a, b, by('c', { name: ANA.name })], NOON);
    expect([...groups]).toEqual([
      ['a', [a, b]],
      ['b', [a, b]],
    ]);
  });

  it('an order is ready when the kitchen has said so, also while its driver is here', () => {
    const states = [
      ['preparing', 'in_progress'],
      ['ready', 'ready_for_pickup'],
      ['driver_here', 'in_progress'],
      ['driver_here', 'ready_for_pickup'],
      ['driver_here', null],
    ] as const;
    expect(states.map(([stage, status]) => isReady({ stage, status }))).toEqual([false, true, false, true, false]);
  });

  it('the badge of a tile says how many orders the driver takes, and how many of them are ready', () => {
    const group = (['preparing', 'ready', 'ready'] as const).map((stage) => order({ stage }));
    expect(badgeWords(group)).toBe('3 orders, one driver: 2 of 3 ready');
    expect(badgeWords([])).toBe('');
  });

  it('of several orders of one driver who waits, the first stands for all', () => {
    expect(oneOfEachDriver(['d', 'b', 'a', 'e', 'c'], ofDriver)).toEqual(['d', 'b', 'e']);
  });
});

describe('a driver who comes for several orders', () => {
  it('a driver is called once, when the first of the orders is reported', () => {
    expect(alreadyCalled(['b', 'd', 'a', 'c'], noHandoffs, ofDriver, anywhere)).toEqual(['a', 'c']);
  });

  it('a driver who waits, or whose card is open, is not called again', () => {
    const waiting = withArrivals(noHandoffs, ['a']);
    expect(alreadyCalled(['b', 'd'], waiting, ofDriver, anywhere)).toEqual(['b']);
    expect(alreadyCalled(['b', 'd'], opened(noHandoffs, 'a', false), ofDriver, anywhere)).toEqual(['b']);
  });

  it('a driver is called who comes while somebody looks at the card of one of the orders', () => {
    const open = opened(noHandoffs, 'a', false);
    expect(alreadyCalled(['b', 'c'], open, ofDriver, () => false)).toEqual(['c']);
    expect(alreadyCalled(['a', 'b'], open, ofDriver, anywhere)).toEqual(['b']);
  });

  it('a driver who comes again with the same order is called again', () => {
    expect(alreadyCalled(['d'], withArrivals(noHandoffs, ['d']), ofDriver, anywhere)).toEqual([]);
  });

  it('a driver does not wait any more with any order once somebody has turned from the card of one', () => {
    const open = opened(withArrivals(noHandoffs, ['a', 'd', 'b']), 'a', true);
    expect(turnedTo(open, null, ofDriver('a')).waiting).toEqual(['d']);
    expect(turnedTo(open, 'b', ofDriver('a'))).toEqual({ openId: 'b', isByItself: false, waiting: ['d'] });
  });
});
