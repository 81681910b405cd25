import { isUtf8 } from 'node:buffer';
import { closeSync, fsyncSync, openSync, readSync, realpathSync, writeSync } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import {
  decodePayload,
  type EncodedEvent,
  encodePayload,
  EventStoreError,
  type Payload,
  type Position,
  type RecordedEvent,
} from '../event-store';
import { isDamage, sqliteCodeOf } from '../sqlite-error';
import { RECENT_EVENTS, type StreamView } from '../append-decision';
import { type Displaced, LogPlace, type WalState } from './log-place';

/**
 * The event log as tables of one SQLite file, and every statement on them. The only file of this store that knows
 * better-sqlite3. One connection writes; any number read beside it without waiting (WAL).
 */

const FORMAT_VERSION = 1;

/**
 * `position` is given by the writer, one more than any ever given, so that deleting the newest events never frees one.
 * There is no unique index on `id`: the same event may be in several streams, and twice in one (EventStoreDB allows it).
 * Of a removed event nothing stays but its id and place, so that the repeat of its append is still a repeat.
 * SQLite keeps this text as it is, and {@link checkLogFile} compares it: it changes only with {@link FORMAT_VERSION}.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream   TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id       TEXT NOT NULL,
    type     TEXT NOT NULL,
    data     ANY NOT NULL,  -- TEXT holds JSON, BLOB holds bytes
    metadata ANY,
    created  INTEGER NOT NULL  -- milliseconds since the epoch
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_of_stream ON events (stream, revision);
  CREATE TABLE IF NOT EXISTS deleted_streams (
    stream        TEXT PRIMARY KEY,
    next_revision INTEGER NOT NULL,
    tombstone     INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS removed_events (
    stream   TEXT NOT NULL,
    revision INTEGER NOT NULL,
    id       TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Most milliseconds that a statement waits for a lock that another program, such as a backup, holds. */
const BUSY_TIMEOUT_MS = 2_000;
/** Pages of WAL after which the writer copies them into the main file: 40 MiB, some ten thousand events. */
const WAL_CHECKPOINT_PAGES = 10_000;
/**
 * Bytes to which a WAL that a long reader let grow is cut once it was copied as a whole: half as much again as it has when
 * nobody reads for long, so that it is not cut, only to grow again, in the middle of a rush.
 */
const WAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** Bytes of a WAL that are written once more at a time. */
const REWRITE_BYTES = 1024 * 1024;
/** Page cache of the connection that writes, in KiB. The readers keep SQLite's default of 2 MiB. */
const WRITER_CACHE_KIB = 16_384;

/** Columns of an event, in the order of {@link EventRow}. */
const COLUMNS = 'position, stream, revision, id, type, data, metadata, created';
/** As an array, which better-sqlite3 makes in two thirds of the time of an object. */
type EventRow = [
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string | Buffer,
  metadata: string | Buffer | null,
  created: number,
];

function toEvent([position, stream, revision, id, type, data, metadata, created]: EventRow): RecordedEvent {
  return {
    stream,
    id,
    type,
    data: decodePayload(data),
    metadata: metadata === null ? undefined : decodePayload(metadata),
    revision,
    position: String(position) as Position,
    created: new Date(created),
  };
}

/** What to do about a damaged log. */
const DAMAGED =
  'IT IS DAMAGED, and trying again does not help. Keep a copy of it, have `ticket-rail verify` say where, and restore a backup';

/** @returns `error` as the port's own, for a failure before COMMIT: whatever was asked for did not happen. */
export function asStoreError(error: unknown, what: string): EventStoreError {
  if (error instanceof EventStoreError) return error;
  const code = sqliteCodeOf(error);
  const reason = code === null ? String(error) : `${code}: ${(error as Error).message}`;
  if (isDamage(error)) return new EventStoreError('damaged', `${what}: ${DAMAGED} (${reason})`, { cause: error });
  return new EventStoreError('unavailable', `${what}: ${reason}`, { cause: error });
}

export interface LogPage {
  /** In order of position. */
  readonly events: readonly RecordedEvent[];
  /** Position of the last event looked at, whether or not its stream matched; null if there was none. */
  readonly last: number | null;
  /** There may be more. */
  readonly full: boolean;
}

/** Reading side of the log: what readers in any thread need. */
export interface LogReader {
  /** @returns up to `limit` events of `stream` from `from` on, inclusive, in the given direction. */
  readStream(stream: string, from: number, backwards: boolean, limit: number): readonly RecordedEvent[];
  isTombstoned(stream: string): boolean;
  /** Looks at up to `limit` events after a position, and gives those of streams whose name starts so. */
  page(after: number, prefix: string, limit: number): LogPage;
  /** @returns the position of the newest event ever written, removed or not; null while there was none. */
  lastPosition(): number | null;
  close(): void;
}

const LAST_POSITION = `
  SELECT max(position) FROM (
    SELECT max(position) AS position FROM events
    UNION ALL SELECT value FROM facts WHERE name = 'last_removed_position'
  )`;
function createReader(db: Connection): LogReader {
  const select = (rest: string) =>
    db.prepare<(number | string)[], EventRow>(`SELECT ${COLUMNS} FROM events ${rest}`).raw();
  const forwards = select('WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?');
  const backwards = select('WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?');
  const all = select('WHERE position > ? ORDER BY position LIMIT ?');
  const tombstone = db.prepare<[string], number>('SELECT tombstone FROM deleted_streams WHERE stream = ?').pluck();
  const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();
  return {
    readStream: (stream, from, back, limit) => (back ? backwards : forwards).all(stream, from, limit).map(toEvent),
    isTombstoned: (stream) => tombstone.get(stream) === 1,
    page: (after, prefix, limit) => {
      const rows = all.all(after, limit);
      return {
        events: rows.filter(([, stream]) => stream.startsWith(prefix)).map(toEvent),
        last: rows.at(-1)?.[0] ?? null,
        full: rows.length === limit,
      };
    },
    lastPosition: () => newest.get() ?? null,
    close: () => db.close(),
  };
}

/**
 * Opens the log for reading, beside whoever writes.
 * @throws {EventStoreError} `unavailable` if the file is not there or cannot be read.
 */
export function openLogReader(file: string): LogReader {
  try {
    return createReader(new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }));
  } catch (error) {
    throw asStoreError(error, `the event log ${file} cannot be read`);
  }
}

/** An event of the log as an inspector finds it. */
export type InspectedRow =
  | { readonly kind: 'event'; readonly position: number; readonly event: RecordedEvent }
  /** What is stored is not what this version writes. `event` is what can be made of it, or null. */
  | {
      readonly kind: 'malformed';
      readonly position: number;
      readonly stream: string;
      readonly revision: number;
      readonly event: RecordedEvent | null;
      readonly detail: string;
    };

/** Looks at the log as it was at one moment, without taking anything in it for granted. */
export interface LogInspector {
  /** @returns up to `limit` events after a position. @throws SQLite's own error where the file is damaged. */
  page(after: number, limit: number): readonly InspectedRow[];
  /** @returns up to `limit` events of a stream from a revision on. @throws as {@link page}. */
  streamPage(stream: string, from: number, limit: number): readonly InspectedRow[];
  /** @returns the position of the newest event ever written, as the log remembers it; null while there was none. */
  lastPosition(): number | null;
  /** Positions after `after`, in order, of events that were removed with their streams. */
  removedPositions(after: number): Iterator<number>;
  wasRemoved(stream: string, revision: number): boolean;
  eventAt(stream: string, revision: number): RecordedEvent | null;
  close(): void;
}

const REPLACEMENT = '\uFFFD';
/** Latest time that a date can be, in milliseconds. */
const LATEST_TIME = 8.64e15;

/** JSON exactly as {@link encodePayload} writes it; other text may say the same, but nobody here wrote it. */
function inspectPayload(text: string | Buffer): {
  readonly payload: Payload | undefined;
  readonly fault: string | null;
} {
  if (typeof text !== 'string') return { payload: text, fault: null };
  try {
    const payload = decodePayload(text);
    const isOurs = encodePayload(payload, 'payload') === text;
    return { payload, fault: isOurs ? null : 'not written as this service writes JSON' };
  } catch {
    return { payload: undefined, fault: 'not JSON' };
  }
}

function inspectRow(
  [position, stream, revision, id, type, data, metadata, created]: EventRow,
  isText: (position: number) => boolean,
): InspectedRow {
  const inspected = { data: inspectPayload(data), metadata: metadata === null ? null : inspectPayload(metadata) };
  const isTime = Number.isSafeInteger(created) && Math.abs(created) <= LATEST_TIME;
  const faults: string[] = [];
  if (inspected.data.fault !== null) faults.push(`the data are ${inspected.data.fault}`);
  if (inspected.metadata !== null && inspected.metadata.fault !== null)
    faults.push(`the metadata are ${inspected.metadata.fault}`);
  if (!isTime) faults.push('created is not a time');
  if (!Number.isSafeInteger(revision) || revision < 0) faults.push('the revision is not a whole number from 0');
  // A byte that is no UTF-8 reads as this character, and so does the character itself.
  const mayBeOther = [stream, id, type, data, metadata].some(
    (value) => typeof value === 'string' && value.includes(REPLACEMENT),
  );
  if (mayBeOther && !isText(position)) faults.push('there is text that is not UTF-8');
  const event =
    inspected.data.payload === undefined || (inspected.metadata !== null && inspected.metadata.payload === undefined)
      ? null
      : {
          stream,
          id,
          type,
          data: inspected.data.payload,
          metadata: inspected.metadata?.payload,
          revision,
          position: String(position) as Position,
          created: new Date(isTime ? created : 0),
        };
  if (faults.length === 0 && event !== null) return { kind: 'event', position, event };
  return { kind: 'malformed', position, stream, revision, event, detail: faults.join('; ') };
}

/**
 * Opens the log to be inspected, read-only, beside whoever writes: what is committed later is not seen.
 * @throws SQLite's own error if the file is not there or is no database.
 */
export function openLogInspector(file: string): LogInspector {
  const open = (): Connection => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.exec('BEGIN');
    return db;
  };
  const db = open();
  let removedDb: Connection | null = null;
  try {
    const page = db
      .prepare<[number, number], EventRow>(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`)
      .raw();
    const at = db
      .prepare<[string, number], EventRow>(`SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision = ?`)
      .raw();
    const ofStream = db
      .prepare<[string, number, number], EventRow>(
        `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
    const bytes = db
      .prepare<[number], (Buffer | null)[]>(
        `SELECT ${['stream', 'id', 'type', 'data', 'metadata'].map((name) => `CAST(${name} AS BLOB)`).join(', ')}
         FROM events WHERE position = ?`,
      )
      .raw();
    const removed = db
      .prepare<[string, number], number>('SELECT 1 FROM removed_events WHERE stream = ? AND revision = ?')
      .pluck();
    const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();
    newest.get(); // the first read is what fixes the moment
    const isText = (position: number): boolean =>
      (bytes.get(position) ?? []).every((value) => value === null || isUtf8(value));
    return {
      page: (after, limit) => page.all(after, limit).map((row) => inspectRow(row, isText)),
      streamPage: (stream, from, limit) => ofStream.all(stream, from, limit).map((row) => inspectRow(row, isText)),
      lastPosition: () => newest.get() ?? null,
      removedPositions: (after) => {
        // A connection of its own, of a later moment: while one is read row by row, another cannot read on it.
        removedDb ??= open();
        return removedDb
          .prepare<[number], number>('SELECT position FROM removed_events WHERE position > ? ORDER BY position')
          .pluck()
          .iterate(after);
      },
      wasRemoved: (stream, revision) => removed.get(stream, revision) === 1,
      eventAt: (stream, revision) => {
        const row = at.get(stream, revision);
        return row === undefined ? null : inspectRow(row, isText).event;
      },
      close: () => {
        removedDb?.close();
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What a log is made of, each with the text that defines it: how every row is read depends on it. */
const definitionsOf = (db: Connection): ReadonlyMap<string, string | null> =>
  new Map(db.prepare<[], [string, string | null]>("SELECT type || ' ' || name, sql FROM sqlite_schema").raw().all());

/** @returns what of a log is defined otherwise than this version defines it. */
function definitionFaults(db: Connection): readonly string[] {
  const fresh = new Database(':memory:');
  try {
    fresh.exec(SCHEMA);
    const [found, wanted] = [definitionsOf(db), definitionsOf(fresh)];
    return [...new Set([...wanted.keys(), ...found.keys()])]
      .filter((name) => found.get(name) !== wanted.get(name))
      .map((name) => `${name} is ${found.has(name) ? 'not defined as this version defines it' : 'missing'}`);
  } finally {
    fresh.close();
  }
}

/**
 * Has SQLite check its file: pages, rows, and that the index holds what the table holds. Takes as long as reading it all.
 * Then the definitions of its tables, which no checksum covers.
 * @returns what is damaged, in SQLite's words or ours, at most `most`; none if nothing is
 */
export function checkLogFile(file: string, most: number): readonly string[] {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      const rows = db.pragma(`integrity_check(${String(most)})`) as readonly { integrity_check: string }[];
      const damage = rows.map(({ integrity_check }) => integrity_check).filter((text) => text !== 'ok');
      return [...damage, ...definitionFaults(db)].slice(0, most);
    } finally {
      db.close();
    }
  } catch (error) {
    return [`${sqliteCodeOf(error) ?? 'error'}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Writing side of the log. Nothing is durable, or visible to a reader, until {@link LogWriter.commit} has returned. */
export interface LogWriter {
  begin(): void;
  /** What is stored of a stream, as this transaction sees it. */
  view(stream: string): StreamView;
  /** @returns the position of the last of `events`, written from revision `first` on. */
  insert(stream: string, first: number, events: readonly EncodedEvent[], created: number): number;
  /** @returns the position of the event at this revision. */
  positionOf(stream: string, revision: number): number | undefined;
  /** Removes the events of a stream and remembers that, and where its numbering continues. */
  remove(stream: string, nextRevision: number, tombstone: boolean): void;
  /** Writes a fact that nobody needs, so that a commit has something to prove. */
  probe(now: number): void;
  /** When it throws, nobody knows whether the transaction is in the log. */
  commit(): void;
  rollback(): void;
  /** Looks before a transaction whether the log holds what it should. */
  spoiled(): Displaced | null;
  /**
   * Looks after a transaction whether the log stands where the next start will look for it. What was committed before may be
   * acknowledged only if it does.
   */
  displaced(): Displaced | null;
  /** Saves a log that was removed beside where it stood; what became of it is told by {@link displaced}. */
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

const walState = (db: Connection): WalState => (db.pragma('wal_checkpoint(NOOP)') as [WalState])[0];

/**
 * Makes durable what is visible: as a rule by copying all of it into the main file, synced. While somebody reads an older
 * state, or the disk is full, that cannot be finished; then the WAL is written once more where it stands, byte for byte,
 * and synced. (It has to be written: after a sync that failed, the kernel may take pages for written that are not.) A
 * commit on top of it then ends for good what a transaction that failed may have left behind the end of the WAL.
 */
function makeDurable(db: Connection, file: string): void {
  db.pragma('busy_timeout = 0');
  let isCopied = false;
  try {
    const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    isCopied = busy === 0;
  } catch (error) {
    if (sqliteCodeOf(error) !== 'SQLITE_FULL') throw error;
  } finally {
    db.pragma(`busy_timeout = ${String(BUSY_TIMEOUT_MS)}`);
  }
  if (isCopied) return;
  db.exec('BEGIN IMMEDIATE'); // whoever else writes has to wait
  try {
    rewrite(`${realpathSync(file)}-wal`);
    db.exec("INSERT OR REPLACE INTO facts VALUES ('last_probe', unixepoch() * 1000); COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Writes a file once more, byte for byte, and syncs it. */
function rewrite(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    const bytes = Buffer.alloc(REWRITE_BYTES);
    for (let at = 0, read; (read = readSync(descriptor, bytes, 0, bytes.length, at)) > 0; at += read) {
      for (let written = 0; written < read;) {
        written += writeSync(descriptor, bytes, written, read - written, at + written);
      }
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function createWriter(db: Connection, file: string, place: LogPlace): LogWriter {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = ON'); // what is deleted is about people, and must not stay in free pages
  db.pragma(`wal_autocheckpoint = ${String(WAL_CHECKPOINT_PAGES)}`);
  db.pragma(`journal_size_limit = ${String(WAL_SIZE_LIMIT)}`);
  db.pragma(`cache_size = -${String(WRITER_CACHE_KIB)}`);
  const format = db.pragma('user_version', { simple: true }) as number;
  if (format > FORMAT_VERSION) {
    throw new EventStoreError(
      'invalid',
      `${file} has format ${String(format)}; this version of Ticket Rail knows formats up to ${String(FORMAT_VERSION)}`,
    );
  }
  if (format < FORMAT_VERSION) {
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${String(FORMAT_VERSION)}; COMMIT`);
  }
  makeDurable(db, file);
  place.opened(walState(db));

  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const head = db
    .prepare<[string], number>('SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1')
    .pluck();
  const deleted = db.prepare<[string], { next_revision: number; tombstone: number }>(
    'SELECT next_revision, tombstone FROM deleted_streams WHERE stream = ?',
  );
  const placeIn = (table: string) =>
    db.prepare<[string, number], { id: string; position: number }>(
      `SELECT id, position FROM ${table} WHERE stream = ? AND revision = ?`,
    );
  const recent = (table: string) =>
    db
      .prepare<[string, number, string], number>(
        `SELECT revision FROM ${table} WHERE stream = ? AND revision >= ? AND id = ? ORDER BY revision LIMIT 1`,
      )
      .pluck();
  const [kept, removed] = [placeIn('events'), placeIn('removed_events')];
  const [recentlyKept, recentlyRemoved] = [recent('events'), recent('removed_events')];
  const insert = db.prepare<
    [number, string, number, string, string, string | Uint8Array, string | Uint8Array | null, number]
  >(`INSERT INTO events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const revive = db.prepare<[string]>('DELETE FROM deleted_streams WHERE stream = ?');
  const rememberEvents = db.prepare<[string]>(
    'INSERT INTO removed_events SELECT stream, revision, id, position FROM events WHERE stream = ?',
  );
  const removeEvents = db.prepare<[string]>('DELETE FROM events WHERE stream = ?');
  const markDeleted = db.prepare<[string, number, number]>('INSERT OR REPLACE INTO deleted_streams VALUES (?, ?, ?)');
  const setFact = db.prepare<[string, number]>('INSERT OR REPLACE INTO facts VALUES (?, ?)');
  const newest = db.prepare<[], number | null>(LAST_POSITION).pluck();

  let lastPosition = 0;
  return {
    begin: () => {
      begin.run();
      lastPosition = newest.get() ?? 0;
    },
    view: (stream) => {
      const last = head.get(stream);
      const gone = last === undefined ? deleted.get(stream) : undefined;
      const nextRevision = last === undefined ? (gone?.next_revision ?? 0) : last + 1;
      return {
        nextRevision,
        deleted: gone === undefined ? null : gone.tombstone === 1 ? 'tombstone' : 'soft',
        idAt: (revision) => (kept.get(stream, revision) ?? removed.get(stream, revision))?.id,
        recentRevision: (id) =>
          recentlyRemoved.get(stream, nextRevision - RECENT_EVENTS, id) ??
          recentlyKept.get(stream, nextRevision - RECENT_EVENTS, id),
      };
    },
    insert: (stream, first, events, created) => {
      if (first > 0) revive.run(stream);
      events.forEach((event, index) => {
        lastPosition++;
        insert.run(lastPosition, stream, first + index, event.id, event.type, event.data, event.metadata, created);
      });
      return lastPosition;
    },
    positionOf: (stream, revision) => (kept.get(stream, revision) ?? removed.get(stream, revision))?.position,
    remove: (stream, nextRevision, tombstone) => {
      setFact.run('last_removed_position', lastPosition);
      rememberEvents.run(stream);
      removeEvents.run(stream);
      markDeleted.run(stream, nextRevision, tombstone ? 1 : 0);
    },
    probe: (now) => setFact.run('last_probe', now),
    commit: () => commit.run(),
    rollback: () => {
      if (db.inTransaction) rollback.run();
    },
    spoiled: () => place.lookAtContent(() => walState(db)),
    displaced: () => {
      const displaced = place.look(() => walState(db));
      // The WAL that is open may be the only one: what it holds is safe in the main file, which is in its place.
      if (displaced?.kind === 'beside') db.pragma('wal_checkpoint(FULL)');
      return displaced;
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
