import { closeSync, fsyncSync, openSync, readSync, realpathSync, writeSync } from 'node:fs';
import type { Database as Connection } from 'better-sqlite3';
import { sqliteCodeOf } from '../../sqlite-error';
import { BUSY_TIMEOUT_MS } from '../schema';

/** Bytes of a WAL that are written once more at a time. */
const REWRITE_BYTES = 1024 * 1024;

/**
 * Makes durable what is visible: as a rule by copying all of it into the main file, synced. While somebody reads an
 * older state, or the disk is full, that cannot be finished; then the WAL is written once more where it stands, byte
 * for byte, and synced. (It has to be written: after a sync that failed, the kernel may take pages for written that are
 * not.) A commit on top of it then ends for good what a transaction that failed may have left behind the end of the
 * WAL.
 */
export function makeDurable(db: Connection, file: string): void {
  db.pragma('busy_timeout = 0');
  let isCopied = false;
  try {
    const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]; // one row, as SQLite documents
    isCopied = busy === 0;
  } catch (error) {
    if (sqliteCodeOf(error) !== 'SQLITE_FULL') throw error;
  } finally {
    db.pragma(`busy_timeout = ${String(BUSY_TIMEOUT_MS)}`);
  }
  if (isCopied) return;
  db.exec('BEGIN IMMEDIATE'); // other writers have to wait
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
