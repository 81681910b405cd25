import { rmSync } from 'node:fs';
import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { Semaphore } from '../../concurrency/semaphore';
import { comparePositions, type Position, type RecordedEvent } from '../../event-store/event-store';
import { codeOf } from '../../files/error-code';
import { formatInclusion, provenInclusion } from '../merkle/inclusion-text';
import { consistencyProof, inclusionProof, isConsistent, rootOf, type TreeHash } from '../merkle/tree';
import { type StoredTree, TreeRecordDamaged, TreeRecordMissing, withStoredTree } from '../merkle/tree-file';
import type { CheckpointFiles } from './checkpoint-signer';
import { newestCheckpoints } from './newest-checkpoints';
import { noteOf } from './note';

/** Proofs from the tree of a log, each checked before it is given: a tree that is not the signed one proves nothing. */

/** A checkpoint with a note. */
export type Noted = Checkpoint & { readonly note: string };

const isNoted = (checkpoint: Checkpoint): checkpoint is Noted => noteOf(checkpoint, null) !== null;

/**
 * @param checkpoints that count, newest last
 * @returns the newest with a note by the key of the newest: notes of a key that was replaced lead to another public key
 */
export function newestNoted(checkpoints: readonly Checkpoint[]): Noted | null {
  const keyId = checkpoints.at(-1)?.key_id;
  return checkpoints.filter(isNoted).findLast(({ key_id }) => key_id === keyId) ?? null;
}

/**
 * @param keyId of the key that signs now
 * @returns the newest checkpoint of a log, if it has a note by the key: one that is older does not stand for it
 */
export function newestNote(place: Pick<CheckpointFiles, 'file' | 'store'>, keyId: string): Noted | null {
  const newest = newestCheckpoints(place).at(-1);
  return newest?.key_id === keyId && isNoted(newest) ? newest : null;
}

/** What came of asking for a proof. */
export type Proof<What> =
  | { readonly kind: 'proven'; readonly proof: What }
  /** The note covers no such event, or not so many. */
  | { readonly kind: 'not covered' }
  /** The file of the tree is not there, or not whole: it is made anew before the next checkpoint. */
  | { readonly kind: 'being made' };

/** Proof of an order: of the newest event of it that a note covers, whose chain has all before it. */
export interface OrderProof {
  readonly position: Position;
  /** As tlog-proof text. */
  readonly proof: string;
}

export const NOT_COVERED = { kind: 'not covered' } as const;
const BEING_MADE = { kind: 'being made' } as const;
/** Proofs at a time: each reads some hundred records of the file, one after the other, beside the deliveries. */
const PROOFS_AT_ONCE = 1;
const turns = new Semaphore(PROOFS_AT_ONCE);

/** Removes a tree of which a record is not what was written: the thread that signs makes it anew. */
function discard(treeFile: string): void {
  try {
    rmSync(treeFile, { force: true });
  } catch (error) {
    // Not ours to remove: it proves nothing, which the next who may will find.
    if (codeOf(error) === null) throw error;
  }
}

/** A file that fails proves nothing, and keeps nothing else from being answered: the thread that signs complains of it. */
const readTree = <What>(treeFile: string, read: (tree: StoredTree) => Promise<Proof<What>>): Promise<Proof<What>> =>
  turns.use(async () => {
    try {
      return (await withStoredTree(treeFile, read)) ?? BEING_MADE;
    } catch (error) {
      if (error instanceof TreeRecordDamaged) discard(treeFile);
      else if (!(error instanceof TreeRecordMissing) && codeOf(error) === null) throw error;
      return BEING_MADE;
    }
  });

/** @returns the proof that the event at a position is in the log of a note, as tlog-proof text */
export const proveInclusion = (treeFile: string, { note, events }: Noted, position: Position): Promise<Proof<string>> =>
  readTree(treeFile, async (tree) => {
    const index = await tree.indexOf(position, events);
    if (index === null) return NOT_COVERED;
    const { leaf, hashes } = await tree.find((nodes) => ({
      leaf: nodes.leaf(index),
      hashes: inclusionProof(nodes, index, events),
    }));
    const proof = formatInclusion({ index, hashes, note });
    if (provenInclusion(proof, leaf) === null) throw new TreeRecordDamaged('the tree is not the one that was signed');
    return { kind: 'proven', proof };
  });

/** @returns what proves that the log of a note begins with a smaller one. @param from above 0 */
export async function proveConsistency(
  treeFile: string,
  noted: Noted,
  from: number,
): Promise<Proof<readonly TreeHash[]>> {
  const to = noteOf(noted, null);
  if (to === null || from > to.size) return NOT_COVERED;
  return readTree(treeFile, async (tree) => {
    const { root, proof } = await tree.find((nodes) => ({
      root: rootOf(nodes, from),
      proof: consistencyProof(nodes, from, to.size),
    }));
    if (!isConsistent({ size: from, root }, to, proof))
      throw new TreeRecordDamaged('the tree is not the one that was signed');
    return { kind: 'proven', proof };
  });
}

/**
 * @param events of one order, in the order of the log
 * @param checkpoints that count, newest last
 * @returns the proof of an order as it was signed; null if no note covers it yet. Where the log has another event there
 *   now, the proof does not lead from that event to the note, and evidence with it says so.
 */
export async function proveOrder(
  treeFile: string,
  checkpoints: readonly Checkpoint[],
  events: readonly RecordedEvent[],
): Promise<OrderProof | null> {
  const noted = newestNoted(checkpoints);
  if (noted === null) return null;
  const event = events.findLast(({ position }) => comparePositions(position, noted.position) <= 0);
  if (event === undefined) return null;
  const { position } = event;
  const proven = await proveInclusion(treeFile, noted, position);
  return proven.kind === 'proven' ? { position, proof: proven.proof } : null;
}

/** @returns what goes with evidence of a log: its newest checkpoints, and proofs by the newest note of them. */
export function signedEvidence({ file, store, treeFile }: Pick<CheckpointFiles, 'file' | 'store' | 'treeFile'>) {
  const checkpoints = newestCheckpoints({ file, store });
  return {
    checkpoints,
    prove: (events: readonly RecordedEvent[]): Promise<OrderProof | null> => proveOrder(treeFile, checkpoints, events),
  };
}
