import { rmSync, statSync } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import { type OrderState, isActive, stageOf } from '../../projections/order';
import type { OrderKey } from '../../schemas/handle-order';
import { FINAL_STAGES, type Stage } from '../../schemas/vocabulary';
import { type Position, parsePosition } from '../event-store/event-store';
import { sqliteCodeOf } from '../sqlite-error';
import type { Correction } from './corrections';

/**
 * The read model: the newest state of every order, in a SQLite file of its own. It may be deleted at any time: it is
 * made again from the log. The only file that knows its tables.
 */

/** Counts changes of the tables below; the version of the folds is told by {@link openOrderTable}'s caller. */
const TABLE_VERSION = 2;
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
  CREATE TABLE checkpoint (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    version          TEXT NOT NULL,
    position         TEXT,
    witness_position TEXT,
    witness_id       TEXT
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
  save(records: Iterable<OrderRecord>, checkpoint: Position, witness: Witness): void;
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

/** @returns whether the file is damaged beyond what SQLite can read: it has to be made anew. */
export function isDamaged(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCodeOf(error) ?? '');
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
    if (isDamaged(error)) return null;
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
    witness: () => {
      const row = witness.get();
      const position = parsePosition(row?.position ?? '');
      return position === null || !row?.id ? null : { position, id: row.id };
    },
    save: db.transaction((records: Iterable<OrderRecord>, position: Position, newest: Witness) => {
      for (const record of records) put(record);
      setCheckpoint.run(position, newest.position, newest.id);
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
      return this.#statement(sql).all(...parameters);
    } catch (cause) {
      this.close();
      throw new ReadModelError(`${this.file}: ${String(cause)}`, { cause });
    }
  }

  /** A file that is not there is no empty read model: it was deleted, and is being made anew. */
  #statement(sql: string): Database.Statement {
    const inode = inodeOf(this.file);
    if (this.#open?.inode !== inode) this.close();
    if (inode === null) throw new Error('it is not there');
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
