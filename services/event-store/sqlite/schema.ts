import { eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { Database as Connection } from 'better-sqlite3';
import { decodePayload, type EncodedEvent, EventStoreError, positionOf, type RecordedEvent } from '../event-store';
import { isDamage, sqliteCodeOf } from '../sqlite-error';
import { idSql, metadataSql, packId, packMetadata, PLAIN, unpackMetadata, uuidOf } from './packing';

/**
 * The event log as tables of one SQLite file. One connection writes; any number read beside it without waiting (WAL).
 */

export const FORMAT_VERSION = 2;

/**
 * `position` is given by the writer, one more than any ever given, so that deleting the newest events never frees one.
 * Names of streams and types stand once each, and events have their numbers; no number is ever freed, since removed
 * events and deleted streams are remembered by it.
 * There is no unique index on `id`: the same event may be in several streams, and twice in one (EventStoreDB allows it).
 * Of a removed event nothing stays but its id and place, so that the repeat of its append is still a repeat.
 * The view is for people, with any SQLite shell: it shows what was packed (packing.ts) as the text that it stands for.
 * SQLite keeps this text as it is, and {@link checkLogFile} compares it: it changes only with {@link FORMAT_VERSION}.
 */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id       ANY NOT NULL,  -- BLOB holds a UUID, TEXT anything else
    type     INTEGER NOT NULL,
    data     ANY NOT NULL,  -- TEXT holds JSON, BLOB holds bytes
    form     INTEGER NOT NULL,  -- of the metadata: 0 as the data, others are packed
    metadata ANY,
    created  INTEGER NOT NULL  -- milliseconds since the epoch
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_of_stream ON events (stream, revision);
  CREATE TABLE IF NOT EXISTS deleted_streams (
    stream        INTEGER PRIMARY KEY,
    next_revision INTEGER NOT NULL,
    tombstone     INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS removed_events (
    stream   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id       ANY NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE VIEW IF NOT EXISTS readable_events AS
  SELECT position, streams.name AS stream, revision, ${idSql('events.id')} AS id, types.name AS type, data,
    ${metadataSql('form', 'metadata')} AS metadata, created
  FROM events LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type;
`;

/** Most milliseconds that a statement waits for a lock that another program, such as a backup, holds. */
export const BUSY_TIMEOUT_MS = 2_000;

/** Every event, as an {@link EventRow}. A name that is missing must not hide one. */
export const SELECT_EVENTS = `
  SELECT position, streams.name, revision, events.id, types.name, data, form, metadata, created
  FROM events LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type`;
/** As an array, which better-sqlite3 makes in two thirds of the time of an object. */
export type EventRow = [
  position: number,
  stream: StreamName | null,
  revision: number,
  id: string | Buffer,
  type: string | null,
  data: string | Buffer,
  form: number,
  metadata: string | Buffer | null,
  created: number,
];

/**
 * Every event, as a {@link ReadRow}. Packed bytes come as hexadecimal digits: better-sqlite3 makes a text in a fraction of
 * the time of a buffer, of which a log has two for each event.
 */
export const READ_EVENTS = `
  SELECT position, streams.name, revision,
    iif(typeof(events.id) = 'blob', hex(events.id), NULL), iif(typeof(events.id) = 'blob', NULL, events.id),
    types.name, data, form,
    iif(form <> ${String(PLAIN)} AND typeof(metadata) = 'blob', hex(metadata), NULL), iif(form = ${String(PLAIN)}, metadata, NULL),
    created
  FROM events LEFT JOIN streams ON streams.id = events.stream LEFT JOIN types ON types.id = events.type`;
/** An event as it is read; an id and metadata are either packed or plain. */
export type ReadRow = [
  position: number,
  stream: StreamName | null,
  revision: number,
  packedId: string | null,
  plainId: string | null,
  type: string | null,
  data: string | Buffer,
  form: number,
  packedMetadata: string | null,
  plainMetadata: string | Buffer | null,
  created: number,
];

/**
 * @returns a row as the event that it holds.
 * @throws {EventStoreError} `damaged` if it holds none; what parsing throws
 */
export function toEvent(row: ReadRow): RecordedEvent {
  const [position, stream, revision, packedId, plainId, type, data, form, packed, plain, created] = row;
  try {
    if (stream === null || type === null) throw new RangeError('an event whose stream or type has no name');
    if (packed === null && form !== PLAIN) throw new RangeError(`metadata of form ${String(form)} that are no bytes`);
    return {
      stream,
      id: packedId === null ? eventId(plainId ?? '') : uuidOf(packedId),
      type,
      data: decodePayload(data),
      metadata: packed !== null ? unpackMetadata(form, packed) : plain === null ? undefined : decodePayload(plain),
      revision,
      position: positionOf(position),
      created: new Date(created),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EventStoreError(
      'damaged',
      `position ${String(position)} of the event log: ${DAMAGED} (${error.message})`,
    );
  }
}

/** Columns of an event as it is written. */
export type StoredColumns = [
  id: string | Uint8Array,
  data: string | Uint8Array,
  form: number,
  metadata: string | Uint8Array | null,
];

/** @returns an event as its columns are written. */
export function toColumns({ id, data, metadata }: EncodedEvent): StoredColumns {
  const packed = typeof metadata === 'string' ? packMetadata(metadata) : null;
  return packed === null ? [packId(id), data, PLAIN, metadata] : [packId(id), data, packed.form, packed.bytes];
}

export const LAST_POSITION = `
  SELECT max(position) FROM (
    SELECT max(position) AS position FROM events
    UNION ALL SELECT value FROM facts WHERE name = 'last_removed_position'
  )`;

/** @returns the format of a log, a column of integers. */
export const formatOf = (db: Connection): number => db.pragma('user_version', { simple: true }) as number;

/**
 * Refuses a log of another format than this version reads and writes. Format 0 is a file in which there is nothing yet.
 * @throws {EventStoreError} `invalid`
 */
export function assertFormat(file: string, format: number): void {
  if (format > FORMAT_VERSION) {
    throw new EventStoreError(
      'invalid',
      `${file} has format ${String(format)}; this version of Ticket Rail knows formats up to ${String(FORMAT_VERSION)}`,
    );
  }
  if (format !== 0 && format < FORMAT_VERSION) {
    throw new EventStoreError(
      'invalid',
      `${file} has format ${String(format)}, which an earlier version of Ticket Rail wrote; this one needs format ` +
        `${String(FORMAT_VERSION)}. Nothing was changed. Run \`ticket-rail upgrade\` with its directory as DATA_DIR while no ` +
        'service runs: it keeps the old file',
    );
  }
}

/** What to do about a damaged log. */
const DAMAGED =
  'IT IS DAMAGED, and trying again does not help. Keep a copy of it, have `ticket-rail verify` say where, and restore a backup';

/** @returns `error` as the port's own, for a failure before COMMIT: whatever was asked for did not happen. */
export function asStoreError(error: unknown, what: string): EventStoreError {
  if (error instanceof EventStoreError) return error;
  const code = sqliteCodeOf(error);
  const reason = code === null ? String(error) : `${code}: ${(error as Error).message}`; // what has a code of SQLite is its error
  if (isDamage(error)) return new EventStoreError('damaged', `${what}: ${DAMAGED} (${reason})`, { cause: error });
  return new EventStoreError('unavailable', `${what}: ${reason}`, { cause: error });
}
