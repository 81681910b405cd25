import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  isConsistent,
  leafHashOf,
  rootFromInclusion,
  rootOf,
  TreeBuilder,
  type TreeHash,
  type TreeNodes,
} from '../../../../services/audit/merkle/tree';
import { cases } from '../../../support/depth';

interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
}
interface Vectors {
  readonly inclusion: readonly (Vector & {
    readonly leafIdx: number;
    readonly treeSize: number;
    readonly root: string | null;
    readonly leafHash: string | null;
  })[];
  readonly consistency: readonly (Vector & {
    readonly size1: number;
    readonly size2: number;
    readonly root1: string | null;
    readonly root2: string | null;
  })[];
}
const FIXTURE = join(__dirname, '../../../fixtures/merkle/rfc-6962-proofs.json');
const VECTORS = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Vectors;
const hexOf = (base64: string | null): TreeHash => Buffer.from(base64 ?? '', 'base64').toString('hex');

/** The hash of a list of leaves as RFC 9162 defines it, word for word. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  const sha256 = (...parts: Buffer[]): Buffer => {
    const digest = createHash('sha256');
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.from([0]), ...leaves);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.from([1]), definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

/** A tree of leaves that each say their number. */
function grow(size: number) {
  const builder = new TreeBuilder();
  const data = Array.from({ length: size }, (_, index) => Buffer.from(`leaf ${String(index)}`));
  const leaves = data.map((one) => leafHashOf(one.toString('hex')));
  const largest: TreeHash[] = [];
  const roots = [builder.root];
  for (const leaf of leaves) {
    largest.push(builder.append(leaf));
    roots.push(builder.root);
  }
  const nodes: TreeNodes = { leaf: (index) => leaves[index] ?? '', largest: (index) => largest[index] ?? '' };
  return { nodes, data, leaves, root: (at: number) => roots[at] ?? '' };
}

const MOST = 300;
const tree = grow(MOST);
const aProof = fc.integer({ min: 1, max: MOST }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
const flip = (hash: TreeHash, bit: number): TreeHash => {
  const bytes = Buffer.from(hash, 'hex');
  const at = (bit >> 3) % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString('hex');
};

describe('the Merkle tree', () => {
  it.each(VECTORS.inclusion.map((one, index) => [`${String(index)} (${one.desc})`, one] as const))(
    'inclusion vector %s of transparency-dev is decided as it says',
    (_name, { leafIdx, treeSize, root, leafHash, proof, wantErr }) => {
      const found = rootFromInclusion(hexOf(leafHash), leafIdx, treeSize, (proof ?? []).map(hexOf));
      expect(found !== null && found === hexOf(root)).toBe(!wantErr);
    },
  );

  it.each(VECTORS.consistency.map((one, index) => [`${String(index)} (${one.desc})`, one] as const))(
    'consistency vector %s of transparency-dev is decided as it says',
    (_name, { size1, size2, root1, root2, proof, wantErr }) => {
      const [from, to] = [
        { size: size1, root: hexOf(root1) },
        { size: size2, root: hexOf(root2) },
      ];
      expect(isConsistent(from, to, (proof ?? []).map(hexOf))).toBe(!wantErr);
    },
  );

  it('its root is that of the definition at every size, kept leaf by leaf or found from what was kept', () => {
    expect(tree.root(0)).toBe(EMPTY_ROOT);
    for (let size = 0; size <= MOST; size++) {
      expect(tree.root(size)).toBe(definedRoot(tree.data.slice(0, size)).toString('hex'));
      expect(rootOf(tree.nodes, size)).toBe(tree.root(size));
      expect(TreeBuilder.after(tree.nodes, size).root).toBe(tree.root(size));
    }
  });

  it('a builder that goes on from what was kept builds the same tree', () => {
    for (const size of [0, 1, 2, 3, 7, 8, 100, 255, 256]) {
      const builder = TreeBuilder.after(tree.nodes, size);
      for (const leaf of tree.leaves.slice(size)) builder.append(leaf);
      expect([builder.size, builder.root]).toEqual([MOST, tree.root(MOST)]);
    }
  });

  it('every leaf is proven in every tree of some sizes, by no more hashes than the tree is high', () => {
    for (const size of [1, 2, 3, 4, 5, 8, 31, 33, 64, 200, MOST]) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(tree.nodes, index, size);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(rootFromInclusion(tree.leaves[index] ?? '', index, size, proof)).toBe(tree.root(size));
      }
    }
  });

  it('every tree is proven to begin with every smaller one', () => {
    for (const to of [1, 2, 3, 6, 8, 63, 64, 65, MOST]) {
      for (let from = 1; from <= to; from++) {
        const [shorter, longer] = [
          { size: from, root: tree.root(from) },
          { size: to, root: tree.root(to) },
        ];
        expect(isConsistent(shorter, longer, consistencyProof(tree.nodes, from, to))).toBe(true);
      }
    }
  });

  it('a proof of inclusion with any one bit, hash or number changed does not hold', () => {
    fc.assert(
      fc.property(aProof, fc.nat(255), fc.nat(), fc.integer({ min: 1, max: MOST }), ([size, index], bit, at, other) => {
        const leaf = tree.leaves[index] ?? '';
        const proof = inclusionProof(tree.nodes, index, size);
        const holds = (changed: { leaf?: TreeHash; index?: number; proof?: readonly TreeHash[] }): boolean =>
          rootFromInclusion(changed.leaf ?? leaf, changed.index ?? index, size, changed.proof ?? proof) ===
          tree.root(size);
        expect(holds({})).toBe(true);
        expect(holds({ leaf: flip(leaf, bit) })).toBe(false);
        expect(holds({ index: (index + other) % (MOST + 1) })).toBe(other === MOST + 1);
        expect(holds({ proof: [...proof, leaf] })).toBe(false);
        expect(rootFromInclusion(leaf, index, size, proof)).not.toBe(flip(tree.root(size), bit));
        if (proof.length === 0) return;
        const place = at % proof.length;
        expect(holds({ proof: proof.with(place, flip(proof[place] ?? '', bit)) })).toBe(false);
        expect(holds({ proof: proof.toSpliced(place, 1) })).toBe(false);
      }),
      { numRuns: cases(500) },
    );
  });

  it('a proof of consistency with any one bit, hash or root changed does not hold', () => {
    fc.assert(
      fc.property(aProof, fc.nat(255), fc.nat(), ([to, index], bit, at) => {
        const from = index + 1;
        const [shorter, longer] = [
          { size: from, root: tree.root(from) },
          { size: to, root: tree.root(to) },
        ];
        const proof = consistencyProof(tree.nodes, from, to);
        expect(isConsistent({ ...shorter, root: flip(shorter.root, bit) }, longer, proof)).toBe(false);
        expect(isConsistent(shorter, { ...longer, root: flip(longer.root, bit) }, proof)).toBe(false);
        expect(isConsistent(shorter, longer, [...proof, shorter.root])).toBe(false);
        if (proof.length === 0) return;
        const place = at % proof.length;
        expect(isConsistent(shorter, longer, proof.with(place, flip(proof[place] ?? '', bit)))).toBe(false);
        expect(isConsistent(shorter, longer, proof.toSpliced(place, 1))).toBe(false);
      }),
      { numRuns: cases(500) },
    );
  });

  it('what is no hash, no size or no index proves nothing', () => {
    const [leaf = ''] = tree.leaves;
    for (const [index, size] of [
      [1, 1],
      [-1, 1],
      [0.5, 2],
      [0, Infinity],
    ] as const) {
      expect(rootFromInclusion(leaf, index, size, [])).toBeNull();
    }
    expect(rootFromInclusion(leaf.slice(2), 0, 1, [])).toBeNull();
    expect(rootFromInclusion(leaf.toUpperCase(), 0, 1, [])).toBeNull();
    expect(isConsistent({ size: 2, root: tree.root(2) }, { size: 1, root: tree.root(1) }, [])).toBe(false);
  });

  it('there is no proof of a leaf that is not there, or from a tree without leaves or with more', () => {
    const nodes: TreeNodes = { leaf: () => EMPTY_ROOT, largest: () => EMPTY_ROOT };
    for (const [index, size] of [
      [0, 0],
      [2, 2],
      [-1, 2],
      [0, Infinity],
    ] as const) {
      expect(() => inclusionProof(nodes, index, size)).toThrow(RangeError);
    }
    for (const [from, to] of [
      [0, 3],
      [4, 3],
      [1.5, 3],
      [1, NaN],
    ] as const) {
      expect(() => consistencyProof(nodes, from, to)).toThrow(RangeError);
    }
  });
});
