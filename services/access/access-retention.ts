import type { Logger } from 'pino';
import { AccessData } from '../../schemas/access';
import { leafOf } from '../audit/checkpoints/log-hash';
import { comparePositions, type EventStore, isEventStoreError, type Position } from '../event-store/event-store';
import { noteDeleted } from '../retention/note-deleted';
import { accessStreams, readIfKept } from './access-volumes';

/** Deletes records of who looked that are old enough, a volume at a time. */

const MILLISECONDS_PER_DAY = 86_400_000;
/** Milliseconds between two runs. */
const RUN_INTERVAL_MS = 3_600_000;
/** Most milliseconds by which two clocks drift apart between two runs; a clock that was set jumps farther. */
const MOST_DRIFT_MS = 60_000;

interface Options {
  readonly store: Pick<EventStore, 'readStream' | 'append' | 'deleteStream'>;
  /** Makes a UUID. */
  readonly newId: () => string;
}

/**
 * Deletes each volume all of whose records are older than a cutoff.
 * @param coveredTo everything up to here is covered by a signed checkpoint; what is not is kept, as with orders
 * @param cutoff milliseconds since the epoch
 * @returns how many records were deleted
 * @throws {EventStoreError}
 */
export async function deleteOldAccesses(
  options: Options & { readonly coveredTo: Position | null; readonly cutoff: number; readonly signal?: AbortSignal },
): Promise<number> {
  const { store, newId, coveredTo, cutoff, signal } = options;
  let deleted = 0;
  for await (const { stream } of accessStreams(store)) {
    if (signal?.aborted === true) break;
    let isOld = false;
    for await (const { data, position } of readIfKept(store, stream, { direction: 'backwards', limit: 1 })) {
      const isCovered = coveredTo !== null && comparePositions(position, coveredTo) <= 0;
      isOld = isCovered && Date.parse(AccessData.parse(data).at) < cutoff;
    }
    if (!isOld) continue;
    const leaves: [string, string][] = [];
    let newest = -Infinity;
    let revision = 0;
    for await (const event of readIfKept(store, stream)) {
      // Clocks jump: the last record need not be the newest.
      newest = Math.max(newest, Date.parse(AccessData.parse(event.data).at));
      leaves.push([event.position, leafOf(event)]);
      ({ revision } = event);
    }
    if (!(newest < cutoff)) continue;
    await noteDeleted({ store, newId }, stream, leaves);
    try {
      // Another instance may just record into it, or delete it as well.
      const result = await store.deleteStream(stream, revision, 'soft');
      if (result.outcome === 'deleted') deleted += leaves.length;
    } catch (error) {
      if (!isEventStoreError(error, 'deleted')) throw error;
    }
  }
  return deleted;
}

/**
 * Whether the clock went on steadily from one call to the next, and so was not set in between: a machine may come up with
 * any date, and what is deleted by it is gone.
 * @param now milliseconds since the epoch
 * @param monotonic milliseconds of a clock that never goes back
 */
export function createClockWatch(options: { readonly now: () => number; readonly monotonic: () => number }) {
  let before: number | null = null;
  return (): boolean => {
    const offset = options.now() - options.monotonic();
    const isSteady = before !== null && Math.abs(offset - before) < MOST_DRIFT_MS;
    before = offset;
    return isSteady;
  };
}

/**
 * Deletes old accesses each hour, the first time after an hour in which the clock was not set. A run that fails is logged
 * and tried again; it never ends the service, and never keeps its process alive.
 * @returns what ends it, once what it is at is done.
 */
export function scheduleAccessRetention(
  options: Options & {
    readonly days: number;
    readonly coveredTo: () => Position | null;
    readonly now: () => number;
    readonly monotonic: () => number;
    readonly log: Logger;
  },
): { stop(): Promise<void> } {
  const { store, newId, days, coveredTo, now, log } = options;
  const ending = new AbortController();
  const isClockSteady = createClockWatch(options);
  isClockSteady();
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    const cutoff = now() - days * MILLISECONDS_PER_DAY;
    try {
      const records = await deleteOldAccesses({ store, newId, coveredTo: coveredTo(), cutoff, signal: ending.signal });
      if (records > 0) log.info({ records, days }, 'deleted old records of who looked');
    } catch (error) {
      log.error({ err: error }, 'old records of who looked could not be deleted; it is tried again in an hour');
    }
  };
  const timer = setInterval(() => {
    if (!isClockSteady() || running !== null) return;
    running = run().finally(() => {
      running = null;
    });
  }, RUN_INTERVAL_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      ending.abort();
      await running;
    },
  };
}
