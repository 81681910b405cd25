import type { Logger } from 'pino';
import { DeliveryMetadata } from '../../../schemas/event-data';
import type { LocationId } from '../../../schemas/handle-order';
import { QUARANTINE_STREAM, QUARANTINED, REDRIVEN } from '../../../schemas/order-events';
import { comparePositions, type EventSource, type Position, type RecordedEvent } from '../../event-store/event-store';
import { keepFollowing } from '../../event-store/keep-following';
import { aboutOf } from './about';
import { plainBodyOf } from './stored-body';

/** How long a delivery that waits counts, in milliseconds: a day. What is older is about no order on a board. */
export const COUNTED_MS = 24 * 60 * 60 * 1_000;
/** Most deliveries that are counted, the newest: some 200 bytes each. */
export const MOST_COUNTED = 20_000;

type Source = Pick<EventSource, 'subscribe'>;
interface Options {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

interface Waiting {
  readonly locationId: LocationId;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * How many deliveries of the last day wait in quarantine for each location, in memory: screens are told so with each
 * heartbeat.
 */
export class WaitingDeliveries {
  /** By quarantine id, in the order in which they came. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #counts = new Map<LocationId, number>();
  #seen: Position | null = null;
  readonly #ending = new AbortController();
  #following: Promise<void> = Promise.resolve();

  readonly #source: Source;
  readonly #options: Options;

  constructor(source: Source, options: Options) {
    this.#source = source;
    this.#options = options;
  }

  /** Follows the store from now on; what is in it is known a moment later. */
  follow(): void {
    const { log } = this.#options;
    this.#following = keepFollowing(
      (signal) => this.#followOnce(signal),
      this.#ending.signal,
      (error) => {
        log.warn({ err: error }, 'quarantine cannot be followed; it is tried again each second');
      },
    );
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#following;
  }

  /** @returns how many deliveries of the last day name a location and wait */
  countOf(locationId: LocationId): number {
    const oldest = this.#options.now() - COUNTED_MS;
    for (const [id, { at }] of this.#waiting) {
      if (at >= oldest) break;
      this.#drop(id);
    }
    return this.#counts.get(locationId) ?? 0;
  }

  #take({ stream, type, revision, position, data, metadata }: RecordedEvent): void {
    if (this.#seen !== null && comparePositions(position, this.#seen) <= 0) return;
    this.#seen = position;
    if (type === REDRIVEN) this.#drop(stream.slice(QUARANTINE_STREAM.length + 1));
    if (type !== QUARANTINED) return;
    const at = Date.parse(DeliveryMetadata.safeParse(metadata).data?.received_at ?? '');
    if (!(at >= this.#options.now() - COUNTED_MS)) return;
    const { location_id: locationId } = aboutOf(plainBodyOf(data));
    if (locationId === null) return;
    this.#waiting.set(String(revision), { locationId, at });
    this.#counts.set(locationId, (this.#counts.get(locationId) ?? 0) + 1);
    const [first] = this.#waiting.keys();
    if (this.#waiting.size > MOST_COUNTED && first !== undefined) this.#drop(first);
  }

  #drop(id: string): void {
    const one = this.#waiting.get(id);
    if (one === undefined) return;
    this.#waiting.delete(id);
    const left = (this.#counts.get(one.locationId) ?? 1) - 1;
    if (left > 0) this.#counts.set(one.locationId, left);
    else this.#counts.delete(one.locationId);
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    const after = this.#seen ?? 'start';
    for await (const { events } of this.#source.subscribe({ after, prefix: QUARANTINE_STREAM, signal })) {
      for (const event of events) this.#take(event);
    }
  }
}

/** Counts from now on what waits in quarantine. */
export function followWaiting(source: Source, options: Options): WaitingDeliveries {
  const waiting = new WaitingDeliveries(source, options);
  waiting.follow();
  return waiting;
}
