import type { Logger } from 'pino';
import { type OrderState, toOrder } from '../../projections/order/order';
import { eventId } from '../../schemas/events/event-id';
import type { LocationId } from '../../schemas/wire/handle-order';
import type { OrderKey } from '../../schemas/order-key';
import { type Label, LABEL_SET, LABEL_STREAM_PREFIX, labelStream, LabelSetData } from '../../schemas/label';
import type { Order } from '../../schemas/api/order-view';
import type { StreamName } from '../../schemas/events/stream-name';
import {
  comparePositions,
  type EventStore,
  EventStoreError,
  type Position,
  type RecordedEvent,
} from '../event-store/event-store';
import { keepFollowing } from '../event-store/keep-following';
import { sealAlone } from '../event-store/seal/seal';
import { shownLabel, type TimedLabel } from './label-time';

/** The newest label of an order. */
export interface KeptLabel extends TimedLabel {
  readonly key: OrderKey;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  /** Its time is over: it is shown no more, and is deleted as soon as it can be. */
  readonly over: boolean;
}

/** Makes an order of the state that it has now, with its label. */
export type ShowOrder = (key: OrderKey, state: OrderState) => Order | null;

/**
 * The labels of all orders, in memory: each is a few words, and is forgotten soon. In the event store each has a stream of
 * its own, which all instances follow.
 */
export class Labels {
  readonly #kept = new Map<string, KeptLabel>();
  readonly #listeners = new Set<(key: OrderKey) => void>();
  #unfollow: () => Promise<void> = () => Promise.resolve();

  readonly #options: {
    readonly store: Pick<EventStore, 'append' | 'subscribe'>;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
    readonly newId: () => string;
    readonly log: Pick<Logger, 'warn'>;
  };

  constructor(options: {
    readonly store: Pick<EventStore, 'append' | 'subscribe'>;
    readonly now: () => number;
    readonly newId: () => string;
    readonly log: Pick<Logger, 'warn'>;
  }) {
    this.#options = options;
  }

  /** Follows the store from now on; what is in it is known a moment later. */
  follow(): void {
    const { log } = this.#options;
    this.#unfollow = keepFollowing(
      (signal) => this.#followOnce(signal),
      (error) => {
        log.warn({ err: error }, 'labels of orders cannot be followed; it is tried again each second');
      },
    );
  }

  close(): Promise<void> {
    return this.#unfollow();
  }

  /** @returns the order with its label. */
  readonly show: ShowOrder = (key, state) => {
    const order = toOrder(key, state);
    const label = order === null ? null : shownLabel(this.get(key), state);
    return order === null || label === null ? order : { ...order, label };
  };

  /** @returns the label of an order whose time is not over. */
  get(key: OrderKey): KeptLabel | null {
    const kept = this.#kept.get(labelStream(key));
    return kept === undefined || kept.over ? null : kept;
  }

  /** Returns all labels that are in the store, whether or not their time is over. */
  all(): readonly KeptLabel[] {
    return [...this.#kept.values()];
  }

  /** @returns the orders of a location whose labels came after a position. */
  changedSince(locationId: LocationId, position: Position): readonly OrderKey[] {
    return this.all()
      .filter(({ key, position: at }) => key.location_id === locationId && comparePositions(at, position) > 0)
      .map(({ key }) => key);
  }

  /** Called with each order whose label changes or is shown no more. */
  onChange(listener: (key: OrderKey) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Gives an order another label, for good only once it is durable; `{}` takes it away.
   * @throws {EventStoreError}
   */
  async set(key: OrderKey, label: Label): Promise<void> {
    const { store, now, newId } = this.#options;
    const stream = labelStream(key);
    const at = new Date(now()).toISOString();
    const data: LabelSetData = { ...key, label, at };
    const event = sealAlone(stream, { id: eventId(newId()), type: LABEL_SET, data }, {});
    const result = await store.append(stream, [event], 'any');
    if (result.kind === 'conflict') throw new EventStoreError('unavailable', `${stream} takes no label now`);
    const { revision, position } = result;
    this.#take({ key, stream, label, at: Date.parse(at), revision, position, over: false });
  }

  /** Shows a label no more, as its time is over. */
  endTime({ stream, revision, key }: KeptLabel): void {
    const kept = this.#kept.get(stream);
    if (kept?.revision !== revision || kept.over) return;
    this.#kept.set(stream, { ...kept, over: true });
    this.#notify(key);
  }

  /** Its stream is gone. */
  forget({ stream, revision }: KeptLabel): void {
    if (this.#kept.get(stream)?.revision === revision) this.#kept.delete(stream);
  }

  #take(label: KeptLabel): void {
    const known = this.#kept.get(label.stream);
    if (known !== undefined && known.revision >= label.revision) return;
    this.#kept.set(label.stream, label);
    this.#notify(label.key);
  }

  #takeEvent({ stream, type, data, revision, position }: RecordedEvent): void {
    const parsed = type === LABEL_SET ? LabelSetData.safeParse(data) : null;
    if (parsed?.success !== true) return;
    const { label, at, ...key } = parsed.data;
    this.#take({ key, stream, label, at: Date.parse(at), revision, position, over: false });
  }

  #notify(key: OrderKey): void {
    for (const listener of this.#listeners) listener(key);
  }

  /**
   * Follows the labels from the beginning of the log: of a million events, few are labels that were not deleted yet.
   */
  async #followOnce(signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    for await (const { events } of store.subscribe({ after: 'start', prefix: LABEL_STREAM_PREFIX, signal })) {
      for (const event of events) this.#takeEvent(event);
    }
  }
}
