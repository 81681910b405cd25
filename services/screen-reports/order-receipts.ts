import type { OrderKey } from '../../schemas/order-key';
import { orderStream, receivedAtOf } from '../../schemas/events/order-events';
import type { OrderId } from '../../schemas/wire/handle-order';
import {
  type OrderReceipt,
  type OrderReceipts,
  ScreenShownData,
  type ShownScreen,
} from '../../schemas/api/screen-reports';
import { nextTurn } from '../concurrency/turns';
import type { EventStore, RecordedEvent } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';
import { dayOf, shownOn } from './receipt-days';
import { screenKey } from './receipt-log';

/** What screens say that they showed of one order. */

/** Most receipts of one order that are answered, and most of them that one reader's screens have reported. */
export const MAX_ORDER_RECEIPTS = 2_000;
export const MAX_READER_RECEIPTS = 1_000;
/** Most days of an order that are looked through, the newest: numbers of orders come again, year after year. */
const MAX_DAYS = 62;
/** Events of an order, and receipts of a location, that are looked through in one turn of the event loop. */
const SLICE_EVENTS = 64;
const SLICE_RECEIPTS = 1_000;
const DAY_MS = 86_400_000;

const timeOf = (at: number): string => new Date(at).toISOString();

/**
 * When the service received each revision of an order, milliseconds since the epoch; of one that does not say so, infinity:
 * nothing of it was shown before that was reported.
 */
export type Arrivals = ReadonlyMap<number, number>;

/**
 * Yields what the reports of a screen say of an order, as far as it can be: nothing was shown before the service had it,
 * nor after it was reported.
 */
function* receiptsOf(
  { screen_id, name, kind, reader, reports }: ShownScreen,
  orderId: OrderId,
  arrivals: Arrivals,
): Generator<OrderReceipt, void, undefined> {
  for (const { sent, received, receipts } of reports) {
    for (const [id, revision, shown, at] of receipts) {
      const arrived = id === orderId ? arrivals.get(revision) : undefined;
      if (arrived === undefined) continue;
      const claimed = at + received - sent;
      yield {
        revision,
        shown,
        shown_at: timeOf(Math.min(Math.max(claimed, arrived), received)),
        screen_id,
        name,
        kind,
        reader,
        at: timeOf(at),
        received_at: timeOf(received),
        clock_offset_ms: received - sent,
      };
    }
  }
}

/**
 * The first receipt of each screen, revision and part: what was recorded twice comes once. There is only so much room, and
 * for each reader's screens only so much of it, so that none of them takes that of the others.
 */
export class FirstReceipts {
  readonly #found = new Map<string, OrderReceipt>();
  readonly #byReader = new Map<OrderReceipt['reader'], number>();
  #truncated = false;

  add(receipt: OrderReceipt): void {
    const { revision, shown, reader } = receipt;
    const key = `${shown} ${String(revision)} ${screenKey(receipt, reader)}`;
    const known = this.#found.get(key);
    if (known === undefined) {
      const count = this.#byReader.get(reader) ?? 0;
      if (count >= MAX_READER_RECEIPTS || this.#found.size >= MAX_ORDER_RECEIPTS) {
        this.#truncated = true;
        return;
      }
      this.#byReader.set(reader, count + 1);
    }
    if (known === undefined || receipt.shown_at < known.shown_at) this.#found.set(key, receipt);
  }

  /** Returns them, oldest first. */
  list(): OrderReceipts {
    const receipts = [...this.#found.values()].sort((one, other) =>
      one.shown_at === other.shown_at ? one.revision - other.revision : one.shown_at < other.shown_at ? -1 : 1,
    );
    return { receipts, truncated: this.#truncated };
  }
}

/** @returns when an event came, as {@link Arrivals} have it */
export function arrivalOf(event: RecordedEvent): number {
  const at = Date.parse(receivedAtOf(event));
  return Number.isNaN(at) ? Infinity : at;
}

/** @returns when the revisions of an order came; none: there is no such order */
async function arrivalsOf(store: Pick<EventStore, 'readStream'>, key: OrderKey): Promise<Arrivals> {
  const arrivals = new Map<number, number>();
  for await (const event of readIfThere(store, orderStream(key))) {
    arrivals.set(event.revision, arrivalOf(event));
    if (arrivals.size % SLICE_EVENTS === 0) await nextTurn();
  }
  return arrivals;
}

/** @returns the days on which an order had news, and those after each, the newest of them */
function daysOf(arrivals: Arrivals): readonly string[] {
  const known = [...arrivals.values()].filter((at) => at !== Infinity);
  return [...new Set(known.flatMap((at) => [dayOf(at), dayOf(at + DAY_MS)]))].sort().slice(-MAX_DAYS);
}

/**
 * Reads what screens showed of an order.
 * @returns null if nothing was ever reported about it
 * @throws {EventStoreError}
 */
export async function readOrderReceipts(
  store: Pick<EventStore, 'readStream'>,
  key: OrderKey,
): Promise<OrderReceipts | null> {
  const arrivals = await arrivalsOf(store, key);
  return arrivals.size === 0 ? null : readReceiptsOf(store, key, arrivals);
}

/**
 * Reads what screens showed of some revisions of an order, on the days on which these came and the days after.
 * @param goesOn asked before each turn of the event loop: whether it is still wanted
 * @returns null if it was not wanted any more
 * @throws {EventStoreError}
 */
export async function readReceiptsOf(
  store: Pick<EventStore, 'readStream'>,
  key: OrderKey,
  arrivals: Arrivals,
  goesOn: () => boolean = () => true,
): Promise<OrderReceipts | null> {
  const first = new FirstReceipts();
  let looked = 0;
  for (const day of daysOf(arrivals)) {
    for await (const data of shownOn(store, key.location_id, day)) {
      for (const screen of ScreenShownData.parse(data).screens) {
        for (const receipt of receiptsOf(screen, key.order_id, arrivals)) first.add(receipt);
        looked += screen.reports.reduce((sum, { receipts }) => sum + receipts.length, 0);
      }
      if (looked < SLICE_RECEIPTS) continue;
      looked = 0;
      await nextTurn();
      if (!goesOn()) return null;
    }
  }
  return first.list();
}
