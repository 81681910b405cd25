import Database, { type Database as Connection } from 'better-sqlite3';
import { attentionOf } from '../../../projections/order/attention';
import type { Drive } from '../../../projections/order/drives';
import { isActive, type OrderState, stageOf } from '../../../projections/order/order';
import { stringifyJson } from '../../../schemas/json/exact-json';
import type { OrderKey } from '../../../schemas/order-key';
import { parsePosition, type Position } from '../../event-store/event-store';
import { isDamage, sqliteCodeOf } from '../../event-store/sqlite-error';
import type { Correction } from '../corrections';
import {
  BUSY_TIMEOUT_MS,
  deleteOrderTable,
  inodeOf,
  parseState,
  type SavedOrder,
  SCHEMA,
  TABLE_VERSION,
  type Witness,
} from './schema';
import { createSearchIndex, type SearchIndex } from './search-index';
import { keepVerdicts } from './verdicts';
import { wipeRows, wipingPages } from './wipe';

/** Page cache of the connection that writes, in KiB. */
const WRITER_CACHE_KIB = 32_768;
/** Pages of WAL after which they are copied into the main file: 32 MiB. */
const WAL_CHECKPOINT_PAGES = 8_000;

export interface OrderTable {
  /** Returns the position up to which everything is in the table; null before the first event. */
  checkpoint(): Position | null;
  /** Returns the newest event in the table; null before the first. */
  witness(): Witness | null;
  load(key: OrderKey): OrderState | null;
  /** Returns every driver that an order had so far, oldest first. */
  drivesOf(key: OrderKey): readonly Drive[];
  /** Saves states, the checkpoint that they are the states of, and the newest event in them, in one transaction. */
  save(orders: Iterable<SavedOrder>, checkpoint: Position, witness: Witness): void;
  /** The whole log has been read once: makes what readers need, and from now on this can be read. */
  markComplete(): void;
  /** Makes corrections, in one transaction; the checkpoint stays. */
  correct(corrections: Iterable<Correction>): void;
  /** Returns false once the file was deleted or replaced under us. */
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
  wipeRows(db);
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

/**
 * Returns what is kept of a state beside it, and the state: values of the columns that {@link createTable} names first.
 */
const shownBy = (state: OrderState): readonly (string | number | null)[] => [
  isActive(state) ? 1 : 0,
  stageOf(state),
  state.status,
  state.delivery_status,
  attentionOf(state)
    .map((code) => ` ${code} `)
    .join(''),
  state.number_since,
  state.updated_at,
  stringifyJson(state),
];

/** Columns of an order that change with its events, in the order of {@link shownBy} and of what only an event has. */
const SHOWN = ['active', 'stage', 'status', 'delivery_status', 'attention', 'number_since', 'updated_at', 'state'];
const OF_EVENT = ['position', 'event_id', 'content_hash', 'event_hash'];

/** Prepares the statements for the rows of orders; `seq` is the number of one. */
function orderRows(db: Connection) {
  type Value = string | number | bigint | null;
  const settings = (columns: readonly string[]): string => columns.map((name) => `${name} = ?`).join(', ');
  const columns = [...SHOWN, ...OF_EVENT];
  const update = db.prepare<Value[]>(`UPDATE orders SET ${settings(columns)} WHERE seq = ?`);
  // SQLite writes each index that has a column that is set, whatever its value: most events leave this one as it was.
  const updateAsActive = db.prepare<Value[]>(`UPDATE orders SET ${settings(columns.slice(1))} WHERE seq = ?`);
  const insert = db.prepare<Value[]>(
    `INSERT OR IGNORE INTO orders (${columns.join(', ')}, location_id, order_id) VALUES (${columns.map(() => '?').join(', ')}, ?, ?)`,
  );
  const replace = db.prepare<Value[]>(`UPDATE orders SET ${settings(SHOWN)} WHERE seq = ?`);
  const remove = db.prepare<[number]>('DELETE FROM orders WHERE seq = ?');
  const load = db
    .prepare<[string, string], string>('SELECT state FROM orders WHERE location_id = ? AND order_id = ?')
    .pluck();
  const seqOf = db
    .prepare<[string, string], number>('SELECT seq FROM orders WHERE location_id = ? AND order_id = ?')
    .pluck();
  const placeOf = db
    .prepare<[string, string], [seq: number, active: number]>(
      'SELECT seq, active FROM orders WHERE location_id = ? AND order_id = ?',
    )
    .raw();
  return {
    load: ({ location_id, order_id }: OrderKey) => load.get(location_id, order_id),
    seqOf: ({ location_id, order_id }: OrderKey) => seqOf.get(location_id, order_id),
    save: (order: SavedOrder, index: SearchIndex): { readonly seq: number; readonly isNew: boolean } => {
      const { key, state, position, eventId, contentHash, eventHash } = order;
      const { location_id, order_id } = key;
      const values = [...shownBy(state), BigInt(position), eventId, contentHash, eventHash];
      // Nearly always right, and then nothing has to be looked up.
      const known = order.isBegun === true ? undefined : placeOf.get(location_id, order_id);
      const inserted = known === undefined ? insert.run(...values, location_id, order_id) : null;
      if (inserted?.changes === 1) {
        const seq = Number(inserted.lastInsertRowid);
        index.add(seq);
        return { seq, isNew: true };
      }
      const place = known ?? placeOf.get(location_id, order_id);
      if (place === undefined) throw new Error('a row that was there is gone');
      const [seq, active] = place;
      if (active === values[0]) updateAsActive.run(...values.slice(1), seq);
      else update.run(...values, seq);
      return { seq, isNew: false };
    },
    replace: (seq: number, state: OrderState) => replace.run(...shownBy(state), seq),
    remove: (seq: number) => remove.run(seq),
  };
}

/** Prepares the statements that read and write how far the table has come. */
function progress(db: Connection) {
  const checkpoint = db.prepare<[], string | null>('SELECT position FROM checkpoint').pluck();
  const witness = db.prepare<[], { position: string | null; id: Witness['id'] | null }>(
    'SELECT witness_position AS position, witness_id AS id FROM checkpoint',
  );
  const setCheckpoint = db.prepare<[string, string, string]>(
    'UPDATE checkpoint SET position = ?, witness_position = ?, witness_id = ?',
  );
  const isComplete = db.prepare<[], number>('SELECT complete FROM checkpoint').pluck();
  const markComplete = db.prepare<[]>('UPDATE checkpoint SET complete = 1');
  return {
    checkpoint: () => parsePosition(checkpoint.get() ?? ''),
    witness: () => {
      const row = witness.get();
      const position = parsePosition(row?.position ?? '');
      return position === null || !row?.id ? null : { position, id: row.id };
    },
    set: (position: Position, newest: Witness) => setCheckpoint.run(position, newest.position, newest.id),
    isComplete: () => isComplete.get() === 1,
    markComplete: () => {
      markComplete.run();
    },
  };
}

function createTable(db: Connection, file: string): OrderTable {
  const inode = inodeOf(file);
  const { checkpoint, witness, set: setProgress, isComplete, markComplete } = progress(db);
  const rows = orderRows(db);
  const index = createSearchIndex(db, isComplete());
  const kept = keepVerdicts(db);
  const buildIndexes = db.transaction(() => {
    index.build();
    markComplete();
  });
  const noteLocation = db.prepare<[string, string]>(
    `INSERT INTO locations (location_id, updated_at) VALUES (?, ?)
     ON CONFLICT (location_id) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)`,
  );
  const correct = db.transaction((corrections: Iterable<Correction>) => {
    for (const correction of corrections) {
      const seq = rows.seqOf(correction.key);
      if (seq === undefined) continue;
      if (correction.kind === 'gone') {
        index.remove(seq);
        kept.set(seq, []);
        rows.remove(seq);
      } else {
        rows.replace(seq, correction.state);
        index.setDrives(seq, correction.drives);
        kept.set(seq, correction.verdicts);
      }
    }
  });
  return {
    checkpoint,
    witness,
    markComplete: () => {
      if (isComplete()) return;
      buildIndexes();
      index.keep();
      emptyWal(db); // which is as large as all the indexes now, and has names of drivers in it
    },
    load: (key) => {
      const state = rows.load(key);
      return state === undefined ? null : parseState(state);
    },
    drivesOf: (key) => {
      const seq = rows.seqOf(key);
      return seq === undefined ? [] : index.drivesOf(seq);
    },
    save: db.transaction((orders: Iterable<SavedOrder>, position: Position, newest: Witness) => {
      const locations = new Map<string, string>();
      for (const order of orders) {
        const { key, state, drives, verdicts } = order;
        const { seq, isNew } = rows.save(order, index);
        if (drives !== undefined) index.setDrives(seq, drives, isNew);
        kept.add(seq, verdicts);
        const known = locations.get(key.location_id) ?? '';
        if (state.updated_at > known) locations.set(key.location_id, state.updated_at);
      }
      index.writeWords();
      for (const [location, updatedAt] of locations) noteLocation.run(location, updatedAt);
      setProgress(position, newest);
    }),
    correct: (corrections) => {
      wipingPages(db, () => {
        correct(corrections);
      });
    },
    isAttached: () => inode !== null && inodeOf(file) === inode,
    close: () => {
      closeWhole(db, () => {
        index.writeWords(1);
      });
    },
  };
}

/**
 * Closes the file with everything in it, no matter who reads beside: it can be copied alone. Where that fails, such as
 * on a full disk, the WAL has the rest.
 */
function closeWhole(db: Connection, writeRest: () => void): void {
  try {
    orLater(db.transaction(writeRest));
    emptyWal(db);
  } finally {
    db.close();
  }
}

/** Writes what the WAL has into the file, and cuts the WAL to nothing, unless something is in the way. */
function emptyWal(db: Connection): void {
  orLater(() => db.pragma('wal_checkpoint(TRUNCATE)'));
}

/** Does what can as well be done later, where the disk or somebody who reads is in the way. */
function orLater(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (sqliteCodeOf(error) === null) throw error;
  }
}
