import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  type Checkpoint,
  type CheckpointEntry,
  isRestore,
  type Restore,
  RESTORE_FORMAT,
} from '../../../schemas/api/checkpoint';
import type { EventSource, Position } from '../../event-store/event-store';
import { checkLog } from './check-checkpoints';
import { appendEntry, readCheckpointFile, readNewestEntries } from './checkpoint-file';
import { nextCheckpoint, type NextCheckpoint } from './checkpointer';
import { LogTree } from './log-tree';
import { newLogId, signedHistory } from './restores';
import { isSignedBy } from './signature';
import { type CheckpointKey, openCheckpointKey, signRestore } from './signing';

/** Where checkpoints of a log are kept, and what signs them. */
export interface CheckpointFiles {
  /** Names the log. */
  readonly store: string;
  readonly file: string;
  readonly keyFile: string;
  /** The Merkle tree of the log; may be deleted, and is made anew. */
  readonly treeFile: string;
}

/** What one look at the log came to. */
export interface Signed {
  /** The newest checkpoint that counts, or null while the log is empty. */
  readonly newest: Checkpoint | null;
  readonly isNew: boolean;
  /** Signed now: the log lost what earlier checkpoints say. */
  readonly restore: Restore | null;
  /** What is wrong with the file of checkpoints, each reported once. */
  readonly complaints: readonly string[];
}

/** Opens the key that signs the checkpoints of a log, and makes it where there is none. @throws {CheckpointKeyError} */
export const openKeyOf = ({ file, keyFile }: Pick<CheckpointFiles, 'file' | 'keyFile'>): CheckpointKey =>
  openCheckpointKey(keyFile, () => readNewestEntries(file, Infinity).map(({ key_id }) => key_id));

/** What is known between two looks. */
interface Known {
  readonly logId: string | null;
  readonly last: Checkpoint | null;
  /**
   * Of what the last checkpoint is known to hold: its signature, the event it ends with, or only that it was written.
   */
  readonly isSure: boolean;
}

const notOfCheckpoint = (last: Checkpoint | null): string =>
  `the log does not have the events that the checkpoint of position ${last?.position ?? 'none'} covers, so no Merkle ` +
  'tree can be made of them; signing goes on without notes. ticket-rail verify says where the log does not hold';

/**
 * Signs what a log is, each time that it is asked, and keeps it. Of a log that does not have what the last checkpoint
 * says it first signs that: which checkpoints do not count any more. Nothing is signed on top of what does not hold.
 */
export class CheckpointSigner {
  readonly #key: CheckpointKey;
  readonly #publicKey: KeyObject;
  #known: Known | null = null;
  readonly #tree: LogTree;
  /** The log does not have the leaves of what was signed: what comes is signed without a note. */
  #hasNoTree = false;
  /** Of the file of the tree, that was complained of last. */
  #failure: string | null = null;

  readonly #source: Pick<EventSource, 'readAll'>;
  readonly #place: CheckpointFiles;
  readonly #now: () => number;

  /**
   * @param now milliseconds since the epoch
   * @throws {CheckpointKeyError}
   */
  constructor(source: Pick<EventSource, 'readAll'>, place: CheckpointFiles, now: () => number) {
    this.#source = source;
    this.#place = place;
    this.#now = now;
    this.#key = openKeyOf(place);
    this.#publicKey = createPublicKey(this.#key.publicPem);
    this.#tree = new LogTree(place.treeFile, place.store, this.#key);
  }

  /** Signs what came since the last checkpoint, if anything did. */
  async sign(signal: AbortSignal): Promise<Signed> {
    const complaints: string[] = [];
    if (this.#known === null) this.#known = this.#readFile(complaints);
    const known = this.#known;
    const next = known.isSure ? await this.#next(known, signal, complaints) : ({ kind: 'lost' } as const);
    if (next.kind !== 'lost') return this.#keep(known, next, null, complaints);
    const [after, restore] = await this.#lookForLoss(known, signal);
    if (signal.aborted) return { newest: known.last, isNew: false, restore: null, complaints };
    if (restore !== null) this.#append(restore, complaints);
    this.#known = after;
    this.#hasNoTree = false;
    const again = await this.#next(after, signal, complaints);
    // Lost again, meanwhile: the next look says so.
    return this.#keep(after, again.kind === 'lost' ? { kind: 'nothing' } : again, restore, complaints);
  }

  async #next({ last, logId }: Known, signal: AbortSignal, complaints: string[]): Promise<NextCheckpoint> {
    const { store } = this.#place;
    const reached = this.#hasNoTree ? null : await this.#tree.goTo(this.#source, last, signal);
    const tree = reached?.kind === 'has' ? this.#tree : null;
    const now = this.#now;
    const next = await nextCheckpoint({ source: this.#source, store, logId, last, tree, key: this.#key, now, signal });
    // Of a log that lost its end, it is no wonder that the tree of it cannot be made.
    if (next.kind === 'lost' || signal.aborted) return next;
    this.#hasNoTree ||= reached?.kind === 'differs';
    if (reached?.kind === 'differs') complaints.push(notOfCheckpoint(last));
    else if (reached !== null) this.#complainOf(this.#tree.failure, complaints);
    return next;
  }

  /** Complains of the file of the tree, once for as long as the same is wrong; the next look tries it again. */
  #complainOf(failure: string | null, complaints: string[]): void {
    if (failure !== null && failure !== this.#failure) {
      complaints.push(`the file of the Merkle tree cannot be used, and signing goes on without notes: ${failure}`);
    }
    this.#failure = failure;
  }

  #keep(
    known: Known,
    next: Exclude<NextCheckpoint, { kind: 'lost' }>,
    restore: Restore | null,
    complaints: string[],
  ): Signed {
    if (next.kind === 'nothing') return { newest: known.last, isNew: false, restore, complaints };
    this.#append(next.checkpoint, complaints);
    this.#known = { logId: known.logId, last: next.checkpoint, isSure: true };
    return { newest: next.checkpoint, isNew: true, restore, complaints };
  }

  #append(entry: CheckpointEntry, complaints: string[]): void {
    const torn = appendEntry(this.#place.file, entry);
    if (torn === 0) return;
    complaints.push(`the last line of ${this.#place.file} was cut short (${String(torn)} bytes), and was taken away`);
  }

  /**
   * Entries with the fingerprint of our key and not its signature were changed, and count as little as broken lines.
   * Older checkpoints than the newest authentic one are not asked for their signature, which would take long: what they
   * say is only ever compared with the log.
   */
  #entries(complaints: string[]): readonly CheckpointEntry[] {
    const { file, store } = this.#place;
    const { entries, broken } = readCheckpointFile(file);
    for (const { detail } of broken) complaints.push(`${detail}; signing goes on without it`);
    let isFound = false;
    const isAuthentic = (entry: CheckpointEntry): boolean => {
      if (entry.key_id !== this.#key.id || (isFound && !isRestore(entry))) return true;
      const isAuthenticNow = isSignedBy(entry, this.#publicKey);
      isFound ||= isAuthenticNow && !isRestore(entry);
      return isAuthenticNow;
    };
    const authentic = entries.toReversed().filter(isAuthentic).toReversed();
    const changed = entries.length - authentic.length;
    if (changed > 0) {
      complaints.push(
        `${file} holds ${String(changed)} entries that were changed after they were signed; signing goes on without them`,
      );
    }
    return authentic.filter((entry) => entry.store === store);
  }

  #readFile(complaints: string[]): Known {
    const { checkpoints, restores } = signedHistory(this.#entries(complaints));
    const last = checkpoints.at(-1) ?? null;
    const isSure = last === null || (last.key_id === this.#key.id && last.leaf !== undefined);
    return { logId: restores.at(-1)?.log_id ?? null, last, isSure };
  }

  /** Reads the whole log and finds the newest checkpoint that holds. @returns what is known then, and what was lost. */
  async #lookForLoss({ last, logId }: Known, signal: AbortSignal): Promise<readonly [Known, Restore | null]> {
    const { checkpoints } = signedHistory(this.#entries([]));
    const { holdsTo } = await checkLog(this.#source, checkpoints, null, signal);
    const held = checkpoints.findLast(({ position }) => position === holdsTo) ?? null;
    if (last === null || signal.aborted || held?.position === last.position) {
      return [{ logId, last, isSure: true }, null];
    }
    const restore = signRestore(
      {
        format: RESTORE_FORMAT,
        store: this.#place.store,
        log_id: newLogId(),
        replaces: logId,
        holds_to: held?.position ?? null,
        lost_to: last.position,
        lost_events: Math.max(1, last.events - (held?.events ?? 0)),
        lost_hash: last.log_hash,
        at: new Date(this.#now()).toISOString(),
        key_id: this.#key.id,
      },
      this.#key,
    );
    return [{ logId: restore.log_id, last: held, isSure: true }, restore];
  }
}

export const isCheckpoint = (entry: CheckpointEntry): entry is Checkpoint => !isRestore(entry);

/** @returns the position up to which everything is covered by a checkpoint; null for nothing. */
export const coveredBy = (newest: Checkpoint | null): Position | null => newest?.position ?? null;
