import type { FoundOrders } from '../../schemas/api/order-view';
import { MAX_FOUND_IN_FILE, MAX_PAGE } from '../../schemas/api/requests';
import { BYTE_ORDER_MARK, csvCell, quoted } from './export/csv';

/**
 * Orders that were found, as a spreadsheet takes them (RFC 4180): a row for each driver of an order that was looked for,
 * and one for an order without any.
 */

type Order = FoundOrders['orders'][number];

/**
 * Most pages that are looked through for one file, some 60 ms of a processor each: some three million orders, or half a
 * million of which the state has to be read. A rare filter would otherwise go through all orders that ever were.
 */
const MOST_PAGES = 500;

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
  'first_received_at',
  'driver_ended_by',
  'driver_left_at',
  'driver_replaced_by',
] as const;

const row = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;

const HEADER = BYTE_ORDER_MARK + row(COLUMNS.map(quoted));

/** @returns the rows of an order. What others sent can be no formula, as in exports. */
function rowsOf(order: Order): string {
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
        quoted(order.first_received_at),
        quoted(driver?.ended_by ?? ''),
        quoted(driver?.left_at ?? ''),
        text(driver?.replaced_by?.name),
      ]),
    )
    .join('');
}

/** @returns the last row of a file that does not hold all. @param next where to go on */
const moreRow = (next: string): string =>
  row([
    quoted(`There are more orders. Ask for fewer, or go on with after=${next}`),
    ...COLUMNS.slice(1).map(() => quoted('')),
  ]);

/**
 * Makes the file. Only its text is kept, for orders hold details as they came.
 * @param pageOf at most so many orders that are found after a place; null: from the newest on
 * @param goesOn asked between pages whether the file is still wanted
 * @returns the file, with a last row where it ends before what is found does; null if it was not wanted any more
 */
export async function foundOrdersFile(
  pageOf: (most: number, after: number | null) => Promise<FoundOrders>,
  after: number | null,
  goesOn: () => boolean,
): Promise<string | null> {
  let [file, count, next] = [HEADER, 0, after];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    if (!goesOn()) return null;
    const found = await pageOf(Math.min(MAX_PAGE, MAX_FOUND_IN_FILE - count), next);
    file += found.orders.map(rowsOf).join('');
    count += found.orders.length;
    if (found.next === null) return file;
    next = Number(found.next);
    if (count >= MAX_FOUND_IN_FILE) break;
  }
  return file + moreRow(String(next));
}
