import type { Logger } from 'pino';
import { AccessData } from '../../../schemas/api/access';
import type { Position } from '../../event-store/event-store';
import { deleteOldStream, type OldDeletion } from './old-stream';
import { deleteOldReceipts } from './receipt-retention';
import { describeHold, holdOf, MILLISECONDS_PER_DAY, SETTLE_MS, TrustedClock } from './trusted-clock';
import { accessStreams } from '../../access/log/access-volumes';

/** Deletes records of who looked, and of what screens showed, that are old enough, a stream at a time. */

/** Milliseconds between two runs. */
const RUN_INTERVAL_MS = 3_600_000;

/**
 * Deletes each volume all of whose records are older than a cutoff.
 * @returns how many records were deleted
 * @throws {EventStoreError}
 */
export async function deleteOldAccesses(deletion: OldDeletion): Promise<number> {
  let deleted = 0;
  for await (const { stream } of accessStreams(deletion.store)) {
    if (deletion.signal?.aborted === true) break;
    deleted += (await deleteOldStream(deletion, stream, (data) => Date.parse(AccessData.parse(data).at))).deleted;
  }
  return deleted;
}

/**
 * Deletes old accesses each hour, as long as the clock can be believed; otherwise that is reported, and nothing is
 * deleted. A run that fails is logged and tried again; it never ends the service, and never keeps its process alive.
 * @param known the last time that is known for certain, in milliseconds since the epoch
 * @param record keeps that time for the next start
 * @returns what ends it, once what it is at is done.
 */
export function scheduleAccessRetention(
  options: Pick<OldDeletion, 'store' | 'newId'> & {
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
  /** Of what screens showed: all before it was deleted. */
  let firstDay = 0;
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
        log.error(
          { detail, days },
          'RETENTION IS HELD: records of who looked, and of what screens showed, are not deleted. Look at the clock',
        );
        return;
      }
      const cutoff = look.now - days * MILLISECONDS_PER_DAY;
      const deletion = { store, newId, coveredTo: coveredTo(), cutoff, signal };
      const records = await deleteOldAccesses(deletion);
      if (records > 0) log.info({ records, days }, 'deleted old records of who looked');
      const shown = await deleteOldReceipts(deletion, firstDay);
      firstDay = shown.firstKept;
      if (shown.deleted > 0) log.info({ records: shown.deleted, days }, 'deleted old records of what screens showed');
    } catch (error) {
      log.error(
        { err: error },
        'old records of who looked, or of what screens showed, could not be deleted; it is tried again in an hour',
      );
    }
  };
  const begin = (action: () => Promise<unknown>): void => {
    running ??= action()
      .catch(() => undefined) // the next run tries it again, and reports it
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
