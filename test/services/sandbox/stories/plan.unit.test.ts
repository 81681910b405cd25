import { planScenario, type PlanOptions, type PlannedOrder } from '../../../../services/sandbox/stories/plan';
import { loadScenario, shippedStories } from '../../../../services/sandbox/stories/scenario-files';
import { DELIVERY_CONTRACTS } from '../../../../schemas/wire/handle-order';
import { DELIVERY_STATUSES, STATUSES } from '../../../../schemas/vocabulary';
import { cases } from '../../../support/depth';
import fc from 'fast-check';

const RUSH = loadScenario('lunch-rush');
const BATCH = loadScenario('batched');
const plan = (options: Partial<PlanOptions> = {}): PlannedOrder[] =>
  planScenario(RUSH, { seed: 7, runId: 'run', orders: 300, ...options });
const objects = (orders: readonly PlannedOrder[]): Readonly<Record<string, unknown>>[] =>
  orders.flatMap(({ deliveries }) => deliveries.map(({ delivery }) => delivery.object));
const nameIn = (object: Readonly<Record<string, unknown>>): string | undefined =>
  (object['driver_details'] as { name?: string } | undefined)?.name;
const seeds = fc.integer({ min: -0x80000000, max: 0x7fffffff });

describe('a plan', () => {
  it('a plan is the same for the same seed, and another for another seed', () => {
    expect(plan()).toEqual(plan());
    expect(plan({ seed: 8 })).not.toEqual(plan());
  });

  it('a plan has ids of its own in each run', () => {
    const ids = (orders: readonly PlannedOrder[]) => orders.map(({ key }) => key.order_id);
    const two = [...ids(plan()), ...ids(plan({ runId: 'another' }))];
    expect(new Set(two).size).toBe(600);
  });

  it('a plan of a lunch rush has every status, every delivery status and every story', () => {
    const valuesOf = (axis: string) => new Set(objects(plan()).flatMap((object) => object[axis] ?? []));
    expect([...valuesOf('status')].sort()).toEqual([...STATUSES.keys()].sort());
    expect([...valuesOf('delivery_status')].sort()).toEqual([...DELIVERY_STATUSES.keys()].sort());
    expect(new Set(plan().map(({ story }) => story.name)).size).toBe(shippedStories().length);
  });

  it('a plan has orders in order of time, each with the deliveries of its story in their order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const orders = plan({ seed, orders: 50 });
        const begins = orders.map(({ deliveries }) => deliveries[0]?.at_s ?? NaN);
        expect(begins).toEqual([...begins].sort((one, other) => one - other));
        for (const { deliveries, story } of orders) {
          const times = deliveries.map(({ at_s }) => at_s);
          expect(times).toEqual([...times].sort((one, other) => one - other));
          expect(
            deliveries.map(({ delivery }) => ('status' in delivery.object ? delivery.object.status : null)),
          ).toEqual(story.steps.map((step) => ('status' in step ? step.status : null)));
        }
      }),
      { numRuns: cases(20) },
    );
  });

  it('a plan waits between the steps as long as the story says', () => {
    for (const { deliveries, story } of plan()) {
      for (const [place, { after_s }] of story.steps.entries()) {
        const [least, most] = typeof after_s === 'number' ? [after_s, after_s] : after_s;
        const pause = (deliveries[place]?.at_s ?? NaN) - (deliveries[place - 1]?.at_s ?? -Infinity);
        const longest = place === 0 ? Infinity : most + 1e-6;
        expect(pause >= least - 1e-6 && pause <= longest).toBe(true);
      }
    }
  });

  it('a plan follows Stream’s contract, with made-up drivers whose phones and pictures lead nowhere', () => {
    for (const { deliveries } of plan()) {
      for (const { delivery } of deliveries)
        expect(DELIVERY_CONTRACTS[delivery.type].safeParse(delivery).success).toBe(true);
    }
    const drivers = objects(plan()).flatMap(({ driver_details }) => driver_details ?? []) as {
      phone: { number: string };
      picture_url: string;
    }[];
    expect(drivers.length).toBeGreaterThan(500);
    for (const { phone, picture_url } of drivers) {
      expect(phone.number).toMatch(/^\+1\d{3}55501\d\d$/);
      expect(picture_url).toMatch(/^https:\/\/pictures\.example\//);
    }
  });

  it('a plan has one driver in a story unless the story has two, who are never the same', () => {
    for (const { deliveries, story } of plan({ orders: 1_000 })) {
      const names = deliveries.flatMap(({ delivery }) =>
        delivery.type === 'order.updated'
          ? ((delivery.object.driver_details as { name?: string } | undefined)?.name ?? [])
          : [],
      );
      const roles = new Set(story.steps.flatMap((step) => ('driver' in step ? (step.driver ?? []) : [])));
      expect(new Set(names).size).toBe(roles.size);
    }
  });

  it('a plan has robots with a passcode', () => {
    const [order] = planScenario(loadScenario('robot'), { seed: 1, runId: 'run' });
    expect(objects(order === undefined ? [] : [order])).toContainEqual(
      expect.objectContaining({
        driver_details: expect.objectContaining({
          passcode: expect.stringMatching(/^\d{4}$/) as unknown,
          vehicle_info: expect.objectContaining({ is_autonomous: true }) as unknown,
        }) as unknown,
      }),
    );
  });

  it('a plan of a batch has orders of one location that begin together, and one driver until another takes one of them', () => {
    const orders = planScenario(BATCH, { seed: 1, runId: 'run', locations: 9 });
    const namesOf = ({ deliveries }: PlannedOrder) => [
      ...new Set(deliveries.flatMap(({ delivery }) => nameIn(delivery.object) ?? [])),
    ];
    expect(new Set(orders.map(({ key }) => key.location_id)).size).toBe(1);
    const [[first], , [, second]] = orders.map(namesOf) as [string[], string[], string[]];
    expect(orders.map(namesOf)).toEqual([[first], [first], [first, second]]);
    expect(second).not.toBe(first);
  });

  it('a plan of a batch that is to have more orders has several batches, each with a driver of its own', () => {
    const orders = planScenario(BATCH, { seed: 1, runId: 'run', orders: 8 });
    const firstOf = ({ deliveries }: PlannedOrder) =>
      deliveries.map(({ delivery }) => nameIn(delivery.object)).find((name) => name !== undefined);
    expect(orders).toHaveLength(8);
    expect(new Set(orders.map(({ key }) => key.order_id)).size).toBe(8);
    const drivers = orders.map(firstOf);
    const ordersOf = [...new Set(drivers)].map((driver) => drivers.filter((one) => one === driver).length);
    expect(ordersOf.sort()).toEqual([2, 3, 3]);
  });

  it('a plan has as many orders, as often and at as many locations as requested', () => {
    const orders = plan({ orders: 2_000, perMinute: 60, locations: 3 });
    expect(orders).toHaveLength(2_000);
    expect(new Set(orders.map(({ key }) => key.location_id)).size).toBe(3);
    const last = orders.at(-1)?.deliveries[0]?.at_s ?? 0;
    expect(last).toBeGreaterThan(1_800);
    expect(last).toBeLessThan(2_200);
  });
});
