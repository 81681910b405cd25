import { initial, type OrderState } from '../../../projections/order/order';
import { nothingSummed, summarize, type SummaryFold } from '../../../projections/history/summary';
import type { OrderKey } from '../../../schemas/order-key';
import { decodeOrderEvent } from '../../../schemas/events/order-events';
import type { OrderSummary } from '../../../schemas/api/order-summary';
import type { OrderReceipts } from '../../../schemas/api/screen-reports';
import { StreamHeads } from '../chain/stream-heads';
import { emptyTally, tallyEvent } from '../chain/verification';
import type { VerificationFault } from '../chain/verify-event';
import type { RecordedEvent } from '../../event-store/event-store';
import { type EvidenceReading, readingOf } from './reading';

/** One event beside how it is read. */
export interface EvidenceRow {
  readonly event: RecordedEvent;
  readonly reading: EvidenceReading;
}

/** What does not hold of an event, as evidence says it. */
export type ChainFault = Pick<VerificationFault, 'revision' | 'detail'>;

/** All that evidence says of an order. */
export interface OrderEvidence {
  readonly rows: readonly EvidenceRow[];
  /** Of the orders that had the number, oldest first. */
  readonly orders: readonly OrderSummary[];
  readonly faults: readonly ChainFault[];
  /**
   * What screens claim to have shown of these events, which does not follow from them; null in bundles of versions that did
   * not say so.
   */
  readonly shown: OrderReceipts | null;
}

/** What follows from the events of an order. */
export type ReadOrder = Omit<OrderEvidence, 'shown'>;

/** Reads the events of an order, one by one and in their order, for evidence. */
export class OrderReader {
  readonly #key: OrderKey;
  readonly #rows: EvidenceRow[] = [];
  readonly #tally = emptyTally();
  readonly #heads = new StreamHeads(0);
  #state: OrderState = initial;
  #summary: SummaryFold = nothingSummed;

  constructor(key: OrderKey) {
    this.#key = key;
  }

  /** @returns how the event is read */
  add(event: RecordedEvent): EvidenceReading {
    const { reading, state } = readingOf(this.#key, this.#state, event);
    this.#state = state;
    const decoded = decodeOrderEvent(event);
    if (decoded !== null) this.#summary = summarize(this.#key, this.#summary, decoded);
    tallyEvent(this.#tally, event, null, this.#heads, { withheld: false, gaps: false });
    this.#rows.push({ event, reading });
    return reading;
  }

  get read(): ReadOrder {
    const faults = this.#tally.faults.map(({ revision, detail }) => ({ revision, detail }));
    return { rows: this.#rows, orders: this.#summary.orders, faults };
  }
}
