import { beginDivergences, follow, divergences, viewChanges } from '../../projections/history/divergence';
import { initial, type OrderState } from '../../projections/order/order';
import type { OrderKey } from '../../schemas/order-key';
import { decodeOrderEvent, orderStream } from '../../schemas/events/order-events';
import type { Change } from '../../schemas/api/order-view';
import { comparePositions, type EventSource, type EventStore, type Position } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';
import { openComparison } from './order-table/comparison';
import { deleteOrderTable, parseState, type Witness } from './order-table/schema';
import { openOrderTable } from './order-table/writer';
import { type Progress, runProjector } from './projector';

/**
 * What a deploy would change: folds history with the current code into a read model of its own, by the projector
 * itself, and compares the stored one with it. Only reads the log and the stored read model, so it may run beside the
 * service.
 */

export interface OrderDifference {
  readonly key: OrderKey;
  /** `changed`: both have it. `only-stored`: the log has nothing of it. `only-replayed`: the stored one lacks it. */
  readonly kind: 'changed' | 'only-stored' | 'only-replayed';
  /** Fields that differ: `from` the stored value, `to` the current one. */
  readonly changes: readonly Change[];
  /** The first event where they part, concluded from what each field ends as; null where the log has no event. */
  readonly parted: {
    readonly revision: number;
    readonly position: Position;
    readonly pointers: readonly string[];
  } | null;
}

export interface ReplayedHistory {
  /** Version of the stored read model. */
  readonly storedVersion: string;
  /** Everything up to here is in the stored read model, and was folded; null if it is empty. */
  readonly position: Position | null;
  readonly events: number;
  /** Orders that differ, by location and order id. */
  differences(): AsyncGenerator<OrderDifference, void, undefined>;
  /** Deletes what was made for the comparison. */
  close(): void;
}

/** The two cannot be compared; the message says why. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

type Log = EventSource & Pick<EventStore, 'readStream'>;

/** Returns a log that ends at a position, and says so to its followers. */
function upTo(log: Log, end: Position): EventSource {
  return {
    readAll: (options) => log.readAll(options),
    subscribe: async function* (options) {
      for await (const batch of log.subscribe(options)) {
        const isEnd = batch.position !== null && comparePositions(batch.position, end) >= 0;
        if (!isEnd) {
          yield batch;
          if (batch.caughtUp)
            throw new ReplayError(`the log ends before position ${end}, which the read model has seen`);
          continue;
        }
        const events = batch.events.filter(({ position }) => comparePositions(position, end) <= 0);
        yield { events, position: end, caughtUp: true };
        return;
      }
    },
  };
}

/**
 * Makes sure that the read model was made from this log. Like the projector, it takes a log that has nothing there for
 * the same, because the stream may have been deleted.
 */
async function assertSameLog(log: Log, witness: Witness | null): Promise<void> {
  if (witness === null) return;
  for await (const { position, id } of log.readAll({ from: witness.position, limit: 1 })) {
    if (position !== witness.position || id === witness.id) return;
    throw new ReplayError('the stored read model was made from another log');
  }
}

/**
 * Replays history up to where the stored read model has seen it.
 * @param files the stored read model, and where to put the one that is made to be compared
 * @param version of the folds of this code
 * @throws {ReadModelError} if there is no stored read model, {@link ReplayError}, {@link EventStoreError}
 */
export async function replayHistory(options: {
  readonly log: Log;
  readonly readModelFile: string;
  readonly replayFile: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress, end: Position) => void;
}): Promise<ReplayedHistory> {
  const { log, readModelFile, replayFile, version, signal, onProgress } = options;
  deleteOrderTable(replayFile);
  const fresh = openOrderTable(replayFile, version);
  const cleanup: (() => void)[] = [
    () => {
      deleteOrderTable(replayFile);
    },
  ];
  const close = (): void => {
    for (const step of cleanup.splice(0).reverse()) step();
  };
  try {
    const comparison = openComparison(readModelFile, replayFile);
    cleanup.push(() => {
      comparison.close();
    });
    const { checkpoint } = comparison;
    let events = 0;
    try {
      if (checkpoint !== null) {
        await assertSameLog(log, comparison.witness);
        const ended = await runProjector({
          source: upTo(log, checkpoint),
          table: { ...fresh, markComplete: () => undefined }, // nobody searches it
          signal,
          onProgress: (progress) => {
            ({ events } = progress);
            onProgress(progress, checkpoint);
          },
        });
        if (ended === 'detached') throw new ReplayError(`${replayFile} was deleted; does another replay run?`);
        if (signal.aborted) throw new ReplayError('stopped');
      }
    } finally {
      fresh.close();
    }
    return {
      storedVersion: comparison.version,
      position: checkpoint,
      events,
      differences: async function* () {
        if (checkpoint === null) return;
        for (const { key, stored, fresh: replayed } of comparison.differing()) {
          if (signal.aborted) throw new ReplayError('stopped');
          // Other folds may have kept less: of that, nothing is known.
          const kept = stored === null ? null : { ...initial, ...parseState(stored) };
          const now = replayed === null ? null : parseState(replayed);
          const changes = viewChanges(key, kept, now);
          if (changes.length === 0) continue;
          const difference = await differenceOf(log, key, kept, checkpoint, changes);
          if (difference !== null) yield difference;
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Folds an order once more from its stream, which is what counts where the log still gives events of a stream that was
 * deleted.
 * @returns null if its stream folds to what was stored
 */
async function differenceOf(
  log: Log,
  key: OrderKey,
  kept: OrderState | null,
  end: Position,
  changes: readonly Change[],
): Promise<OrderDifference | null> {
  const pointers = changes.map(({ pointer }) => pointer);
  let courses: ReturnType<typeof beginDivergences<{ revision: number; position: Position }>> | null = null;
  for await (const stored of readIfThere(log, orderStream(key))) {
    const { revision, position } = stored;
    // Read to its end nevertheless: leaving early breaks the call off where the store is elsewhere.
    const event = comparePositions(position, end) > 0 ? null : decodeOrderEvent(stored);
    if (event === null) continue;
    courses ??= beginDivergences(pointers, { revision, position });
    courses = follow(key, kept, courses, event, { revision, position });
  }
  if (courses === null) return kept === null ? null : { key, kind: 'only-stored', changes, parted: null };
  const now = viewChanges(key, kept, courses.state);
  if (now.length === 0) return null;
  const parted = divergences(courses);
  const [first] = [...parted.values()].sort((one, other) => one.revision - other.revision);
  return {
    key,
    kind: kept === null ? 'only-replayed' : 'changed',
    changes: now,
    parted:
      first === undefined
        ? null
        : { ...first, pointers: [...parted].filter(([, { revision }]) => revision === first.revision).map(([p]) => p) },
  };
}
