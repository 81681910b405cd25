import type { DisplayReceipt } from '../../schemas/api/screen-reports';
import type { OrderKey } from '../../schemas/order-key';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { OrderTableReader } from '../read-model/order-table/reader';

/**
 * Returns those of some receipts of which the location has the order and the revision.
 * @throws {ReadModelError}
 */
export type RecordedReceipts = (location: LocationId, receipts: readonly DisplayReceipt[]) => readonly DisplayReceipt[];

/** @returns a revision that an order has, as far as this process remembers it: it may have more; null: nothing is known. */
export type RevisionOf = (key: OrderKey) => number | null;

/**
 * Asks the read model only for what this process did not record itself: screens report what came seconds ago, and to look
 * into the file for it costs more than all the rest of a report.
 */
export function createRecordedReceipts(
  revisionOf: RevisionOf,
  orders: Pick<OrderTableReader, 'revisionsOf'>,
): RecordedReceipts {
  return (location_id, receipts) => {
    const isRemembered = ({ order_id, revision }: DisplayReceipt): boolean =>
      revision <= (revisionOf({ location_id, order_id }) ?? -1);
    const others = receipts.filter((receipt) => !isRemembered(receipt));
    if (others.length === 0) return receipts;
    const revisions = orders.revisionsOf(location_id, [...new Set(others.map(({ order_id }) => order_id))]);
    const missing = new Set(others.filter(({ order_id, revision }) => revision > (revisions.get(order_id) ?? -1)));
    return receipts.filter((receipt) => !missing.has(receipt));
  };
}
