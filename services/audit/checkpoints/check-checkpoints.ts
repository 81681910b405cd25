import type { KeyObject } from 'node:crypto';
import type { Checkpoint } from '../../../schemas/api/checkpoint';
import { comparePositions, type EventSource, type Position, type RecordedEvent } from '../../event-store/event-store';
import { DeletedLeaves } from '../../event-store/seal/deleted-leaves';
import { afterLeaf, EMPTY_LOG_HASH, leafOf } from '../../event-store/seal/log-hash';
import { leafHashOf, TreeBuilder, type TreeHash } from '../merkle/tree';
import { noteOf } from './note';
import { isSignedBy } from './signature';

/** Checks a log against the checkpoints that were signed of it. */

/** A checkpoint that does not hold. */
export interface CheckpointFault {
  readonly position: Position;
  /** Everything up to here holds; null for nothing. What is wrong came after it, and not after `position`. */
  readonly holdsTo: Position | null;
  readonly detail: string;
}

interface SavedCheck {
  readonly logHash: string;
  readonly peaks: readonly TreeHash[];
  readonly events: number;
  readonly position: Position | null;
  readonly holdsTo: Position | null;
  readonly held: number;
  readonly faults: readonly CheckpointFault[];
}

/** Is shown every event of a log in its order, and says at the end which checkpoints do not hold. */
export class CheckpointCheck {
  readonly #faults: CheckpointFault[] = [];
  #checkpoints: readonly Checkpoint[];
  /** Index of the first that was not compared yet. */
  #next = 0;
  #logHash = EMPTY_LOG_HASH;
  #tree = new TreeBuilder();
  #events = 0;
  #position: Position | null = null;
  #holdsTo: Position | null = null;
  #held = 0;

  readonly #deleted: DeletedLeaves;
  readonly #publicKey: KeyObject | null;

  /**
   * @param checkpoints of this log
   * @param publicKey that they have to be signed with, null to ask for no signature
   * @param deleted what retention deleted, all of it
   */
  constructor(checkpoints: readonly Checkpoint[], publicKey: KeyObject | null, deleted: DeletedLeaves) {
    this.#deleted = deleted;
    this.#publicKey = publicKey;
    const authentic: Checkpoint[] = [];
    const forged: Checkpoint[] = [];
    for (const one of checkpoints) {
      (publicKey === null || isSignedBy(one, publicKey) ? authentic : forged).push(one);
    }
    for (const { position } of forged) this.#fail(position, 'its signature is not by the key');
    this.#checkpoints = authentic.sort((one, other) => comparePositions(one.position, other.position));
  }

  /** Returns how many checkpoints hold so far. */
  get held(): number {
    return this.#held;
  }

  /** Returns the position up to which everything holds so far; null for nothing. */
  get holdsTo(): Position | null {
    return this.#holdsTo;
  }

  see(event: RecordedEvent): void {
    for (const { position, leaf } of this.#deleted.before(event.position)) this.#add(position, leaf);
    this.#add(event.position, leafOf(event));
  }

  finish(): readonly CheckpointFault[] {
    this.#compareBefore(null);
    for (const { position } of this.#checkpoints.slice(this.#next)) {
      this.#fail(position, `the log ends at position ${this.#position ?? 'none'}: what came after it is lost`);
    }
    this.#next = this.#checkpoints.length;
    return this.#faults;
  }

  /** @returns what {@link restore} needs to go on from here, as JSON. */
  save(): unknown {
    const saved: SavedCheck = {
      logHash: this.#logHash,
      peaks: this.#tree.peaks,
      events: this.#events,
      position: this.#position,
      holdsTo: this.#holdsTo,
      held: this.#held,
      faults: this.#faults,
    };
    return saved;
  }

  /** Goes on from where another check of the same log was; checkpoints that came since count as well. */
  restore(saved: unknown): void {
    const { logHash, peaks, events, position, holdsTo, held, faults } = saved as SavedCheck; // by its id, what the same code saved
    this.#logHash = logHash;
    this.#tree = new TreeBuilder(events, peaks);
    this.#events = events;
    this.#position = position;
    this.#holdsTo = holdsTo;
    this.#held = held;
    this.#faults.splice(0, Infinity, ...faults);
    if (position === null) return;
    this.#checkpoints = this.#checkpoints.filter((one) => comparePositions(one.position, position) > 0);
    this.#next = 0;
    for (const _ of this.#deleted.before(position)); // they are in the hash
  }

  #add(position: Position, leaf: string): void {
    this.#compareBefore(position);
    this.#logHash = afterLeaf(this.#logHash, leaf);
    this.#tree.append(leafHashOf(leaf));
    this.#position = position;
    this.#events++;
    this.#compareAt(position);
  }

  /** Checkpoints of positions that the log has not: the event there is gone. */
  #compareBefore(position: Position | null): void {
    if (this.#position === null) return;
    const end = position ?? this.#position;
    for (;;) {
      const next = this.#checkpoints[this.#next];
      if (next === undefined) return;
      const at = next.position;
      if (comparePositions(at, end) >= 0) return;
      this.#next++;
      this.#fail(at, 'the log has no event at this position');
    }
  }

  #compareAt(position: Position): void {
    for (;;) {
      const next = this.#checkpoints[this.#next];
      if (next?.position !== position) return;
      this.#next++;
      const { events, log_hash, note } = next;
      if (events === this.#events && log_hash === this.#logHash) {
        if (note !== undefined && noteOf(next, this.#publicKey)?.root !== this.#tree.root) {
          this.#fail(position, 'its signed note is not of the events up to here');
          continue;
        }
        this.#held++;
        this.#holdsTo = position;
      } else if (events !== this.#events) {
        this.#fail(
          position,
          `there were ${String(events)} events up to here, and now there are ${String(this.#events)}`,
        );
      } else {
        this.#fail(position, 'the events up to here are not those that were signed');
      }
    }
  }

  #fail(position: Position, detail: string): void {
    this.#faults.push({ position, holdsTo: this.#holdsTo, detail });
  }
}

/** Reads a whole log and compares it with its checkpoints, or as much of it as there is time for. */
export async function checkLog(
  source: Pick<EventSource, 'readAll'>,
  checkpoints: readonly Checkpoint[],
  publicKey: KeyObject | null,
  signal?: AbortSignal,
): Promise<{
  readonly faults: readonly CheckpointFault[];
  readonly held: number;
  readonly holdsTo: Position | null;
}> {
  const check = new CheckpointCheck(checkpoints, publicKey, await DeletedLeaves.read(source, null));
  for await (const event of source.readAll()) {
    if (signal?.aborted === true) break;
    check.see(event);
  }
  const faults = check.finish();
  return { faults, held: check.held, holdsTo: check.holdsTo };
}
