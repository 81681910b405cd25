import type { OrderPage } from '../../schemas/order-view';
import type { Reader } from '../access/readers/readers';
import { orderFor } from '../access/withhold';
import type { ShowOrder } from '../labels/labels';
import type { ListedOrders } from '../read-model/order-table/reader';

/** @returns a page of orders as `reader` may see it, each made of its state by `show`. */
export const orderPageFor = (reader: Reader, { records, next }: ListedOrders, show: ShowOrder): OrderPage => ({
  orders: records
    .map(({ key, state }) => show(key, state))
    .filter((order) => order !== null)
    .map((order) => orderFor(reader, order)),
  next: next === null ? null : String(next),
});
