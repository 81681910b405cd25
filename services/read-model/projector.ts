import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { evolve, initial, type OrderState } from '../../projections/order';
import type { OrderKey } from '../../schemas/handle-order';
import { decodeOrderEvent, ORDER_STREAM_PREFIX, orderKeyOfStream } from '../../schemas/order-events';
import type { EventStore, Position, SubscriptionBatch } from '../event-store/event-store';
import type { OrderRecord, OrderTable } from './order-table';

/** All that a projector needs of a store. */
export type EventSource = Pick<EventStore, 'subscribe'>;

/** How far a projector is: everything up to `position` is readable. */
export interface Progress {
  readonly position: Position | null;
  /** Nothing more was in the log when it looked last. */
  readonly caughtUp: boolean;
  /** Events folded by this projector so far. */
  readonly events: number;
}

/** Orders whose states are kept at hand between batches: some 1 KiB each. */
const STATES_AT_HAND = 16_384;
/**
 * Least milliseconds from one commit to the next while following. Under load it makes batches of what would be single
 * events; alone, an update waits for nothing, because the time has long passed.
 */
const MIN_COMMIT_INTERVAL_MS = 5;

interface Touched extends OrderRecord {
  state: OrderState;
}

/** Folds a batch onto the states that it touches. At least once is enough: what is already in a state is passed over. */
function foldBatch(
  batch: SubscriptionBatch,
  stateOf: (stream: string, key: OrderKey) => OrderState,
): ReadonlyMap<string, OrderRecord> {
  const touched = new Map<string, Touched>();
  for (const stored of batch.events) {
    const event = decodeOrderEvent(stored);
    if (event === null) continue;
    let record = touched.get(stored.stream);
    if (record === undefined) {
      const key = orderKeyOfStream(stored.stream);
      if (key === null) continue;
      record = { key, state: stateOf(stored.stream, key) };
      touched.set(stored.stream, record);
    }
    if (event.revision > record.state.revision) record.state = evolve(record.state, event);
  }
  return touched;
}

/**
 * Keeps a read model up to date with a store, from its checkpoint on, until it is told to stop. Each batch's states and
 * its checkpoint are one transaction, so the checkpoint is never ahead of the work.
 * @param onProgress called after each commit, and when everything is read
 * @returns why it ended: it was stopped, or the table's file was deleted and has to be made anew.
 */
export async function runProjector(options: {
  readonly source: EventSource;
  readonly table: OrderTable;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}): Promise<'stopped' | 'detached'> {
  const { source, table, signal, onProgress } = options;
  const states = new LRUCache<string, OrderState>({ max: STATES_AT_HAND });
  const stateOf = (stream: string, key: OrderKey): OrderState => states.get(stream) ?? table.load(key) ?? initial;
  let events = 0;
  let committedAt = -Infinity;
  const after = table.checkpoint() ?? 'start';
  for await (const batch of source.subscribe({ after, prefix: ORDER_STREAM_PREFIX, signal })) {
    if (!table.isAttached()) return 'detached';
    if (batch.events.length > 0 && batch.position !== null) {
      const touched = foldBatch(batch, stateOf);
      table.save(touched.values(), batch.position);
      for (const [stream, { state }] of touched) states.set(stream, state);
      events += batch.events.length;
      const pause = committedAt + MIN_COMMIT_INTERVAL_MS - performance.now();
      committedAt = performance.now();
      onProgress({ position: batch.position, caughtUp: batch.caughtUp, events });
      if (batch.caughtUp && pause > 0) await delay(pause, undefined, { signal }).catch(() => undefined);
    } else {
      onProgress({ position: batch.position, caughtUp: batch.caughtUp, events });
    }
  }
  return 'stopped';
}
