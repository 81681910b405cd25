import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Files that are there only once they are whole, and that nobody but their owner can read. */

/** What is written holds names, phone numbers or keys. */
export const OWNER_ONLY = 0o600;

/** Whose a file is, as the file system says it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A file that is being written, beside the place where it will be. */
export interface WholeFile {
  write(content: string | Uint8Array): void;
  /** Gives it to another user, as root may. */
  giveTo(owner: Owner): void;
  /** Syncs it and puts it in its place, where it replaces what was there. */
  finish(): void;
  /** Does the same as {@link finish}, but only where nothing is yet. @returns whether nothing was there. */
  finishNew(): boolean;
  /** Removes what was written of it. */
  discard(): void;
}

/** Makes durable that a file is in a directory; without effect where a directory cannot be opened. */
export function syncDirectory(path: string): void {
  let directory: number;
  try {
    directory = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(directory);
  } catch {
    // Not every file system can; what it then promises is all there is.
  } finally {
    closeSync(directory);
  }
}

/**
 * Begins a file. What it is called until it is whole nobody can guess, and a link that somebody made there is not
 * followed: the directory may be one that others write to as well.
 */
export function beginFile(path: string): WholeFile {
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write: (content) => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    },
    giveTo: ({ uid, gid }) => {
      fchownSync(file, uid, gid);
    },
    finish: () => {
      fsyncSync(file);
      close();
      renameSync(part, path);
      syncDirectory(dirname(path));
    },
    finishNew: () => {
      fsyncSync(file);
      close();
      try {
        linkSync(part, path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException; // of a system call
        // A link that leads nowhere is there too.
        if (code === 'EEXIST' || existsSync(path)) return false;
        // A file system without hard links.
        if (code === 'ENOENT') throw error;
        renameSync(part, path);
      } finally {
        rmSync(part, { force: true });
      }
      syncDirectory(dirname(path));
      return true;
    },
    discard: () => {
      close();
      rmSync(part, { force: true });
    },
  };
}

/** Writes a whole file at once, in place of what was there. */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const file = beginFile(path);
  try {
    file.write(content);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}
