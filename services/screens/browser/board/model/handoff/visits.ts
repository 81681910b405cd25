import { driverGroups } from '../../../../../../projections/driver-groups';
import type { Order } from '../../../../../../schemas/api/order-view';
import type { Handoffs } from './handoffs';

/** Which arrivals are one visit of one driver, so that somebody is called once. */

/**
 * Milliseconds between two arrivals of a driver after which the second is another visit: 10 minutes. An order whose pick-up
 * is not reported stays at `driver_here`, and its driver may come again for others.
 */
export const SAME_VISIT_MS = 600_000;

/** Gives the ids of all orders for which the driver of an order comes in the same visit, its own among them. */
export type OfVisit = (id: string) => readonly string[];

/**
 * Returns the orders of a group for which its driver comes in the same visit as for one of them. Those that the driver is not
 * here for yet are of the newest.
 * @param group all orders that the driver takes; none where it is only that one
 */
export function visitOf(group: readonly Order[], id: string): readonly string[] {
  const arrivals = group
    .filter(({ stage }) => stage === 'driver_here')
    .map(({ order_id, stage_since }) => ({ order_id, at: Date.parse(stage_since) }))
    .sort((one, other) => one.at - other.at);
  const visits: string[][] = [[]];
  for (const [index, { order_id, at }] of arrivals.entries()) {
    if (at - (arrivals[index - 1]?.at ?? at) > SAME_VISIT_MS) visits.push([]);
    visits.at(-1)?.push(order_id);
  }
  const expected = group.filter(({ stage }) => stage !== 'driver_here').map(({ order_id }) => order_id);
  visits.at(-1)?.push(...expected);
  return visits.find((ids) => ids.includes(id)) ?? [id];
}

/** Returns of each visit the first of these orders. */
export function oneOfEachVisit(ids: readonly string[], ofVisit: OfVisit): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => {
    const isFirst = !seen.has(id);
    for (const one of ofVisit(id)) seen.add(one);
    return isFirst;
  });
}

/**
 * Returns which of these orders need no call of their own, because their drivers have been called in the same visit for
 * another order, which is given with each: its card is open, or waits for somebody to open it.
 * @param arrived ids of orders whose drivers have come just now, oldest first
 * @param isHere whether the driver of an order is here
 */
export function alreadyCalled(
  arrived: readonly string[],
  { openId, waiting }: Handoffs,
  ofVisit: OfVisit,
  isHere: (id: string) => boolean,
): ReadonlyMap<string, string> {
  const open = openId !== null && isHere(openId) && !arrived.includes(openId) ? [openId] : [];
  const called = new Set([...open, ...waiting]);
  const found = new Map<string, string>();
  for (const id of arrived) {
    const other = ofVisit(id).find((one) => one !== id && called.has(one));
    if (other !== undefined) found.set(id, other);
    called.add(id);
  }
  return found;
}

/** An arrival for which nobody is called, because it was taken for that of another order's driver. */
interface Covered {
  readonly by: string;
  /** All orders that the driver took then. */
  readonly group: readonly Order[];
  /** When that was, in milliseconds since the epoch. */
  readonly at: number;
}

/** Arrivals for which nobody is called, by the ids of their orders. */
export type CoveredArrivals = ReadonlyMap<string, Covered>;

export const nothingCovered: CoveredArrivals = new Map();

/** Adds arrivals of orders with their drivers, which somebody was called for, or looked after, with another order. */
export const withCovered = (before: CoveredArrivals, ids: readonly string[], covered: Covered): CoveredArrivals =>
  new Map([...before, ...ids.filter((id) => id !== covered.by).map((id) => [id, covered] as const)]);

/** Somebody looks after an order itself. @returns the arrivals without its own */
export const withoutCovered = (before: CoveredArrivals, id: string): CoveredArrivals =>
  new Map([...before].filter(([one]) => one !== id));

/** Returns whether the driver of an order is, by all that is known now, still the one whose arrival covers it. */
function isCovered(id: string, { by, group, at }: Covered, orders: ReadonlyMap<string, Order>): boolean {
  // As they stood then, for orders leave a group when the driver leaves with them, and that proves nothing.
  const asKnown = group.map((order) => ({
    ...order,
    driver_details: orders.get(order.order_id)?.driver_details ?? order.driver_details,
  }));
  return driverGroups(asKnown, at).some((all) => [id, by].every((one) => all.some(({ order_id }) => order_id === one)));
}

/**
 * Looks again at arrivals for which nobody is called: details that came later may say that it was another driver, for whom
 * somebody has to be called after all.
 * @returns the arrivals for which nobody is called still, and the orders of those for which somebody has to be
 */
export function uncovered(
  before: CoveredArrivals,
  orders: ReadonlyMap<string, Order>,
): { readonly covered: CoveredArrivals; readonly called: readonly Order[] } {
  const covered = new Map<string, Covered>();
  const called: Order[] = [];
  for (const [id, one] of before) {
    const order = orders.get(id);
    const then = one.group.find(({ order_id }) => order_id === id);
    if (order?.stage !== 'driver_here' || order.stage_since !== then?.stage_since) continue;
    if (isCovered(id, one, orders)) covered.set(id, one);
    else called.push(order);
  }
  return { covered, called };
}
