import type { StreamName } from '../../../schemas/stream-name';
import { decodePayload, EventStoreError, positionOf, type RecordedEvent } from '../event-store';
import { isDamage, sqliteCodeOf } from '../sqlite-error';

/**
 * The event log as tables of one SQLite file. One connection writes; any number read beside it without waiting (WAL).
 */

export const FORMAT_VERSION = 1;

/**
 * `position` is given by the writer, one more than any ever given, so that deleting the newest events never frees one.
 * There is no unique index on `id`: the same event may be in several streams, and twice in one (EventStoreDB allows it).
 * Of a removed event nothing stays but its id and place, so that the repeat of its append is still a repeat.
 * SQLite keeps this text as it is, and {@link checkLogFile} compares it: it changes only with {@link FORMAT_VERSION}.
 */
export const SCHEMA = `
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
export const BUSY_TIMEOUT_MS = 2_000;

/** Columns of an event, in the order of {@link EventRow}. */
export const COLUMNS = 'position, stream, revision, id, type, data, metadata, created';
/** As an array, which better-sqlite3 makes in two thirds of the time of an object. */
export type EventRow = [
  position: number,
  stream: StreamName,
  revision: number,
  id: string,
  type: string,
  data: string | Buffer,
  metadata: string | Buffer | null,
  created: number,
];

export function toEvent([position, stream, revision, id, type, data, metadata, created]: EventRow): RecordedEvent {
  return {
    stream,
    id,
    type,
    data: decodePayload(data),
    metadata: metadata === null ? undefined : decodePayload(metadata),
    revision,
    position: positionOf(position),
    created: new Date(created),
  };
}

export const LAST_POSITION = `
  SELECT max(position) FROM (
    SELECT max(position) AS position FROM events
    UNION ALL SELECT value FROM facts WHERE name = 'last_removed_position'
  )`;

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
