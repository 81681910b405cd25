/** The event log as versions before format 2 wrote it: it is verified and upgraded, and not written any more. */

/** As `SCHEMA` was; {@link checkLogFile} compares it with what a file defines. */
export const SCHEMA_1 = `
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

/** Every event, with the columns of an `EventRow`. */
export const SELECT_EVENTS_1 = 'SELECT position, stream, revision, id, type, data, 0, metadata, created FROM events';

/** The same, with the columns of a `ReadRow`. */
export const READ_EVENTS_1 =
  'SELECT position, stream, revision, NULL, id, type, data, 0, NULL, metadata, created FROM events';
