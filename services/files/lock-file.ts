import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { codeOf } from './error-code';
import { OWNER_ONLY } from './whole-file';

/**
 * Does something while no other process does the same. What ends in the middle leaves the lock behind: somebody has to see
 * that nothing runs, and delete it.
 * @param path of a file that is there meanwhile
 * @throws {Error} if another has it
 */
export async function withLockFile<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  let file: number;
  try {
    file = openSync(path, 'wx', OWNER_ONLY);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new Error(`${path} is there: another run is at work. If none is, delete that file.`, { cause: error });
  }
  try {
    writeSync(file, `${String(process.pid)}\n`);
    return await work();
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
