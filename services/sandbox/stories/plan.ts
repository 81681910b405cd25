import type { Delivery } from '../../../schemas/wire/handle-order';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import type { Step, Story } from '../../../schemas/files/scenario';
import { type Drivers, driversFor } from './drivers';
import { between, exponential, type Random, seeded } from '../wire/random';
import type { Playable, WeightedStory } from './scenario-files';

/** What is to be reported of which orders and when: a scenario and a seed, and nothing else, decide it. */

/** Orders of a story a minute, if there are to be several and nothing else is said. */
const DEFAULT_ORDERS_PER_MINUTE = 6;
const SECONDS_PER_MINUTE = 60;

export interface PlannedDelivery {
  /** Seconds since the beginning of the scenario. */
  readonly at_s: number;
  readonly delivery: Delivery;
}

export interface PlannedOrder {
  readonly key: OrderKey;
  readonly story: Story;
  /** In the order of the story, which is that of their times. */
  readonly deliveries: readonly PlannedDelivery[];
}

export interface PlanOptions {
  readonly seed: number;
  /** Begins all ids, so that the orders of two runs do not meet. */
  readonly runId: string;
  /** In place of what the scenario says. */
  readonly orders?: number | undefined;
  readonly perMinute?: number | undefined;
  readonly locations?: number | undefined;
}

/** @returns the orders by the time of their first delivery; the same for the same scenario and options */
export function planScenario(scenario: Playable, options: PlanOptions): PlannedOrder[] {
  const { seed, runId } = options;
  const size = sizeOf(scenario);
  const { orders = size.orders, perMinute = size.perMinute, locations = size.locations } = options;
  const random = seeded(seed);
  let begins_s = 0;
  let number = 0;
  const planned = partiesOf(scenario, orders, random).flatMap((stories): PlannedOrder[] => {
    const location = `${runId}-location-${String(random.int(1, locations))}`;
    const own = random.fork();
    const drivers = driversFor(own);
    const party = stories.map((story): PlannedOrder => {
      const key = orderKey(location, `${runId}-order-${String(++number)}`);
      return { key, story, deliveries: plannedDeliveries(story, key, begins_s, own, drivers) };
    });
    begins_s += exponential(random, SECONDS_PER_MINUTE / perMinute);
    return party;
  });
  return planned.sort((one, other) => beginOf(one) - beginOf(other));
}

/** Returns the stories of so many orders; those that stand together begin together and have the same drivers. */
function partiesOf(scenario: Playable, orders: number, random: Random): readonly (readonly Story[])[] {
  if (scenario.kind === 'batch') {
    const { stories } = scenario;
    const batches = Math.ceil(orders / stories.length);
    return Array.from({ length: batches }, (_, index) => stories.slice(0, orders - index * stories.length));
  }
  const dealt = deal(scenario.kind === 'story' ? [{ story: scenario.story, weight: 1 }] : scenario.stories, orders);
  shuffle(dealt, random);
  return dealt.map((story) => [story]);
}

/** @returns the second of the scenario at which anything is first reported of an order */
const beginOf = ({ deliveries }: PlannedOrder): number => deliveries[0]?.at_s ?? 0;

function sizeOf(scenario: Playable) {
  switch (scenario.kind) {
    case 'story':
      return { orders: 1, perMinute: DEFAULT_ORDERS_PER_MINUTE, locations: 1 };
    case 'batch':
      return { orders: scenario.stories.length, perMinute: DEFAULT_ORDERS_PER_MINUTE, locations: 1 };
    case 'rush': {
      const { orders, orders_per_minute: perMinute, locations } = scenario.rush;
      return { orders, perMinute, locations };
    }
  }
}

/**
 * Shares out orders by weight, as exactly as whole orders allow (largest remainders first): a story of a small weight
 * occurs in a run of a few hundred orders too, which by drawing lots it often would not.
 */
function deal(stories: readonly WeightedStory[], orders: number): Story[] {
  const total = stories.reduce((sum, { weight }) => sum + weight, 0);
  const shares = stories.map(({ story, weight }) => {
    const exact = (orders * weight) / total;
    return { story, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const remaining = orders - shares.reduce((sum, { whole }) => sum + whole, 0);
  const favoured = new Set([...shares].sort((one, other) => other.rest - one.rest).slice(0, remaining));
  return shares.flatMap((share) =>
    Array.from({ length: share.whole + (favoured.has(share) ? 1 : 0) }, () => share.story),
  );
}

/** Shuffles items in place, as Fisher and Yates do. */
function shuffle(items: Story[], random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.int(0, last);
    const [one, two] = [items[last], items[other]];
    if (one === undefined || two === undefined) return;
    items[last] = two;
    items[other] = one;
  }
}

function plannedDeliveries(
  story: Story,
  key: OrderKey,
  begins_s: number,
  random: Random,
  drivers: Drivers,
): PlannedDelivery[] {
  let at_s = begins_s;
  return story.steps.map((step) => {
    at_s += pauseOf(step, random);
    return { at_s, delivery: deliveryOf(step, key, drivers) };
  });
}

/** @returns seconds of the story after the step before */
export const pauseOf = ({ after_s }: Step, random: Random): number =>
  typeof after_s === 'number' ? after_s : between(random, after_s);

/** @returns what Stream posts to a POS at a step of a story */
export function deliveryOf(step: Step, { location_id, order_id }: OrderKey, drivers: Drivers): Delivery {
  if ('canceled' in step) return { type: 'order.canceled', object: { location_id, provider_id: order_id } };
  const { status, delivery_status, driver } = step;
  return {
    type: 'order.updated',
    object: {
      location_id,
      order_id,
      status,
      ...(delivery_status === undefined ? {} : { delivery_status }),
      ...(driver === undefined ? {} : { driver_details: drivers[driver] }),
    },
  };
}
