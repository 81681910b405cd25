import { createPublicKey } from 'node:crypto';
import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { comparePositions, type EventSource, type Position } from '../../event-store/event-store';
import { DeletedLeaves } from '../../event-store/seal/deleted-leaves';
import { afterLeaf, EMPTY_LOG_HASH, leafOf } from '../../event-store/seal/log-hash';
import { signNote } from '../merkle/sign-note';
import { checkpointText, unverifiedCheckpoint } from '../merkle/signed-note';
import { leafHashOf, TreeBuilder, type TreeHash } from '../merkle/tree';
import { TreeFile, TreeRecordDamaged, TreeRecordMissing, withStoredTree } from '../merkle/tree-file';
import type { CheckpointTree } from './checkpointer';
import { noteVerifierOf } from './note';
import type { CheckpointKey } from './signing';

/** What became of going to a checkpoint. */
export type Reached =
  | { readonly kind: 'has' }
  /** The log does not have the events that the checkpoint covers. */
  | { readonly kind: 'differs' }
  /** The file cannot be read or written: {@link LogTree.failure} says why. */
  | { readonly kind: 'failed' };

/**
 * The Merkle tree of a log, kept in a file beside its checkpoints. It can be made anew from the log at any time. What goes
 * wrong with the file keeps a note from being signed, and nothing else.
 */
export class LogTree implements CheckpointTree {
  readonly #path: string;
  readonly #file: TreeFile;
  #builder = new TreeBuilder();
  /** The checkpoint that the tree was last known to be of, and its root: one of an earlier version has no note. */
  #known: { readonly signature: string; readonly root: TreeHash } | null = null;
  #failure: string | null = null;

  readonly #store: string;
  readonly #key: CheckpointKey;

  constructor(path: string, store: string, key: CheckpointKey) {
    this.#path = path;
    this.#file = new TreeFile(path);
    this.#store = store;
    this.#key = key;
  }

  /** What went wrong with the file since {@link goTo}; null for nothing. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Goes back to the leaves that a checkpoint covers; reads them from the log if the file does not have them. */
  async goTo(
    source: Pick<EventSource, 'readAll'>,
    checkpoint: Checkpoint | null,
    signal: AbortSignal,
  ): Promise<Reached> {
    this.#failure = null;
    const kept = await this.#kept(checkpoint).catch((error: unknown) => {
      this.#failure = String(error);
      return null;
    });
    if (kept !== null) {
      this.#builder = kept;
      this.#attempt(() => {
        this.#file.truncate(kept.size);
      }, undefined);
    } else if (this.#works()) {
      const logHash = await this.#read(source, checkpoint?.position ?? null, signal);
      if (this.#works() && !this.#isOf(checkpoint, logHash)) return { kind: 'differs' };
    }
    if (!this.#works()) return { kind: 'failed' };
    this.#known = checkpoint === null ? null : { signature: checkpoint.signature, root: this.#builder.root };
    return { kind: 'has' };
  }

  add(position: Position, leaf: string): void {
    const leafHash = leafHashOf(leaf);
    const largest = this.#builder.append(leafHash);
    if (!this.#works()) return;
    this.#attempt(() => {
      this.#file.append(position, leafHash, largest);
    }, undefined);
  }

  note(logId: string | null): string | null {
    this.#sync();
    if (!this.#works()) return null;
    const { size, root } = this.#builder;
    const log = { store: this.#store, key_id: this.#key.id, ...(logId === null ? {} : { log_id: logId }) };
    const publicKey = createPublicKey(this.#key.publicPem);
    const signer = { ...noteVerifierOf(log, publicKey), privateKey: this.#key.privateKey };
    return signNote(checkpointText({ origin: signer.name, size, root }), signer);
  }

  /** Does something with the file. @returns what it came to; `otherwise` if it failed, which {@link failure} says then */
  #attempt<Result>(work: () => Result, otherwise: Result): Result {
    try {
      return work();
    } catch (error) {
      this.#failure = String(error);
      return otherwise;
    }
  }

  #works(): boolean {
    return this.#failure === null;
  }

  #sync(): void {
    if (!this.#works()) return;
    this.#attempt(() => {
      this.#file.sync();
    }, undefined);
  }

  /** @returns what goes on from the leaves of a checkpoint; null if the file does not have them */
  async #kept(checkpoint: Checkpoint | null): Promise<TreeBuilder | null> {
    if (checkpoint === null) return new TreeBuilder();
    const { events } = checkpoint;
    const root = this.#rootOf(checkpoint);
    if (root === null) return null;
    try {
      const kept = await withStoredTree(this.#path, (tree) => tree.find((nodes) => TreeBuilder.after(nodes, events)));
      return kept?.root === root ? kept : null;
    } catch (error) {
      if (error instanceof TreeRecordMissing || error instanceof TreeRecordDamaged) return null;
      throw error;
    }
  }

  /** @returns the root of all that a checkpoint covers, as far as it is known without reading the log */
  #rootOf({ note, signature }: Checkpoint): TreeHash | null {
    if (note !== undefined) return unverifiedCheckpoint(note)?.root ?? null;
    return this.#known?.signature === signature ? this.#known.root : null;
  }

  /** @param logHash of the leaves that were read from the log: a checkpoint without a note has no other word on them */
  #isOf(checkpoint: Checkpoint | null, logHash: string): boolean {
    if (checkpoint === null) return true;
    const { events, note, log_hash } = checkpoint;
    const { size, root } = this.#builder;
    const isOfNote = note === undefined || unverifiedCheckpoint(note)?.root === root;
    return size === events && logHash === log_hash && isOfNote;
  }

  /** @returns the hash of what was read, which ends where the file fails */
  async #read(source: Pick<EventSource, 'readAll'>, to: Position | null, signal: AbortSignal): Promise<string> {
    let logHash = EMPTY_LOG_HASH;
    this.#builder = new TreeBuilder();
    this.#attempt(() => {
      this.#file.truncate(0);
    }, undefined);
    if (to === null || !this.#works()) return logHash;
    const add = (position: Position, leaf: string): void => {
      logHash = afterLeaf(logHash, leaf);
      this.add(position, leaf);
    };
    const deleted = await DeletedLeaves.read(source, null);
    for await (const event of source.readAll()) {
      for (const { position, leaf } of deleted.before(event.position)) {
        if (comparePositions(position, to) <= 0) add(position, leaf);
      }
      if (signal.aborted || !this.#works() || comparePositions(event.position, to) > 0) break;
      add(event.position, leafOf(event));
    }
    this.#sync();
    return logHash;
  }
}
