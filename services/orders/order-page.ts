import { driverGroups } from '../../projections/driver-groups';
import { toOrder } from '../../projections/order/order';
import type { DriverGroup, FoundOrders, OrderPage } from '../../schemas/api/order-view';
import type { Reader } from '../access/readers/readers';
import { orderFor } from '../access/withhold';
import type { ShowOrder } from '../labels/labels';
import type { ListedOrders } from '../read-model/order-table/slices';
import type { OrderRecord } from '../read-model/order-table/schema';
import type { FoundPage } from './look-through';
import type { FoundOrderRecord as FoundRecord } from './search';

/** @returns a page of orders as `reader` may see it, each made of its state by `show`. */
export const orderPageFor = (reader: Reader, { records, next }: ListedOrders, show: ShowOrder): OrderPage => ({
  orders: records
    .map(({ key, state }) => show(key, state))
    .filter((order) => order !== null)
    .map((order) => orderFor(reader, order)),
  next: next === null ? null : String(next),
});

/**
 * Returns the groups of orders that one driver takes in which one of these orders is. They are ids alone, for the phones
 * and plates that say who drives are not shown to every reader.
 * @param active orders of the location
 * @param now milliseconds since the epoch
 */
export function driverGroupsWith(
  orders: OrderPage['orders'],
  active: readonly OrderRecord[],
  now: number,
): DriverGroup[] {
  const onPage = new Set(orders.map(({ order_id }) => order_id));
  const known = active.map(({ key, state }) => toOrder(key, state)).filter((order) => order !== null);
  return driverGroups(known, now)
    .map((group) => group.map(({ order_id }) => order_id))
    .filter((ids) => ids.some((id) => onPage.has(id)))
    .map((order_ids) => ({ order_ids }));
}

/** @returns a page of what was found as `reader` may see it, made as above; phones of drivers are not in it for anyone. */
export const foundOrdersFor = (
  reader: Reader,
  { records, next }: FoundPage<FoundRecord>,
  show: ShowOrder,
): FoundOrders => ({
  orders: records.flatMap(({ key, state, drives }) => {
    const order = show(key, state);
    if (order === null) return [];
    const drivers = drives.map(({ phone_last4: _, instead, ...drive }) => ({
      ...drive,
      replaced_by: instead === null ? null : { name: instead.name, source: instead.source },
    }));
    return [{ ...orderFor(reader, order), number_since: state.number_since, drivers }];
  }),
  next: next === null ? null : String(next),
});
