import { CHECKPOINT_FORMAT, type Checkpoint } from '../../../schemas/api/checkpoint';
import type { EventSource, Position } from '../../event-store/event-store';
import { DeletedLeaves } from '../../event-store/seal/deleted-leaves';
import { afterLeaf, EMPTY_LOG_HASH, leafOf } from '../../event-store/seal/log-hash';
import { type CheckpointKey, signCheckpoint } from './signing';

/** Events read at a time. */
const SLICE_EVENTS = 2_048;

/** What became of reading on from the last checkpoint. */
export type NextCheckpoint =
  | { readonly kind: 'signed'; readonly checkpoint: Checkpoint }
  /** Nothing came since the last, or there is nothing. */
  | { readonly kind: 'nothing' }
  /** The log does not have the event that the last checkpoint ends with: it lost events, or is another one. */
  | { readonly kind: 'lost' };

/** What is kept beside checkpoints: it is shown each leaf that comes, in their order, and says what a note of them is. */
export interface CheckpointTree {
  add(position: Position, leaf: string): void;
  /** @returns a signed note of all leaves so far, once they are on the disk; null if they cannot be put there */
  note(logId: string | null): string | null;
}

/**
 * Reads what the log has more than a checkpoint covers, and signs what it is now. Never signs over a hash of events that
 * the log does not have: the event at which the last checkpoint ends has to be there, or noted as deleted.
 * @param store names the log
 * @param logId names its history after a restore, or null
 * @param last the newest checkpoint of this history, or null
 * @param tree of all leaves up to there; null if there is none
 * @param now milliseconds since the epoch
 */
export async function nextCheckpoint(options: {
  readonly source: Pick<EventSource, 'readAll'>;
  readonly store: string;
  readonly logId: string | null;
  readonly last: Checkpoint | null;
  readonly tree: CheckpointTree | null;
  readonly key: CheckpointKey;
  readonly now: () => number;
  readonly signal: AbortSignal;
}): Promise<NextCheckpoint> {
  const { source, store, logId, last, tree, key, now, signal } = options;
  let position = last?.position ?? null;
  let events = last?.events ?? 0;
  let logHash = last?.log_hash ?? EMPTY_LOG_HASH;
  let leaf = last?.leaf ?? '';
  const deleted = await DeletedLeaves.read(source, position);
  const add = (at: Position, next: string): void => {
    logHash = afterLeaf(logHash, next);
    leaf = next;
    position = at;
    events++;
    tree?.add(at, next);
  };
  const isThere = (found: string | null): boolean =>
    found !== null && (last?.leaf === undefined || last.leaf === found);
  let held = last === null || isThere(deleted.first);
  for (let more = true; more;) {
    if (signal.aborted) return { kind: 'nothing' };
    let seen = 0;
    const from = position ?? 'start';
    for await (const event of source.readAll({ from, limit: SLICE_EVENTS })) {
      seen++;
      if (event.position === position) {
        held ||= isThere(leafOf(event));
        continue;
      }
      if (!held) return { kind: 'lost' };
      for (const { position: at, leaf: gone } of deleted.before(event.position)) add(at, gone);
      add(event.position, leafOf(event));
    }
    // Deleting never takes the end of a log away: what says that it was deleted comes after it.
    if (!held || (seen === 0 && position !== null)) return { kind: 'lost' };
    more = seen === SLICE_EVENTS;
  }
  if (position === null || position === last?.position) return { kind: 'nothing' };
  const note = tree?.note(logId) ?? null;
  const statement = {
    format: CHECKPOINT_FORMAT,
    store,
    position,
    events,
    log_hash: logHash,
    leaf,
    ...(logId === null ? {} : { log_id: logId }),
    ...(note === null ? {} : { note }),
    at: new Date(now()).toISOString(),
    key_id: key.id,
  } as const;
  return { kind: 'signed', checkpoint: signCheckpoint(statement, key) };
}
