import type { Logger } from 'pino';
import { parseQuarantineId, type QuarantineId, quarantineId } from '../../../schemas/events/delivery-ids';
import { DeliveryMetadata } from '../../../schemas/events/event-data';
import { DELIVERY_CONTRACTS, type LocationId } from '../../../schemas/wire/handle-order';
import { QUARANTINE_STREAM, QUARANTINED, REDRIVEN, redriveStream } from '../../../schemas/events/order-events';
import { nextTurn } from '../../concurrency/turns';
import { comparePositions, type EventStore, type Position, type RecordedEvent } from '../../event-store/event-store';
import { keepFollowing } from '../../event-store/keep-following';
import { readIfThere, readOne } from '../../event-store/reads';
import { aboutOf } from './about';
import { plainBodyOf } from './stored-body';

/** How long a delivery that waits counts, in milliseconds: a day. What is older is about no order on a board. */
export const COUNTED_MS = 24 * 60 * 60 * 1_000;
/** Most deliveries that are counted, the newest: some 200 bytes each. */
export const MOST_COUNTED = 20_000;

type Source = Pick<EventStore, 'readStream' | 'subscribe'>;
interface Options {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back: what waits grows old by it, however the other is set. */
  readonly monotonic: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

interface Waiting {
  readonly id: QuarantineId;
  readonly locationId: LocationId;
  /** When it came, by the clock that never goes back. */
  readonly at: number;
}

/** A type that is not recorded here stays in quarantine whatever is done, and no board lacks it. */
const isRecorded = (type: string | null): boolean => type === null || Object.hasOwn(DELIVERY_CONTRACTS, type);

/**
 * How many deliveries of the last day wait in quarantine for each location, in memory: each heartbeat reports it to
 * screens.
 */
export class WaitingDeliveries {
  /** In the order in which they came. */
  readonly #waiting = new Map<QuarantineId, Waiting>();
  readonly #counts = new Map<LocationId, number>();
  #seen: Position | null = null;
  #unfollow: () => Promise<void> = () => Promise.resolve();

  readonly #source: Source;
  readonly #options: Options;

  constructor(source: Source, options: Options) {
    this.#source = source;
    this.#options = options;
  }

  /** Follows the store from now on; what is in it of the last day is known a moment later. */
  follow(): void {
    const { log } = this.#options;
    this.#unfollow = keepFollowing(
      (signal) => this.#followOnce(signal),
      (error) => {
        log.warn({ err: error }, 'quarantine cannot be followed; it is tried again each second');
      },
    );
  }

  close(): Promise<void> {
    return this.#unfollow();
  }

  /** @returns how many deliveries of the last day name a location and wait */
  countOf(locationId: LocationId): number {
    const oldest = this.#options.monotonic() - COUNTED_MS;
    for (const [id, { at }] of this.#waiting) {
      if (at >= oldest) break;
      this.#drop(id);
    }
    return this.#counts.get(locationId) ?? 0;
  }

  #take(event: RecordedEvent): void {
    if (this.#seen !== null && comparePositions(event.position, this.#seen) <= 0) return;
    this.#seen = event.position;
    const redriven =
      event.type === REDRIVEN ? parseQuarantineId(event.stream.slice(QUARANTINE_STREAM.length + 1)) : null;
    if (redriven !== null) this.#drop(redriven);
    const one = this.#counted(event);
    if (one !== null) this.#add(one);
  }

  /** @returns what counts of an event, unless it is too old, or about nothing that a board shows */
  #counted(event: RecordedEvent): Waiting | null {
    const age = this.#ageOf(event);
    if (event.type !== QUARANTINED || !(age <= COUNTED_MS)) return null;
    const { type, location_id: locationId } = aboutOf(plainBodyOf(event.data));
    if (locationId === null || !isRecorded(type)) return null;
    return { id: quarantineId(event.revision), locationId, at: this.#options.monotonic() - age };
  }

  /** What seems to come from the future is as old as now: the clock was ahead. */
  #ageOf({ metadata }: RecordedEvent): number {
    const at = Date.parse(DeliveryMetadata.safeParse(metadata).data?.received_at ?? '');
    return Math.max(0, this.#options.now() - at);
  }

  #add(one: Waiting): void {
    const { id, locationId } = one;
    if (this.#waiting.has(id)) return;
    this.#waiting.set(id, one);
    this.#counts.set(locationId, (this.#counts.get(locationId) ?? 0) + 1);
    const [first] = this.#waiting.keys();
    if (this.#waiting.size > MOST_COUNTED && first !== undefined) this.#drop(first);
  }

  #drop(id: QuarantineId): void {
    const one = this.#waiting.get(id);
    if (one === undefined) return;
    this.#waiting.delete(id);
    const left = (this.#counts.get(one.locationId) ?? 1) - 1;
    if (left > 0) this.#counts.set(one.locationId, left);
    else this.#counts.delete(one.locationId);
  }

  /** Begins where the log ends, and then looks back: what comes meanwhile is seen twice, and counted once. */
  async #followOnce(signal: AbortSignal): Promise<void> {
    const after = this.#seen ?? 'end';
    let isBegun = this.#seen !== null;
    for await (const { events, position } of this.#source.subscribe({ after, prefix: QUARANTINE_STREAM, signal })) {
      if (!isBegun) {
        for (const one of await this.#ofLastDay(signal)) this.#add(one);
        isBegun = true;
      }
      for (const event of events) this.#take(event);
      // Some stores say only now and then how far they have looked.
      this.#seen = position ?? this.#seen;
    }
  }

  /**
   * Each takes a turn: bodies may be large, and many.
   * @returns what waits of the last day, the oldest first, none of which seems to have come after the next
   */
  async #ofLastDay(signal: AbortSignal): Promise<readonly Waiting[]> {
    const found: Waiting[] = [];
    let latest = Infinity;
    for await (const event of readIfThere(this.#source, QUARANTINE_STREAM, { direction: 'backwards' })) {
      await nextTurn();
      if (signal.aborted || found.length === MOST_COUNTED || this.#ageOf(event) > COUNTED_MS) break;
      const one = this.#counted(event);
      if (one === null || (await readOne(this.#source, redriveStream(one.id))) !== null) continue;
      latest = Math.min(latest, one.at);
      found.push({ ...one, at: latest });
    }
    return found.reverse();
  }
}

/** Counts from now on what waits in quarantine. */
export function followWaiting(source: Source, options: Options): WaitingDeliveries {
  const waiting = new WaitingDeliveries(source, options);
  waiting.follow();
  return waiting;
}
