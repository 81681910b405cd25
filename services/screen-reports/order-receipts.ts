import type { OrderKey } from '../../schemas/order-key';
import { orderStream, receivedAtOf } from '../../schemas/order-events';
import type { OrderId } from '../../schemas/handle-order';
import { type OrderReceipt, type OrderReceipts, ScreenShownData, type ShownScreen } from '../../schemas/screen-reports';
import { nextTurn } from '../concurrency/turns';
import type { EventStore } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';
import { dayOf, shownOn } from './receipt-days';
import { screenKey } from './receipt-log';

/** What screens say that they showed of one order. */

/** Most receipts of one order that are answered. */
export const MAX_ORDER_RECEIPTS = 2_000;
/** Most days of an order that are looked through, the newest: numbers of orders come again, year after year. */
const MAX_DAYS = 62;
/** Events that are looked through in one turn of the event loop. */
const SLICE_EVENTS = 64;
const DAY_MS = 86_400_000;

const timeOf = (at: number): string => new Date(at).toISOString();

/** @returns what the reports of a screen say of one order. */
function receiptsOf(
  { screen_id, name, kind, reader, reports }: ShownScreen,
  orderId: OrderId,
): readonly OrderReceipt[] {
  return reports.flatMap(({ sent, received, receipts }) =>
    receipts
      .filter(([id]) => id === orderId)
      .map(([, revision, shown, at]) => ({
        revision,
        shown,
        shown_at: timeOf(Math.min(at + received - sent, received)),
        screen_id,
        name,
        kind,
        reader,
        at: timeOf(at),
        received_at: timeOf(received),
        clock_offset_ms: received - sent,
      })),
  );
}

/** @returns of each screen, revision and part the first receipt, oldest first: what was recorded twice comes once */
export function firstOfEach(receipts: readonly OrderReceipt[]): readonly OrderReceipt[] {
  const found = new Map<string, OrderReceipt>();
  for (const receipt of receipts) {
    const { revision, shown, reader } = receipt;
    const key = `${shown} ${String(revision)} ${screenKey(receipt, reader)}`;
    const known = found.get(key);
    if (known === undefined || receipt.shown_at < known.shown_at) found.set(key, receipt);
  }
  return [...found.values()].sort((one, other) =>
    one.shown_at === other.shown_at ? one.revision - other.revision : one.shown_at < other.shown_at ? -1 : 1,
  );
}

/** @returns the days on which an order had news, and those after each, the newest of them; null: there is no such order */
async function daysOf(store: Pick<EventStore, 'readStream'>, key: OrderKey): Promise<readonly string[] | null> {
  const days = new Set<string>();
  let read = 0;
  for await (const event of readIfThere(store, orderStream(key))) {
    const at = Date.parse(receivedAtOf(event));
    for (const day of Number.isNaN(at) ? [] : [dayOf(at), dayOf(at + DAY_MS)]) days.add(day);
    if (++read % SLICE_EVENTS === 0) await nextTurn();
  }
  return read === 0 ? null : [...days].sort().slice(-MAX_DAYS);
}

/**
 * Reads what screens showed of an order on the days on which it had news, and the days after.
 * @returns null if nothing was ever reported about it
 * @throws {EventStoreError}
 */
export async function readOrderReceipts(
  store: Pick<EventStore, 'readStream'>,
  key: OrderKey,
): Promise<OrderReceipts | null> {
  const days = await daysOf(store, key);
  if (days === null) return null;
  const found: OrderReceipt[] = [];
  let read = 0;
  for (const day of days) {
    for await (const data of shownOn(store, key.location_id, day)) {
      for (const screen of ScreenShownData.parse(data).screens) found.push(...receiptsOf(screen, key.order_id));
      if (++read % SLICE_EVENTS === 0) await nextTurn();
    }
  }
  const receipts = firstOfEach(found);
  return { receipts: receipts.slice(0, MAX_ORDER_RECEIPTS), truncated: receipts.length > MAX_ORDER_RECEIPTS };
}
