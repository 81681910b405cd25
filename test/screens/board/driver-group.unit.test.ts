import { orderId } from '../../../schemas/order-key';
import type { Order } from '../../../schemas/api/order-view';
import { badgeWords, groupsById, isReady } from '../../../services/screens/browser/board/model/handoff/driver-group';
import { NOON, order } from '../shared/orders';

const ANA = { name: 'Ana Silva', phone: { number: '+14155550101' } };

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
});
