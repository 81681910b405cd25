import { stringifyJson } from '../../../schemas/json/exact-json';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type {
  LocationOverview,
  OverviewChange,
  OverviewHeartbeat,
  OverviewSnapshot,
} from '../../../schemas/api/overview';
import { eventFrame, type StreamClient } from '../../http/event-stream';
import { ReadModelError } from '../../read-model/order-table/schema';
import type { Progress } from '../../read-model/projector';
import { HEARTBEAT_MS, MAX_BUFFERED_BYTES } from '../live/live-feed';
import { type StoreHealth, Pulse } from '../live/pulse';
import type { Overview } from './overview';

/**
 * How locations fare, as it changes, for screens that show all of them at once: after a snapshot, each location that
 * changed, once in an interval, however many updates it had.
 */

/** Least milliseconds between two messages about changes. After a pause, a change is sent at once. */
export const CHANGE_INTERVAL_MS = 150;
/** Most clients at a time: each may have {@link MAX_BUFFERED_BYTES} on its way. */
export const MAX_OVERVIEW_CLIENTS = 100;
/** Most locations of a snapshot, some 300 bytes each; others come as they change. */
export const MAX_SNAPSHOT_LOCATIONS = 2_000;

/** One end of the feed. */
export interface OverviewClient extends StreamClient {
  /** The locations that it gets, or null for all. */
  readonly only: readonly string[] | null;
}

interface Seat {
  readonly client: OverviewClient;
  /** Null for all. */
  readonly only: ReadonlySet<string> | null;
  /** What changed while its snapshot was read; null: it has the snapshot. */
  missed: Set<LocationId> | null;
}

const frame = (event: string, data: OverviewSnapshot | OverviewChange | OverviewHeartbeat): string =>
  eventFrame(event, stringifyJson(data));

const sees = ({ only }: Seat, locationId: string): boolean => only === null || only.has(locationId);

/** Sends to everyone who watches the overview how locations fare, as it becomes readable. */
export class OverviewFeed {
  readonly #seats = new Set<Seat>();
  /** Locations whose change is not sent yet. */
  #changed = new Set<LocationId>();
  #changeTimer: NodeJS.Timeout | undefined;
  #isSending = false;
  #sentAt = -Infinity;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #isRemade = false;
  #isClosed = false;
  readonly #pulse: Pulse;
  readonly #overview: Overview;
  readonly #monotonic: () => number;

  /** @param options of the {@link Pulse}; @param options.monotonic milliseconds that never go back */
  constructor(
    overview: Overview,
    options: {
      readonly health: () => Promise<StoreHealth>;
      readonly lagMs: () => number;
      readonly now: () => number;
      readonly monotonic: () => number;
    },
  ) {
    this.#overview = overview;
    this.#monotonic = options.monotonic;
    this.#pulse = new Pulse({ ...options, intervalMs: HEARTBEAT_MS });
  }

  /** No further client can be taken now. */
  get isFull(): boolean {
    return this.#isClosed || this.#seats.size >= MAX_OVERVIEW_CLIENTS;
  }

  /** Sends to a client from now on. @returns what ends it, and may be called after its end too */
  watch(client: OverviewClient): () => void {
    const seat: Seat = { client, only: client.only === null ? null : new Set(client.only), missed: new Set() };
    this.#seats.add(seat);
    if (this.#heartbeatTimer === undefined) {
      this.#heartbeatTimer = setInterval(() => {
        this.#beat();
      }, HEARTBEAT_MS);
      // Nobody has asked since the last client went.
      this.#askPulse();
    }
    this.#send(seat, this.#heartbeat());
    void this.#start(seat);
    return () => {
      this.#leave(seat);
    };
  }

  /** Takes what became readable. @param progress `locations` whose orders did; `caughtUp` if that is all */
  projected({ locations, caughtUp }: Pick<Progress, 'locations' | 'caughtUp'>): void {
    for (const id of locations) this.#note(id as LocationId); // the projector has it of an order's key
    if (!this.#isRemade || !caughtUp) return;
    this.#isRemade = false;
    this.#overview.forgetAll();
    for (const seat of this.#seats) void this.#start(seat);
  }

  /** The read model is being made anew, and may say other things then: everybody gets everything when it is there. */
  restarted(): void {
    this.#isRemade = true;
    this.#overview.forgetAll();
  }

  /** Ends every stream; clients come again when there is somebody to come to. */
  close(): void {
    this.#isClosed = true;
    for (const seat of this.#seats) this.#end(seat);
  }

  #note(locationId: LocationId): void {
    this.#overview.forget(locationId);
    if (this.#seats.size === 0) return;
    this.#changed.add(locationId);
    this.#plan();
  }

  /** Has changes sent when the interval is over. */
  #plan(): void {
    if (this.#changed.size === 0 || this.#isSending || this.#isRemade) return;
    const pause = this.#sentAt + CHANGE_INTERVAL_MS - this.#monotonic();
    this.#changeTimer ??= setTimeout(
      () => {
        this.#changeTimer = undefined;
        void this.#sendChanges();
      },
      Math.max(0, pause),
    );
  }

  /** What cannot be read now is looked for again at the next heartbeat. */
  async #sendChanges(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Set();
    this.#isSending = true;
    try {
      const all = await this.#overview.of([...changed]);
      let forAll: string | null = null;
      for (const seat of this.#seats) {
        if (seat.missed !== null) for (const id of changed) seat.missed.add(id);
        else if (seat.only === null) this.#send(seat, (forAll ??= frame('changed', { locations: all })));
        else this.#sendSome(seat, all);
      }
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
      for (const id of changed) this.#changed.add(id);
      return;
    } finally {
      this.#isSending = false;
      // From the end: however long counting takes, others have their turn for as long as the interval.
      this.#sentAt = this.#monotonic();
    }
    this.#plan();
  }

  #sendSome(seat: Seat, all: readonly LocationOverview[]): void {
    const locations = all.filter(({ location_id }) => sees(seat, location_id));
    if (locations.length > 0) this.#send(seat, frame('changed', { locations }));
  }

  /**
   * Sends a snapshot, and then what changed while it was read. Where it cannot be read, the client comes again, and is
   * answered why.
   */
  async #start(seat: Seat): Promise<void> {
    const missed = new Set<LocationId>();
    seat.missed = missed;
    try {
      const { locations, next } = await this.#overview.page(seat.client.only, null, MAX_SNAPSHOT_LOCATIONS);
      // It went meanwhile, or another snapshot is on its way.
      if (!this.#seats.has(seat) || seat.missed !== missed) return;
      const { now } = this.#pulse.signs;
      this.#send(seat, frame('snapshot', { now, locations, truncated: next !== null }));
    } catch (error) {
      if (!(error instanceof ReadModelError)) throw error;
      this.#end(seat);
      return;
    }
    for (const id of missed) this.#changed.add(id);
    seat.missed = null;
    this.#plan();
  }

  #send(seat: Seat, text: string): void {
    seat.client.send(text);
    if (seat.client.buffered > MAX_BUFFERED_BYTES) this.#end(seat);
  }

  #end(seat: Seat): void {
    this.#leave(seat);
    seat.client.end();
  }

  #leave(seat: Seat): void {
    if (!this.#seats.delete(seat) || this.#seats.size > 0) return;
    clearInterval(this.#heartbeatTimer);
    clearTimeout(this.#changeTimer);
    this.#heartbeatTimer = this.#changeTimer = undefined;
    this.#changed.clear();
  }

  #heartbeat(): string {
    return frame('heartbeat', this.#pulse.signs);
  }

  #beat(): void {
    for (const id of this.#overview.expire()) this.#changed.add(id);
    this.#plan();
    this.#sendHeartbeats();
    this.#askPulse();
  }

  #askPulse(): void {
    void this.#pulse.ask(() => {
      this.#sendHeartbeats();
    });
  }

  #sendHeartbeats(): void {
    for (const seat of this.#seats) this.#send(seat, this.#heartbeat());
  }
}
