import fc from 'fast-check';
import { locationId } from '../../../schemas/order-key';
import type { LocationOverview, StageCount } from '../../../schemas/api/overview';
import { byNeed, compareNeeds, type Need, needOf } from '../../../services/screens/browser/overview/model/need';
import {
  nothingKnown,
  type OverviewMessage,
  parseOverviewMessage,
  receive,
} from '../../../services/screens/browser/overview/model/overview-state';
import { alarmWords, waitWords } from '../../../services/screens/browser/overview/model/overview-words';
import { OPEN_STAGES } from '../../../schemas/files/thresholds';

const NOW = Date.parse('2026-11-21T18:00:00.000Z');
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();

const location = (id: string, about: Partial<LocationOverview> = {}): LocationOverview => ({
  location_id: locationId(id),
  name: null,
  thresholds: null,
  stages: [],
  canceled: 0,
  quiet: 0,
  ...about,
});
const waiting = (stage: StageCount['stage'], minutes: number | null, orders = 1): StageCount => ({
  stage,
  orders,
  waiting_since: minutes === null ? null : ago(minutes),
});
const kinds = ({ alarms }: Need): string[] => alarms.map(({ kind }) => kind);
const need = (...stages: readonly StageCount[]): Need => needOf(location('here', { stages: [...stages] }), NOW);

const anyStages: fc.Arbitrary<StageCount[]> = fc
  .subarray([...OPEN_STAGES])
  .chain((stages) =>
    fc.tuple(
      ...stages.map((stage) =>
        fc
          .tuple(fc.option(fc.integer({ min: 0, max: 90 })), fc.integer({ min: 1, max: 9 }))
          .map(([minutes, orders]) => waiting(stage, minutes, orders)),
      ),
    ),
  );
const anyNeeds: fc.Arbitrary<readonly Need[]> = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z]{1,3}$/), stages: anyStages, canceled: fc.nat({ max: 2 }) }), {
    selector: ({ id }) => id,
    maxLength: 20,
  })
  .map((all) => all.map(({ id, ...about }) => needOf(location(id, about), NOW)));
const ids = (needs: readonly Need[]): string[] => needs.map((one) => one.location.location_id);

describe('what a location needs', () => {
  it('a location is judged by its own minutes, and by the default ones where it has none', () => {
    const stages = [waiting('preparing', 9)];
    const own = (late: number, very_late: number): Need =>
      needOf(location('here', { stages, thresholds: { preparing: { late, very_late } } }), NOW);
    expect([own(2, 9), own(2, 20), own(30, 40), need(...stages)].map(({ wait }) => wait?.lateness)).toEqual([
      'very_late',
      'late',
      'on_time',
      'on_time',
    ]);
    expect(kinds(own(2, 9))).toEqual(['very_late']);
    const other = needOf(location('here', { stages, thresholds: { ready: { late: 1, very_late: 1 } } }), NOW);
    expect(other.wait?.lateness).toBe('on_time');
  });

  it('each alarm of a location is named with its number of orders, the worst first', () => {
    const { alarms } = needOf(
      location('here', {
        stages: [
          waiting('preparing', 25),
          waiting('driver_here', 1, 2),
          waiting('needs_action', 1),
          waiting('coming_back', 1),
        ],
        canceled: 3,
      }),
      NOW,
    );
    expect(alarms.map(alarmWords)).toEqual([
      'Very late',
      'Needs action: 1',
      'Canceled, not acknowledged: 3',
      'Coming back: 1',
      'Driver here: 2',
    ]);
  });

  it('the longest wait is the one of which most of what is usual in its stage has passed', () => {
    expect(need(waiting('on_the_way', 40), waiting('ready', 6)).wait).toMatchObject({
      stage: 'ready',
      lateness: 'late',
    });
    expect(need(waiting('preparing', 9), waiting('driver_here', 1)).wait).toMatchObject({ stage: 'preparing' });
    const { wait } = need(waiting('ready', 12), waiting('driver_here', 4));
    expect(wait === null ? '' : waitWords(wait)).toBe('Longest wait: 12 min, Ready (very late)');
  });

  it('a driver who was handed everything waits no longer, and no courier on the way makes a counter very late', () => {
    expect(kinds(need(waiting('driver_here', null)))).toEqual([]);
    expect(need(waiting('driver_here', null)).wait).toBeNull();
    expect(kinds(need(waiting('on_the_way', 90)))).toEqual([]);
    expect(need(waiting('on_the_way', 90)).wait).toMatchObject({ lateness: 'very_late' });
  });

  it('locations are sorted by need in one order, however they come', () => {
    fc.assert(
      fc.property(anyNeeds, (needs) => {
        const sorted = byNeed(needs, null);
        expect(ids(byNeed([...needs].reverse(), null))).toEqual(ids(sorted));
        expect(ids(byNeed(sorted, null))).toEqual(ids(sorted));
        for (const one of sorted) {
          for (const other of sorted) {
            const places = Math.sign(sorted.indexOf(one) - sorted.indexOf(other));
            expect(Math.sign(compareNeeds(one, other))).toBe(places);
          }
        }
      }),
    );
  });

  it('a location with a worse alarm comes first, and one where nobody waits last', () => {
    const of = (id: string, about: Partial<LocationOverview>): Need => needOf(location(id, about), NOW);
    const sorted = byNeed(
      [
        of('calm', {}),
        of('preparing', { stages: [waiting('preparing', 5)] }),
        of('here', { stages: [waiting('driver_here', 1)] }),
        of('here, late', { stages: [waiting('driver_here', 4)] }),
        of('canceled', { canceled: 1 }),
        of('very late', { stages: [waiting('ready', 30)] }),
        of('later', { stages: [waiting('ready', 40)] }),
        of('needs action', { stages: [waiting('needs_action', 1)] }),
      ],
      null,
    );
    expect(ids(sorted)).toEqual([
      'later',
      'very late',
      'needs action',
      'canceled',
      'here, late',
      'here',
      'preparing',
      'calm',
    ]);
  });

  it('held locations stay where they are, and others come after them', () => {
    fc.assert(
      fc.property(anyNeeds, (needs) => {
        const held = ids(needs).filter((_, index) => index % 2 === 0);
        const sorted = ids(byNeed(needs, held));
        expect(sorted.slice(0, held.length)).toEqual(held);
        expect([...sorted].sort()).toEqual(ids(needs).sort());
      }),
    );
  });
});

describe('what the page of the overview knows', () => {
  const snapshot = (...locations: LocationOverview[]): OverviewMessage => ({
    kind: 'snapshot',
    now: ago(0),
    locations,
    truncated: false,
  });
  const changed = (...locations: LocationOverview[]): OverviewMessage => ({ kind: 'changed', locations });
  const known = (...messages: OverviewMessage[]): readonly LocationOverview[] | null => {
    const { locations } = receive(nothingKnown, messages);
    return locations === null ? null : [...locations.values()];
  };

  it('a snapshot replaces what is known, and a change one location', () => {
    const [a, b, again] = [location('a'), location('b'), location('a', { canceled: 1 })];
    expect(known(snapshot(a), changed(b, again))).toEqual([again, b]);
    expect(known(snapshot(a), changed(b), snapshot(again))).toEqual([again]);
    expect(known(changed(a))).toBeNull();
    const state = receive(nothingKnown, [snapshot(a)]);
    expect(receive(state, [])).toBe(state);
  });

  it('messages are read as they are sent, and what is none is dropped', () => {
    const parse = (event: string, data: unknown) => parseOverviewMessage({ event, data: JSON.stringify(data) });
    const one = location('a');
    expect(parse('snapshot', { now: ago(0), locations: [one], truncated: true })).toEqual({
      kind: 'snapshot',
      now: ago(0),
      locations: [one],
      truncated: true,
    });
    expect(parse('changed', { locations: [one, { location_id: 7 }, null] })).toEqual(changed(one));
    expect(parse('heartbeat', { now: ago(0), store: 'behind', lag_ms: 0, interval_ms: 5_000 })).toMatchObject({
      kind: 'heartbeat',
      store: 'behind',
      interval_ms: 5_000,
    });
    expect(parse('snapshot', { now: 'noon', locations: [] })).toBeNull();
    expect(parse('order', { locations: [] })).toBeNull();
    expect(parseOverviewMessage({ event: 'changed', data: '{' })).toBeNull();
  });
});
