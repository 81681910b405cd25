import {
  closeSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { ParsedList } from '../../../schemas/list-file';
import { parseReaders, type ReaderEntry } from '../../../schemas/readers';
import { ConfigError, type ReaderSource } from '../../config/config';
import { NO_READER } from '../../config/environment';
import { codeOf } from '../../files/error-code';
import { followFile } from '../../files/follow-file';
import { ReaderDirectory } from './readers';

/** The file of READERS_FILE: read at the start, followed while the service runs, and changed by `ticket-rail reader`. */

const unreadable = (error: unknown): ParsedList<ReaderEntry> => ({
  kind: 'unusable',
  faults: [`the file cannot be read (${codeOf(error) ?? String(error)}); ticket-rail reader add makes it`],
});

export async function readReadersFile(path: string): Promise<ParsedList<ReaderEntry>> {
  try {
    return parseReaders(await readFile(path, 'utf8'));
  } catch (error) {
    return unreadable(error);
  }
}

/**
 * Keeps a directory like its file; one that cannot be used leaves the readers as they were. A reader who was removed may
 * go on for as long as it is from one look to the next.
 * @returns what ends it
 */
export const followReadersFile = (path: string, directory: ReaderDirectory, log: Logger): (() => void) =>
  followFile(
    () => readReadersFile(path),
    (entries) => {
      if (!directory.replace(entries)) return;
      log.info({ readers: entries.length }, 'the readers have changed');
      if (entries.length === 0) log.warn('READERS_FILE holds no reader: nobody can read');
    },
    (detail) => {
      log.error({ file: path, detail }, 'READERS_FILE cannot be used; the readers stay as they were');
    },
  );

/**
 * Opens what the configuration names.
 * @returns the readers, and what ends following their file
 * @throws {ConfigError} if the file cannot be used or holds nobody.
 */
export async function openReaders(
  source: ReaderSource,
  log: Logger,
): Promise<{ readonly readers: ReaderDirectory; readonly close: () => void }> {
  switch (source.kind) {
    case 'open':
      return { readers: new ReaderDirectory(null), close: () => undefined };
    case 'listed':
      return { readers: new ReaderDirectory(source.entries), close: () => undefined };
    case 'file': {
      const parsed = await readReadersFile(source.path);
      const faults = parsed.kind === 'usable' ? (parsed.entries.length === 0 ? [NO_READER] : []) : parsed.faults;
      if (parsed.kind === 'unusable' || faults.length > 0) {
        throw new ConfigError(faults.map((fault) => `READERS_FILE is ${JSON.stringify(source.path)}: ${fault}.`));
      }
      const readers = new ReaderDirectory(parsed.entries);
      return { readers, close: followReadersFile(source.path, readers, log) };
    }
  }
}

/** The file cannot be changed; the message says why and what to do. */
export class ReadersFileError extends Error {
  override readonly name = 'ReadersFileError';
}

/**
 * Changes the file, making it if it is new. A reader of the file sees all of the change or nothing, and of two commands
 * at a time the second is refused, so none undoes another's.
 * @param change makes the new list of the old one
 * @throws {ReadersFileError} if the file is broken, or is being changed.
 */
export function changeReadersFile(
  path: string,
  change: (entries: readonly ReaderEntry[]) => readonly ReaderEntry[],
): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.next`;
  let file: number;
  try {
    file = openSync(next, 'wx', 0o600);
  } catch (cause) {
    const taken = codeOf(cause) === 'EEXIST';
    throw new ReadersFileError(
      taken
        ? `${path} is being changed by another command. If none runs, one was cut off: delete ${next}.`
        : `${path} cannot be changed (${codeOf(cause) ?? String(cause)}).`,
      { cause },
    );
  }
  try {
    try {
      const text = `${JSON.stringify(change(entriesOf(path)), null, 2)}\n`;
      keepOwner(path, file);
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

/** @throws {ReadersFileError} if the file is there and broken. */
export function entriesOf(path: string): readonly ReaderEntry[] {
  let parsed: ParsedList<ReaderEntry>;
  try {
    parsed = parseReaders(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    parsed = unreadable(error);
  }
  if (parsed.kind === 'usable') return parsed.entries;
  throw new ReadersFileError(`${path} cannot be used:\n${parsed.faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** Root may change the file of the service's own user, who must be able to read it afterwards. */
function keepOwner(path: string, file: number): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  fchownSync(file, uid, gid);
}
