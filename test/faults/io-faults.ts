import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';

/** 64-bit integers of the control file: the members of `struct control` in io-faults.c, in order. */
const SLOTS = {
  sync: { skip: 0, count: 1, error: 2, delay: 3, kill: 4, calls: 5, failed: 6 },
  write: { skip: 7, count: 8, error: 9, delay: 10, kill: 11, calls: 12, failed: 13 },
  any: { kill: 14 },
} as const;
const SLOT_BYTES = 8;
const CONTROL_BYTES = 15 * SLOT_BYTES;

/** Which operations to fail. */
export interface Failures {
  /** How many; default 1. `Infinity`: all, until {@link IoFaults.clear}. */
  readonly count?: number;
  /** How they fail, such as `EIO` or `ENOSPC`. */
  readonly errno: keyof typeof constants.errno;
  /** How many to let through first; default 0. */
  readonly skip?: number;
}

/** What the process did to the watched files so far. */
export interface IoCounters {
  /** `fsync` and `fdatasync`, failed ones included. */
  readonly syncs: number;
  readonly syncsFailed: number;
  /** `write`, `pwrite` and `ftruncate`, failed ones included. */
  readonly writes: number;
  readonly writesFailed: number;
}

/** The faults of one process, or of several that share its environment. Every call takes effect at once. */
export interface IoFaults {
  /** To be added to the environment of the process to start. */
  readonly env: Readonly<Record<string, string>>;
  failSyncs(failures: Failures): void;
  failWrites(failures: Failures): void;
  /** Every sync takes so many milliseconds longer, until {@link IoFaults.clear} or 0: that lets go of those held back. */
  delaySyncs(milliseconds: number): void;
  /** Kills the process (SIGKILL) where it would do the `n`-th such operation from now, from 1. `any`: either. */
  killAt(point: { readonly op: 'sync' | 'write' | 'any'; readonly n: number }): void;
  /** Ends all faults; counters stay. */
  clear(): void;
  /** Readable after the end of the process, too. They count from {@link createIoFaults}: take differences. */
  counters(): IoCounters;
  /** Closes the control file. A process that has it keeps its faults. */
  close(): void;
}

const SOURCE = join(__dirname, 'io-faults.c');
const CACHE = join(__dirname, '../../node_modules/.cache/io-faults');

/** Compiles io-faults.c unless that was done before. @returns the path of the library, for `LD_PRELOAD`. */
export function buildIoFaults(): string {
  if (process.platform !== 'linux') throw new Error('I/O faults are injected with LD_PRELOAD and need Linux');
  const version = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const library = join(CACHE, `io-faults-${process.arch}-${version}.so`);
  if (existsSync(library)) return library;
  mkdirSync(CACHE, { recursive: true });
  const half = `${library}.${String(process.pid)}`; // other processes may build it at the same time
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', half, SOURCE]);
  renameSync(half, library);
  return library;
}

/**
 * Prepares faults for a process that is yet to be started with {@link IoFaults.env}.
 * @param directory where to keep the control file.
 * @param match watched are the files whose absolute path contains this; for SQLite that is the database with its `-wal`,
 *   `-journal` and `-shm`.
 */
export function createIoFaults(directory: string, match = 'events.sqlite'): IoFaults {
  const path = resolve(directory, 'io-faults.control');
  const file = openSync(path, 'w+');
  ftruncateSync(file, CONTROL_BYTES);

  const get = (slot: number): number => {
    const cell = Buffer.alloc(SLOT_BYTES);
    readSync(file, cell, 0, SLOT_BYTES, slot * SLOT_BYTES);
    return Number(cell.readBigInt64LE());
  };
  const set = (slot: number, value: number): void => {
    const cell = Buffer.alloc(SLOT_BYTES);
    cell.writeBigInt64LE(BigInt(Math.min(value, Number.MAX_SAFE_INTEGER)));
    writeSync(file, cell, 0, SLOT_BYTES, slot * SLOT_BYTES);
  };
  const fail = (slots: (typeof SLOTS)['sync' | 'write'], { count = 1, errno, skip = 0 }: Failures): void => {
    set(slots.count, 0);
    set(slots.error, constants.errno[errno]);
    set(slots.skip, skip);
    set(slots.count, count); // last: it arms
  };

  return {
    env: { LD_PRELOAD: buildIoFaults(), IO_FAULTS_CONTROL: path, IO_FAULTS_MATCH: match },
    failSyncs: (failures) => {
      fail(SLOTS.sync, failures);
    },
    failWrites: (failures) => {
      fail(SLOTS.write, failures);
    },
    delaySyncs: (milliseconds) => {
      set(SLOTS.sync.delay, milliseconds);
    },
    killAt: ({ op, n }) => {
      set(SLOTS[op].kill, n);
    },
    clear: () => {
      for (const { skip, count, delay, kill } of [SLOTS.sync, SLOTS.write]) {
        for (const slot of [count, skip, delay, kill]) set(slot, 0);
      }
      set(SLOTS.any.kill, 0);
    },
    counters: () => ({
      syncs: get(SLOTS.sync.calls),
      syncsFailed: get(SLOTS.sync.failed),
      writes: get(SLOTS.write.calls),
      writesFailed: get(SLOTS.write.failed),
    }),
    close: () => {
      closeSync(file);
    },
  };
}
