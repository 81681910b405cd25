import { driverGroups } from '../../../../../../projections/driver-groups';
import type { Order } from '../../../../../../schemas/api/order-view';
import { say } from '../../../shared/model/say';

/** Orders of a board that one driver takes together (docs/decisions/027-driver-groups.md). */

/** Returns the group of each order that is in one, by id. @param now milliseconds since the epoch */
export function groupsById(orders: Iterable<Order>, now: number): ReadonlyMap<string, readonly Order[]> {
  const groups = driverGroups(orders, now);
  return new Map(groups.flatMap((group) => group.map(({ order_id }) => [order_id, group] as const)));
}

/** Statuses by which the kitchen is done with an order whose driver is here. */
const DONE: ReadonlySet<string | null> = new Set(['ready_for_pickup', 'out_for_delivery']);

/** Returns whether the food of an order that has not left can be handed over. */
export const isReady = ({ stage, status }: Pick<Order, 'stage' | 'status'>): boolean =>
  stage === 'ready' || (stage === 'driver_here' && DONE.has(status));

/** Returns how far a group is: `2 of 3 ready`. */
export const readyWords = (group: readonly Order[]): string =>
  say('group.ready', { ready: group.filter(isReady).length, all: group.length });

/** Returns what a tile says of the group that its order is in; empty for an order that its driver takes alone. */
export const badgeWords = (group: readonly Order[]): string =>
  group.length === 0 ? '' : say('group.badge', { count: group.length, ready: readyWords(group) });
