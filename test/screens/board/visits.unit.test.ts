import { orderId } from '../../../schemas/order-key';
import type { Order } from '../../../schemas/api/order-view';
import {
  noHandoffs,
  opened,
  turnedTo,
  withArrivals,
} from '../../../services/screens/browser/board/model/handoff/handoffs';
import {
  alreadyCalled,
  nothingCovered,
  type OfVisit,
  oneOfEachVisit,
  SAME_VISIT_MS,
  uncovered,
  visitOf,
  withCovered,
  withoutCovered,
} from '../../../services/screens/browser/board/model/handoff/visits';
import { at, NOON, order } from '../shared/orders';

/** One driver takes a, b and c in one visit; d and e have drivers of their own. */
const ofVisit: OfVisit = (id) => ('abc'.includes(id) ? ['a', 'b', 'c'] : [id]);
const anywhere = (): boolean => true;

const ANA = { name: 'Ana Silva', phone: { number: '+14155550101' } };
const WITH_PLATE = { ...ANA, vehicle_info: { license_plate: '7ABC123' } };
const OTHER_PLATE = { ...ANA, vehicle_info: { license_plate: '8DEF456' } };

/** An order of a driver who came some milliseconds after noon. */
const here = (id: string, ms = 0, driver_details: Order['driver_details'] = ANA): Order =>
  order({ order_id: orderId(id), stage: 'driver_here', stage_since: at(NOON + ms), driver_details });
const byId = (...orders: readonly Order[]): ReadonlyMap<string, Order> =>
  new Map(orders.map((one) => [one.order_id, one]));

describe('the visits of a driver', () => {
  it('arrivals are one visit where each is within 10 minutes of the one before, whatever order they stand in', () => {
    const group = [here('c', 2 * SAME_VISIT_MS), here('a'), here('b', SAME_VISIT_MS)];
    for (const id of ['a', 'b', 'c']) expect(visitOf(group, id)).toEqual(['a', 'b', 'c']);
    const late = [here('c', 2 * SAME_VISIT_MS + 1), ...group.slice(1)];
    expect(['a', 'b', 'c'].map((id) => visitOf(late, id))).toEqual([['a', 'b'], ['a', 'b'], ['c']]);
  });

  it('orders that the driver is not here for yet are of the newest visit', () => {
    const group = [here('a'), order({ order_id: orderId('later') }), here('b', SAME_VISIT_MS + 1)];
    expect(['a', 'b', 'later'].map((id) => visitOf(group, id))).toEqual([['a'], ['b', 'later'], ['b', 'later']]);
    expect(visitOf([order({ order_id: orderId('later') })], 'later')).toEqual(['later']);
    expect(visitOf([], 'alone')).toEqual(['alone']);
  });

  it('of several orders of one driver who waits, the first stands for all', () => {
    expect(oneOfEachVisit(['d', 'b', 'a', 'e', 'c'], ofVisit)).toEqual(['d', 'b', 'e']);
  });
});

describe('a driver who comes for several orders', () => {
  it('a driver is called once, when the first of the orders is reported', () => {
    expect([...alreadyCalled(['b', 'd', 'a', 'c'], noHandoffs, ofVisit, anywhere)]).toEqual([
      ['a', 'b'],
      ['c', 'a'],
    ]);
  });

  it('a driver who waits, or whose card is open, is not called again', () => {
    const waiting = withArrivals(noHandoffs, ['a']);
    expect([...alreadyCalled(['b', 'd'], waiting, ofVisit, anywhere)]).toEqual([['b', 'a']]);
    const open = opened(noHandoffs, 'a', false);
    expect([...alreadyCalled(['b', 'd'], open, ofVisit, anywhere)]).toEqual([['b', 'a']]);
  });

  it('a driver is called who comes while somebody looks at the card of one of the orders', () => {
    const open = opened(noHandoffs, 'a', false);
    expect([...alreadyCalled(['b', 'c'], open, ofVisit, () => false)]).toEqual([['c', 'b']]);
    expect([...alreadyCalled(['a', 'b'], open, ofVisit, anywhere)]).toEqual([['b', 'a']]);
  });

  it('a driver who comes again with the same order is called again', () => {
    expect(alreadyCalled(['d'], withArrivals(noHandoffs, ['d']), ofVisit, anywhere).size).toBe(0);
  });

  it('a driver who comes again later for another order is called again, though the first is still said to wait', () => {
    const again = (ms: number): readonly string[] => {
      const group = [here('a'), here('b', ms)];
      const of: OfVisit = (id) => visitOf(group, id);
      const left = [withArrivals(noHandoffs, ['a']), opened(noHandoffs, 'a', false)];
      return left.flatMap((handoffs) => [...alreadyCalled(['b'], handoffs, of, anywhere).keys()]);
    };
    expect([again(SAME_VISIT_MS), again(SAME_VISIT_MS + 1)]).toEqual([['b', 'b'], []]);
  });

  it('a driver does not wait any more with any order once somebody has turned from the card of one', () => {
    const open = opened(withArrivals(noHandoffs, ['a', 'd', 'b']), 'a', true);
    expect(turnedTo(open, null, ofVisit('a')).waiting).toEqual(['d']);
    expect(turnedTo(open, 'b', ofVisit('a'))).toEqual({ openId: 'b', isByItself: false, waiting: ['d'] });
  });
});

describe('arrivals for which nobody is called', () => {
  const [a, b, c] = [here('a', 0, WITH_PLATE), here('b'), here('c')];
  const covered = withCovered(nothingCovered, ['a', 'b', 'c'], { by: 'a', group: [a, b, c], at: NOON });
  /** What becomes of them: covered still, and called for after all. */
  const after = (...orders: readonly Order[]): readonly (readonly string[])[] => {
    const { covered: still, called } = uncovered(covered, byId(...orders));
    return [[...still.keys()], called.map(({ order_id }) => order_id)];
  };

  it('nobody is called while the details say nothing else', () => {
    expect(after(a, b, c)).toEqual([['b', 'c'], []]);
  });

  it('somebody is called after all once details say that it is another driver', () => {
    const other = { name: 'Ben Ito', phone: { number: '+14155550102' } };
    expect(after(a, here('b', 0, other), c)).toEqual([['c'], ['b']]);
    // Of three who cannot all be one, nobody knows which are.
    expect(after(a, here('b', 0, OTHER_PLATE), c)).toEqual([[], ['b', 'c']]);
    // The details of the order on the card may say so as well.
    expect(after({ ...a, driver_details: other }, b, c)).toEqual([[], ['b', 'c']]);
  });

  it('nobody is called because a driver has left with some of the orders, or the screen has forgotten them', () => {
    expect(after({ ...a, stage: 'on_the_way' }, b, c)).toEqual([['b', 'c'], []]);
    expect(after(b, c)).toEqual([['b', 'c'], []]);
    expect(after({ ...a, stage: 'on_the_way' }, here('b', 0, OTHER_PLATE), c)).toEqual([[], ['b', 'c']]);
  });

  it('an order is of no concern any more once its driver has left or come anew, or somebody has looked after it', () => {
    expect(after(a, { ...b, stage: 'on_the_way' }, here('c', 1, OTHER_PLATE))).toEqual([[], []]);
    const left = withoutCovered(covered, 'b');
    expect([...uncovered(left, byId(a, here('b', 0, OTHER_PLATE), c)).called.map(({ order_id }) => order_id)]).toEqual([
      'c',
    ]);
  });

  it('an order that its driver is not here for is covered by nothing', () => {
    const later = order({ order_id: orderId('later'), driver_details: ANA });
    const some = withCovered(nothingCovered, ['later'], { by: 'a', group: [a, later], at: NOON });
    expect(uncovered(some, byId(a, { ...later, driver_details: OTHER_PLATE }))).toEqual({
      covered: new Map(),
      called: [],
    });
  });
});
