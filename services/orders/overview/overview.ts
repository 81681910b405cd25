import { countOrders, type Counts } from '../../../projections/overview';
import type { LocationId } from '../../../schemas/wire/handle-order';
import type { LocationOverview, OverviewPage } from '../../../schemas/api/overview';
import { SNAPSHOT_ACTIVE_ORDERS } from '../../../schemas/vocabulary';
import { nextTurn } from '../../concurrency/turns';
import type { LocationFacts } from '../../../schemas/files/locations';
import type { Locations } from '../../locations/open-locations';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import { SNAPSHOT_ENDED_ORDERS } from '../live/live-feed';

/** Orders that are counted in one turn of the event loop, and locations that are looked at: some 7 ms. */
const SLICE_ORDERS = 1_000;
const SLICE_LOCATIONS = 32;

/** What was counted, and what LOCATIONS_FILE said of the location then. */
interface Known {
  readonly counts: Counts;
  readonly facts: LocationFacts;
}

export interface OverviewOptions {
  readonly orders: Pick<OrderTableReader, 'countedOrders' | 'listLocations'>;
  readonly factsOf: Locations['factsOf'];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * How locations fare. What was counted is kept until it is otherwise, so that each change is counted once, however many
 * watch; it counts the orders that boards show.
 */
export class Overview {
  readonly #options: OverviewOptions;
  readonly #counted = new Map<LocationId, Known>();

  constructor(options: OverviewOptions) {
    this.#options = options;
  }

  /** What was counted of a location is otherwise. */
  forget(locationId: LocationId): void {
    this.#counted.delete(locationId);
  }

  forgetAll(): void {
    this.#counted.clear();
  }

  /** @returns the locations that fare otherwise by the passing of time, or of which LOCATIONS_FILE says something else */
  expire(): readonly LocationId[] {
    const { factsOf, now } = this.#options;
    const expired = [...this.#counted].flatMap(([id, { counts, facts }]) =>
      counts.until <= now() || facts !== factsOf(id) ? [id] : [],
    );
    for (const id of expired) this.#counted.delete(id);
    return expired;
  }

  /** @returns how some locations fare, in their order. @throws {ReadModelError} */
  async of(ids: readonly LocationId[]): Promise<LocationOverview[]> {
    const { factsOf } = this.#options;
    const found: LocationOverview[] = [];
    let looked = 0;
    for (const [index, location_id] of ids.entries()) {
      if (index % SLICE_LOCATIONS === 0 || looked >= SLICE_ORDERS) {
        looked = 0;
        await nextTurn();
      }
      const { counts, orders } = this.#countsOf(location_id);
      looked += orders;
      const { stages, canceled, quiet } = counts;
      const { name, thresholds } = factsOf(location_id);
      found.push({ location_id, name, thresholds, stages, canceled, quiet });
    }
    return found;
  }

  /**
   * @param only the locations that are asked about, or null for all
   * @param after id of the location before the first
   * @returns how locations fare, in the order of their ids. @throws {ReadModelError}
   */
  async page(
    only: readonly string[] | null,
    after: string | null,
    limit: number,
  ): Promise<Pick<OverviewPage, 'locations' | 'next'>> {
    const { locations, next } = this.#options.orders.listLocations(only, after, limit);
    return { locations: await this.of(locations.map(({ location_id }) => location_id)), next };
  }

  /** Returns how the orders of a location stand now, and how many were looked at for it. */
  #countsOf(locationId: LocationId): { readonly counts: Counts; readonly orders: number } {
    const { factsOf } = this.#options;
    const now = this.#options.now();
    const kept = this.#counted.get(locationId);
    if (kept !== undefined && now < kept.counts.until) return { counts: kept.counts, orders: 0 };
    const orders = this.#options.orders.countedOrders(locationId, SNAPSHOT_ACTIVE_ORDERS, SNAPSHOT_ENDED_ORDERS);
    const counts = countOrders(orders, now);
    // One whose time is over stays until those who watch hear of it, by `expire`.
    if (kept === undefined) this.#counted.set(locationId, { counts, facts: factsOf(locationId) });
    return { counts, orders: orders.length };
  }
}
