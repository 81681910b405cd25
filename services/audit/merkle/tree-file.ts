import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { BrokenInvariant } from '../../../schemas/broken-invariant';
import { codeOf } from '../../files/error-code';
import { comparePositions, type Position } from '../../event-store/event-store';
import { EMPTY_ROOT, type TreeHash, type TreeNodes } from './tree';

/**
 * A Merkle tree in a file: a record of the same length for each leaf, which is written once. A proof reads a few hundred of
 * them, wherever in the file they are.
 *
 * | bytes | what |
 * | --- | --- |
 * | 8 | position of the event, big-endian |
 * | 32 | hash of the leaf |
 * | 32 | hash of the largest complete subtree that ends with it |
 * | 4 | CRC-32 of these, big-endian: a disk may fail where nothing is read for years |
 */

const POSITION_BYTES = 8;
const HASH_BYTES = 32;
const CHECKED_BYTES = POSITION_BYTES + 2 * HASH_BYTES;
const RECORD_BYTES = CHECKED_BYTES + 4;
/** Records that are written at a time. */
const RECORDS_AT_ONCE = 4_096;
/** The umask takes away from it what nobody gave to a group on purpose (private-files.ts). */
const MODE = 0o660;

/** The file has no such record: it is shorter than it was, or not whole. */
export class TreeRecordMissing extends Error {
  override readonly name = 'TreeRecordMissing';
}

/** A record is there, and is not what was written. */
export class TreeRecordDamaged extends Error {
  override readonly name = 'TreeRecordDamaged';
}

interface TreeRecord {
  readonly position: Position;
  readonly leaf: TreeHash;
  readonly largest: TreeHash;
}

function encode({ position, leaf, largest }: TreeRecord): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeBigUInt64BE(BigInt(position));
  record.write(leaf, POSITION_BYTES, 'hex');
  record.write(largest, POSITION_BYTES + HASH_BYTES, 'hex');
  record.writeUInt32BE(crc32(record.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return record;
}

/** @param bytes how many were read. @throws {TreeRecordMissing} @throws {TreeRecordDamaged} */
function decode(record: Buffer, bytes: number, index: number): TreeRecord {
  if (bytes < RECORD_BYTES) throw new TreeRecordMissing(`there is no record ${String(index)}`);
  if (crc32(record.subarray(0, CHECKED_BYTES)) !== record.readUInt32BE(CHECKED_BYTES))
    throw new TreeRecordDamaged(`record ${String(index)} is damaged`);
  return {
    position: String(record.readBigUInt64BE()) as Position, // a decimal string
    leaf: record.toString('hex', POSITION_BYTES, POSITION_BYTES + HASH_BYTES),
    largest: record.toString('hex', POSITION_BYTES + HASH_BYTES, CHECKED_BYTES),
  };
}

/** @returns which records something takes of a tree, which depends on numbers of leaves alone */
function recordsOf(use: (nodes: TreeNodes) => unknown): ReadonlySet<number> {
  const wanted = new Set<number>();
  const want = (index: number): TreeHash => {
    wanted.add(index);
    return EMPTY_ROOT;
  };
  use({ leaf: want, largest: want });
  return wanted;
}

/** A tree that is there to be read, record by record, without holding up the thread. */
export class StoredTree {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @returns the place of the event at a position among the first leaves; null if none of them is there */
  async indexOf(position: Position, among: number): Promise<number | null> {
    let [from, end] = [0, among];
    while (from < end) {
      const middle = Math.floor((from + end) / 2);
      if (comparePositions((await this.#read(middle)).position, position) < 0) from = middle + 1;
      else end = middle;
    }
    return from < among && (await this.#read(from)).position === position ? from : null;
  }

  /** @param use pure; called twice, first to find which records it takes, whatever hashes they have */
  async find<Result>(use: (nodes: TreeNodes) => Result): Promise<Result> {
    const records = new Map<number, TreeRecord>();
    for (const index of recordsOf(use)) records.set(index, await this.#read(index));
    const at = (index: number): TreeRecord => {
      const record = records.get(index);
      if (record === undefined) throw new BrokenInvariant(`record ${String(index)} was not asked for`);
      return record;
    };
    return use({ leaf: (index) => at(index).leaf, largest: (index) => at(index).largest });
  }

  async #read(index: number): Promise<TreeRecord> {
    const record = Buffer.alloc(RECORD_BYTES);
    const { bytesRead } = await this.#file.read(record, 0, RECORD_BYTES, index * RECORD_BYTES);
    return decode(record, bytesRead, index);
  }
}

/** Reads a tree while another writes to it. @returns null if there is no such file */
export async function withStoredTree<Result>(
  path: string,
  use: (tree: StoredTree) => Promise<Result>,
): Promise<Result | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return await use(new StoredTree(file));
  } finally {
    await file.close();
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
    this.#pending.push(encode({ position, leaf, largest }));
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
