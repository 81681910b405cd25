import { type Drive, driveInstead } from '../../projections/order/drives';
import { spellingOf } from '../../projections/values/spelling';
import type { Label } from '../../schemas/label';
import { type AttentionCode, type Stage, type Verdict, wordOf } from '../../schemas/vocabulary';
import type { Labels } from '../labels/labels';
import { NEWEST_SEQ, type SearchFilter } from '../read-model/order-table/found-orders';
import type { OrderTableReader } from '../read-model/order-table/reader';
import type { OrderRecord } from '../read-model/order-table/schema';
import { plateSpelling, sourceSpelling } from '../read-model/order-table/words';
import { nextTurn } from '../concurrency/turns';
import { MAX_CLOCK_RETURN_MS, timeOf } from './past-orders';
import { type FoundPage, lookThrough } from './look-through';

/** Finds orders by what is known of them now, by every driver that they had, and by how any of their events was read. */

/** What is looked for; what is left out is any. Texts are compared without regard to case. */
export interface OrderQuery {
  /** A part of the order id. */
  readonly orderId?: string | undefined;
  /** A part of what the order is called where it is handed over. */
  readonly label?: string | undefined;
  /** A part of the name of a driver that the order ever had, the same one as of what follows. */
  readonly driver?: string | undefined;
  /** A part, whatever stands between its letters and digits. */
  readonly licensePlate?: string | undefined;
  readonly phoneLast4?: string | undefined;
  /** All of it, as it comes or as pages show it. */
  readonly source?: string | undefined;
  /** In any spelling that is read as the same. */
  readonly status?: string | undefined;
  /** The same. */
  readonly deliveryStatus?: string | undefined;
  readonly stage?: Stage | undefined;
  readonly attention?: AttentionCode | undefined;
  /** At least one event was read so. */
  readonly verdict?: Verdict | undefined;
  /** RFC 3339, UTC, milliseconds: there was news then or later. */
  readonly from?: string | undefined;
  /** The same: there was news before then. */
  readonly to?: string | undefined;
}

/** A driver of an order that was found, and who came instead; null if nobody did. */
export interface FoundDrive extends Drive {
  readonly instead: Drive | null;
}

/** An order as it is now, and those of its drivers that were looked for, oldest first; all, if none was. */
export interface FoundOrderRecord extends OrderRecord {
  readonly drives: readonly FoundDrive[];
}

export interface OrderSearch {
  /**
   * @param locations where to look; null for all
   * @param page `after`: the last page's `next`; null for the first page. `seesName`: customers' names may be looked for
   * @returns the orders that were first reported last first. A page may be short, or empty, and have a `next`.
   * @throws {ReadModelError} {@link EventStoreError}
   */
  find(
    locations: readonly string[] | null,
    query: OrderQuery,
    page: { readonly limit: number; readonly after: number | null; readonly seesName?: boolean },
  ): Promise<FoundPage<FoundOrderRecord>>;
}

/** Labels that are looked at between two turns of the event loop. */
const SLICE_LABELS = 1_000;

/** @returns a word as the read model has it. */
const spelt = (word: string | undefined): string | undefined =>
  word === undefined ? undefined : (wordOf(word) ?? word);

const isPart = (part: string | undefined, text: string | null | undefined): boolean =>
  part === undefined || (typeof text === 'string' && spellingOf(text).includes(spellingOf(part)));

/** @returns the words of a label that a reader may look for. */
const wordsOf = ({ number, name, source, brand }: Label, seesName: boolean): readonly (string | undefined)[] => [
  number,
  seesName ? name : undefined,
  source,
  brand,
];

/** @returns whether a driver is who a query looks for. */
export function isDriver(drive: Drive, { driver, licensePlate, phoneLast4, source }: OrderQuery): boolean {
  return (
    isPart(driver, drive.name) &&
    (licensePlate === undefined ||
      (drive.license_plate !== null && plateSpelling(drive.license_plate).includes(plateSpelling(licensePlate)))) &&
    (phoneLast4 === undefined || drive.phone_last4 === phoneLast4) &&
    (source === undefined || (drive.source !== null && sourceSpelling(drive.source) === sourceSpelling(source)))
  );
}

/** @returns whether a query asks for a driver. */
const asksForDriver = ({ driver, licensePlate, phoneLast4, source }: OrderQuery): boolean =>
  [driver, licensePlate, phoneLast4, source].some((asked) => asked !== undefined);

export function createOrderSearch({
  orders,
  labels,
}: {
  readonly orders: Pick<OrderTableReader, 'found' | 'drivesOf' | 'seqBegunBefore' | 'seqsOf'>;
  readonly labels: Pick<Labels, 'show' | 'all'>;
}): OrderSearch {
  /** A clock may have gone back: a day more is looked through. */
  const begunBefore = (time: string | undefined): number =>
    time === undefined ? NEWEST_SEQ : orders.seqBegunBefore(timeOf(Date.parse(time) + MAX_CLOCK_RETURN_MS));
  /** @returns numbers of the orders that have a label of a kind, the newest first. */
  const withLabel = async (
    locations: readonly string[] | null,
    isWanted: (label: Label) => boolean,
  ): Promise<readonly number[]> => {
    const within = locations === null ? null : new Set(locations);
    const all = labels.all().filter(({ key }) => within === null || within.has(key.location_id));
    const seqs: number[] = [];
    for (let first = 0; first < all.length; first += SLICE_LABELS) {
      await nextTurn();
      const wanted = all.slice(first, first + SLICE_LABELS).filter((kept) => isWanted(kept.label));
      seqs.push(...orders.seqsOf(wanted.map(({ key }) => key)));
    }
    return seqs.sort((one, other) => other - one);
  };
  return {
    find: async (locations, query, { limit, after, seesName = false }) => {
      const { from, to, orderId, label } = query;
      const isCalled = (words: Label): boolean =>
        wordsOf(words, seesName).some((word) => word !== undefined && isPart(label, word));
      const filter: SearchFilter = {
        ...query,
        locations,
        status: spelt(query.status),
        deliveryStatus: spelt(query.deliveryStatus),
        updatedFrom: from,
        begunBefore: to,
      };
      const called = label === undefined ? null : await withLabel(locations, isCalled);
      const among = (before: number, size: number): readonly number[] | undefined =>
        called?.filter((seq) => seq < before).slice(0, size);
      return lookThrough<FoundOrderRecord>({
        slice: (before, size) => orders.found({ ...filter, among: among(before, size) }, before, size),
        limit,
        after: Math.min(after ?? NEWEST_SEQ, begunBefore(to)),
        candidate: ({ seq, key, state }) => {
          if (!isPart(orderId, key.order_id)) return null;
          // A label may be that of another order under the same number, or its time may be over.
          if (label !== undefined && !isCalled(labels.show(key, state)?.label ?? {})) return null;
          const all = orders.drivesOf(seq);
          const drives = all.flatMap((drive, index) =>
            isDriver(drive, query) ? [{ ...drive, instead: driveInstead(all, index) }] : [],
          );
          return drives.length === 0 && asksForDriver(query) ? null : { key, state, drives };
        },
        replay: null,
      });
    },
  };
}
