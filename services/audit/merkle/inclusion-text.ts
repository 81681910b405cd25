import { base64Of, treeHashIn, treeSizeIn, unverifiedCheckpoint } from './signed-note';
import { rootFromInclusion, type TreeHash } from './tree';

/** A proof that one leaf is in a log, as a text that stands for itself: c2sp.org/tlog-proof, v1. */

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
/** Most hashes of a proof: a tree is no higher than its size has bits. */
const MOST_HASHES = 64;

/** A proof with the checkpoint that it leads to. */
export interface InclusionText {
  /** Of the leaf, from 0. */
  readonly index: number;
  /** From its sibling to below the root. */
  readonly hashes: readonly TreeHash[];
  /** A signed note. */
  readonly note: string;
}

export const formatInclusion = ({ index, hashes, note }: InclusionText): string =>
  [FIRST_LINE, `index ${String(index)}`, ...hashes.map(base64Of), '', note].join('\n');

/** @returns what a proof says; null if it is none. Extra data, of which we write none, is none. */
export function parseInclusion(text: string): InclusionText | null {
  const split = text.indexOf('\n\n');
  const [first, indexLine = '', ...lines] = split < 0 ? [] : text.slice(0, split).split('\n');
  if (first !== FIRST_LINE || !indexLine.startsWith('index ') || lines.length > MOST_HASHES) return null;
  const index = treeSizeIn(indexLine.slice('index '.length));
  const hashes = lines.map(treeHashIn);
  if (index === null || hashes.includes(null)) return null;
  return { index, hashes: hashes.filter((one) => one !== null), note: text.slice(split + 2) };
}

/** What a proof shows of a leaf, as long as who signed its note is another question. */
export interface ProvenInclusion {
  readonly origin: string;
  /** Of the tree. */
  readonly size: number;
  readonly index: number;
  readonly hashes: number;
  readonly note: string;
}

/** @returns what a proof shows of a leaf; null if it leads to another root than the checkpoint in it */
export function provenInclusion(text: string, leaf: TreeHash): ProvenInclusion | null {
  const proof = parseInclusion(text);
  const checkpoint = proof === null ? null : unverifiedCheckpoint(proof.note);
  if (proof === null || checkpoint === null) return null;
  const { index, hashes, note } = proof;
  const { origin, size, root } = checkpoint;
  if (rootFromInclusion(leaf, index, size, hashes) !== root) return null;
  return { origin, size, index, hashes: hashes.length, note };
}
