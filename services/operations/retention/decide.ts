import { type Drive, drivesAfter } from '../../../projections/order/drives';
import { initial, isActive, type OrderState } from '../../../projections/order/order';
import { classify } from '../../../projections/history/timeline';
import type { OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, type StoredEvent } from '../../../schemas/events/order-events';
import type { Verdict } from '../../../schemas/vocabulary';

/** Whether an order may be deleted, decided from its stream alone: the read model only says where to look. */

/** What a stream says so far, event by event. */
export interface Replay {
  readonly state: OrderState;
  readonly drives: readonly Drive[];
  /** How its events were read. */
  readonly verdicts: ReadonlySet<Verdict>;
  /** Of the newest event, understood or not; -1 before the first. */
  readonly revision: number;
  /** When the event came that came last, in milliseconds since the epoch; NaN if that is not known of all. */
  readonly newest: number;
  /** Every event is one of ours. */
  readonly understood: boolean;
}

export const nothingRead: Replay = {
  state: initial,
  drives: [],
  verdicts: new Set(),
  revision: -1,
  newest: -Infinity,
  understood: true,
};

/** Returns the replay after one more event. */
export function replayAfter(key: OrderKey, before: Replay, stored: StoredEvent): Replay {
  const event = decodeOrderEvent(stored);
  if (event === null) return { ...before, revision: stored.revision, understood: false };
  const { state, verdict } = classify(key, before.state, event);
  return {
    ...before,
    state,
    drives: drivesAfter(before.drives, before.state, state),
    verdicts: before.verdicts.has(verdict) ? before.verdicts : new Set([...before.verdicts, verdict]),
    revision: stored.revision,
    newest: Math.max(before.newest, Date.parse(event.receivedAt)), // clocks jump: the last event need not be the newest
  };
}

export type RetentionDecision =
  /** Delete the stream, if this is still the revision of its last event. */
  { readonly kind: 'delete'; readonly expected: number } | { readonly kind: 'keep' };

const KEEP: RetentionDecision = { kind: 'keep' };

/**
 * Decides what becomes of an order. It is deleted only if nothing is expected any more and all of its events came before
 * `cutoff`. An order with an event that is not ours is kept: nobody knows what it means.
 * @param cutoff milliseconds since the epoch
 */
export function decideRetention({ state, revision, newest, understood }: Replay, cutoff: number): RetentionDecision {
  if (revision < 0 || !understood || isActive(state)) return KEEP;
  return newest < cutoff ? { kind: 'delete', expected: revision } : KEEP;
}
