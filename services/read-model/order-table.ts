import { rmSync, statSync } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import { type OrderState, isActive, stageOf } from '../../projections/order';
import type { OrderKey } from '../../schemas/handle-order';
import { FINAL_STAGES, type Stage } from '../../schemas/vocabulary';
import { type Position, parsePosition } from '../event-store/event-store';
import type { Correction } from './corrections';

/**
 * The read model: the newest state of every order, in a SQLite file of its own. It may be deleted at any time: it is
 * made again from the log. The only file that knows its tables.
 */

/** Counts changes of the tables below; the version of the folds is told by {@link openOrderTable}'s caller. */
const TABLE_VERSION = 1;
const BUSY_TIMEOUT_MS = 2_000;
/** Page cache of the connection that writes, in KiB. */
const WRITER_CACHE_KIB = 32_768;
/** Pages of WAL after which they are copied into the main file: 32 MiB. */
const WAL_CHECKPOINT_PAGES = 8_000;

/** `seq` numbers orders as they first appear in the log, so pages by it never miss or repeat one. */
const SCHEMA = `
  CREATE TABLE orders (
    seq         INTEGER PRIMARY KEY,
    location_id TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    stage       TEXT NOT NULL,
    active      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    UNIQUE (location_id, order_id)
  ) STRICT;
  CREATE INDEX orders_of_location ON orders (location_id);
  CREATE INDEX active_orders ON orders (location_id) WHERE active = 1;
  CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, position TEXT) STRICT;
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

export interface OrderTable {
  /** Everything up to here is in the table; null before the first event. */
  checkpoint(): Position | null;
  load(key: OrderKey): OrderState | null;
  /** Saves states and the checkpoint that they are the states of, in one transaction. */
  save(records: Iterable<OrderRecord>, checkpoint: Position): void;
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
  const existing = inodeOf(file) === null ? null : open(file);
  if (existing !== null) {
    if (versionOf(existing) === wanted) return createTable(existing, file);
    existing.close();
  }
  deleteOrderTable(file);
  const db = open(file);
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
  db.prepare('INSERT INTO checkpoint VALUES (1, ?, NULL)').run(wanted);
  db.exec('COMMIT');
  return createTable(db, file);
}

function open(file: string): Connection {
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL'); // what power loss takes is in the log, and the checkpoint goes back with it
  db.pragma(`cache_size = -${String(WRITER_CACHE_KIB)}`);
  db.pragma(`wal_autocheckpoint = ${String(WAL_CHECKPOINT_PAGES)}`);
  return db;
}

function versionOf(db: Connection): string | null {
  try {
    return db.prepare<[], string>('SELECT version FROM checkpoint').pluck().get() ?? null;
  } catch {
    return null; // not a read model, or one from before it had versions: either way it is made anew
  }
}

function createTable(db: Connection, file: string): OrderTable {
  const inode = inodeOf(file);
  const checkpoint = db.prepare<[], string | null>('SELECT position FROM checkpoint').pluck();
  const setCheckpoint = db.prepare<[string]>('UPDATE checkpoint SET position = ?');
  const load = db
    .prepare<[string, string], string>('SELECT state FROM orders WHERE location_id = ? AND order_id = ?')
    .pluck();
  const upsert = db.prepare<[string, string, string, number, string]>(
    `INSERT INTO orders (location_id, order_id, stage, active, state) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (location_id, order_id) DO UPDATE
     SET stage = excluded.stage, active = excluded.active, state = excluded.state`,
  );
  const put = ({ key, state }: OrderRecord): void => {
    upsert.run(key.location_id, key.order_id, stageOf(state), isActive(state) ? 1 : 0, JSON.stringify(state));
  };
  const remove = db.prepare<[string, string]>('DELETE FROM orders WHERE location_id = ? AND order_id = ?');
  return {
    checkpoint: () => parsePosition(checkpoint.get() ?? ''),
    load: ({ location_id, order_id }) => {
      const state = load.get(location_id, order_id);
      return state === undefined ? null : (JSON.parse(state) as OrderState);
    },
    save: db.transaction((records: Iterable<OrderRecord>, position: Position) => {
      for (const record of records) put(record);
      setCheckpoint.run(position);
    }),
    correct: db.transaction((corrections: Iterable<Correction>) => {
      for (const correction of corrections) {
        const { location_id, order_id } = correction.key;
        if (correction.kind === 'gone') remove.run(location_id, order_id);
        else put(correction);
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

/** The read model's file cannot be read; it may be on its way to being made anew. */
export class ReadModelError extends Error {
  override readonly name = 'ReadModelError';
}

/** The read model as readers see it: beside the projector, and always a state that it committed. */
export class OrderTableReader {
  #open: {
    readonly db: Connection;
    readonly inode: number;
    readonly statements: Map<string, Database.Statement>;
  } | null = null;

  constructor(private readonly file: string) {}

  /** @throws {ReadModelError} */
  get(key: OrderKey): OrderState | null {
    const [row] = this.#all('SELECT state FROM orders WHERE location_id = ? AND order_id = ?', [
      key.location_id,
      key.order_id,
    ]) as readonly { readonly state: string }[];
    return row === undefined ? null : (JSON.parse(row.state) as OrderState);
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
        state: JSON.parse(state) as OrderState,
      })),
      next: rows.length > limit ? (page.at(-1)?.seq ?? null) : null,
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
        state: JSON.parse(state) as OrderState,
      })),
      next: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null,
    };
  }

  close(): void {
    this.#open?.db.close();
    this.#open = null;
  }

  #all(sql: string, parameters: readonly (string | number)[]): readonly unknown[] {
    try {
      return this.#statement(sql)?.all(...parameters) ?? [];
    } catch (cause) {
      this.close();
      throw new ReadModelError(`${this.file}: ${String(cause)}`, { cause });
    }
  }

  /** @returns null while there is no read model: nothing was projected yet. */
  #statement(sql: string): Database.Statement | null {
    const inode = inodeOf(this.file);
    if (this.#open?.inode !== inode) this.close();
    if (inode === null) return null;
    this.#open ??= {
      db: new Database(this.file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
      inode,
      statements: new Map(),
    };
    const { db, statements } = this.#open;
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = db.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }
}
