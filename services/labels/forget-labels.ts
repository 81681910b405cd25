import type { OrderState } from '../../projections/order/order';
import type { OrderKey } from '../../schemas/order-key';
import type { OrderDeletedData } from '../../schemas/events/event-data';
import { nextTurn } from '../concurrency/turns';
import type { World } from '../config/world';
import { comparePositions, type EventStore, isEventStoreError, type Position } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';
import { leafOf } from '../event-store/seal/log-hash';
import { noteDeleted } from '../operations/retention/note-deleted';
import type { OrderTableReader } from '../read-model/order-table/reader';
import { ReadModelError } from '../read-model/order-table/schema';
import { forgetAt } from './label-time';
import type { KeptLabel, Labels } from './labels';

/** Milliseconds between two looks for labels whose time is over. */
const LOOK_MS = 10_000;

interface Options {
  readonly labels: Labels;
  readonly store: Pick<EventStore, 'append' | 'readStream' | 'deleteStream'>;
  /** Makes a UUID. */
  readonly newId: () => string;
  readonly stateOf: (key: OrderKey) => OrderState | null;
  /** Everything up to here is covered by a signed checkpoint; what is not is kept, as orders are. */
  readonly coveredTo: () => Position | null;
  /** Hours after the end of its order that a label is kept. */
  readonly hours: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Deletes the stream of a label, at exactly the revision that was looked at: a newer label stays. */
async function deleteLabel(kept: KeptLabel, { labels, store, newId, coveredTo }: Options): Promise<void> {
  const { stream } = kept;
  const leaves: OrderDeletedData['leaves'] = [];
  let last: { readonly revision: number; readonly position: Position } | null = null;
  for await (const event of readIfThere(store, stream)) {
    leaves.push([event.position, leafOf(event)]);
    last = event;
  }
  const covered = coveredTo();
  if (last !== null) {
    if (last.revision !== kept.revision) return;
    if (covered === null || comparePositions(last.position, covered) > 0) return;
    await noteDeleted({ store, newId }, stream, leaves);
    try {
      const result = await store.deleteStream(stream, last.revision, 'soft');
      if (result.kind === 'conflict') return;
    } catch (error) {
      if (!isEventStoreError(error, 'deleted')) throw error;
    }
  }
  labels.forget(kept);
}

/**
 * Looks at each label whose time may be over. It is shown no more at once, and deleted as soon as a signed checkpoint
 * covers it.
 * @throws {EventStoreError} {@link ReadModelError}
 */
export async function forgetLabels(options: Options, signal?: AbortSignal): Promise<void> {
  const { labels, stateOf, hours, now } = options;
  for (const kept of labels.all()) {
    if (signal?.aborted === true) return;
    // Of most it is clear that they are too young, without a look at the order.
    if (forgetAt({ ...kept, label: {} }, null, hours) > now()) continue;
    await nextTurn();
    if (!kept.over && forgetAt(kept, stateOf(kept.key), hours) > now()) continue;
    labels.endTime(kept);
    await deleteLabel(kept, options);
  }
}

/**
 * Forgets labels as long as the service runs. Unlike retention it believes the clock as it is: a label that goes too early
 * costs words on a screen, and one that stays too long is somebody's name.
 */
export function openForgetting({
  world: { newId, now, log },
  readModel,
  ...rest
}: Pick<Options, 'labels' | 'store' | 'coveredTo' | 'hours'> & {
  readonly world: Pick<World, 'newId' | 'now' | 'log'>;
  readonly readModel: { readonly orders: Pick<OrderTableReader, 'get'> };
}): { close(): Promise<void> } {
  const { labels, store, coveredTo, hours } = rest;
  const stateOf = (key: OrderKey): OrderState | null => readModel.orders.get(key);
  const options: Options = { labels, store, newId, stateOf, coveredTo, hours, now };
  const ending = new AbortController();
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    try {
      await forgetLabels(options, ending.signal);
    } catch (error) {
      // The read model is being made, or the store is away, which is reported elsewhere.
      if (error instanceof ReadModelError || isEventStoreError(error)) return;
      log.warn({ err: error }, 'old labels could not be deleted; it is tried again');
    }
  };
  const timer = setInterval(() => {
    running ??= run().finally(() => {
      running = null;
    });
  }, LOOK_MS).unref();
  return {
    close: async () => {
      clearInterval(timer);
      ending.abort();
      await running;
    },
  };
}
