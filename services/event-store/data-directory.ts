import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { type FileIdentity, isSameFile, lookAt } from '../files/file-identity';
import { codeOf } from '../files/error-code';
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
  /** The Merkle tree of the log; may be deleted at any time. */
  readonly treeFile: string;
  /** The last time that was known for certain, by which retention knows a clock that is wrong. */
  readonly knownTimeFile: string;
  /** A read model that `replay --diff` makes to compare, and deletes. */
  readonly replayFile: string;
}

export const dataFiles = (path: string): DataFiles => ({
  logFile: join(path, 'events.sqlite'),
  readModelFile: join(path, 'read-model.sqlite'),
  checkpointsFile: join(path, 'checkpoints.ndjson'),
  checkpointKeyFile: join(path, 'checkpoint-key.pem'),
  treeFile: join(path, 'checkpoint-tree.bin'),
  knownTimeFile: join(path, 'known-time.json'),
  replayFile: join(path, 'replay-diff.sqlite'),
});

/** A data directory that this process alone may write to, until it lets go of it or dies. */
export interface DataDirectory extends DataFiles {
  /**
   * Looks whether the lock still is the file that it was taken on; where that was removed or replaced, it is taken
   * anew. It takes some microseconds, so it can be asked before each acknowledgement.
   * @returns null while the directory is this process's; otherwise why not, and what to do.
   */
  whyNotOurs(): string | null;
  release(): void;
}

/** The data directory cannot be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/** What is wrong and what to do, by the code of the system or of SQLite. */
const REMEDIES: readonly (readonly [codes: RegExp, words: string])[] = [
  [
    /^(EACCES|EPERM|SQLITE_READONLY|SQLITE_PERM)/,
    'this user may not write there. Give the directory to the user of the service',
  ],
  [/^EROFS/, 'its file system is mounted read-only. Mount it for writing'],
  [/^(ENOTDIR|EEXIST)/, 'a file, or a link that leads nowhere, is in the place of a directory. Move it away'],
  [/^(ENOSPC|EDQUOT|SQLITE_FULL)/, 'the disk is full. Make room'],
  [/^ENAMETOOLONG/, 'the path is too long. Choose a shorter one'],
  [/^(ENOENT|ENODEV|ENXIO)/, 'no directory can be made there. Make one, on a file system that keeps files'],
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    'its lock.sqlite is not the lock of a data directory. Delete that file while no service uses the directory',
  ],
];

function unusable(path: string, cause: unknown): DataDirectoryError {
  const code = codeOf(cause) ?? '';
  const words = REMEDIES.find(([codes]) => codes.test(code))?.[1];
  const why = words === undefined ? String(cause) : `${words}, or set another DATA_DIR (${String(cause)})`;
  return new DataDirectoryError(`DATA_DIR ${path} cannot be used: ${why}`, { cause });
}

/**
 * Makes a directory and those above it, one after the other: on a file system that makes none, such as /proc, Node's
 * own recursive way never ends.
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(path)) throw error; // someone else may have been first
  }
}

/**
 * Takes a data directory, making it if it is new. The lock is SQLite's own on a file that holds nothing else but who
 * has it: the kernel lets go of it when the process ends, however it ends, so there are no stale locks.
 * @param pid shown to the process that comes second
 * @param startedAt shown to it too
 * @throws {DataDirectoryError} if another process has it, or it cannot be written.
 */
export function takeDataDirectory(path: string, pid: number, startedAt: string): DataDirectory {
  try {
    makeDirectory(path);
    // eslint-disable-next-line house/typed-errors -- what is wrong, as Node.js says it: unusable() below makes it ours
    if (!statSync(path).isDirectory()) throw Object.assign(new Error('it is not a directory'), { code: 'ENOTDIR' });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(path, cause);
  }
  let lock = takeLock(path, pid, startedAt, LOCK_TIMEOUT_MS);
  return {
    ...dataFiles(path),
    whyNotOurs: () => {
      if (lock.identity !== null && isSameFile(lookAt(lock.file), lock.identity)) return null;
      try {
        const taken = takeLock(path, pid, startedAt, 0);
        lock.db.close();
        lock = taken;
        return null;
      } catch (error) {
        if (!(error instanceof DataDirectoryError)) throw error;
        return `${lock.file} was removed or replaced while the service runs, and cannot be taken again. ${error.message}`;
      }
    },
    release: () => lock.db.close(),
  };
}

interface Lock {
  readonly db: Database.Database;
  readonly file: string;
  readonly identity: FileIdentity | null;
}

/** @throws {DataDirectoryError} */
function takeLock(path: string, pid: number, startedAt: string, timeout: number): Lock {
  const file = join(path, 'lock.sqlite');
  let db: Database.Database;
  try {
    db = new Database(file, { timeout });
  } catch (cause) {
    throw unusable(path, cause);
  }
  try {
    // A rollback journal: its RESERVED lock keeps a second writer out, and still lets it read who has the first.
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec('CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER, since TEXT)');
      db.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?, ?)').run(pid, startedAt);
      db.exec('COMMIT');
    } catch (error) {
      // Who has it is a courtesy, for which a full disk has no room, and which waits for nobody who reads who it was; the
      // lock itself needs neither.
      if (!isNoRoom(error) && !isBusy(error)) throw error;
      if (db.inTransaction) db.exec('ROLLBACK');
    }
    db.exec('BEGIN IMMEDIATE');
    return { db, file, identity: lookAt(file) };
  } catch (cause) {
    const owner = ownerOf(db);
    db.close();
    if (!isBusy(cause)) throw unusable(path, cause);
    const message = `DATA_DIR ${path} is in use by ${owner}. Stop that process, or set another DATA_DIR.`;
    throw new DataDirectoryError(message, { cause });
  }
}

const isBusy = (error: unknown): boolean => sqliteCodeOf(error)?.startsWith('SQLITE_BUSY') === true;
const isNoRoom = (error: unknown): boolean => /^SQLITE_(FULL|IOERR_WRITE)/.test(sqliteCodeOf(error) ?? '');

function ownerOf(lock: Database.Database): string {
  try {
    const owner = lock.prepare<[], { pid: number; since: string }>('SELECT pid, since FROM owner').get();
    if (owner !== undefined) return `process ${String(owner.pid)}, which started at ${owner.since}`;
  } catch {
    // Who has it is a courtesy; that someone has it is the error.
  }
  return 'another process';
}
