import { rmSync } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import { nextTurn } from '../../concurrency/turns';
import { EventStoreError } from '../event-store';
import { sqliteCodeOf } from '../sqlite-error';
import { checkLogFile } from './check/check-log-file';
import { idSql, packId, packMetadata, PLAIN } from './packing';
import { asStoreError, BUSY_TIMEOUT_MS, FORMAT_VERSION, formatOf, SCHEMA } from './schema';

/** Events that are copied in one transaction, or compared at a time. */
export const CHUNK_EVENTS = 5_000;
/** Page cache of the new file, in KiB: the index of streams is written all over. */
const CACHE_KIB = 65_536;
const BEFORE_ALL = -Number.MAX_SAFE_INTEGER;
/** Most findings of a damaged log that are reported. */
const MAX_FINDINGS = 3;

export type UpgradePhase = 'Checking' | 'Copying' | 'Comparing';

/** Called with how far it is: a position, of all up to `end`. */
export type OnUpgrading = (phase: UpgradePhase, position: number, end: number) => void;

/**
 * Opens a log of format 1 alone, with all that is in it in its one file, so that this can be renamed.
 * @throws {EventStoreError} `unavailable` if another program has it open
 */
function bringIntoOneFile(file: string): void {
  const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (db.pragma('journal_mode = DELETE', { simple: true }) === 'delete') return;
  } catch (error) {
    if (!/^SQLITE_(BUSY|LOCKED)/.test(sqliteCodeOf(error) ?? '')) throw error;
  } finally {
    db.close();
  }
  throw new EventStoreError('unavailable', `another program has ${file} open, such as a backup or a shell: close it`);
}

/** Packing, for SQL. Both functions are asked of the same metadata, one after the other. */
function definePacking(db: Connection): void {
  let last: { readonly text: unknown; readonly packed: ReturnType<typeof packMetadata> } = { text: null, packed: null };
  const pack = (text: unknown) => {
    if (typeof text !== 'string') return null;
    if (last.text !== text) last = { text, packed: packMetadata(text) };
    return last.packed;
  };
  db.function('packed_id', { deterministic: true }, (id: unknown) => {
    const packed = typeof id === 'string' ? packId(id) : null;
    return typeof packed === 'string' ? null : packed;
  });
  db.function('packed_form', { deterministic: true }, (text: unknown) => pack(text)?.form ?? PLAIN);
  db.function('packed_metadata', { deterministic: true }, (text: unknown) => pack(text)?.bytes ?? null);
}

/** Opens the file that is to become the log, as far as it was made before, with the old one as `old`. */
function openTarget(from: string, to: string): Connection {
  const db = new Database(to, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma(`cache_size = -${String(CACHE_KIB)}`);
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${String(FORMAT_VERSION)}; COMMIT`);
    db.prepare('ATTACH ? AS old').run(from);
    definePacking(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const lastOf = (db: Connection, schema: 'old' | 'main'): number =>
  db.prepare<[], number | null>(`SELECT max(position) FROM ${schema}.events`).pluck().get() ?? BEFORE_ALL;

/** @returns the last of the next events of the old log after a position. */
const chunksOf = (db: Connection) =>
  db
    .prepare<[number, number], number | null>(
      'SELECT max(position) FROM (SELECT position FROM old.events WHERE position > ? ORDER BY position LIMIT ?)',
    )
    .pluck();

/** Copies what is not there yet. What is not packed is copied by SQLite alone, byte for byte. */
async function copyEvents(db: Connection, onUpgrading: OnUpgrading): Promise<void> {
  const end = lastOf(db, 'old');
  const chunk = chunksOf(db);
  const addNames = (table: string, column: string) =>
    db.prepare<[number, number]>(
      `INSERT INTO ${table} (name) SELECT ${column} FROM old.events WHERE position > ? AND position <= ?
       AND ${column} NOT IN (SELECT name FROM ${table}) GROUP BY ${column} ORDER BY min(position)`,
    );
  const [addStreams, addTypes] = [addNames('streams', 'stream'), addNames('types', 'type')];
  const add = db.prepare<[number, number]>(
    `INSERT INTO main.events (position, stream, revision, id, type, data, form, metadata, created)
     SELECT position, (SELECT id FROM streams WHERE name = stream), revision, coalesce(packed_id(id), id),
       (SELECT types.id FROM types WHERE name = type), data, packed_form(metadata),
       coalesce(packed_metadata(metadata), metadata), created
     FROM old.events WHERE position > ? AND position <= ? ORDER BY position`,
  );
  const addAll = db.transaction((after: number, last: number) => {
    for (const statement of [addStreams, addTypes, add]) statement.run(after, last);
  });
  for (let after = lastOf(db, 'main'); ;) {
    const last = chunk.get(after, CHUNK_EVENTS) ?? null;
    if (last === null) return;
    addAll.immediate(after, last);
    onUpgrading('Copying', last, end);
    after = last;
    await nextTurn();
  }
}

/** Copies what is remembered of removed events and deleted streams, and the facts, anew. */
function copyTheRest(db: Connection): void {
  db.exec(`
    BEGIN IMMEDIATE;
    INSERT INTO streams (name)
      SELECT stream FROM old.deleted_streams UNION SELECT stream FROM old.removed_events EXCEPT SELECT name FROM streams
      ORDER BY 1;
    DELETE FROM main.deleted_streams;
    INSERT INTO main.deleted_streams
      SELECT id, next_revision, tombstone FROM old.deleted_streams JOIN streams ON name = stream;
    DELETE FROM main.removed_events;
    INSERT INTO main.removed_events
      SELECT streams.id, revision, coalesce(packed_id(removed.id), removed.id), position
      FROM old.removed_events AS removed JOIN streams ON name = stream;
    DELETE FROM main.facts;
    INSERT INTO main.facts SELECT * FROM old.facts;
    COMMIT`);
}

/** What has to be the same in both, beside the events, as queries of each. */
const REST: readonly (readonly [old: string, current: string])[] = [
  ['SELECT count(*) FROM old.events', 'SELECT count(*) FROM main.events'],
  [
    'SELECT stream, revision, id, position FROM old.removed_events',
    `SELECT name, revision, ${idSql('removed.id')}, position
     FROM main.removed_events AS removed JOIN streams ON streams.id = stream`,
  ],
  [
    'SELECT * FROM old.deleted_streams',
    'SELECT name, next_revision, tombstone FROM main.deleted_streams JOIN streams ON id = stream',
  ],
  ['SELECT * FROM old.facts', 'SELECT * FROM main.facts'],
];

/**
 * Compares each event in all that is stored of it, as the view of the new log, which is SQL alone, shows it; then the rest.
 * @returns whether both hold the same
 */
async function isSame(db: Connection, onUpgrading: OnUpgrading): Promise<boolean> {
  const end = lastOf(db, 'old');
  const chunk = chunksOf(db);
  const range = 'position > @after AND position <= @last';
  const columns = ['stream', 'revision', 'id', 'type', 'data', 'metadata', 'created'];
  const differing = db
    .prepare<{ after: number; last: number }, number>(
      `SELECT (SELECT count(*) FROM old.events WHERE ${range})
         - (SELECT count(*) FROM readable_events JOIN old.events AS before USING (position)
            WHERE ${range} AND ${columns.map((name) => `readable_events.${name} IS before.${name}`).join(' AND ')})`,
    )
    .pluck();
  for (let after = BEFORE_ALL; ;) {
    const last = chunk.get(after, CHUNK_EVENTS) ?? null;
    if (last === null) break;
    if (differing.get({ after, last }) !== 0) return false;
    onUpgrading('Comparing', last, end);
    after = last;
    await nextTurn();
  }
  return REST.every(([old, current]) =>
    [`${old} EXCEPT ${current}`, `${current} EXCEPT ${old}`].every((query) => db.prepare(query).get() === undefined),
  );
}

/** @returns whether the new file could be made the same as the old one. */
async function makeSame(from: string, to: string, onUpgrading: OnUpgrading): Promise<boolean> {
  const db = openTarget(from, to);
  try {
    await copyEvents(db, onUpgrading);
    copyTheRest(db);
    return await isSame(db, onUpgrading);
  } finally {
    db.close();
  }
}

const removeTarget = (to: string): void => {
  for (const suffix of ['', '-journal']) rmSync(`${to}${suffix}`, { force: true });
};

/**
 * Makes the new file, if need be from nothing: what an earlier run has left may be of a log that was written since, or
 * of another.
 * @throws {EventStoreError} `damaged` if the copy is not the same even then
 */
async function makeAgain(from: string, to: string, onUpgrading: OnUpgrading): Promise<void> {
  try {
    if (await makeSame(from, to, onUpgrading)) return;
  } catch (error) {
    if (!/^SQLITE_(CONSTRAINT|NOTADB|CORRUPT|ERROR)/.test(sqliteCodeOf(error) ?? '')) throw error;
  }
  removeTarget(to);
  if (await makeSame(from, to, onUpgrading)) return;
  removeTarget(to);
  throw new EventStoreError('damaged', `${from} was copied, and the copy is not the same: nothing was changed`);
}

/**
 * Makes of a log of format 1 one of the current format, in another file, which is durable and was compared with it when
 * this returns. Nobody may write to the log meanwhile. Interrupted, it goes on where it was when it is called again.
 * @throws {EventStoreError} `damaged` if the log is, `unavailable` if one of the files cannot be used
 */
export async function upgradeLog(from: string, to: string, onUpgrading: OnUpgrading): Promise<void> {
  try {
    bringIntoOneFile(from);
    onUpgrading('Checking', 0, 1);
    const damage = checkLogFile(from, MAX_FINDINGS);
    if (damage.length > 0) {
      const findings = damage.join('; ');
      throw new EventStoreError('damaged', `${from} is damaged, and was left as it is: ${findings}. Restore a backup`);
    }
    await makeAgain(from, to, onUpgrading);
    const faults = checkLogFile(to, MAX_FINDINGS);
    if (faults.length > 0) throw new EventStoreError('damaged', `the copy ${to} is damaged: ${faults.join('; ')}`);
  } catch (error) {
    throw asStoreError(error, `the event log ${from} cannot be upgraded`);
  }
}

/**
 * Opens the log for writing, since an upgrade that was killed may have left something to be rolled back.
 * @returns its format
 * @throws {EventStoreError} `unavailable` or `damaged` if it cannot be read
 */
export function formatOfLog(file: string): number {
  try {
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      return formatOf(db);
    } finally {
      db.close();
    }
  } catch (error) {
    throw asStoreError(error, `the event log ${file} cannot be read`);
  }
}
