import { CHECKPOINT_FORMAT, type Checkpoint } from '../../../schemas/checkpoint';
import { type EventSource, EventStoreError, type Position } from '../../event-store/event-store';
import { DeletedLeaves } from './deleted-leaves';
import { afterLeaf, EMPTY_LOG_HASH, leafOf } from './log-hash';
import { type CheckpointKey, signCheckpoint } from './signing';

/** Events read at a time. */
const SLICE_EVENTS = 2_048;

/**
 * Reads what the log has more than a checkpoint covers, and signs what it is now.
 * @param store names the log; @param last the newest checkpoint of this log, or null
 * @param now milliseconds since the epoch
 * @returns the next checkpoint, or null if nothing came since the last
 * @throws {EventStoreError} `invalid` if the log ends before the last checkpoint: it lost events, or is another one
 */
export async function nextCheckpoint(options: {
  readonly source: Pick<EventSource, 'readAll'>;
  readonly store: string;
  readonly last: Checkpoint | null;
  readonly key: CheckpointKey;
  readonly now: () => number;
  readonly signal: AbortSignal;
}): Promise<Checkpoint | null> {
  const { source, store, last, key, now, signal } = options;
  let position = (last?.position ?? null) as Position | null;
  let events = last?.events ?? 0;
  let logHash = last?.log_hash ?? EMPTY_LOG_HASH;
  const deleted = await DeletedLeaves.read(source, position);
  const add = (at: Position, leaf: string): void => {
    logHash = afterLeaf(logHash, leaf);
    position = at;
    events++;
  };
  for (let more = true; more;) {
    if (signal.aborted) return null;
    let seen = 0;
    const from = position ?? 'start';
    for await (const event of source.readAll({ from, limit: SLICE_EVENTS })) {
      seen++;
      if (event.position === position) continue;
      for (const { position: at, leaf } of deleted.before(event.position)) add(at, leaf);
      add(event.position, leafOf(event));
    }
    // Deleting never takes the end of a log away: what says that it was deleted comes after it.
    if (seen === 0 && position !== null) {
      throw new EventStoreError('invalid', `the log ends before position ${position}, which a checkpoint covers`);
    }
    more = seen === SLICE_EVENTS;
  }
  if (position === null || position === last?.position) return null;
  const at = new Date(now()).toISOString();
  const statement = {
    format: CHECKPOINT_FORMAT,
    store,
    position,
    events,
    log_hash: logHash,
    at,
    key_id: key.id,
  } as const;
  return signCheckpoint(statement, key);
}
