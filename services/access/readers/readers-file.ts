import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { ParsedList } from '../../../schemas/json/list-file';
import { parseReaders, type ReaderEntry } from '../../../schemas/files/readers';
import { ConfigError, type ReaderSource } from '../../config/config';
import { NO_READER } from '../../config/environment';
import { codeOf } from '../../files/error-code';
import { followFile } from '../../files/follow-file';
import { type HeldLock, takeLock } from '../../files/lock-file';
import { beginFile } from '../../files/whole-file';
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

/** The file of READERS_FILE, and the readers that it says. */
export class FollowedFile {
  readonly #path: string;
  readonly #readers: ReaderDirectory;
  readonly #log: Logger;
  readonly #stop: () => void;
  /** Counts up with each change from here: what was read before one is not how it is any more. */
  #changes = 0;

  /**
   * Keeps the readers like the file; one that cannot be used leaves them as they were. A reader who was removed by others
   * may go on for as long as it is from one look to the next.
   */
  constructor(path: string, readers: ReaderDirectory, log: Logger) {
    this.#path = path;
    this.#readers = readers;
    this.#log = log;
    this.#stop = followFile(
      () => this.#read(),
      (entries) => {
        this.#takeOver(entries);
      },
      (detail) => {
        log.error({ file: path, detail }, 'READERS_FILE cannot be used; the readers stay as they were');
      },
    );
  }

  /**
   * Changes the file, and has the readers be as it says at once. Keeps the process busy for as long as the disk takes.
   * @param change is given the file, which is never made anew: it was read at the start, and others may be about to put
   *   it back
   * @returns what `change` returns
   * @throws {ReadersFileError} as `change` does
   */
  change<Result>(change: (file: ReadersFile) => Result): Result {
    this.#changes++;
    const result = change({ path: this.#path, mayBeNew: false });
    this.#takeOver(entriesOf(this.#path));
    return result;
  }

  /** Ends following it. */
  close(): void {
    this.#stop();
  }

  async #read(): Promise<ParsedList<ReaderEntry>> {
    for (;;) {
      const before = this.#changes;
      const parsed = await readReadersFile(this.#path);
      if (before === this.#changes) return parsed;
    }
  }

  #takeOver(entries: readonly ReaderEntry[]): void {
    if (!this.#readers.replace(entries)) return;
    this.#log.info({ readers: entries.length }, 'the readers have changed');
    if (entries.length === 0) this.#log.warn('READERS_FILE holds no reader: nobody can read');
  }
}

/** Who may read, as it is configured. */
export interface OpenReaders {
  readonly readers: ReaderDirectory;
  /** Where they are listed and can be changed; null: they are listed in READERS, or nowhere. */
  readonly file: FollowedFile | null;
}

/**
 * Opens what the configuration names.
 * @throws {ConfigError} if the file cannot be used or holds nobody.
 */
export async function openReaders(
  source: ReaderSource,
  { log, now }: { readonly log: Logger; readonly now: () => number },
): Promise<OpenReaders> {
  switch (source.kind) {
    case 'open':
      return { readers: new ReaderDirectory(null, now), file: null };
    case 'listed':
      return { readers: new ReaderDirectory(source.entries, now), file: null };
    case 'file': {
      const parsed = await readReadersFile(source.path);
      const faults = parsed.kind === 'usable' ? (parsed.entries.length === 0 ? [NO_READER] : []) : parsed.faults;
      if (parsed.kind === 'unusable' || faults.length > 0) {
        throw new ConfigError(faults.map((fault) => `READERS_FILE is ${JSON.stringify(source.path)}: ${fault}.`));
      }
      const readers = new ReaderDirectory(parsed.entries, now);
      return { readers, file: new FollowedFile(source.path, readers, log) };
    }
  }
}

/** Why a file stays as it is: it cannot be changed, or holds what is in the way. */
type Obstacle = 'unchangeable' | 'name-taken' | 'no-such-reader' | 'other-role';

/** The file is not changed; the message says why and what to do. */
export class ReadersFileError extends Error {
  override readonly name = 'ReadersFileError';
  constructor(
    readonly obstacle: Obstacle,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A file of readers that is to be changed. */
export interface ReadersFile {
  readonly path: string;
  /** Whether it is made where there is none, or one without readers. */
  readonly mayBeNew: boolean;
}

/**
 * Most milliseconds that a change takes, which is one small file to write: a lock that is older was left behind by a
 * process that was killed.
 */
const LONGEST_CHANGE_MS = 60_000;

/**
 * Changes the file. A reader of the file sees all of the change or nothing, and of two commands at a time the second is
 * refused, so none undoes another's. What was changed is durable.
 * @param change makes the new list of the old one
 * @throws {ReadersFileError} if the file is broken, is being changed, or is missing and may not be made.
 */
export function changeReadersFile(
  { path, mayBeNew }: ReadersFile,
  change: (entries: readonly ReaderEntry[]) => readonly ReaderEntry[],
): void {
  try {
    if (mayBeNew) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lock = takeLock(`${path}.lock`, LONGEST_CHANGE_MS);
    if (lock === null) throw beingChanged(path);
    try {
      const entries = entriesOf(path);
      if (entries.length === 0 && !mayBeNew) {
        throw new ReadersFileError(
          'unchangeable',
          `${path} is missing, or holds no reader; those of before are still known. Put it back.`,
        );
      }
      replaceFile(path, `${JSON.stringify(change(entries), null, 2)}\n`, lock);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw error instanceof ReadersFileError ? error : unchangeable(path, error);
  }
}

function replaceFile(path: string, text: string, lock: HeldLock): void {
  const file = beginFile(path);
  try {
    // Root may change the file of the service's own user, who must be able to read it afterwards.
    if (process.getuid?.() === 0) file.giveTo(statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path)));
    file.write(text);
    if (!lock.isHeld()) throw beingChanged(path);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}

const beingChanged = (path: string): ReadersFileError =>
  new ReadersFileError(
    'unchangeable',
    `${path} is being changed by another command, or one was cut off: try again in a minute.`,
  );

const unchangeable = (path: string, cause: unknown): ReadersFileError =>
  new ReadersFileError('unchangeable', `${path} cannot be changed (${codeOf(cause) ?? String(cause)}).`, { cause });

/** @returns none where there is no file. @throws {ReadersFileError} if it is there and broken */
export function entriesOf(path: string): readonly ReaderEntry[] {
  let parsed: ParsedList<ReaderEntry>;
  try {
    parsed = parseReaders(readFileSync(path, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    parsed = unreadable(error);
  }
  if (parsed.kind === 'usable') return parsed.entries;
  throw new ReadersFileError(
    'unchangeable',
    `${path} cannot be used:\n${parsed.faults.map((fault) => `  ${fault}`).join('\n')}`,
  );
}
