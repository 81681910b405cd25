import fc from 'fast-check';
import {
  AXES,
  Coverage,
  gapQuantile,
  type SourceGroup,
  isKnown,
  MAX_GROUPS,
  MAX_UNKNOWN_VALUES,
  type OrderTrack,
  type Sighting,
  sourceOf,
  track,
  UNKNOWN_SOURCE,
  untracked,
} from '../../projections/source-coverage';
import { initial } from '../../projections/order/order';
import { saidBy } from '../../projections/order/order-status';
import { interpret } from '../../projections/history/timeline';
import type { OrderEvent } from '../../schemas/events/order-events';
import { locationId } from '../../schemas/order-key';
import { arbitraryEvents } from './arbitraries';
import { eventsAt, eventsOf, fold, JANE, JOHN, KEY, says, type DeliveryObject } from './scenario';

const sightings = (events: readonly OrderEvent[]): Sighting[] => {
  let found: OrderTrack = untracked;
  return events.map((event) => {
    const next = track(found, event);
    found = next.track;
    return next.sighting;
  });
};
const seen = (...found: readonly DeliveryObject[]): Sighting[] => sightings(eventsOf(...found));

function groupsOf(lives: readonly (readonly OrderEvent[])[]): readonly SourceGroup[] {
  const coverage = new Coverage();
  for (const life of lives) for (const sighting of sightings(life)) coverage.add(locationId('here'), sighting);
  return coverage.groups;
}

describe('a sighting', () => {
  it('a sighting names the driver assigned at that event in lower case, and nobody before or after the assignment', () => {
    const found = seen(
      says('in_progress'),
      says('in_progress', 'enroute_to_pickup', { ...JANE, source: ' Uber' }),
      says('ready_for_pickup'),
      says('ready_for_pickup', 'pending'),
      says('ready_for_pickup', 'enroute_to_pickup', JOHN),
      says('out_for_delivery', undefined, { passcode: '1' }),
    );
    expect(found.map(({ source }) => source)).toEqual([
      UNKNOWN_SOURCE,
      'uber',
      'uber',
      UNKNOWN_SOURCE,
      'doordash',
      'doordash',
    ]);
  });

  it('a sighting has the gap from the first report of a value to that of the next, separately for each axis', () => {
    const found = seen(
      says('in_progress', 'enroute_to_pickup', JANE),
      says('in_progress', 'enroute_to_pickup', JANE),
      says('in_progress', 'arrived_at_pickup', JANE),
      says('ready_for_pickup', undefined, JANE),
      says('completed', 'arrived_at_pickup', JANE),
    );
    expect(
      found.map(({ gaps }) => gaps.map(({ axis, from, to, milliseconds }) => [axis, from, to, milliseconds])),
    ).toEqual([
      [],
      [],
      [['delivery_status', 'enroute_to_pickup', 'arrived_at_pickup', 2_000]],
      [['status', 'in_progress', 'ready_for_pickup', 3_000]],
      [['status', 'ready_for_pickup', 'completed', 1_000]],
    ]);
  });

  it('a sighting is late exactly when its delivery reported an earlier step and reopened nothing, and its source is the driver of the fold', () => {
    fc.assert(
      fc.property(arbitraryEvents, (life) => {
        let state = initial;
        const late = life.map((event) => {
          const { reading, state: next } = interpret(KEY, state, event);
          state = next;
          return next.out_of_order && reading.verdict !== 'reopened';
        });
        expect(sightings(life).map((one) => one.late)).toEqual(late);
        expect(sightings(life).at(-1)?.source).toBe(sourceOf(fold(life)));
      }),
    );
  });
});

describe('coverage', () => {
  it('coverage counts the fields that came in another form, and no gap between two orders of one number', () => {
    const coverage = new Coverage();
    const life = eventsAt(
      [0, says('in_progress', 'pending', { ...JANE, passcode: 1, phone: '+1' })],
      [1, says('completed', 'completed', { ...JANE, passcode: [1] })],
      [25, says('in_progress', 'pending')],
    );
    for (const sighting of sightings(life)) coverage.add(locationId('here'), sighting);
    expect([...(coverage.groups.find(({ source }) => source === 'uber')?.unreadable ?? [])]).toEqual([
      ['/driver_details/phone', 1],
      ['/driver_details/passcode', 2],
    ]);
    expect(sightings(life).at(-1)).toMatchObject({ late: false, gaps: [] });
  });

  it('coverage counts every event once, and every word that was reported', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvents, { maxLength: 6 }), (lives) => {
        const groups = groupsOf(lives);
        const events = lives.flat();
        const sum = (of: (group: SourceGroup) => number): number => groups.reduce((all, group) => all + of(group), 0);
        expect(sum(({ events: count }) => count)).toBe(events.length);
        for (const axis of AXES) {
          const said = events.filter((event) => saidBy(event)[axis] !== null);
          const counted = sum(({ seen: words }) => [...words[axis].values()].reduce((all, count) => all + count, 0));
          expect(counted).toBeLessThanOrEqual(said.length);
          expect(counted + sum(({ furtherUnknown }) => furtherUnknown)).toBeGreaterThanOrEqual(said.length);
        }
      }),
    );
  });

  it("coverage does not depend on which order's events come first", () => {
    const shape = (groups: readonly SourceGroup[]): unknown =>
      groups.map((group) => [
        group.source,
        group.events,
        group.late,
        AXES.map((axis) => [...group.seen[axis]].sort()),
        AXES.map((axis) => [...group.gaps[axis]].map(([pair, { counts }]) => [pair, [...counts].sort()]).sort()),
      ]);
    fc.assert(
      fc.property(fc.array(arbitraryEvents, { maxLength: 5 }), (lives) => {
        expect(shape(groupsOf(lives.toReversed()))).toEqual(shape(groupsOf(lives)));
      }),
    );
  });

  it('coverage reports gaps with an error of at most 5 %', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 600, max: 30 * 24 * 3_600_000 }), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(0.5, 0.9),
        (lengths, share) => {
          const coverage = new Coverage();
          for (const milliseconds of lengths) {
            const gap = { axis: 'status', from: 'in_progress', to: 'completed', milliseconds } as const;
            coverage.add(locationId('here'), {
              source: 's',
              said: { status: null, delivery_status: null },
              unreadable: [],
              late: false,
              gaps: [gap],
            });
          }
          const [counts] = [...(coverage.groups[0]?.gaps.status.values() ?? [])].map((one) => one.counts);
          const exact = lengths.sort((a, b) => a - b)[Math.ceil(lengths.length * share) - 1] ?? 0;
          const found = gapQuantile(counts ?? new Map<number, number>(), share) * 1_000;
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.05 * exact + 50); // told to a tenth of a second
        },
      ),
    );
  });

  it('coverage omits gaps of unknown values and negative gaps of a clock that went back', () => {
    const coverage = new Coverage();
    const said = { status: null, delivery_status: null };
    const gaps = [
      { axis: 'status', from: 'in_progress', to: 'teleporting', milliseconds: 5 },
      { axis: 'status', from: 'in_progress', to: 'completed', milliseconds: -5 },
    ] as const;
    coverage.add(locationId('here'), { source: 's', said, unreadable: [], late: false, gaps });
    expect(coverage.groups[0]?.gaps.status.size).toBe(0);
  });

  it('coverage stays bounded whatever comes, and counts what it did not distinguish', () => {
    const coverage = new Coverage();
    const sighting = (status: string, source: string): Sighting => ({
      source,
      said: { status, delivery_status: 'x'.repeat(10_000) },
      unreadable: [],
      late: false,
      gaps: [],
    });
    for (let n = 0; n < MAX_UNKNOWN_VALUES + 20; n++)
      coverage.add(locationId('here'), sighting(`word ${String(n)}`, 's'));
    for (let n = 0; n < MAX_GROUPS + 5; n++)
      coverage.add(locationId('here'), sighting('completed', `source ${String(n)}`));
    expect(coverage.groups).toHaveLength(MAX_GROUPS);
    expect(coverage.ungrouped).toBe(6);
    const group = coverage.groups.find(({ source }) => source === 's');
    const unknown = AXES.flatMap((axis) =>
      [...(group?.seen[axis].keys() ?? [])].filter((value) => !isKnown(axis, value)),
    );
    expect(unknown).toHaveLength(MAX_UNKNOWN_VALUES);
    expect(Math.max(...unknown.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(group?.furtherUnknown).toBe(21);
  });
});
