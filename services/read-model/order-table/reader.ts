import type { Drive } from '../../../projections/order/drives';
import type { OrderState } from '../../../projections/order/order';
import type { CountedOrder } from '../../../projections/overview';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import { cutPage } from '../../../schemas/cut-page';
import { FINAL_STAGES } from '../../../schemas/vocabulary';
import { parsePosition, type Position } from '../../event-store/event-store';
import {
  type CountedOrders,
  countedSlice,
  type CountedSlice,
  countingBy,
  countingOf,
  type IndexedChoice,
  SOURCES_SQL,
  type WordRow,
} from './choice-counts';
import { conditionsOf, type OrderFilter } from './filter';
import { firstWhere, newestOf, type SearchFilter, SEQS_OF_KEYS_SQL, wantedOf, waysTo } from './found-orders';
import {
  BUSY_LOCATIONS_SQL,
  type BusyLocation,
  CANCELED_ORDERS_SQL,
  countedOf,
  type CountedRow,
  locationsAfter,
  OPEN_ORDERS_SQL,
} from './locations';
import {
  DRIVES_OF_ORDER,
  type ListedLocations,
  type NewestEvent,
  parseState,
  type PlacedOrder,
  type Witness,
} from './schema';
import type { ListedOrders, ListOptions, NewsSlice, OrdersAt, OrderSlice } from './slices';
import { type OrderRow, placedOf, type PlacedRow, recordOf } from './rows';
import { type DriveRow, DRIVES_SQL, driveOf } from './search-index';
import { TableFile } from './table-file';

/** @param rows one more than `limit`, if there are so many */
function listedOf(rows: readonly OrderRow[], limit: number): ListedOrders {
  const { items, last } = cutPage(rows, limit);
  return { records: items.map(recordOf), next: last?.seq ?? null };
}

/** The orders of the read model, as readers see them. */
export class OrderTableReader {
  readonly #table: TableFile;

  /** @param onDamage called when a part of the file turns out to be damaged: see {@link TableFile} */
  constructor(file: string, onDamage: (detail: string) => void = () => undefined) {
    this.#table = new TableFile(file, onDamage);
  }

  /** @throws {ReadModelError} */
  get(key: OrderKey): OrderState | null {
    const [row] = this.#table.all<{ readonly state: string }>(
      'SELECT state FROM orders WHERE location_id = ? AND order_id = ?',
      [key.location_id, key.order_id],
    );
    return row === undefined ? null : parseState(row.state);
  }

  /** @returns the newest event in an order's state; null before the first. @throws {ReadModelError} */
  newestOf({ location_id, order_id }: OrderKey): NewestEvent | null {
    const [row] = this.#table.all<NewestEvent>(
      `SELECT state ->> '$.revision' AS revision, CAST(position AS TEXT) AS position, content_hash AS contentHash,
         event_hash AS eventHash, updated_at AS receivedAt
       FROM orders WHERE location_id = ? AND order_id = ?`,
      [location_id, order_id],
    );
    return row ?? null;
  }

  /** @returns the newest revision of each of some orders of a location that is there. @throws {ReadModelError} */
  revisionsOf(locationId: LocationId, orderIds: readonly string[]): ReadonlyMap<string, number> {
    const rows = this.#table.all<{ readonly order_id: string; readonly revision: number }>(
      `SELECT order_id, state ->> '$.revision' AS revision FROM json_each(?) AS one CROSS JOIN orders
         ON location_id = ? AND order_id = one.value`,
      [JSON.stringify(orderIds), locationId],
    );
    return new Map(rows.map(({ order_id, revision }) => [order_id, revision]));
  }

  /**
   * @returns the orders of a location as they first came.
   * @throws {ReadModelError}
   */
  list(locationId: LocationId, { stage, active, limit, after }: ListOptions): ListedOrders {
    // An order of a stage that is not final is active: saying so lets the few active ones be found by their index.
    const isActive = stage === undefined || FINAL_STAGES.has(stage) ? active : (active ?? true);
    const conditions = [
      'location_id = ?',
      'seq > ?',
      ...(stage === undefined ? [] : ['stage = ?']),
      ...(isActive === undefined ? [] : [`active = ${isActive ? '1' : '0'}`]),
    ];
    const rows = this.#table.all<OrderRow>(
      `SELECT seq, location_id, order_id, state FROM orders WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT ?`,
      [locationId, after, ...(stage === undefined ? [] : [stage]), limit + 1],
    );
    return listedOf(rows, limit);
  }

  /**
   * Looks through some orders in the order in which they first came. A search is made of many slices, so that it never
   * keeps its thread for long.
   * @param after `end` of the slice before; 0 for the first one
   * @param size orders to look at
   * @throws {ReadModelError}
   */
  slice(filter: OrderFilter, after: number, size: number): OrderSlice {
    const { sql, parameters } = conditionsOf(filter);
    // One location is found by its index; several are looked for in all, in the order in which they came.
    const [only] = filter.locations?.length === 1 ? filter.locations : [];
    const [within, scope] = only === undefined ? ['', []] : ['location_id = ? AND', [only]];
    const [bound] = this.#table.all<{ readonly seq: number }>(
      `SELECT seq FROM orders WHERE ${within} seq > ? ORDER BY seq LIMIT 1 OFFSET ?`,
      [...scope, after, size - 1],
    );
    const end = bound?.seq ?? null;
    const rows = this.#table.all<OrderRow>(
      `SELECT seq, location_id, order_id, state FROM orders
       WHERE ${within} seq > ? AND seq <= ? ${sql.map((condition) => `AND ${condition}`).join(' ')} ORDER BY seq`,
      [...scope, after, end ?? Number.MAX_SAFE_INTEGER, ...parameters],
    );
    return { orders: rows.map((row) => ({ seq: row.seq, ...recordOf(row) })), end };
  }

  /**
   * Looks at some orders of a search, the newest first.
   * @param before `end` of the slice before; {@link NEWEST_SEQ} for the first one
   * @param size orders to look at
   * @throws {ReadModelError}
   */
  found(filter: SearchFilter, before: number, size: number): OrderSlice {
    return this.#table.atOnce(() => {
      const found = waysTo(filter).map(({ sql, parameters }) =>
        this.#table.all<{ readonly seq: number }>(sql, [...parameters, before, size]).map(({ seq }) => seq),
      );
      const { seqs, end } = newestOf(found, size);
      const { sql, parameters } = wantedOf(filter);
      const rows = this.#table.all<OrderRow>(sql, [JSON.stringify(seqs), ...parameters]);
      return { orders: rows.map((row) => ({ seq: row.seq, ...recordOf(row) })), end };
    });
  }

  /** @returns the numbers of those of some orders that are there, for {@link SearchFilter.among}. @throws {ReadModelError} */
  seqsOf(keys: readonly OrderKey[]): readonly number[] {
    return this.#table.all<{ readonly seq: number }>(SEQS_OF_KEYS_SQL, [JSON.stringify(keys)]).map(({ seq }) => seq);
  }

  /** @returns the number before which orders began that began before a time, if no clock went back. @throws {ReadModelError} */
  seqBegunBefore(time: string): number {
    const [last] = this.#table.all<{ readonly seq: number }>('SELECT seq FROM orders ORDER BY seq DESC LIMIT 1', []);
    const sql = 'SELECT number_since FROM orders WHERE seq >= ? ORDER BY seq LIMIT 1';
    const isLate = (seq: number): boolean =>
      this.#table.all<{ readonly number_since: string }>(sql, [seq]).every(({ number_since }) => number_since >= time);
    return firstWhere((last?.seq ?? 0) + 1, isLate);
  }

  /** @returns every driver that an order had, by its number in a slice, oldest first. @throws {ReadModelError} */
  drivesOf(seq: number): readonly Drive[] {
    return this.#table.all<DriveRow>(DRIVES_SQL, [seq * DRIVES_OF_ORDER, (seq + 1) * DRIVES_OF_ORDER]).map(driveOf);
  }

  /**
   * Counts some orders by their words, the newest first.
   * @param before `end` of the slice before; {@link NEWEST_SEQ} for the first one
   * @param size orders to count
   * @throws {ReadModelError}
   */
  counted(which: CountedOrders, before: number, size: number): CountedSlice {
    const { sql, parameters } = countingOf(which, before, size);
    return countedSlice(this.#table.all<WordRow>(sql, parameters), size);
  }

  /** @returns how many orders, at most `limit`, have a word: of all, or of those that have ended ({@link INDEXED_WHOLE}). @throws {ReadModelError} */
  countBy(choice: IndexedChoice, value: string, limit: number): number {
    const { sql, parameters } = countingBy(choice, value, limit);
    return this.#table.all<{ readonly orders: number }>(sql, parameters)[0]?.orders ?? 0;
  }

  /** @returns the spellings of the sources that drivers had, at most `limit`. @throws {ReadModelError} */
  sources(limit: number): readonly string[] {
    return this.#table.all<{ readonly spelling: string }>(SOURCES_SQL, [limit]).map(({ spelling }) => spelling);
  }

  /**
   * @returns orders of any location for which nothing is expected any more, as they first came.
   * @throws {ReadModelError}
   */
  listFinal(after: number, limit: number): ListedOrders {
    const rows = this.#table.all<OrderRow>(
      'SELECT seq, location_id, order_id, state FROM orders WHERE seq > ? AND active = 0 ORDER BY seq LIMIT ?',
      [after, limit + 1],
    );
    return listedOf(rows, limit);
  }

  /**
   * @returns locations that something was reported about, in the order of their ids.
   * @param only these ids, or null for all
   * @param after the last page's `next`
   * @throws {ReadModelError}
   */
  listLocations(only: readonly string[] | null, after: string | null, limit: number): ListedLocations {
    const rows = this.#table.all<ListedLocations['locations'][number]>(...locationsAfter(after, only, limit + 1));
    const { items: locations, last } = cutPage(rows, limit);
    return { locations, next: last?.location_id ?? null };
  }

  /** @returns the locations that have active orders, and when one of those last had news. @throws {ReadModelError} */
  busyLocations(): readonly BusyLocation[] {
    return this.#table.all<BusyLocation>(BUSY_LOCATIONS_SQL, []);
  }

  /** @returns what is counted of the newest active orders of a location, and of those that ended last. @throws {ReadModelError} */
  countedOrders(locationId: LocationId, activeLimit: number, endedLimit: number): readonly CountedOrder[] {
    return this.#table.atOnce(() => {
      const open = this.#table.all<CountedRow>(OPEN_ORDERS_SQL, [locationId, activeLimit]);
      return [...open, ...this.#table.all<CountedRow>(CANCELED_ORDERS_SQL, [locationId, endedLimit])].map(countedOf);
    });
  }

  /** @returns how many orders there are. @throws {ReadModelError} */
  countOrders(): number {
    const [row] = this.#table.all<{ readonly orders: number }>('SELECT count(*) AS orders FROM orders', []);
    return row?.orders ?? 0;
  }

  /**
   * @returns the newest active orders of a location and the newest that have ended, as of one moment.
   * @throws {ReadModelError}
   */
  newest(locationId: LocationId, activeLimit: number, endedLimit: number): OrdersAt {
    return this.#table.atOnce(() => {
      const of = (active: 0 | 1, limit: number): readonly PlacedOrder[] =>
        this.#placed('active = ? ORDER BY position DESC LIMIT ?', [locationId, active, limit], locationId);
      const active = cutPage(of(1, activeLimit + 1), activeLimit);
      const orders = [...active.items, ...of(0, endedLimit)];
      return { ...this.#checkpoint(), orders, truncated: active.last !== null };
    });
  }

  /**
   * @returns the orders of a location with news after a position, those with the oldest news first, as of one moment.
   * @throws {ReadModelError}
   */
  changedSince(locationId: LocationId, position: Position | null, limit: number): OrdersAt {
    return this.#table.atOnce(() => {
      const found = this.#placed(
        'active IN (0, 1) AND position > ? ORDER BY position LIMIT ?',
        [locationId, position === null ? -1n : BigInt(position), limit + 1],
        locationId,
      );
      const { items: orders, last } = cutPage(found, limit);
      return { ...this.#checkpoint(), orders, truncated: last !== null };
    });
  }

  /**
   * Looks at some orders with news after a position, those with the oldest news first.
   * @param only the locations whose orders are wanted; null for all
   * @param size orders to look at
   * @throws {ReadModelError}
   */
  news(after: Position | null, only: readonly string[] | null, size: number): NewsSlice {
    return this.#table.atOnce(() => {
      const from = after === null ? -1n : BigInt(after);
      const [end] = this.#table.all<Witness>(
        'SELECT CAST(position AS TEXT) AS position, event_id AS id FROM orders WHERE position > ? ORDER BY position LIMIT 1 OFFSET ?',
        [from, size - 1],
      );
      // The plus keeps an index from being chosen by which all orders of the locations would be looked at.
      const within = only === null ? '' : 'AND +location_id IN (SELECT value FROM json_each(?))';
      const rows = this.#table.all<PlacedRow & { readonly location_id: LocationId }>(
        `SELECT location_id, order_id, CAST(position AS TEXT) AS placed, event_id, state FROM orders
         WHERE position > ? AND position <= ? ${within} ORDER BY position`,
        [
          from,
          end === undefined ? BigInt(Number.MAX_SAFE_INTEGER) : BigInt(end.position),
          ...(only === null ? [] : [JSON.stringify(only)]),
        ],
      );
      return {
        newest: this.#checkpoint().newest,
        orders: rows.map((row) => placedOf(row.location_id, row)),
        end: end ?? null,
      };
    });
  }

  /**
   * @returns the newest event of each of some orders, those with the newest first, and when it was received.
   * @param before only orders whose newest event has a smaller position; null for all
   * @throws {ReadModelError}
   */
  newestEvents(before: Position | null, limit: number): readonly (Witness & { readonly receivedAt: string })[] {
    return this.#table.all<Witness & { readonly receivedAt: string }>(
      `SELECT CAST(position AS TEXT) AS position, event_id AS id, updated_at AS receivedAt FROM orders
       WHERE position < ? ORDER BY position DESC LIMIT ?`,
      [before === null ? BigInt(Number.MAX_SAFE_INTEGER) : BigInt(before), limit],
    );
  }

  /** @returns the newest event in the read model; null before the first. @throws {ReadModelError} */
  newestEvent(): Witness | null {
    return this.#checkpoint().newest;
  }

  #placed(
    condition: string,
    parameters: readonly (string | number | bigint)[],
    locationId: LocationId,
  ): readonly PlacedOrder[] {
    const rows = this.#table.all<PlacedRow>(
      `SELECT order_id, CAST(position AS TEXT) AS placed, event_id, state FROM orders WHERE location_id = ? AND ${condition}`,
      parameters,
    );
    return rows.map((row) => placedOf(locationId, row));
  }

  #checkpoint(): Pick<OrdersAt, 'position' | 'newest'> {
    const sql = 'SELECT position, witness_position AS at, witness_id AS id FROM checkpoint';
    const [row] = this.#table.all<{ position: string | null; at: string | null; id: Witness['id'] | null }>(sql, []);
    const at = parsePosition(row?.at ?? '');
    return {
      position: parsePosition(row?.position ?? ''),
      newest: at === null || !row?.id ? null : { position: at, id: row.id },
    };
  }

  close(): void {
    this.#table.close();
  }
}
