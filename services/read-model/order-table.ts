import { rmSync, statSync } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import { type OrderState, isActive, stageOf } from '../../projections/order';
import { parseJson, stringifyJson } from '../../schemas/exact-json';
import type { OrderKey } from '../../schemas/handle-order';
import type { LocationPage, LocationSummary } from '../../schemas/order-view';
import { FINAL_STAGES, type Stage } from '../../schemas/vocabulary';
import { type Position, parsePosition } from '../event-store/event-store';
import { isDamage } from '../event-store/sqlite-error';
import type { Correction } from './corrections';

/**
 * The read model: the newest state of every order, in a SQLite file of its own. It may be deleted at any time: it is
 * made again from the log. The only file that knows its tables.
 */

/** Counts changes of the tables below; the version of the folds is told by {@link openOrderTable}'s caller. */
const TABLE_VERSION = 5;
const BUSY_TIMEOUT_MS = 2_000;
/** Page cache of the connection that writes, in KiB. */
const WRITER_CACHE_KIB = 32_768;
/** Pages of WAL after which they are copied into the main file: 32 MiB. */
const WAL_CHECKPOINT_PAGES = 8_000;

/**
 * `seq` numbers orders as they first appear in the log, so pages by it never miss or repeat one. `position` is that of the
 * newest event in the state: what changed since a position is found by it. `event_id` is that event's: a log that lost
 * events gives its positions to others.
 */
const SCHEMA = `
  CREATE TABLE orders (
    seq         INTEGER PRIMARY KEY,
    location_id TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    stage       TEXT NOT NULL,
    active      INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    event_id    TEXT NOT NULL,
    state       TEXT NOT NULL,
    UNIQUE (location_id, order_id)
  ) STRICT;
  CREATE INDEX orders_of_location ON orders (location_id);
  CREATE INDEX active_orders ON orders (location_id) WHERE active = 1;
  CREATE INDEX newest_orders ON orders (location_id, active, position);
  CREATE TABLE locations (
    location_id TEXT PRIMARY KEY,
    updated_at  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    version          TEXT NOT NULL,
    position         TEXT,
    witness_position TEXT,
    witness_id       TEXT,
    complete         INTEGER NOT NULL DEFAULT 0
  ) STRICT;
`;

/** The file and what SQLite keeps beside it. */
const filesOf = (file: string): readonly string[] => [file, `${file}-wal`, `${file}-shm`];

/** Deletes a read model; the next projector makes it anew. */
export function deleteOrderTable(file: string): void {
  for (const name of filesOf(file)) rmSync(name, { force: true });
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

/** An order's state beside the order it is the state of. */
export interface OrderRecord {
  readonly key: OrderKey;
  readonly state: OrderState;
}

/** An order's state and where in the log its newest event stands. */
export interface PlacedOrder extends OrderRecord {
  readonly position: Position;
  /** Of its newest event. */
  readonly eventId: string;
}

/** An event that the log had when the table was saved: by it a log that is another one is known. */
export interface Witness {
  readonly position: Position;
  readonly id: string;
}

export interface OrderTable {
  /** Everything up to here is in the table; null before the first event. */
  checkpoint(): Position | null;
  /** The newest event in the table; null before the first. */
  witness(): Witness | null;
  load(key: OrderKey): OrderState | null;
  /** Saves states, the checkpoint that they are the states of, and the newest event in them, in one transaction. */
  save(orders: Iterable<PlacedOrder>, checkpoint: Position, witness: Witness): void;
  /** The whole log has been read once: from now on this can be read. */
  markComplete(): void;
  /** Makes corrections, in one transaction; the checkpoint stays. */
  correct(corrections: Iterable<Correction>): void;
  /** False once the file was deleted or replaced under us. */
  isAttached(): boolean;
  close(): void;
}

/**
 * Opens the read model for writing. One of another version is deleted and begins anew: that is how a changed fold comes
 * to apply to all of history.
 * @param version of the folds whose states it holds
 */
export function openOrderTable(file: string, version: string): OrderTable {
  const wanted = `${String(TABLE_VERSION)}-${version}`;
  const existing = openVersion(file, wanted);
  if (existing !== null) return createTable(existing, file);
  deleteOrderTable(file);
  const db = open(file);
  tune(db);
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
  db.prepare('INSERT INTO checkpoint (id, version) VALUES (1, ?)').run(wanted);
  db.exec('COMMIT');
  return createTable(db, file);
}

/** Opens the file, whatever it is: nothing is read before the caller reads. */
function open(file: string): Connection {
  return new Database(file, { timeout: BUSY_TIMEOUT_MS });
}

/** Settings of the connection that writes, on a file that is a database. */
function tune(db: Connection): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL'); // what power loss takes is in the log, and the checkpoint goes back with it
  db.pragma(`cache_size = -${String(WRITER_CACHE_KIB)}`);
  db.pragma(`wal_autocheckpoint = ${String(WAL_CHECKPOINT_PAGES)}`);
}

/** @returns the read model if it is there, whole, and of this version; null if it has to be made anew. */
function openVersion(file: string, wanted: string): Connection | null {
  if (inodeOf(file) === null) return null;
  let db: Connection | null = null;
  try {
    db = open(file);
    tune(db);
    const isReadModel = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'").get() !== undefined;
    const version = isReadModel ? db.prepare<[], string>('SELECT version FROM checkpoint').pluck().get() : undefined;
    if (version === wanted) return db;
  } catch (error) {
    db?.close();
    if (isDamage(error)) return null;
    throw error;
  }
  db.close();
  return null;
}

function createTable(db: Connection, file: string): OrderTable {
  const inode = inodeOf(file);
  const checkpoint = db.prepare<[], string | null>('SELECT position FROM checkpoint').pluck();
  const witness = db.prepare<[], { position: string | null; id: string | null }>(
    'SELECT witness_position AS position, witness_id AS id FROM checkpoint',
  );
  const setCheckpoint = db.prepare<[string, string, string]>(
    'UPDATE checkpoint SET position = ?, witness_position = ?, witness_id = ?',
  );
  const load = db
    .prepare<[string, string], string>('SELECT state FROM orders WHERE location_id = ? AND order_id = ?')
    .pluck();
  const upsert = db.prepare<[string, string, string, number, bigint, string, string]>(
    `INSERT INTO orders (location_id, order_id, stage, active, position, event_id, state) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (location_id, order_id) DO UPDATE
     SET stage = excluded.stage, active = excluded.active, position = excluded.position,
         event_id = excluded.event_id, state = excluded.state`,
  );
  const replace = db.prepare<[string, number, string, string, string]>(
    'UPDATE orders SET stage = ?, active = ?, state = ? WHERE location_id = ? AND order_id = ?',
  );
  const noteLocation = db.prepare<[string, string]>(
    `INSERT INTO locations (location_id, updated_at) VALUES (?, ?)
     ON CONFLICT (location_id) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)`,
  );
  const markComplete = db.prepare<[]>('UPDATE checkpoint SET complete = 1 WHERE complete = 0');
  const remove = db.prepare<[string, string]>('DELETE FROM orders WHERE location_id = ? AND order_id = ?');
  return {
    checkpoint: () => parsePosition(checkpoint.get() ?? ''),
    load: ({ location_id, order_id }) => {
      const state = load.get(location_id, order_id);
      return state === undefined ? null : (parseJson(state) as OrderState);
    },
    witness: () => {
      const row = witness.get();
      const position = parsePosition(row?.position ?? '');
      return position === null || !row?.id ? null : { position, id: row.id };
    },
    save: db.transaction((orders: Iterable<PlacedOrder>, position: Position, newest: Witness) => {
      const locations = new Map<string, string>();
      for (const { key, state, position: at, eventId } of orders) {
        const active = isActive(state) ? 1 : 0;
        upsert.run(key.location_id, key.order_id, stageOf(state), active, BigInt(at), eventId, stringifyJson(state));
        const known = locations.get(key.location_id) ?? '';
        if (state.updated_at > known) locations.set(key.location_id, state.updated_at);
      }
      for (const [location, updatedAt] of locations) noteLocation.run(location, updatedAt);
      setCheckpoint.run(position, newest.position, newest.id);
    }),
    markComplete: () => {
      markComplete.run();
    },
    correct: db.transaction((corrections: Iterable<Correction>) => {
      for (const correction of corrections) {
        const { location_id, order_id } = correction.key;
        if (correction.kind === 'gone') {
          remove.run(location_id, order_id);
        } else {
          const { state } = correction;
          replace.run(stageOf(state), isActive(state) ? 1 : 0, stringifyJson(state), location_id, order_id);
        }
      }
    }),
    isAttached: () => inode !== null && inodeOf(file) === inode,
    close: () => db.close(),
  };
}

export interface ListOptions {
  readonly stage?: Stage;
  readonly active?: boolean;
  readonly limit: number;
  /** The last page's `next`; 0 for the first page. */
  readonly after: number;
}

export interface ListedOrders {
  readonly records: readonly OrderRecord[];
  /** For the next page's `after`; null at the end. */
  readonly next: number | null;
}

/** Which orders a search looks for; what is left out is any. */
export interface OrderFilter {
  /** Null: all. */
  readonly locations: readonly string[] | null;
  readonly stage?: Stage;
  readonly active?: boolean;
  readonly status?: string;
  /** RFC 3339, UTC, milliseconds: the newest event came then or later. */
  readonly updatedFrom?: string;
  /** The same: the first event of the order number came before then. */
  readonly begunBefore?: string;
  /**
   * Only orders that may have been there at a time, and, with `stage` or `active`, may have been so then. Those filters do
   * not go by the state of now.
   */
  readonly asOf?: AsOf;
}

export interface AsOf {
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** The same: an order of which neither the first nor the newest event came until then is not looked at. */
  readonly horizon: string;
}

/** Some orders, looked through in the order in which they first came. */
export interface OrderSlice {
  readonly orders: readonly (OrderRecord & { readonly seq: number })[];
  /** Everything up to here was looked at; null if that is all. */
  readonly end: number | null;
}

/** Orders as they stood at one moment of the read model. */
export interface OrdersAt {
  /** The newest event in it; null before the first. */
  readonly newest: Witness | null;
  /** Everything up to here is in it; null before the first event. */
  readonly position: Position | null;
  readonly orders: readonly PlacedOrder[];
  /** There were more than were asked for. */
  readonly truncated: boolean;
}

/** The read model's file cannot be read; it may be on its way to being made anew. */
export class ReadModelError extends Error {
  override readonly name = 'ReadModelError';
}

interface Conditions {
  readonly sql: readonly string[];
  readonly parameters: readonly (string | number)[];
}

const NUMBER_SINCE = "json_extract(state, '$.number_since')";
const UPDATED = "json_extract(state, '$.updated_at')";

/** Names of columns stand behind a `+` where an index must not be chosen: pages go by `seq`. */
function conditionsOf(filter: OrderFilter): Conditions {
  const sql: string[] = [];
  const parameters: (string | number)[] = [];
  const add = (condition: string, ...values: readonly (string | number)[]): void => {
    sql.push(condition);
    parameters.push(...values);
  };
  const { locations, stage, active, status, updatedFrom, begunBefore, asOf } = filter;
  if (locations !== null && locations.length !== 1) {
    add('+location_id IN (SELECT value FROM json_each(?))', JSON.stringify(locations));
  }
  // What stands since before a time stood so at that time; of other orders only a replay can tell.
  const [since, time] = asOf === undefined ? ['', []] : [`${UPDATED} > ? OR `, [asOf.time]];
  if (asOf !== undefined) add(`(${NUMBER_SINCE} <= ? OR ${UPDATED} <= ?)`, asOf.horizon, asOf.horizon);
  if (stage !== undefined) add(`(${since}stage = ?)`, ...time, stage);
  if (active !== undefined) add(`(${since}+active = ?)`, ...time, active ? 1 : 0);
  if (status !== undefined) add("json_extract(state, '$.status') = ?", status);
  if (updatedFrom !== undefined) add(`${UPDATED} >= ?`, updatedFrom);
  if (begunBefore !== undefined) add(`${NUMBER_SINCE} < ?`, begunBefore);
  return { sql, parameters };
}

/**
 * The read model as readers see it: beside the projector, and always a state that it committed. One that is made anew is
 * there before anyone else can know that it is another, so the file itself says whether it was ever complete.
 */
export class OrderTableReader {
  #open: {
    readonly db: Connection;
    readonly inode: number;
    readonly statements: Map<string, Database.Statement>;
  } | null = null;

  /**
   * @param onDamage called when a part of the file turns out to be damaged. All of it can be made anew from the log, by
   *   whoever deletes it; nobody else would notice until the projector comes to the same part.
   */
  constructor(
    private readonly file: string,
    private readonly onDamage: (detail: string) => void = () => undefined,
  ) {}

  /** @throws {ReadModelError} */
  get(key: OrderKey): OrderState | null {
    const [row] = this.#all('SELECT state FROM orders WHERE location_id = ? AND order_id = ?', [
      key.location_id,
      key.order_id,
    ]) as readonly { readonly state: string }[];
    return row === undefined ? null : (parseJson(row.state) as OrderState);
  }

  /**
   * @returns the orders of a location as they first came.
   * @throws {ReadModelError}
   */
  list(locationId: string, { stage, active, limit, after }: ListOptions): ListedOrders {
    // An order of a stage that is not final is active: saying so lets the few active ones be found by their index.
    const isActive = stage === undefined || FINAL_STAGES.has(stage) ? active : (active ?? true);
    const conditions = [
      'location_id = ?',
      'seq > ?',
      ...(stage === undefined ? [] : ['stage = ?']),
      ...(isActive === undefined ? [] : [`active = ${isActive ? '1' : '0'}`]),
    ];
    const rows = this.#all(
      `SELECT seq, order_id, state FROM orders WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT ?`,
      [locationId, after, ...(stage === undefined ? [] : [stage]), limit + 1],
    ) as readonly { readonly seq: number; readonly order_id: string; readonly state: string }[];
    const page = rows.slice(0, limit);
    return {
      records: page.map(({ order_id, state }) => ({
        key: { location_id: locationId, order_id },
        state: parseJson(state) as OrderState,
      })),
      next: rows.length > limit ? (page.at(-1)?.seq ?? null) : null,
    };
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
    const [bound] = this.#all(`SELECT seq FROM orders WHERE ${within} seq > ? ORDER BY seq LIMIT 1 OFFSET ?`, [
      ...scope,
      after,
      size - 1,
    ]) as readonly { readonly seq: number }[];
    const end = bound?.seq ?? null;
    const rows = this.#all(
      `SELECT seq, location_id, order_id, state FROM orders
       WHERE ${within} seq > ? AND seq <= ? ${sql.map((condition) => `AND ${condition}`).join(' ')} ORDER BY seq`,
      [...scope, after, end ?? Number.MAX_SAFE_INTEGER, ...parameters],
    ) as readonly { readonly seq: number; readonly location_id: string; order_id: string; readonly state: string }[];
    return {
      orders: rows.map(({ seq, location_id, order_id, state }) => ({
        seq,
        key: { location_id, order_id },
        state: parseJson(state) as OrderState,
      })),
      end,
    };
  }

  /**
   * @returns orders of any location for which nothing is expected any more, as they first came.
   * @throws {ReadModelError}
   */
  listFinal(after: number, limit: number): ListedOrders {
    const rows = this.#all(
      'SELECT seq, location_id, order_id, state FROM orders WHERE seq > ? AND active = 0 ORDER BY seq LIMIT ?',
      [after, limit],
    ) as readonly { readonly seq: number; readonly location_id: string; order_id: string; readonly state: string }[];
    return {
      records: rows.map(({ location_id, order_id, state }) => ({
        key: { location_id, order_id },
        state: parseJson(state) as OrderState,
      })),
      next: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null,
    };
  }

  /**
   * @returns locations that something was reported about, in the order of their ids.
   * @param only these ids, or null for all
   * @param after the last page's `next`
   * @throws {ReadModelError}
   */
  listLocations(only: readonly string[] | null, after: string | null, limit: number): LocationPage {
    const rows = this.#all(
      `SELECT location_id, updated_at,
         (SELECT count(*) FROM orders WHERE orders.location_id = locations.location_id AND active = 1) AS active_orders
       FROM locations
       WHERE location_id > ? ${only === null ? '' : 'AND location_id IN (SELECT value FROM json_each(?))'}
       ORDER BY location_id LIMIT ?`,
      [after ?? '', ...(only === null ? [] : [JSON.stringify(only)]), limit + 1],
    ) as LocationSummary[];
    const locations = rows.slice(0, limit);
    return { locations, next: rows.length > limit ? (locations.at(-1)?.location_id ?? null) : null };
  }

  /** @returns how many orders there are. @throws {ReadModelError} */
  countOrders(): number {
    const [row] = this.#all('SELECT count(*) AS orders FROM orders', []) as readonly { readonly orders: number }[];
    return row?.orders ?? 0;
  }

  /**
   * @returns the newest active orders of a location and the newest that have ended, as of one moment.
   * @throws {ReadModelError}
   */
  newest(locationId: string, activeLimit: number, endedLimit: number): OrdersAt {
    return this.#atOnce(() => {
      const of = (active: 0 | 1, limit: number): readonly PlacedOrder[] =>
        this.#placed('active = ? ORDER BY position DESC LIMIT ?', [locationId, active, limit], locationId);
      const active = of(1, activeLimit + 1);
      const orders = [...active.slice(0, activeLimit), ...of(0, endedLimit)];
      return { ...this.#checkpoint(), orders, truncated: active.length > activeLimit };
    });
  }

  /**
   * @returns the orders of a location with news after a position, those with the oldest news first, as of one moment.
   * @throws {ReadModelError}
   */
  changedSince(locationId: string, position: Position | null, limit: number): OrdersAt {
    return this.#atOnce(() => {
      const orders = this.#placed(
        'active IN (0, 1) AND position > ? ORDER BY position LIMIT ?',
        [locationId, position === null ? -1n : BigInt(position), limit + 1],
        locationId,
      );
      return { ...this.#checkpoint(), orders: orders.slice(0, limit), truncated: orders.length > limit };
    });
  }

  #placed(
    condition: string,
    parameters: readonly (string | number | bigint)[],
    locationId: string,
  ): readonly PlacedOrder[] {
    const rows = this.#all(
      `SELECT order_id, CAST(position AS TEXT) AS placed, event_id, state FROM orders WHERE location_id = ? AND ${condition}`,
      parameters,
    ) as readonly {
      readonly order_id: string;
      readonly placed: Position;
      readonly event_id: string;
      readonly state: string;
    }[];
    return rows.map(({ order_id, placed, event_id, state }) => ({
      key: { location_id: locationId, order_id },
      position: placed,
      eventId: event_id,
      state: parseJson(state) as OrderState,
    }));
  }

  #checkpoint(): Pick<OrdersAt, 'position' | 'newest'> {
    const sql = 'SELECT position, witness_position AS at, witness_id AS id FROM checkpoint';
    const [row] = this.#all(sql, []) as readonly Readonly<Record<'position' | 'at' | 'id', string | null>>[];
    const at = parsePosition(row?.at ?? '');
    return {
      position: parsePosition(row?.position ?? ''),
      newest: at === null || !row?.id ? null : { position: at, id: row.id },
    };
  }

  /** Runs reads that are to see the same moment. */
  #atOnce<T>(read: () => T): T {
    this.#all('SELECT 1 FROM checkpoint', []); // opens the file, or says that it cannot be read
    const db = this.#open?.db;
    if (db === undefined) throw new ReadModelError(`${this.file} is not open`);
    return db.transaction(read)();
  }

  close(): void {
    this.#open?.db.close();
    this.#open = null;
  }

  #all(sql: string, parameters: readonly (string | number | bigint)[]): readonly unknown[] {
    try {
      return this.#statement(sql).all(...parameters);
    } catch (cause) {
      this.close();
      if (isDamage(cause)) this.onDamage(String(cause));
      throw new ReadModelError(`${this.file}: ${String(cause)}`, { cause });
    }
  }

  /** A file that is not there is no empty read model: it was deleted, and is being made anew. */
  #statement(sql: string): Database.Statement {
    const inode = inodeOf(this.file);
    if (this.#open?.inode !== inode) this.close();
    if (inode === null) throw new Error('it is not there');
    this.#open ??= { db: this.#openComplete(), inode, statements: new Map() };
    const { db, statements } = this.#open;
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = db.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  #openComplete(): Connection {
    const db = new Database(this.file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      if (db.prepare('SELECT 1 FROM checkpoint WHERE complete = 1').get() !== undefined) return db;
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    throw new Error('it is being made anew');
  }
}

/** An order of which two read models hold different states, as JSON text; null where one does not have it. */
export interface DifferingOrder {
  readonly key: OrderKey;
  readonly stored: string | null;
  readonly fresh: string | null;
}

/** A stored read model as it is at one moment, of whatever version, beside one that is made to be compared with it. */
export interface Comparison {
  /** Of the stored read model: its tables and folds. */
  readonly version: string;
  readonly checkpoint: Position | null;
  readonly witness: Witness | null;
  /** Orders of which the states are not the same text, by location and order id. Made for a fresh one that is finished. */
  differing(): IterableIterator<DifferingOrder>;
  close(): void;
}

/**
 * Opens a read model without making it anew if it is of another version, and without changing it. It stays as it is here,
 * whatever its projector writes meanwhile, until this is closed.
 * @param freshFile a read model of this version, which may still be written
 * @throws {ReadModelError} if there is no read model in the file
 */
export function openComparison(storedFile: string, freshFile: string): Comparison {
  let db: Connection | null = null;
  try {
    db = new Database(storedFile, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.prepare('ATTACH ? AS fresh').run(freshFile);
    db.exec('BEGIN');
    const row = db
      .prepare<
        [],
        { version: string; position: string | null; witness_position: string | null; witness_id: string | null }
      >('SELECT version, position, witness_position, witness_id FROM main.checkpoint')
      .get();
    if (row === undefined) throw new Error('it was never written');
    const at = parsePosition(row.witness_position ?? '');
    const differing = db.prepare<
      [],
      { location_id: string; order_id: string; stored: string | null; fresh: string | null }
    >(
      `SELECT location_id, order_id, stored.state AS stored, new.state AS fresh
       FROM main.orders AS stored FULL JOIN fresh.orders AS new USING (location_id, order_id)
       WHERE stored.state IS NOT new.state
       ORDER BY location_id, order_id`,
    );
    const opened = db;
    return {
      version: row.version,
      checkpoint: parsePosition(row.position ?? ''),
      witness: at === null || !row.witness_id ? null : { position: at, id: row.witness_id },
      differing: function* () {
        for (const { location_id, order_id, stored, fresh } of differing.iterate()) {
          yield { key: { location_id, order_id }, stored, fresh };
        }
      },
      close: () => opened.close(),
    };
  } catch (cause) {
    db?.close();
    throw new ReadModelError(`${storedFile} is no read model that can be compared: ${String(cause)}`, { cause });
  }
}
