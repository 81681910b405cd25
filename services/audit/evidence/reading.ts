import { whoIs } from '../../../projections/order/drives';
import { type OrderState, toOrder } from '../../../projections/order/order';
import { interpret } from '../../../projections/history/timeline';
import { actionWords } from '../../../schemas/language/sentences/action-words';
import type { OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent, type StoredEvent } from '../../../schemas/events/order-events';
import type { Change, EarlierReport, Order } from '../../../schemas/api/order-view';
import { actionOf } from '../../../schemas/events/rail-actions';
import { VERDICT_WORDS } from '../../../schemas/words/verdict-words';
import type { Stage, Verdict } from '../../../schemas/vocabulary';

/** What an event meant to someone who knew everything before it, and what was true after it. */
export interface EvidenceReading {
  /** Null for an event that says nothing about the order. */
  readonly verdict: Verdict | null;
  /** The rule behind the verdict in words; of an action, what was done. */
  readonly rule: string;
  readonly stage: Stage | null;
  readonly same_report_as: EarlierReport | null;
  /** Pointers into its data of what was read otherwise than it came, or could not be read. */
  readonly unreadable: readonly string[];
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
      same_report_as: null,
      unreadable: [],
      changes: [],
      order: toOrder(key, before),
    };
    return { state: before, reading };
  }
  const { state, reading } = interpret(key, before, event);
  const action = actionOf(event);
  const rule =
    action === null
      ? VERDICT_WORDS[reading.verdict].rule
      : actionWords(action, whoIs(before.assigned ? before.driver : null).name);
  return { state, reading: { ...reading, rule, order: toOrder(key, state) } };
}
