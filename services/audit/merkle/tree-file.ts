import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { codeOf } from '../../files/error-code';
import { comparePositions, type Position } from '../../event-store/event-store';
import type { TreeHash, TreeNodes } from './tree';

/**
 * A Merkle tree in a file: a record of the same length for each leaf, which is written once. A proof reads a few hundred of
 * them, wherever in the file they are.
 *
 * | bytes | what |
 * | --- | --- |
 * | 8 | position of the event, big-endian |
 * | 32 | hash of the leaf |
 * | 32 | hash of the largest complete subtree that ends with it |
 */

const POSITION_BYTES = 8;
const HASH_BYTES = 32;
const RECORD_BYTES = POSITION_BYTES + 2 * HASH_BYTES;
/** Records that are written at a time. */
const RECORDS_AT_ONCE = 4_096;
/** The umask takes away from it what nobody gave to a group on purpose (private-files.ts). */
const MODE = 0o660;

/** A tree that is there to be read. */
export interface StoredTree extends TreeNodes {
  /** Of whole records. */
  readonly size: number;
  /** @returns the place of the event at a position among the first leaves; null if none of them is there */
  indexOf(position: Position, among: number): number | null;
}

/** The file has no such record: it is shorter than it was, or not whole. */
export class TreeRecordMissing extends Error {
  override readonly name = 'TreeRecordMissing';
}

function storedIn(file: number): StoredTree {
  const read = (index: number, offset: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (readSync(file, buffer, 0, bytes, index * RECORD_BYTES + offset) < bytes)
      throw new TreeRecordMissing(`there is no record ${String(index)}`);
    return buffer;
  };
  const positionAt = (index: number): Position => String(read(index, 0, POSITION_BYTES).readBigUInt64BE()) as Position; // a decimal string
  return {
    get size() {
      return Math.floor(fstatSync(file).size / RECORD_BYTES);
    },
    leaf: (index) => read(index, POSITION_BYTES, HASH_BYTES).toString('hex'),
    largest: (index) => read(index, POSITION_BYTES + HASH_BYTES, HASH_BYTES).toString('hex'),
    indexOf: (position, among) => {
      let [from, end] = [0, among];
      while (from < end) {
        const middle = Math.floor((from + end) / 2);
        if (comparePositions(positionAt(middle), position) < 0) from = middle + 1;
        else end = middle;
      }
      return from < among && positionAt(from) === position ? from : null;
    },
  };
}

/** Reads a tree while another writes to it. @returns null if there is no such file */
export function withStoredTree<Result>(path: string, use: (tree: StoredTree) => Result): Result | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return use(storedIn(file));
  } finally {
    closeSync(file);
  }
}

/** A tree that is written to. Its file is open only meanwhile, so that it may be deleted at any time. */
export class TreeFile {
  readonly #path: string;
  #pending: Buffer[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes away all records from one on, and what is no whole one, if there is such a file. */
  truncate(size: number): void {
    this.#pending = [];
    this.#write((file) => {
      if (fstatSync(file).size > size * RECORD_BYTES) ftruncateSync(file, size * RECORD_BYTES);
    });
  }

  append(position: Position, leaf: TreeHash, largest: TreeHash): void {
    const record = Buffer.alloc(RECORD_BYTES);
    record.writeBigUInt64BE(BigInt(position));
    record.write(leaf, POSITION_BYTES, 'hex');
    record.write(largest, POSITION_BYTES + HASH_BYTES, 'hex');
    this.#pending.push(record);
    if (this.#pending.length >= RECORDS_AT_ONCE) this.#write(() => undefined);
  }

  /** Returns once everything is on the disk. */
  sync(): void {
    this.#write(fsyncSync);
  }

  #write(finish: (file: number) => void): void {
    const bytes = Buffer.concat(this.#pending);
    const file = openSync(this.#path, 'a', MODE);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      this.#pending = [];
      finish(file);
    } finally {
      closeSync(file);
    }
  }
}
