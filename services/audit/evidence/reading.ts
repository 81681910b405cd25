import { evolve, type OrderState, toOrder } from '../../../projections/order';
import { read } from '../../../projections/timeline';
import type { OrderKey } from '../../../schemas/handle-order';
import { decodeOrderEvent, type StoredEvent } from '../../../schemas/order-events';
import type { Change, Order } from '../../../schemas/order-view';
import type { Stage, Verdict } from '../../../schemas/vocabulary';

/** What an event meant to someone who knew everything before it, and what was true after it. */
export interface EvidenceReading {
  /** Null for an event that says nothing about the order. */
  readonly verdict: Verdict | null;
  /** The rule behind the verdict, in words. */
  readonly rule: string;
  readonly stage: Stage | null;
  readonly changes: readonly Change[];
  readonly order: Order | null;
}

/** The rules of projections/timeline.ts in words: the first that holds gives the verdict. */
const RULES: Readonly<Record<Verdict, string>> = {
  reopened: 'the order had ended, and this event opened it again',
  out_of_order: 'late news: it tells of a moment before one that was reported already, so the order is not pulled back',
  driver_changed: 'another driver than before is assigned',
  unknown_value: 'a status or delivery status that nobody has told us of; kept as it came',
  no_change: 'nothing about the order changed',
  advance: 'news that changed the order, and none of the other rules applies',
};

/** Reads an event by the folds. */
export function readingOf(
  key: OrderKey,
  before: OrderState,
  stored: StoredEvent,
): { readonly state: OrderState; readonly reading: EvidenceReading } {
  const event = decodeOrderEvent(stored);
  if (event === null) {
    const reading = {
      verdict: null,
      rule: 'not an event of an order',
      stage: null,
      changes: [],
      order: toOrder(key, before),
    };
    return { state: before, reading };
  }
  const { verdict, stage, changes } = read(key, before, event).reading;
  const state = evolve(before, event);
  return { state, reading: { verdict, rule: RULES[verdict], stage, changes, order: toOrder(key, state) } };
}
