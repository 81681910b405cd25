import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  closeSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isSameFile, lookAt } from '../files/file-identity';
import { keepPrivate } from '../files/private-files';
import { syncDirectory } from '../files/whole-file';
import { dataFiles, takeDataDirectory } from './data-directory';
import { CURRENT_FORMAT, type OnUpgrading, formatOfLog, upgradeLog } from './open';

/** What became of an upgrade. */
export type Upgraded =
  | { readonly kind: 'no-log'; readonly file: string }
  | { readonly kind: 'current'; readonly file: string }
  | {
      readonly kind: 'upgraded';
      readonly file: string;
      /** Where the log is as it was. */
      readonly old: string;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
    };

/** @returns a name beside the log for it as it was, which nothing else has. */
function nameForOld(file: string, format: number): string {
  for (let number = 1; ; number++) {
    const name = `${file}.format-${String(format)}${number === 1 ? '' : `-${String(number)}`}`;
    if (!existsSync(name) || isSameFile(lookAt(name), lookAt(file))) return name;
  }
}

/**
 * Gives the log a second name. There is a log at its own name at every moment: a service that is started without one
 * begins a new one.
 */
function keepAs(file: string, old: string): void {
  if (existsSync(old)) return; // it has it from a run that was interrupted
  try {
    linkSync(file, old);
    return;
  } catch {
    // A file system without hard links.
  }
  const part = `${old}.part`;
  copyFileSync(file, part);
  const copy = openSync(part, 'r+');
  fsyncSync(copy);
  closeSync(copy);
  renameSync(part, old);
}

/** Gives a file the rights of another, and its owner where this user may. */
function giveRightsOf(file: string, to: string): void {
  const { mode, uid, gid } = statSync(file);
  try {
    chownSync(to, uid, gid);
  } catch {
    // Only root may; the file is then of the user who runs this.
  }
  chmodSync(to, mode & 0o777);
}

/**
 * Moves the log of a data directory to the current format: makes a second file, compares each event, keeps the old one
 * under another name, and only then puts the new one into its place. Interrupted at any moment, it can be called again.
 * @param onRights called for each file or directory that others could read, and cannot any more
 * @throws {DataDirectoryError} if a service uses the directory; {@link EventStoreError} if the log cannot be upgraded
 */
export async function upgradeDataDirectory(options: {
  readonly dataDir: string;
  readonly pid: number;
  readonly now: () => number;
  readonly onRights: (detail: string) => void;
  readonly onUpgrading: OnUpgrading;
}): Promise<Upgraded> {
  const { dataDir, pid, now, onRights, onUpgrading } = options;
  const { logFile } = dataFiles(dataDir);
  if (!existsSync(logFile)) return { kind: 'no-log', file: logFile };
  for (const detail of keepPrivate(dataDir)) onRights(detail);
  const directory = takeDataDirectory(dataDir, pid, new Date(now()).toISOString());
  try {
    const file = realpathSync(logFile);
    const next = `${file}.upgrade`;
    const format = formatOfLog(file);
    if (format >= CURRENT_FORMAT) {
      // Of an upgrade that was begun, and another log was put here since.
      for (const suffix of ['', '-journal']) rmSync(`${next}${suffix}`, { force: true });
      return { kind: 'current', file };
    }
    await upgradeLog(file, next, onUpgrading);
    const [bytesBefore, bytesAfter] = [statSync(file).size, statSync(next).size];
    giveRightsOf(file, next);
    const old = nameForOld(file, format);
    keepAs(file, old);
    syncDirectory(dirname(file));
    renameSync(next, file);
    syncDirectory(dirname(file));
    return { kind: 'upgraded', file, old, bytesBefore, bytesAfter };
  } finally {
    directory.release();
  }
}
