import { randomBytes } from 'node:crypto';
import { type Checkpoint, type CheckpointEntry, isRestore, type Restore } from '../../../schemas/api/checkpoint';
import { comparePositions, type Position } from '../../event-store/event-store';
import { count } from '../../terminal/figures';

/**
 * What signed entries say together. A backup that is put back takes the log to an earlier place, from where it goes on
 * with other events at positions that were given before. Checkpoints of what was lost then count no longer, and what
 * comes next belongs to another history, which the id of the restore names.
 */
export interface SignedHistory {
  /** Those that count, by position. */
  readonly checkpoints: readonly Checkpoint[];
  /** In the order in which they were given. */
  readonly restores: readonly Restore[];
  /** How many checkpoints are of what was lost. */
  readonly void: number;
}

const byPosition = (one: Checkpoint, other: Checkpoint): number => comparePositions(one.position, other.position);

/** @param entries of one log, in any order, and some perhaps twice, as they come when they are kept elsewhere */
export function signedHistory(entries: readonly CheckpointEntry[]): SignedHistory {
  const once = [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
  const restores = once.filter(isRestore);
  const checkpoints = once.filter((entry): entry is Checkpoint => !isRestore(entry));

  /**
   * Returns whether a history that begins with this id lost what it had at a position, or one that came after it did.
   */
  const isLost = (logId: string | null, position: Position, seen: ReadonlySet<string | null>): boolean =>
    restores.some(
      ({ replaces, log_id, holds_to }) =>
        replaces === logId &&
        (holds_to === null ||
          comparePositions(position, holds_to) > 0 ||
          (!seen.has(log_id) && isLost(log_id, position, new Set([...seen, log_id])))),
    );
  const standing = checkpoints.filter(({ log_id = null, position }) => !isLost(log_id, position, new Set([log_id])));
  return { checkpoints: standing.toSorted(byPosition), restores, void: checkpoints.length - standing.length };
}

/** @returns the name of a history that begins now. */
export const newLogId = (): string => randomBytes(8).toString('hex');

/** @returns what a restore took, in words. */
export const describeRestore = ({ at, holds_to, lost_to, lost_events }: Restore): string =>
  `noticed at ${at}: of ${count(lost_events)} events that were signed after position ` +
  `${holds_to ?? '0'} up to position ${lost_to}, all or some are missing`;
