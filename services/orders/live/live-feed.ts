import type { Heartbeat, LiveStart } from '../../../schemas/api/live';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { OrderKey } from '../../../schemas/order-key';
import { SNAPSHOT_ACTIVE_ORDERS } from '../../../schemas/vocabulary';
import { comparePositions, type EventSource, parsePosition, type Position } from '../../event-store/event-store';
import {
  type Audience,
  feedAddress,
  type FeedAddress,
  frame,
  type LiveLabels,
  messageMaker,
  NO_LABELS,
  viewFor,
} from './live-messages';
import type { StreamClient } from '../../http/event-stream';
import type { Locations } from '../../locations/open-locations';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import type { OrdersAt } from '../../read-model/order-table/slices';
import { type OrderRecord, type PlacedOrder, ReadModelError } from '../../read-model/order-table/schema';
import type { Progress } from '../../read-model/projector';
import { type StoreHealth, Pulse } from './pulse';

/**
 * The live feed: what the read model says of a location's orders, as it comes to say so.
 *
 * Clients get states, not deliveries: the newest state of each order that changed, once, with the place of its
 * newest event as the message's id. So what a client missed is found by position, however long it was away, nothing has
 * to be kept for it, and what it is sent never outgrows the number of its location's orders.
 */

/** Finished orders of a snapshot, the newest first. */
export const SNAPSHOT_ENDED_ORDERS = 50;
/** Most orders that a client gets one by one after it was away; beyond them, a snapshot is shorter. */
export const MAX_RESUMED_ORDERS = 500;
/** Milliseconds between heartbeats. A client that hears nothing for longer is cut off, and has to say so to people. */
export const HEARTBEAT_MS = 5_000;
/**
 * Most clients at a time, one for each location of a connection. They share the process with Stream's deliveries, and
 * each connection may have {@link MAX_BUFFERED_BYTES} on its way.
 */
export const MAX_LIVE_CLIENTS = 1_000;
/**
 * Most bytes that wait for a client. One that does not read as fast as its location changes is sent away, and catches
 * up when it comes again: it must not cost the others. A snapshot of the longest orders of examples fits twice. The
 * locations of one connection have it together: after the read model was made anew, one of many may be sent away, and
 * gets them one after the other when it comes again.
 */
export const MAX_BUFFERED_BYTES = 2_097_152;

/** One end of the feed. */
export interface LiveClient extends StreamClient {
  readonly audience: Audience;
  /** Called with the orders that were sent whole. */
  onShown?(orders: readonly OrderRecord[]): void;
}

/** @returns the place that the id of a message names; null for another text. */
export function parseFeedAddress(id: string): FeedAddress | null {
  const [, text = '', event = ''] = /^(\d+)-([0-9a-f]{8})$/.exec(id) ?? [];
  const position = parsePosition(text);
  return position === null ? null : { position, event };
}

/** @returns whether a log has the event at this place. One that retention deleted counts as not there. */
export async function isInLog(log: Pick<EventSource, 'readAll'>, { position, event }: FeedAddress): Promise<boolean> {
  for await (const found of log.readAll({ from: position, limit: 1 })) {
    return found.position === position && found.id.startsWith(event);
  }
  return false;
}

interface Seat {
  readonly client: LiveClient;
  /** Everything up to here was sent. */
  position: Position | null;
}

interface Channel {
  readonly locationId: LocationId;
  readonly seats: Set<Seat>;
  /** Everything up to here was looked for; `unknown` after the read model was made anew. */
  position: Position | null | 'unknown';
}

/** Sends to everyone who watches a location what becomes readable of its orders. */
export class LiveFeed {
  readonly #channels = new Map<string, Channel>();
  #clients = 0;
  #sent = 0;
  #dropped = 0;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #remaking = false;
  #closed = false;

  readonly #pulse: Pulse;
  readonly #options: {
    readonly orders: Pick<OrderTableReader, 'newest' | 'changedSince'>;
    readonly folds: string;
    readonly quarantinedOf: (locationId: LocationId) => number;
    readonly factsOf: Locations['factsOf'];
    readonly now: () => number;
    readonly labels: LiveLabels;
  };

  /**
   * @param orders where changes are read
   * @param folds identifies the reading of history
   * @param health of what the feed depends on; asked while somebody watches
   * @param lagMs how long the oldest acknowledged update has not been readable
   * @param now milliseconds since the epoch
   * @param quarantinedOf how many deliveries of a location wait in quarantine
   * @param factsOf what else is known of it
   */
  constructor(options: {
    readonly orders: Pick<OrderTableReader, 'newest' | 'changedSince'>;
    readonly folds: string;
    readonly health: () => Promise<StoreHealth>;
    readonly lagMs: () => number;
    readonly quarantinedOf: (locationId: LocationId) => number;
    readonly factsOf: Locations['factsOf'];
    readonly now: () => number;
    readonly labels?: LiveLabels;
  }) {
    this.#options = { labels: NO_LABELS, ...options };
    this.#pulse = new Pulse({ ...options, intervalMs: HEARTBEAT_MS });
  }

  get clients(): number {
    return this.#clients;
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Clients sent away so far because they read too slowly. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Returns whether so many further clients can be taken now. */
  hasRoomFor(count: number): boolean {
    return !this.#closed && this.#clients + count <= MAX_LIVE_CLIENTS;
  }

  /**
   * Sends to a client of a location from now on, after what it missed since `lastSeen`, or after everything.
   * @param lastSeen position of the last message that it got, if the log has the event that it got there; null or one
   *   that the read model has not come to means everything
   * @returns what ends it, and may be called after its end too
   * @throws {ReadModelError}
   */
  watch(locationId: LocationId, client: LiveClient, lastSeen: Position | null): () => void {
    const seat: Seat = { client, position: null };
    this.#start(seat, locationId, lastSeen);
    const channel = this.#channels.get(locationId) ?? { locationId, seats: new Set(), position: seat.position };
    this.#channels.set(locationId, channel);
    channel.seats.add(seat);
    this.#clients++;
    this.#send(channel, seat, this.#heartbeat(channel, seat));
    if (this.#heartbeatTimer === undefined) {
      this.#heartbeatTimer = setInterval(() => {
        this.#beat();
      }, HEARTBEAT_MS);
      // Nobody has asked since the last client went.
      this.#askPulse();
    }
    return () => {
      this.#leave(channel, seat);
    };
  }

  /**
   * Sends what became readable.
   * @param progress `locations` whose orders did; `caughtUp` if the read model has all that the log had
   */
  projected({ locations, caughtUp }: Pick<Progress, 'locations' | 'caughtUp'>): void {
    if (!this.#remaking) {
      for (const id of locations) this.#look(this.#channels.get(id));
    } else if (caughtUp) {
      this.#remaking = false;
      for (const channel of this.#channels.values()) this.#look(channel);
    }
  }

  /** An order is called otherwise from now on: who watches gets it anew. */
  relabeled(key: OrderKey): void {
    const channel = this.#channels.get(key.location_id);
    if (channel === undefined || this.#remaking) return;
    try {
      for (const { order, messageFor } of this.#messagesOf([key])) {
        for (const seat of channel.seats) {
          this.#send(channel, seat, messageFor(seat.client.audience));
          this.#shown(seat.client, [order]);
        }
      }
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
    }
  }

  /** The read model is being made anew, and may say other things then: everybody gets everything when it is there. */
  restarted(): void {
    this.#remaking = true;
    for (const channel of this.#channels.values()) channel.position = 'unknown';
  }

  /** Ends every stream; clients come again when there is somebody to come to. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) for (const seat of channel.seats) this.#end(channel, seat);
  }

  #start(seat: Seat, locationId: LocationId, lastSeen: Position | null): void {
    const { folds, now, orders, labels } = this.#options;
    const start: LiveStart = { location_id: locationId, now: new Date(now()).toISOString(), folds };
    const { client } = seat;
    const missed = lastSeen === null ? null : this.#missed(locationId, lastSeen);
    if (missed !== null) {
      const relabeled = lastSeen === null ? [] : this.#messagesOf(labels.changedSince(locationId, lastSeen));
      const messages = [
        ...missed.orders.map((order) => this.#messageFor(order)),
        ...relabeled.map((one) => one.messageFor),
      ];
      client.send(frame('resumed', start) + messages.map((messageFor) => messageFor(client.audience)).join(''));
      this.#shown(client, [...missed.orders, ...relabeled.map(({ order }) => order)]);
      seat.position = missed.position;
    } else {
      const {
        position,
        newest: last,
        orders: newest,
        truncated,
      } = orders.newest(locationId, SNAPSHOT_ACTIVE_ORDERS, SNAPSHOT_ENDED_ORDERS);
      const seen = newest.map((order) => viewFor(labels.show, client.audience, order));
      client.send(
        frame(
          'snapshot',
          { ...start, orders: seen, truncated },
          last === null ? null : feedAddress(last.position, last.id),
        ),
      );
      this.#shown(client, newest);
      seat.position = position;
    }
    this.#sent++;
  }

  #messageFor(order: PlacedOrder): (audience: Audience) => string {
    return messageMaker(this.#options.labels.show, order, feedAddress(order.position, order.eventId));
  }

  /** Messages of orders as they are now, which are at no place of the log: that which clients are at stays. */
  #messagesOf(keys: readonly OrderKey[]) {
    const { show, recordOf } = this.#options.labels;
    return keys
      .map(recordOf)
      .filter((order) => order !== null)
      .map((order) => ({ order, messageFor: messageMaker(show, order, null) }));
  }

  /** @returns what came after a position, or null if the log does not have it, or too much came. */
  #missed(locationId: LocationId, lastSeen: Position): OrdersAt | null {
    const missed = this.#options.orders.changedSince(locationId, lastSeen, MAX_RESUMED_ORDERS);
    const isKnown = missed.position !== null && comparePositions(lastSeen, missed.position) <= 0;
    return isKnown && !missed.truncated ? missed : null;
  }

  /**
   * Sends a channel what it does not have yet. What cannot be read now is looked for again at the next change, and at
   * each heartbeat.
   */
  #look(channel: Channel | undefined): void {
    if (channel === undefined || this.#remaking) return;
    try {
      if (channel.position === 'unknown') this.#sendEverything(channel);
      else this.#sendChanges(channel, channel.position);
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
    }
  }

  #sendEverything(channel: Channel): void {
    let position: Position | null = null;
    for (const seat of channel.seats) {
      this.#start(seat, channel.locationId, null);
      ({ position } = seat);
    }
    channel.position = position;
  }

  #sendChanges(channel: Channel, after: Position | null): void {
    const { position, orders, truncated } = this.#options.orders.changedSince(
      channel.locationId,
      after,
      MAX_RESUMED_ORDERS,
    );
    for (const order of orders) {
      const messageFor = this.#messageFor(order);
      for (const seat of channel.seats) {
        if (seat.position !== null && comparePositions(order.position, seat.position) <= 0) continue;
        seat.position = order.position;
        this.#send(channel, seat, messageFor(seat.client.audience));
        this.#shown(seat.client, [order]);
      }
    }
    const newest = orders.at(-1)?.position ?? after;
    channel.position = truncated ? newest : position;
    if (truncated) this.#sendChanges(channel, newest);
  }

  #send(channel: Channel, seat: Seat, text: string): void {
    const { client } = seat;
    client.send(text);
    this.#sent++;
    if (client.buffered <= MAX_BUFFERED_BYTES) return;
    this.#dropped++;
    this.#end(channel, seat);
  }

  #shown(client: LiveClient, orders: readonly OrderRecord[]): void {
    if (client.audience === 'board') client.onShown?.(orders);
  }

  #end(channel: Channel, seat: Seat): void {
    this.#leave(channel, seat);
    seat.client.end();
  }

  #leave(channel: Channel, seat: Seat): void {
    if (!channel.seats.delete(seat)) return;
    this.#clients--;
    if (channel.seats.size === 0) this.#channels.delete(channel.locationId);
    if (this.#clients > 0) return;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }

  /** What waits in quarantine, and when an order is late, is not for customers. */
  #heartbeat({ locationId }: Channel, { client }: Seat): string {
    const isForCustomers = client.audience === 'customers';
    const facts = this.#options.factsOf(locationId);
    return frame('heartbeat', {
      ...this.#pulse.signs,
      quarantined: isForCustomers ? 0 : this.#options.quarantinedOf(locationId),
      location: isForCustomers ? { ...facts, thresholds: null } : facts,
    } satisfies Heartbeat);
  }

  #beat(): void {
    for (const channel of this.#channels.values()) this.#look(channel);
    this.#sendHeartbeats();
    this.#askPulse();
  }

  #askPulse(): void {
    void this.#pulse.ask(() => {
      this.#sendHeartbeats();
    });
  }

  #sendHeartbeats(): void {
    for (const channel of this.#channels.values()) {
      for (const seat of channel.seats) this.#send(channel, seat, this.#heartbeat(channel, seat));
    }
  }
}
