import fc from 'fast-check';
import { changesBetween } from '../../projections/history/changes';
import { evolve, initial, type OrderState, toOrder } from '../../projections/order/order';
import { beginDivergences, follow, divergences, viewChanges } from '../../projections/history/divergence';
import type { OrderEvent } from '../../schemas/events/order-events';
import { arbitraryEvents } from './arbitraries';
import { eventsOf, fold, JANE, JOHN, KEY, says, type DeliveryObject } from './scenario';

/** Where each field parts from `kept`, by revision. */
function partedFrom(kept: OrderState | null, events: readonly OrderEvent[]): Record<string, number> {
  const pointers = viewChanges(KEY, kept, fold(events)).map(({ pointer }) => pointer);
  let courses = beginDivergences(pointers, 0);
  for (const event of events) courses = follow(KEY, kept, courses, event, event.revision);
  return Object.fromEntries(divergences(courses));
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The leaf that stands at a pointer; a list is one, and an object is none. */
function at(value: unknown, pointer: string): unknown {
  const leaf = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((inner, name) => (isFields(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined), value);
  return isFields(leaf) ? undefined : leaf;
}

describe('partings of a fold from a kept state', () => {
  const story: DeliveryObject[] = [
    says('in_progress', 'enroute_to_pickup', JANE),
    says('ready_for_pickup', 'arrived_at_pickup', JANE),
    says('out_for_delivery', 'enroute_to_dropoff', JANE),
    says('completed', 'completed', JANE),
  ];
  const events = eventsOf(...story);
  const now = fold(events);

  it('there is no parting when both states show the same order, whatever else the kept state holds', () => {
    expect(viewChanges(KEY, now, now)).toEqual([]);
    expect(viewChanges(KEY, { ...now, kitchen: 'preparing', left: false }, now)).toEqual([]);
    expect(partedFrom(now, events)).toEqual({});
  });

  it('a field parts at the event at which the fold left the kept value for good', () => {
    expect(partedFrom({ ...now, stage: 'driver_here' }, events)).toMatchObject({ '/stage': 2 });
    expect(partedFrom({ ...now, stage: 'on_the_way' }, events)).toMatchObject({ '/stage': 3 });
  });

  it('a field that never had the kept value parts at the event that set its present value', () => {
    expect(partedFrom({ ...now, stage: 'returned' }, events)).toMatchObject({ '/stage': 3 });
    const changed = eventsOf(...story.slice(0, 2), says('ready_for_pickup', undefined, JOHN), says('ready_for_pickup'));
    const kept = { ...fold(changed), driver: { source: 'dhl', name: 'Joan Driver' } };
    expect(partedFrom(kept, changed)).toEqual({ '/driver_details/name': 2, '/driver_details/source': 2 });
  });

  it('all fields part at the first event when no state was kept', () => {
    expect(Math.min(...Object.values(partedFrom(null, events)))).toBe(0);
  });

  it('for any life and any kept state, partings equal what comparing every state gives', () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryEvents, (life, other) => {
        const end = fold(life);
        const kept: OrderState = { ...fold(other), revision: end.revision, updated_at: end.updated_at };
        const views = [initial, ...life.map((_, n) => fold(life.slice(0, n + 1)))].map((state) => toOrder(KEY, state));
        const expected: Record<string, number> = {};
        for (const { pointer } of viewChanges(KEY, kept, end)) {
          const keptValue = at(toOrder(KEY, kept), pointer);
          const isKept = (n: number): boolean =>
            changesBetween({ v: at(views[n + 1], pointer) ?? (pointer === '/attention' ? [] : null) }, { v: keptValue })
              .length === 0;
          const isSet = (n: number): boolean =>
            changesBetween({ v: at(views[n], pointer) }, { v: at(views[n + 1], pointer) }).length > 0;
          const met = life.findLastIndex((_, n) => isKept(n));
          expected[pointer] =
            met >= 0
              ? met + 1
              : Math.max(
                  0,
                  life.findLastIndex((_, n) => isSet(n)),
                );
        }
        const found = partedFrom(kept, life);
        expect(found).toEqual(expected);
        // Never told of an event that does not exist.
        for (const revision of Object.values(found)) expect(life[revision]).toBeDefined();
      }),
    );
  });

  it('following an event folds it', () => {
    fc.assert(
      fc.property(arbitraryEvents, (life) => {
        let courses = beginDivergences<number>([], 0);
        let state = initial;
        for (const event of life) {
          courses = follow(KEY, null, courses, event, event.revision);
          state = evolve(state, event);
        }
        expect(courses.state).toEqual(state);
      }),
    );
  });
});
