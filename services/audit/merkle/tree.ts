import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 9162, section 2.1, with SHA-256: its root names a list of leaves, a short proof shows that a leaf
 * is at its place in it, and another that a longer list begins with a shorter one. Pure; hashes are in lower-case hex.
 */

export type TreeHash = string;

/** The root of a tree without leaves. */
export const EMPTY_ROOT: TreeHash = hash('sha256', '', 'hex');

const HASH = /^[0-9a-f]{64}$/;
export const isTreeHash = (text: string): boolean => HASH.test(text);

/** @param data of the leaf, in hex */
export const leafHashOf = (data: string): TreeHash => hash('sha256', Buffer.from(`00${data}`, 'hex'), 'hex');

const nodeHash = (left: TreeHash, right: TreeHash): TreeHash =>
  hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex');

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** @throws {RangeError} for what is no number of leaves above 0, for which nothing below would come to an end */
function assertSome(leaves: number): void {
  if (!isSize(leaves) || leaves === 0) throw new RangeError(`${String(leaves)} is no number of leaves above 0`);
}

/** @returns the largest power of two that divides a number above 0; not by bits, of which JavaScript takes 32. */
function widthOf(number: number): number {
  assertSome(number);
  let width = 1;
  while (number % (2 * width) === 0) width *= 2;
  return width;
}

/** @returns the largest power of two below a number above 1: where the tree of so many leaves is split. */
function splitOf(leaves: number): number {
  let split = 1;
  while (2 * split < leaves) split *= 2;
  return split;
}

/**
 * What is kept of a tree: two hashes for each leaf, which never change as others come. From them any other hash of the tree
 * is found in at most as many steps as the tree is high.
 */
export interface TreeNodes {
  /** @returns the hash of a leaf */
  leaf(index: number): TreeHash;
  /** @returns the hash of the largest complete subtree that ends with a leaf */
  largest(index: number): TreeHash;
}

/** @returns the hash over as many leaves as the power of two `width`, from `first`, a multiple of it */
function complete(nodes: TreeNodes, first: number, width: number): TreeHash {
  if (width === 1) return nodes.leaf(first);
  if (widthOf(first + width) === width) return nodes.largest(first + width - 1);
  const half = width / 2;
  return nodeHash(complete(nodes, first, half), complete(nodes, first + half, half));
}

/** @returns the hash over the leaves from `first` to before `end` */
function rangeHash(nodes: TreeNodes, first: number, end: number): TreeHash {
  const leaves = end - first;
  if (leaves === widthOf(leaves)) return complete(nodes, first, leaves);
  const split = splitOf(leaves);
  return nodeHash(complete(nodes, first, split), rangeHash(nodes, first + split, end));
}

/** @returns the root over the first `size` leaves */
export const rootOf = (nodes: TreeNodes, size: number): TreeHash =>
  size === 0 ? EMPTY_ROOT : rangeHash(nodes, 0, size);

/** Builds a tree leaf by leaf, in the memory of one hash for each level. */
export class TreeBuilder {
  #size = 0;
  /** Hashes of the complete subtrees that the leaves so far make up, the widest first. */
  readonly #peaks: TreeHash[] = [];

  /** @param peaks as another gave them for so many leaves */
  constructor(size = 0, peaks: readonly TreeHash[] = []) {
    this.#size = size;
    this.#peaks.push(...peaks);
  }

  /** Goes on where a tree that was kept ends. */
  static after(nodes: TreeNodes, size: number): TreeBuilder {
    const peaks: TreeHash[] = [];
    for (let end = size; end > 0; end -= widthOf(end)) peaks.unshift(nodes.largest(end - 1));
    return new TreeBuilder(size, peaks);
  }

  get size(): number {
    return this.#size;
  }

  get peaks(): readonly TreeHash[] {
    return this.#peaks;
  }

  get root(): TreeHash {
    return this.#peaks.length === 0 ? EMPTY_ROOT : this.#peaks.reduceRight((right, left) => nodeHash(left, right));
  }

  /** @returns the hash of the largest complete subtree that ends with this leaf */
  append(leaf: TreeHash): TreeHash {
    let largest = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      largest = nodeHash(this.#peaks.pop() ?? '', largest);
    }
    this.#peaks.push(largest);
    this.#size++;
    return largest;
  }
}

/**
 * @returns what proves that a leaf is in the tree of the first `size` leaves, from its sibling up to below the root
 * @throws {RangeError} if it is none of them
 */
export function inclusionProof(nodes: TreeNodes, index: number, size: number): readonly TreeHash[] {
  assertSome(size);
  if (!isSize(index) || index >= size) throw new RangeError(`there is no leaf ${String(index)}`);
  const proof: TreeHash[] = [];
  let [first, end] = [0, size];
  while (end - first > 1) {
    const middle = first + splitOf(end - first);
    if (index < middle) {
      proof.unshift(rangeHash(nodes, middle, end));
      end = middle;
    } else {
      proof.unshift(rangeHash(nodes, first, middle));
      first = middle;
    }
  }
  return proof;
}

/**
 * @returns what proves that the tree of `to` leaves begins with that of `from`
 * @throws {RangeError} unless `from` is above 0, and not above `to`
 */
export function consistencyProof(nodes: TreeNodes, from: number, to: number): readonly TreeHash[] {
  assertSome(from);
  assertSome(to);
  if (from > to) throw new RangeError(`${String(from)} leaves are more than ${String(to)}`);
  const proof: TreeHash[] = [];
  let [first, end] = [0, to];
  while (end !== from) {
    const middle = first + splitOf(end - first);
    if (from <= middle) {
      proof.unshift(rangeHash(nodes, middle, end));
      end = middle;
    } else {
      proof.unshift(rangeHash(nodes, first, middle));
      first = middle;
    }
  }
  // The tree that was is known to the one who asks, unless it is only a part of the subtree that is left.
  if (first > 0) proof.unshift(rangeHash(nodes, first, end));
  return proof;
}

/** The way from a leaf, or from a subtree that ends with it, up to the root. */
class Climb {
  #node: number;
  #last: number;

  constructor(index: number, last: number) {
    this.#node = index;
    this.#last = last;
  }

  get isAtRoot(): boolean {
    return this.#last === 0;
  }

  get isRight(): boolean {
    return this.#node % 2 === 1;
  }

  up(): void {
    this.#node = Math.floor(this.#node / 2);
    this.#last = Math.floor(this.#last / 2);
  }

  /** @returns whether the next hash of a proof is on the left, after going up to where it is put together */
  next(): 'left' | 'right' {
    if (!this.isRight && this.#node !== this.#last) {
      this.up();
      return 'right';
    }
    while (!this.isRight && this.#node !== 0) this.up();
    this.up();
    return 'left';
  }
}

/** @returns the root that follows from a leaf and its proof (RFC 9162, 2.1.3.2); null if none does */
export function rootFromInclusion(
  leaf: TreeHash,
  index: number,
  size: number,
  proof: readonly TreeHash[],
): TreeHash | null {
  if (!isSize(index) || !isSize(size) || index >= size || ![leaf, ...proof].every(isTreeHash)) return null;
  const climb = new Climb(index, size - 1);
  let root = leaf;
  for (const hashBeside of proof) {
    if (climb.isAtRoot) return null;
    root = climb.next() === 'left' ? nodeHash(hashBeside, root) : nodeHash(root, hashBeside);
  }
  return climb.isAtRoot ? root : null;
}

/** A tree as it was signed. */
export interface TreeHead {
  readonly size: number;
  readonly root: TreeHash;
}

/**
 * @returns whether a proof shows that one tree, which has leaves, begins another (RFC 9162, 2.1.4.2): that every tree begins
 *   with the empty one takes none
 */
export function isConsistent(from: TreeHead, to: TreeHead, proof: readonly TreeHash[]): boolean {
  if (!isSize(from.size) || !isSize(to.size) || from.size === 0 || from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && from.root === to.root;
  if (![from.root, to.root, ...proof].every(isTreeHash)) return false;
  const [start, ...rest] = widthOf(from.size) === from.size ? [from.root, ...proof] : proof;
  if (start === undefined) return false;
  const climb = new Climb(from.size - 1, to.size - 1);
  while (climb.isRight) climb.up();
  let [shorter, longer] = [start, start];
  for (const hashBeside of rest) {
    if (climb.isAtRoot) return false;
    if (climb.next() === 'left') {
      shorter = nodeHash(hashBeside, shorter);
      longer = nodeHash(hashBeside, longer);
    } else {
      longer = nodeHash(longer, hashBeside);
    }
  }
  return climb.isAtRoot && shorter === from.root && longer === to.root;
}
