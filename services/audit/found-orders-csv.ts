import type { FoundOrders } from '../../schemas/order-view';
import { BYTE_ORDER_MARK, csvCell, quoted } from './export/csv';

/**
 * Orders that were found, as a spreadsheet takes them (RFC 4180): a row for each driver of an order that was looked for,
 * and one for an order without any.
 */

type Order = FoundOrders['orders'][number];

const COLUMNS = [
  'location_id',
  'order_id',
  'stage',
  'attention',
  'status',
  'delivery_status',
  'driver_name',
  'driver_source',
  'license_plate',
  'driver_from',
  'driver_to',
  'revision',
  'updated_at',
] as const;

const row = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;

export const FOUND_ORDERS_HEADER = BYTE_ORDER_MARK + row(COLUMNS.map(quoted));

/** @returns the rows of an order. What others sent can be no formula, as in exports. */
export function foundOrderRows(order: Order): string {
  const text = (value: string | null | undefined): string => csvCell(value ?? '');
  const drivers = order.drivers.length === 0 ? [null] : order.drivers;
  return drivers
    .map((driver) =>
      row([
        csvCell(order.location_id),
        csvCell(order.order_id),
        quoted(order.stage),
        quoted(order.attention.join(' ')),
        text(order.status),
        text(order.delivery_status),
        text(driver?.name),
        text(driver?.source),
        text(driver?.license_plate),
        quoted(driver?.from ?? ''),
        quoted(driver?.to ?? ''),
        quoted(String(order.revision)),
        quoted(order.updated_at),
      ]),
    )
    .join('');
}

/** @returns the last row of a file that does not hold all. @param next where to go on */
export const moreOrdersRow = (next: string): string =>
  row([
    quoted(`There are more orders. Ask for fewer, or go on with after=${next}`),
    ...COLUMNS.slice(1).map(() => quoted('')),
  ]);
