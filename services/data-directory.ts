import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sqliteCodeOf } from './sqlite-error';

/** Most milliseconds to wait for someone who only looks who has the directory. */
const LOCK_TIMEOUT_MS = 1_000;

/** Where things are in a data directory; they may be read beside the process that has it. */
export interface DataFiles {
  /** The embedded store. */
  readonly logFile: string;
  /** The read model; may be deleted at any time. */
  readonly readModelFile: string;
  /** Signed checkpoints of the log. */
  readonly checkpointsFile: string;
  /** The key that signs them, where none is given. */
  readonly checkpointKeyFile: string;
  /** A read model that `replay --diff` makes to compare, and deletes. */
  readonly replayFile: string;
}

export const dataFiles = (path: string): DataFiles => ({
  logFile: join(path, 'events.sqlite'),
  readModelFile: join(path, 'read-model.sqlite'),
  checkpointsFile: join(path, 'checkpoints.ndjson'),
  checkpointKeyFile: join(path, 'checkpoint-key.pem'),
  replayFile: join(path, 'replay-diff.sqlite'),
});

/** A data directory that this process alone may write to, until it lets go of it or dies. */
export interface DataDirectory extends DataFiles {
  release(): void;
}

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/**
 * Takes a data directory, making it if it is new. The lock is SQLite's own on a file that holds nothing else but who
 * has it: the kernel lets go of it when the process ends, however it ends, so there are no stale locks.
 * @param pid and @param startedAt are told to whoever comes second
 * @throws {DataDirectoryError} if another process has it, or it cannot be written.
 */
export function takeDataDirectory(path: string, pid: number, startedAt: string): DataDirectory {
  let lock: Database.Database;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    lock = new Database(join(path, 'lock.sqlite'), { timeout: LOCK_TIMEOUT_MS });
  } catch (cause) {
    throw new DataDirectoryError(`DATA_DIR ${path} cannot be used: ${String(cause)}`, { cause });
  }
  try {
    // A rollback journal: its RESERVED lock keeps a second writer out, and still lets it read who has the first.
    lock.pragma('journal_mode = DELETE');
    lock.exec(
      'CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER, since TEXT); BEGIN IMMEDIATE',
    );
    lock.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?, ?)').run(pid, startedAt);
    lock.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (cause) {
    const owner = ownerOf(lock);
    lock.close();
    const busy = sqliteCodeOf(cause)?.startsWith('SQLITE_BUSY') === true;
    throw new DataDirectoryError(
      busy
        ? `DATA_DIR ${path} is in use by ${owner}. Stop that process, or set another DATA_DIR.`
        : `DATA_DIR ${path} cannot be used: ${String(cause)}`,
      { cause },
    );
  }
  return { ...dataFiles(path), release: () => lock.close() };
}

function ownerOf(lock: Database.Database): string {
  try {
    const owner = lock.prepare<[], { pid: number; since: string }>('SELECT pid, since FROM owner').get();
    if (owner !== undefined) return `process ${String(owner.pid)}, which started at ${owner.since}`;
  } catch {
    // Who has it is a courtesy; that someone has it is the error.
  }
  return 'another process';
}
