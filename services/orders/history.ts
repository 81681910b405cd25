import { evolve, initial, type OrderState } from '../../projections/order/order';
import { nothingSummed, summarize } from '../../projections/history/summary';
import { interpret } from '../../projections/history/timeline';
import type { OrderKey } from '../../schemas/order-key';
import type { OrderEventMetadata } from '../../schemas/events/event-data';
import { decodeOrderEvent, orderStream } from '../../schemas/events/order-events';
import { cutPage } from '../../schemas/cut-page';
import { MAX_SUMMARY_EVENTS, type OrderSummary } from '../../schemas/api/order-summary';
import type { HistoryEvent, HistoryPage } from '../../schemas/api/order-view';
import type { EventStore } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';
import { nextTurn } from '../concurrency/turns';

/** What was said about an order, and what was true when: both by replaying its stream, never from the read model. */

/** When to stop folding. */
export type PastMoment =
  | { readonly kind: 'revision'; readonly revision: number }
  /** Milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly at: number };

export interface OrderHistory {
  /**
   * @returns the state of an order after the event of a revision, or after the last event received at or before a time;
   * null if there was no such event.
   */
  stateAt(key: OrderKey, moment: PastMoment): Promise<OrderState | null>;
  /**
   * @param after revision after which the page begins; null for the first page
   * @returns null if nothing was ever reported about the order.
   */
  page(key: OrderKey, after: number | null, limit: number): Promise<HistoryPage | null>;
  /** @returns what became of an order, from its first {@link MAX_SUMMARY_EVENTS} events; null if there is none. */
  summary(key: OrderKey): Promise<OrderInShort | null>;
}

/** What became of the orders of a number, oldest first. */
interface OrderInShort {
  readonly orders: readonly OrderSummary[];
  /** False if there were more events. */
  readonly complete: boolean;
}

async function summaryOf(store: EventStore, key: OrderKey): Promise<OrderInShort | null> {
  await nextTurn();
  let fold = nothingSummed;
  let events = 0;
  for await (const stored of readIfThere(store, orderStream(key))) {
    if (events === MAX_SUMMARY_EVENTS) return { orders: fold.orders, complete: false };
    events += 1;
    const event = decodeOrderEvent(stored);
    if (event !== null) fold = summarize(key, fold, event);
  }
  return events === 0 ? null : { orders: fold.orders, complete: true };
}

export function createOrderHistory(store: EventStore): OrderHistory {
  return {
    async stateAt(key, moment) {
      await nextTurn();
      let state = initial;
      let found: OrderState | null = null;
      for await (const stored of readIfThere(store, orderStream(key))) {
        if (moment.kind === 'revision' && stored.revision > moment.revision) break;
        const event = decodeOrderEvent(stored);
        if (event === null) continue;
        state = evolve(state, event);
        // Clocks jump, so a later event may have been received at an earlier time: only the end shows which is last.
        const reached =
          moment.kind === 'revision' ? event.revision === moment.revision : Date.parse(event.receivedAt) <= moment.at;
        if (reached) found = state;
      }
      return found;
    },

    summary: (key) => summaryOf(store, key),

    async page(key, after, limit) {
      await nextTurn();
      const events: HistoryEvent[] = [];
      let state = initial;
      let exists = false;
      for await (const stored of readIfThere(store, orderStream(key))) {
        exists = true;
        const event = decodeOrderEvent(stored);
        if (event === null) continue;
        if (after !== null && stored.revision <= after) {
          state = evolve(state, event);
          continue;
        }
        const next = interpret(key, state, event);
        state = next.state;
        events.push({
          revision: stored.revision,
          position: stored.position,
          type: stored.type,
          received_at: event.receivedAt,
          data: event.data,
          metadata: stored.metadata as OrderEventMetadata, // of an event that decoded
          ...next.reading,
        });
        if (events.length > limit) break;
      }
      if (!exists) return null;
      const { items, last } = cutPage(events, limit);
      return { events: [...items], next: last === null ? null : String(last.revision) };
    },
  };
}
