import { evolve, initial, type OrderState } from '../../projections/order/order';
import { decodeOrderEvent } from '../../schemas/events/order-events';
import type { StreamName } from '../../schemas/events/stream-name';
import type { EventStore } from '../event-store/event-store';
import { readIfThere } from '../event-store/reads';

/** Most orders whose states are remembered, some 1 KiB each; those of the half of them that had news last surely are. */
const MAX_STATES = 16_384;

/**
 * Folds a stream up to one of its events.
 * @returns the state of the order before the event
 * @throws {EventStoreError} if the store cannot be read
 */
export async function stateBefore(
  store: Pick<EventStore, 'readStream'>,
  stream: StreamName,
  revision: number,
): Promise<OrderState> {
  let state = initial;
  if (revision === 0) return state;
  for await (const stored of readIfThere(store, stream, { limit: revision })) {
    // After a deletion, the numbering goes on: the events that are left begin later.
    if (stored.revision >= revision) break;
    const event = decodeOrderEvent(stored);
    if (event !== null) state = evolve(state, event);
  }
  return state;
}

/**
 * The states between the events of orders, for readers of the log forwards: of each order the one that came of what was
 * read last. If another reader is elsewhere in the same order, or it is forgotten, its stream is folded again.
 */
export class OrderFolds {
  /**
   * When the newer ones are a half of all that are remembered, they become the older ones, and those are forgotten. That
   * takes a third of the time of a list by use, and every event that is read comes through here.
   */
  #newer = new Map<StreamName, OrderState>();
  #older = new Map<StreamName, OrderState>();
  readonly #half: number;
  readonly #store: Pick<EventStore, 'readStream'>;

  constructor(store: Pick<EventStore, 'readStream'>, max = MAX_STATES) {
    this.#store = store;
    this.#half = Math.ceil(max / 2);
  }

  /** @returns the state before an event if it is at hand, without asking the store. */
  atHand(stream: StreamName, revision: number): OrderState | null {
    if (revision === 0) return initial;
    const state = this.#newer.get(stream) ?? this.#older.get(stream);
    return state?.revision === revision - 1 ? state : null;
  }

  /**
   * @returns the state before an event.
   * @throws {EventStoreError} if the store cannot be read
   */
  before(stream: StreamName, revision: number): Promise<OrderState> {
    return stateBefore(this.#store, stream, revision);
  }

  /** Keeps the state after an event. */
  keep(stream: StreamName, state: OrderState): void {
    if (this.#newer.size >= this.#half && !this.#newer.has(stream)) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(stream, state);
  }

  /** All events of an order were deleted: if another comes, nothing that was known counts for it. */
  forget(stream: StreamName): void {
    this.#newer.delete(stream);
    this.#older.delete(stream);
  }
}
