import { createPublicKey } from 'node:crypto';
import type { Checkpoint } from '../../../schemas/checkpoint';
import { comparePositions, type EventSource, type Position } from '../../event-store/event-store';
import { DeletedLeaves } from '../../event-store/seal/deleted-leaves';
import { leafOf } from '../../event-store/seal/log-hash';
import { signNote } from '../merkle/sign-note';
import { checkpointText, unverifiedCheckpoint } from '../merkle/signed-note';
import { leafHashOf, TreeBuilder } from '../merkle/tree';
import { TreeFile, TreeRecordMissing, withStoredTree } from '../merkle/tree-file';
import type { CheckpointTree } from './checkpointer';
import { noteVerifierOf } from './note';
import type { CheckpointKey } from './signing';

/** The Merkle tree of a log, kept in a file beside its checkpoints. It can be made anew from the log at any time. */
export class LogTree implements CheckpointTree {
  readonly #path: string;
  readonly #file: TreeFile;
  #builder = new TreeBuilder();
  /** Signature of the checkpoint up to which the file was last known to have all leaves. */
  #known: string | null = null;

  readonly #store: string;
  readonly #key: CheckpointKey;

  constructor(path: string, store: string, key: CheckpointKey) {
    this.#path = path;
    this.#file = new TreeFile(path);
    this.#store = store;
    this.#key = key;
  }

  /**
   * Goes back to the leaves that a checkpoint covers; reads them from the log if the file does not have them.
   * @returns whether it has them: they are those of the checkpoint's note, or as many as it says if it has none
   */
  async goTo(
    source: Pick<EventSource, 'readAll'>,
    checkpoint: Checkpoint | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    const kept = this.#kept(checkpoint);
    if (kept === null) {
      await this.#read(source, checkpoint?.position ?? null, signal);
      if (!this.#isOf(checkpoint)) return false;
    } else {
      this.#builder = kept;
      this.#file.truncate(kept.size);
    }
    this.#known = checkpoint?.signature ?? null;
    return true;
  }

  add(position: Position, leaf: string): void {
    const leafHash = leafHashOf(leaf);
    this.#file.append(position, leafHash, this.#builder.append(leafHash));
  }

  note(logId: string | null): string {
    this.#file.sync();
    const { size, root } = this.#builder;
    const log = { store: this.#store, key_id: this.#key.id, ...(logId === null ? {} : { log_id: logId }) };
    const publicKey = createPublicKey(this.#key.publicPem);
    const signer = { ...noteVerifierOf(log, publicKey), privateKey: this.#key.privateKey };
    return signNote(checkpointText({ origin: signer.name, size, root }), signer);
  }

  /** @returns what goes on from the leaves of a checkpoint; null if the file does not have them */
  #kept(checkpoint: Checkpoint | null): TreeBuilder | null {
    if (checkpoint === null) return new TreeBuilder();
    const { events, note, signature } = checkpoint;
    try {
      const kept = withStoredTree(this.#path, (tree) => (tree.size < events ? null : TreeBuilder.after(tree, events)));
      const isOf = note === undefined ? this.#known === signature : kept?.root === unverifiedCheckpoint(note)?.root;
      return isOf ? kept : null;
    } catch (error) {
      if (error instanceof TreeRecordMissing) return null;
      throw error;
    }
  }

  #isOf(checkpoint: Checkpoint | null): boolean {
    if (checkpoint === null) return true;
    const { events, note } = checkpoint;
    const { size, root } = this.#builder;
    return size === events && (note === undefined || unverifiedCheckpoint(note)?.root === root);
  }

  async #read(source: Pick<EventSource, 'readAll'>, to: Position | null, signal: AbortSignal): Promise<void> {
    this.#file.truncate(0);
    this.#builder = new TreeBuilder();
    if (to === null) return;
    const deleted = await DeletedLeaves.read(source, null);
    for await (const event of source.readAll()) {
      for (const { position, leaf } of deleted.before(event.position)) {
        if (comparePositions(position, to) <= 0) this.add(position, leaf);
      }
      if (signal.aborted || comparePositions(event.position, to) > 0) break;
      this.add(event.position, leafOf(event));
    }
    this.#file.sync();
  }
}
