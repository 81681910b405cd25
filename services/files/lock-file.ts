import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { codeOf } from './error-code';
import { identityOf, isSameFile, lookAt } from './file-identity';
import { OWNER_ONLY } from './whole-file';

/** A file that is there while one process is at work, so that no other is. */

/** A lock that this process took. */
export interface HeldLock {
  /** Returns whether no other process took it over meanwhile. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes a lock. What ends in the middle leaves it behind.
 * @param path of the file
 * @param longestMs most milliseconds that any work takes: a lock that is older was left behind, and is taken over.
 *   Default: somebody has to see that nothing runs, and delete it
 * @returns null if another has it
 */
export function takeLock(path: string, longestMs = Infinity): HeldLock | null {
  const left = lookAt(path);
  // The clock may also have been set back since.
  if (left !== null && Math.abs(Date.now() - Number(left.mtimeMs)) > longestMs) rmSync(path, { force: true });
  let file: number;
  try {
    file = openSync(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return null;
  }
  const own = identityOf(fstatSync(file, { bigint: true }));
  const isHeld = (): boolean => isSameFile(own, lookAt(path));
  const release = (): void => {
    if (isHeld()) rmSync(path, { force: true });
    closeSync(file);
  };
  try {
    writeSync(file, `${String(process.pid)}\n`);
  } catch (error) {
    // A full disk leaves no lock behind that nobody has.
    release();
    throw error;
  }
  return { isHeld, release };
}

/** Another process has the lock; the message says which file it is, and what to do. */
export class LockTaken extends Error {
  override readonly name = 'LockTaken';
}

/**
 * Does something while no other process does the same.
 * @param path of a file that is there meanwhile; {@link takeLock} says what becomes of it
 * @throws {LockTaken} if another has it
 */
export async function withLockFile<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = takeLock(path);
  if (lock === null) throw new LockTaken(`${path} is there: another run is at work. If none is, delete that file.`);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
