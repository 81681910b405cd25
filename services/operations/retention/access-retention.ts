import type { Logger } from 'pino';
import { AccessData } from '../../../schemas/access';
import type { OrderDeletedData } from '../../../schemas/event-data';
import { leafOf } from '../../event-store/seal/log-hash';
import { comparePositions, type EventStore, isEventStoreError, type Position } from '../../event-store/event-store';
import { noteDeleted } from './note-deleted';
import { describeHold, holdOf, MILLISECONDS_PER_DAY, SETTLE_MS, TrustedClock } from './trusted-clock';
import { accessStreams } from '../../access/log/access-volumes';
import { readIfThere, readOne } from '../../event-store/reads';

/** Deletes records of who looked that are old enough, a volume at a time. */

/** Milliseconds between two runs. */
const RUN_INTERVAL_MS = 3_600_000;

interface Options {
  readonly store: Pick<EventStore, 'readStream' | 'append' | 'deleteStream'>;
  /** Makes a UUID. */
  readonly newId: () => string;
}

/**
 * Deletes each volume all of whose records are older than a cutoff.
 * @param coveredTo everything up to here is covered by a signed checkpoint; what is not is kept, as with orders
 * @param cutoff milliseconds since the epoch
 * @param dryRun only counts
 * @returns how many records were deleted
 * @throws {EventStoreError}
 */
export async function deleteOldAccesses(
  options: Options & {
    readonly coveredTo: Position | null;
    readonly cutoff: number;
    readonly dryRun?: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<number> {
  const { store, newId, coveredTo, cutoff, dryRun = false, signal } = options;
  let deleted = 0;
  for await (const { stream } of accessStreams(store)) {
    if (signal?.aborted === true) break;
    const last = await readOne(store, stream, { direction: 'backwards' });
    if (last === null || coveredTo === null || comparePositions(last.position, coveredTo) > 0) continue;
    if (!(Date.parse(AccessData.parse(last.data).at) < cutoff)) continue;
    const leaves: OrderDeletedData['leaves'] = [];
    let newest = -Infinity;
    let revision = 0;
    for await (const event of readIfThere(store, stream)) {
      // Clocks jump: the last record need not be the newest.
      newest = Math.max(newest, Date.parse(AccessData.parse(event.data).at));
      leaves.push([event.position, leafOf(event)]);
      ({ revision } = event);
    }
    if (!(newest < cutoff)) continue;
    if (dryRun) {
      deleted += leaves.length;
      continue;
    }
    await noteDeleted({ store, newId }, stream, leaves);
    try {
      // Another instance may just record into it, or delete it as well.
      const result = await store.deleteStream(stream, revision, 'soft');
      if (result.kind === 'deleted') deleted += leaves.length;
    } catch (error) {
      if (!isEventStoreError(error, 'deleted')) throw error;
    }
  }
  return deleted;
}

/**
 * Deletes old accesses each hour, as long as the clock can be believed; otherwise it is told, and nothing is deleted. A run
 * that fails is logged and tried again; it never ends the service, and never keeps its process alive.
 * @param known the last time that is known for certain, in milliseconds since the epoch
 * @param record keeps that time for the next start
 * @returns what ends it, once what it is at is done.
 */
export function scheduleAccessRetention(
  options: Options & {
    readonly days: number;
    readonly coveredTo: () => Position | null;
    readonly known: (signal: AbortSignal) => Promise<number | null>;
    readonly record: (known: number) => void;
    readonly onHeld: (isHeld: boolean) => void;
    readonly now: () => number;
    readonly monotonic: () => number;
    readonly log: Logger;
  },
): { stop(): Promise<void> } {
  const { store, newId, days, coveredTo, known, record, onHeld, now, monotonic, log } = options;
  const ending = new AbortController();
  const { signal } = ending;
  let clock: TrustedClock | null = null;
  let running: Promise<void> | null = null;

  const openClock = async (): Promise<TrustedClock> => {
    clock ??= new TrustedClock({ days, known: await known(signal), now, monotonic, settleMs: SETTLE_MS });
    record(clock.known);
    return clock;
  };

  const run = async (): Promise<void> => {
    try {
      const look = (await openClock()).look();
      if (look.kind === 'settling') return;
      const reason = holdOf(look, 0, 0);
      onHeld(reason !== null);
      if (reason !== null) {
        const detail = describeHold(reason);
        log.error({ detail, days }, 'RETENTION IS HELD: records of who looked are not deleted. Look at the clock');
        return;
      }
      const cutoff = look.now - days * MILLISECONDS_PER_DAY;
      const records = await deleteOldAccesses({ store, newId, coveredTo: coveredTo(), cutoff, signal });
      if (records > 0) log.info({ records, days }, 'deleted old records of who looked');
    } catch (error) {
      log.error({ err: error }, 'old records of who looked could not be deleted; it is tried again in an hour');
    }
  };
  const begin = (action: () => Promise<unknown>): void => {
    running ??= action()
      .catch(() => undefined) // the next run tries it again, and tells
      .then(() => undefined)
      .finally(() => {
        running = null;
      });
  };
  begin(openClock);
  const timer = setInterval(() => {
    begin(run);
  }, RUN_INTERVAL_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      ending.abort();
      await running;
    },
  };
}
