import Database, { type Database as Connection } from 'better-sqlite3';
import type { StreamName } from '../../../../schemas/events/stream-name';
import { RECENT_EVENTS, type StreamView } from '../../append-decision';
import type { EncodedEvent } from '../../event-store';
import { type Displaced, LogPlace, type WalState } from '../log-place';
import { makeDurable } from './make-durable';
import { Names } from '../names';
import { packId, unpackId } from '../packing';
import {
  asStoreError,
  assertFormat,
  BUSY_TIMEOUT_MS,
  FORMAT_VERSION,
  formatOf,
  LAST_POSITION,
  SCHEMA,
  type StoredColumns,
  toColumns,
} from '../schema';

/** Pages of WAL after which the writer copies them into the main file: 40 MiB, some ten thousand events. */
const WAL_CHECKPOINT_PAGES = 10_000;
/**
 * Bytes to which a WAL that a long reader let grow is cut once it was copied as a whole: half as much again as it has when
 * nobody reads for long, so that it is not cut, only to grow again, in the middle of a rush.
 */
const WAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** Page cache of the connection that writes, in KiB. The readers keep SQLite's default of 2 MiB. */
const WRITER_CACHE_KIB = 16_384;

/** Writing side of the log. Nothing is durable, or visible to a reader, until {@link LogWriter.commit} has returned. */
export interface LogWriter {
  begin(): void;
  /** Returns what is stored of a stream, as this transaction sees it. */
  view(stream: StreamName): StreamView;
  /** Forgets that a stream was deleted: it is written again. */
  revive(stream: StreamName): void;
  /** @returns the position of the last of `events`, written from revision `first` on. */
  insert(stream: StreamName, first: number, events: readonly EncodedEvent[], created: number): number;
  /** @returns the position of the event at this revision. */
  positionOf(stream: StreamName, revision: number): number | undefined;
  /** Removes the events of a stream and remembers that, and where its numbering continues. */
  remove(stream: StreamName, nextRevision: number, tombstone: boolean): void;
  /** Writes a fact that nobody needs, so that a commit has something to prove. */
  probe(now: number): void;
  /**
   * Commits the transaction, which is durable then. When it throws, nobody knows whether the transaction is in the log.
   */
  commit(): void;
  rollback(): void;
  /** Looks before a transaction whether the log holds what it should. */
  damagedContent(): Displaced | null;
  /**
   * Looks after a transaction whether the log stands where the next start will look for it. What was committed before may be
   * acknowledged only if it does.
   */
  displaced(): Displaced | null;
  /**
   * Empties the WAL into the main file, so that nothing of what was removed is left in it.
   * @returns false if somebody reads what it holds: try again.
   */
  emptyWal(): boolean;
  /** Saves a log that was removed beside where it stood; {@link displaced} says what became of it. */
  rescue(now: number): void;
  close(): void;
}

/**
 * Opens the log for writing, making it if it is new, and first makes durable everything that a reader can see. After a
 * commit that failed, what is visible then is durable, and what is not visible never will be.
 * @param place keeps, over several openings, which file the log is
 * @throws {EventStoreError} `unavailable` if the file cannot be opened, `invalid` if a newer version wrote it.
 */
export function openLogWriter(file: string, place = new LogPlace(file)): LogWriter {
  place.assertMayOpen();
  let db: Connection;
  try {
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw asStoreError(error, `the event log ${file} cannot be opened`);
  }
  try {
    return createWriter(db, file, place);
  } catch (error) {
    db.close();
    throw asStoreError(error, `the event log ${file} cannot be written`);
  }
}

/** SQLite documents one row. */
const walState = (db: Connection): WalState => (db.pragma('wal_checkpoint(NOOP)') as [WalState])[0]; // one row, as SQLite documents

/** Sets the connection up, makes the tables if there are none, and makes durable what is there. */
function prepare(db: Connection, file: string): void {
  const format = formatOf(db);
  assertFormat(file, format);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = ON'); // what is deleted is about people, and must not stay in free pages
  db.pragma(`wal_autocheckpoint = ${String(WAL_CHECKPOINT_PAGES)}`);
  db.pragma(`journal_size_limit = ${String(WAL_SIZE_LIMIT)}`);
  db.pragma(`cache_size = -${String(WRITER_CACHE_KIB)}`);
  if (format < FORMAT_VERSION) {
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${String(FORMAT_VERSION)}; COMMIT`);
  }
  makeDurable(db, file);
}

/** Prepares every statement of the connection that writes; streams are given by their numbers. */
function prepareStatements(db: Connection) {
  const placeIn = (table: string) =>
    db.prepare<[number, number], { id: string | Buffer; position: number }>(
      `SELECT id, position FROM ${table} WHERE stream = ? AND revision = ?`,
    );
  const recentIn = (table: string) =>
    db
      .prepare<[number, number, string | Buffer], number>(
        `SELECT revision FROM ${table} WHERE stream = ? AND revision >= ? AND id = ? ORDER BY revision LIMIT 1`,
      )
      .pluck();
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    head: db
      .prepare<[number], number>('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1')
      .pluck(),
    deleted: db.prepare<[number], { next_revision: number; tombstone: number }>(
      'SELECT next_revision, tombstone FROM deleted_streams WHERE stream = ?',
    ),
    kept: placeIn('events'),
    removed: placeIn('removed_events'),
    recentlyKept: recentIn('events'),
    recentlyRemoved: recentIn('removed_events'),
    insert: db.prepare<[position: number, stream: number, revision: number, type: number, ...StoredColumns, number]>(
      `INSERT INTO events (position, stream, revision, type, id, data, form, metadata, created)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    revive: db.prepare<[number]>('DELETE FROM deleted_streams WHERE stream = ?'),
    rememberEvents: db.prepare<[number]>(
      'INSERT INTO removed_events SELECT stream, revision, id, position FROM events WHERE stream = ?',
    ),
    removeEvents: db.prepare<[number]>('DELETE FROM events WHERE stream = ?'),
    markDeleted: db.prepare<[number, number, number]>('INSERT OR REPLACE INTO deleted_streams VALUES (?, ?, ?)'),
    setFact: db.prepare<[string, number]>('INSERT OR REPLACE INTO facts VALUES (?, ?)'),
    newest: db.prepare<[], number | null>(LAST_POSITION).pluck(),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

/** What is stored of a stream that has no number. */
const NEVER_WRITTEN: StreamView = {
  nextRevision: 0,
  deleted: null,
  idAt: () => undefined,
  recentRevision: () => undefined,
};

const placeOf = (sql: Statements, stream: number, revision: number) =>
  sql.kept.get(stream, revision) ?? sql.removed.get(stream, revision);

function viewOf(sql: Statements, stream: number): StreamView {
  const last = sql.head.get(stream);
  const gone = last === undefined ? sql.deleted.get(stream) : undefined;
  const nextRevision = last === undefined ? (gone?.next_revision ?? 0) : last + 1;
  return {
    nextRevision,
    deleted: gone === undefined ? null : gone.tombstone === 1 ? 'tombstone' : 'soft',
    idAt: (revision) => {
      const place = placeOf(sql, stream, revision);
      return place === undefined ? undefined : unpackId(place.id);
    },
    recentRevision: (id) => {
      const packed = packId(id);
      const from = nextRevision - RECENT_EVENTS;
      return sql.recentlyRemoved.get(stream, from, packed) ?? sql.recentlyKept.get(stream, from, packed);
    },
  };
}

function createWriter(db: Connection, file: string, place: LogPlace): LogWriter {
  prepare(db, file);
  place.opened(walState(db));
  const sql = prepareStatements(db);
  const streams = new Names(db, 'streams');
  const types = new Names(db, 'types');

  let lastPosition = 0;
  return {
    begin: () => {
      sql.begin.run();
      lastPosition = sql.newest.get() ?? 0;
    },
    view: (stream) => {
      const number = streams.find(stream);
      return number === undefined ? NEVER_WRITTEN : viewOf(sql, number);
    },
    revive: (stream) => sql.revive.run(streams.give(stream)),
    insert: (stream, first, events, created) => {
      const number = streams.give(stream);
      events.forEach((event, index) => {
        lastPosition++;
        sql.insert.run(lastPosition, number, first + index, types.give(event.type), ...toColumns(event), created);
      });
      return lastPosition;
    },
    positionOf: (stream, revision) => {
      const number = streams.find(stream);
      return number === undefined ? undefined : placeOf(sql, number, revision)?.position;
    },
    remove: (stream, nextRevision, tombstone) => {
      const number = streams.give(stream);
      sql.setFact.run('last_removed_position', lastPosition);
      sql.rememberEvents.run(number);
      sql.removeEvents.run(number);
      sql.markDeleted.run(number, nextRevision, tombstone ? 1 : 0);
    },
    probe: (now) => sql.setFact.run('last_probe', now),
    commit: () => sql.commit.run(),
    rollback: () => {
      if (db.inTransaction) sql.rollback.run();
      for (const names of [streams, types]) names.forget();
    },
    damagedContent: () => place.lookAtContent(() => walState(db)),
    displaced: () => {
      const displaced = place.look(() => walState(db));
      // The WAL that is open may be the only one: what it holds is safe in the main file, which is in its place.
      if (displaced?.kind === 'beside') db.pragma('wal_checkpoint(FULL)');
      return displaced;
    },
    emptyWal: () => {
      if (place.look(() => walState(db)) !== null) return true; // the next group reports it, and nothing is written
      db.pragma('busy_timeout = 0');
      try {
        const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]; // one row, as SQLite documents
        return busy === 0;
      } finally {
        db.pragma(`busy_timeout = ${String(BUSY_TIMEOUT_MS)}`);
        place.copied(walState(db));
      }
    },
    rescue: (now) => {
      place.rescue((target) => db.prepare('VACUUM INTO ?').run(target), now);
    },
    close: () => {
      try {
        if (place.look(() => walState(db))?.kind !== 'overwritten') db.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        // What is not in the main file yet is in the WAL, which stays.
      }
      db.close();
    },
  };
}
