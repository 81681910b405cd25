import fc from 'fast-check';
import {
  changesDrives,
  type Drive,
  driveInstead,
  drivesAfter,
  lastDigitsOf,
  MAX_DRIVES,
} from '../../projections/order/drives';
import { evolve, initial } from '../../projections/order/order';
import type { OrderEvent } from '../../schemas/events/order-events';
import { arbitraryOrderUpdatedObject, receivedAt } from './arbitraries';
import { type DeliveryObject, eventsAt, eventsOf, JANE, JOHN, says } from './scenario';

const drivesOf = (events: readonly OrderEvent[]): readonly Drive[] => {
  let [drives, state]: [readonly Drive[], typeof initial] = [[], initial];
  for (const event of events) {
    const after = evolve(state, event);
    drives = drivesAfter(drives, state, after);
    state = after;
  }
  return drives;
};
/** Names of the drivers after these deliveries, and the numbers of the deliveries from and to which they drove. */
const turns = (...deliveries: readonly DeliveryObject[]): unknown[] => {
  const times = deliveries.map((_, index) => receivedAt(index));
  const numberOf = (time: string | null) => (time === null ? null : times.indexOf(time));
  return drivesOf(eventsOf(...deliveries)).map(({ name, from, to }) => [name, numberOf(from), numberOf(to)]);
};

describe('the drivers of an order', () => {
  it('an order without a driver has none, and one with a driver has that driver from the first report on', () => {
    expect(turns(says('in_progress'))).toEqual([]);
    expect(turns(says('in_progress'), says('in_progress', 'enroute_to_pickup', JANE))).toEqual([
      ['Jane Driver', 1, null],
    ]);
  });

  it('a driver drives until another one is reported, and the other one until the order ends', () => {
    expect(
      turns(
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', 'enroute_to_pickup', JOHN),
        says('completed', 'completed', JOHN),
        says('completed', 'completed'),
      ),
    ).toEqual([
      ['Jane Driver', 0, 1],
      ['John Driver', 1, 2],
    ]);
  });

  it('a driver drives until nobody is assigned any more, and anew once that driver is back', () => {
    expect(
      turns(
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', 'pending'),
        says('in_progress', 'pending'),
        says('in_progress', 'enroute_to_pickup', JANE),
      ),
    ).toEqual([
      ['Jane Driver', 0, 1],
      ['Jane Driver', 3, null],
    ]);
  });

  it('a driver ends by another one, by nobody, or by the end of the order, and has left with the food or not', () => {
    const ends = (...deliveries: readonly DeliveryObject[]): unknown[] =>
      drivesOf(eventsOf(...deliveries)).map(({ name, ended_by, left_at }) => [name, ended_by, left_at]);
    const leaves = says('out_for_delivery', 'enroute_to_dropoff', JOHN);
    expect(
      ends(
        says('in_progress', 'arrived_at_pickup', JANE),
        says('in_progress', 'pending'),
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', 'enroute_to_pickup', JOHN),
        leaves,
      ),
    ).toEqual([
      ['Jane Driver', 'unassigned', null],
      ['Jane Driver', 'another_driver', null],
      ['John Driver', null, receivedAt(4)],
    ]);
    // The food may leave with nobody that anybody named, and with one driver before another is named.
    expect(ends(says('out_for_delivery', 'enroute_to_dropoff'), leaves, says('completed', 'completed', JOHN))).toEqual([
      ['John Driver', 'order_ended', receivedAt(0)],
    ]);
    expect(ends(leaves, says('in_progress', 'enroute_to_pickup', JANE))).toEqual([
      ['John Driver', 'another_driver', receivedAt(0)],
      ['Jane Driver', null, null],
    ]);
  });

  it('who came instead is the next driver of the same order, also after nobody was assigned for a while', () => {
    const insteadOf = (events: readonly OrderEvent[]): unknown[] => {
      const drives = drivesOf(events);
      return drives.map((_, index) => driveInstead(drives, index)?.name ?? null);
    };
    const [jane, john] = [JANE, JOHN].map((driver) => says('in_progress', 'enroute_to_pickup', driver));
    const nobody = says('in_progress', 'pending');
    const done = says('completed', 'completed');
    if (jane === undefined || john === undefined) throw new Error('two drivers');
    expect(insteadOf(eventsOf(jane, john))).toEqual(['John Driver', null]);
    expect(insteadOf(eventsOf(jane, nobody, john))).toEqual(['John Driver', null]);
    expect(insteadOf(eventsOf(jane, nobody))).toEqual([null]);
    expect(insteadOf(eventsOf(jane, done, john))).toEqual([null, null]);
    // The day after, the number is that of another order.
    expect(insteadOf(eventsAt([0, jane], [1, nobody], [1, says('completed')], [24, john]))).toEqual([null, null]);
  });

  it('what is reported of a driver later is added to what is known', () => {
    const [drive] = drivesOf(
      eventsOf(
        says('in_progress', 'enroute_to_pickup', JANE),
        says('in_progress', 'arrived_at_pickup', {
          phone: { number: '+1 555 010-4711' },
          vehicle_info: { license_plate: '7KX-482' },
        }),
      ),
    );
    expect(drive).toMatchObject({ name: 'Jane Driver', license_plate: '7KX-482', phone_last4: '4711', to: null });
  });

  it('a driver of an order before this one under its number stays in the list, and ends with that order', () => {
    const drives = drivesOf(
      eventsAt(
        [0, says('in_progress', 'enroute_to_pickup', JANE)],
        [1, says('completed', 'completed', JANE)],
        [24, says('in_progress', 'enroute_to_pickup', JANE)],
      ),
    );
    expect(drives.map(({ to }) => to === null)).toEqual([false, true]);
  });

  it('the last digits of a phone number are those that are read aloud, and a short one has none', () => {
    expect(lastDigitsOf('+1 (555) 010-4711 ')).toBe('4711');
    expect(lastDigitsOf('471')).toBeNull();
    expect(lastDigitsOf(4711)).toBeNull();
  });

  it('an order that has too many drivers keeps the first ones and the last one', () => {
    const many = Array.from({ length: MAX_DRIVES + 5 }, (_, index) =>
      says('in_progress', 'enroute_to_pickup', { source: 'uber', name: `Driver ${String(index)}` }),
    );
    const drives = drivesOf(eventsOf(...many));
    expect(drives).toHaveLength(MAX_DRIVES);
    expect(drives.at(-1)).toMatchObject({ name: `Driver ${String(MAX_DRIVES + 4)}`, to: null });
  });

  it('whatever is reported: the last driver is the one assigned, turns do not overlap, and only the last may be open', () => {
    fc.assert(
      fc.property(fc.array(arbitraryOrderUpdatedObject, { maxLength: 12 }), (objects) => {
        let [drives, state]: [readonly Drive[], typeof initial] = [[], initial];
        for (const event of eventsOf(...objects)) {
          const after = evolve(state, event);
          const next = drivesAfter(drives, state, after);
          expect(changesDrives(state, after) || next === drives).toBe(true);
          [drives, state] = [next, after];
          const last = drives.at(-1);
          expect(last?.to === null).toBe(state.assigned && state.ended_at === null);
          const isNamed = state.assigned && typeof state.driver?.name === 'string';
          expect(isNamed ? last?.name : null).toBe(isNamed ? state.driver?.name : null);
          for (const [index, { to }] of drives.entries()) {
            const following = drives[index + 1];
            expect(following === undefined || (to !== null && to <= following.from)).toBe(true);
          }
        }
      }),
    );
  });
});
