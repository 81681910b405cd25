import type { Checkpoint } from '../../../schemas/checkpoint';
import { comparePositions, type Position, type RecordedEvent } from '../../event-store/event-store';
import { leafOf } from '../../event-store/seal/log-hash';
import { formatInclusion, provenInclusion } from '../merkle/inclusion-text';
import { consistencyProof, inclusionProof, isConsistent, leafHashOf, rootOf, type TreeHash } from '../merkle/tree';
import { type StoredTree, TreeRecordMissing, withStoredTree } from '../merkle/tree-file';
import type { CheckpointFiles } from './checkpoint-signer';
import { newestCheckpoints } from './newest-checkpoints';
import { noteOf } from './note';

/** Proofs from the tree of a log, each checked before it is given: a tree that is not the signed one proves nothing. */

/** A checkpoint with a note. */
export type Noted = Checkpoint & { readonly note: string };

const isNoted = (checkpoint: Checkpoint): checkpoint is Noted => noteOf(checkpoint, null) !== null;

/** @param checkpoints that count, newest last. @returns the newest with a note; null if there is none */
export const newestNoted = (checkpoints: readonly Checkpoint[]): Noted | null => checkpoints.findLast(isNoted) ?? null;

/** @returns the newest checkpoint of a log that has a note. */
export const newestNote = (place: Pick<CheckpointFiles, 'file' | 'store'>): Noted | null =>
  newestNoted(newestCheckpoints(place));

/** @returns what is read of a tree; null if it is not there, or is being made anew */
function readTree<Result>(path: string, read: (tree: StoredTree) => Result): Result | null {
  try {
    return withStoredTree(path, read);
  } catch (error) {
    if (error instanceof TreeRecordMissing) return null;
    throw error;
  }
}

/** @returns the proof that the event at a position is in the log of a note, as tlog-proof text; null if there is none */
export function proveInclusion(treeFile: string, { note, events }: Noted, position: Position): string | null {
  return readTree(treeFile, (tree) => {
    const index = tree.indexOf(position, events);
    if (index === null) return null;
    const text = formatInclusion({ index, hashes: inclusionProof(tree, index, events), note });
    return provenInclusion(text, tree.leaf(index)) === null ? null : text;
  });
}

/** @returns what proves that the log of a note begins with a smaller one; null if there is none. @param from above 0 */
export function proveConsistency(treeFile: string, noted: Noted, from: number): readonly TreeHash[] | null {
  const to = noteOf(noted, null);
  if (to === null || from > to.size) return null;
  return readTree(treeFile, (tree) => {
    const proof = consistencyProof(tree, from, to.size);
    return isConsistent({ size: from, root: rootOf(tree, from) }, to, proof) ? proof : null;
  });
}

/** Proof of an order: of the newest event of it that a note covers, whose chain has all before it. */
export interface OrderProof {
  readonly position: Position;
  /** As tlog-proof text. */
  readonly proof: string;
}

/**
 * @param events of one order, in the order of the log
 * @param checkpoints that count, newest last
 * @returns the proof of an order; null if no note covers it, or the log has another event there than was signed
 */
export function proveOrder(
  treeFile: string,
  checkpoints: readonly Checkpoint[],
  events: readonly RecordedEvent[],
): OrderProof | null {
  const noted = newestNoted(checkpoints);
  if (noted === null) return null;
  const event = events.findLast(({ position }) => comparePositions(position, noted.position) <= 0);
  const proof = event === undefined ? null : proveInclusion(treeFile, noted, event.position);
  if (event === undefined || proof === null) return null;
  return provenInclusion(proof, leafHashOf(leafOf(event))) === null ? null : { position: event.position, proof };
}

/** @returns what goes with evidence of a log: its newest checkpoints, and proofs by the newest note of them. */
export function signedEvidence({ file, store, treeFile }: Pick<CheckpointFiles, 'file' | 'store' | 'treeFile'>) {
  const checkpoints = newestCheckpoints({ file, store });
  return {
    checkpoints,
    prove: (events: readonly RecordedEvent[]): OrderProof | null => proveOrder(treeFile, checkpoints, events),
  };
}
