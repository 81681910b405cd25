import { evolve, type OrderState, toOrder } from '../../../projections/order';
import { read } from '../../../projections/timeline';
import type { OrderKey } from '../../../schemas/handle-order';
import { decodeOrderEvent, type StoredEvent } from '../../../schemas/order-events';
import type { Change, Order } from '../../../schemas/order-view';
import { VERDICT_WORDS } from '../../../schemas/verdict-words';
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
  return { state, reading: { verdict, rule: VERDICT_WORDS[verdict].rule, stage, changes, order: toOrder(key, state) } };
}
