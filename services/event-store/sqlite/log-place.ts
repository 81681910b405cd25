import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { type FileIdentity, identityOf, isSameFile, lookAt } from '../../files/file-identity';
import { EventStoreError } from '../event-store';

/** Bytes at the beginning of the main file that are compared: its first page at its smallest, with the header in it. */
const COMPARED_BYTES = 512;

/** What SQLite keeps beside the log. */
interface Beside {
  readonly path: string;
  readonly identity: FileIdentity | null;
}

/** How much of the write-ahead log there is, in frames, and how much of it is in the main file too. */
export interface WalState {
  readonly log: number;
  readonly checkpointed: number;
}

/** The main file as it was when it was known to be as SQLite left it. */
interface Known {
  readonly modified: bigint;
  readonly size: bigint;
  readonly begin: Buffer;
  /** Frames of the present WAL that were in it. */
  readonly checkpointed: number;
}

/** What is wrong with where the log stands. */
export type Displaced =
  /** The file that is written is not the one at the path. */
  | { readonly kind: 'log'; readonly detail: string }
  /** What SQLite keeps beside it is not: the newest events may be in no file that will be found again. */
  | { readonly kind: 'beside'; readonly detail: string }
  /** Another program wrote into the file, past SQLite. */
  | { readonly kind: 'overwritten'; readonly detail: string };

/** Between the name of the log and the time at which one that was removed was saved beside it. */
const SAVED_MARK = '.saved-';

const NOTHING_IS_ACKNOWLEDGED = 'Nothing is acknowledged';

/**
 * Watches that what is committed goes where the next start will look for it: that the log and the two files that SQLite
 * keeps beside it are, at their paths, the files that are open, and that the main file holds what SQLite put there. A
 * commit says nothing of that: SQLite writes a file that was removed, replaced or overwritten just as well.
 *
 * It is kept over all openings of one log, so that another file is never taken for it.
 */
export class LogPlace {
  /** Open as long as this is, so that no other file gets its identity. Closing it would let go of SQLite's locks. */
  #descriptor: number | null = null;
  #path: string;
  #identity: FileIdentity | null;
  #beside: readonly Beside[] = [];
  #known: Known | null = null;
  #overwritten: Displaced | null = null;
  /** What became of saving a log that was removed; null where that was not tried. */
  #saved: string | null = null;

  readonly #file: string;

  /** @param identity of the log, if it was open in this process before */
  constructor(file: string, identity: FileIdentity | null = null) {
    this.#file = file;
    this.#path = file;
    this.#identity = identity;
  }

  /** Returns the identity of the log; null before it was first open. */
  get identity(): FileIdentity | null {
    return this.#identity;
  }

  /**
   * Makes sure that the log may be opened, and has to be called before it is: what stands at the path has to be the
   * file that was open before, if one was; and where nothing stands, no log that was removed under a running service
   * may wait beside it.
   * @throws {EventStoreError} `unavailable`
   */
  assertMayOpen(): void {
    if (this.#overwritten !== null) throw asError(this.#overwritten);
    if (this.#identity === null && lookAt(this.#file) === null) assertNoneSaved(this.#file);
    if (this.#identity !== null && !isSameFile(lookAt(this.#file), this.#identity)) throw asError(this.#gone());
  }

  /** Notes the files of a log that was just opened, and is as SQLite left it. */
  opened(wal: WalState): void {
    this.#descriptor ??= openSync(this.#file, 'r');
    const stat = fstatSync(this.#descriptor, { bigint: true });
    this.#identity = identityOf(stat);
    this.#path = realpathSync(this.#file); // beside which SQLite puts the others
    this.#beside = ['-wal', '-shm'].map((suffix) => {
      const path = `${this.#path}${suffix}`;
      return { path, identity: lookAt(path) };
    });
    this.#note(this.#descriptor, stat, wal);
  }

  /**
   * Looks whether the main file still holds what SQLite put there. To be called before each transaction, since the next
   * one may begin the WAL anew, and with it what there is to judge by.
   * @param wal reads the state of the WAL now; called only where the main file was written, and outside of any
   *   transaction
   */
  lookAtContent(wal: () => WalState): Displaced | null {
    if (this.#descriptor === null || this.#overwritten !== null) return this.#overwritten;
    const stat = fstatSync(this.#descriptor, { bigint: true });
    return this.#judge(this.#descriptor, stat, wal);
  }

  /**
   * Looks whether all is in its place. To be called before each acknowledgement; it takes some microseconds.
   * @param wal as in {@link lookAtContent}
   */
  look(wal: () => WalState): Displaced | null {
    if (this.#descriptor === null || this.#overwritten !== null) return this.#overwritten;
    const found = lookAt(this.#file);
    if (found === null || !isSameFile(found, this.#identity)) return this.#gone();
    const missing = this.#beside.find(({ path, identity }) => !isSameFile(lookAt(path), identity));
    if (missing !== undefined) return besideGone(missing, this.#file);
    return this.#judge(this.#descriptor, found, wal);
  }

  /** Notes that the main file is as SQLite left it: the WAL was just copied into it from here. */
  copied(wal: WalState): void {
    if (this.#descriptor !== null) this.#note(this.#descriptor, fstatSync(this.#descriptor, { bigint: true }), wal);
  }

  /**
   * Has what a removed log holds saved beside where it stood, once: nothing else has it, and it is gone with the process.
   * @param save writes the log as it is into a file that is not there yet
   */
  rescue(save: (target: string) => void, now: number): void {
    if (this.#descriptor === null || this.#saved !== null) return;
    const isRemoved = fstatSync(this.#descriptor, { bigint: true }).nlink === 0n;
    if (!isRemoved) return;
    const target = `${this.#path}${SAVED_MARK}${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
    try {
      // Under this name only when it is whole: the process may end meanwhile.
      const part = `${target}.part`;
      save(part);
      renameSync(part, target);
      this.#saved = `All that was in it was saved as ${target}: stop the service, move that to ${this.#path} without -wal and -shm files beside it, and start the service`;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const open = `/proc/${String(process.pid)}/fd`;
      this.#saved = `It could not be saved as ${target} (${reason}). What it holds is lost when this process ends: copy the open files of the log from ${open} before`;
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /**
   * The main file was written since we looked last. That is as it should be where frames of the WAL came into it, no
   * matter who had them copied, and harmless where it is as it was.
   */
  #judge(descriptor: number, stat: BigIntStats, walNow: () => WalState): Displaced | null {
    const known = this.#known;
    if (known !== null && stat.mtimeNs === known.modified && stat.size === known.size) return null;
    const wal = walNow();
    const wasCheckpointed = known === null || wal.checkpointed > known.checkpointed;
    if (!wasCheckpointed && (stat.size !== known.size || !beginOf(descriptor).equals(known.begin))) {
      this.#overwritten = {
        kind: 'overwritten',
        detail:
          `the event log ${this.#file} was written over by another program, such as one that restored a backup while the service ran. ` +
          `${NOTHING_IS_ACKNOWLEDGED} until the service is started again. Stop it, put into place the backup that is to be ` +
          'used, once more, without -wal and -shm files beside it, have `ticket-rail verify` check it, and start the service',
      };
      return this.#overwritten;
    }
    this.#note(descriptor, stat, wal);
    return null;
  }

  #note(descriptor: number, stat: BigIntStats, { log, checkpointed }: WalState): void {
    this.#known = {
      modified: stat.mtimeNs,
      size: stat.size,
      begin: beginOf(descriptor),
      // A WAL that is in the main file as a whole is begun anew by the next commit.
      checkpointed: checkpointed === log ? 0 : checkpointed,
    };
  }

  #gone(): Displaced {
    return {
      kind: 'log',
      detail:
        `the event log ${this.#file} is no longer the file that this service writes: it was removed, moved or replaced. ` +
        `${NOTHING_IS_ACKNOWLEDGED} until that file is back there, with its -wal and -shm. A service that is started again goes on ` +
        `with what stands there then${this.#saved === null ? '' : `. ${this.#saved}`}`,
    };
  }
}

function assertNoneSaved(file: string): void {
  const prefix = `${basename(file)}${SAVED_MARK}`;
  const saved = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && name.endsWith('Z'))
    .sort()
    .at(-1);
  if (saved === undefined) return;
  throw new EventStoreError(
    'unavailable',
    `the event log ${file} was removed while a service ran, and what it held was saved as ${saved}. A new log would know ` +
      `nothing of it: move ${saved} to ${file} and start again; or, if it is not needed, move it elsewhere`,
  );
}

const besideGone = ({ path }: Beside, file: string): Displaced => ({
  kind: 'beside',
  detail:
    `${path} was removed or replaced while the service runs, and it belongs to the event log. ${NOTHING_IS_ACKNOWLEDGED} until ` +
    `the service is started again: stop it with SIGTERM, and it leaves everything in ${file}`,
});

function beginOf(descriptor: number): Buffer {
  const begin = Buffer.alloc(COMPARED_BYTES);
  return begin.subarray(0, readSync(descriptor, begin, 0, COMPARED_BYTES, 0));
}

const asError = ({ detail }: Displaced): EventStoreError => new EventStoreError('unavailable', detail);
