import { countOrders, type Counts } from '../../../projections/overview';
import type { LocationId } from '../../../schemas/handle-order';
import type { LocationOverview, OverviewPage } from '../../../schemas/overview';
import { SNAPSHOT_ACTIVE_ORDERS } from '../../../schemas/vocabulary';
import { nextTurn } from '../../concurrency/turns';
import type { Locations } from '../../locations/open-locations';
import type { OrderTableReader } from '../../read-model/order-table/reader';
import { SNAPSHOT_ENDED_ORDERS } from '../live/live-feed';

/** Locations whose orders are counted in one turn of the event loop: some 0.2 ms each, with 30 open orders. */
const SLICE_LOCATIONS = 32;

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
  readonly #counted = new Map<LocationId, Counts>();

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

  /** @returns the locations that fare otherwise by the passing of time alone */
  expire(): readonly LocationId[] {
    const now = this.#options.now();
    const expired = [...this.#counted].flatMap(([id, { until }]) => (until <= now ? [id] : []));
    for (const id of expired) this.#counted.delete(id);
    return expired;
  }

  /** @returns how some locations fare, in their order. @throws {ReadModelError} */
  async of(ids: readonly LocationId[]): Promise<LocationOverview[]> {
    const found: LocationOverview[] = [];
    for (const [index, id] of ids.entries()) {
      if (index % SLICE_LOCATIONS === 0) await nextTurn();
      found.push(this.#one(id));
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

  #one(locationId: LocationId): LocationOverview {
    const { orders, factsOf, now } = this.#options;
    const counted =
      this.#counted.get(locationId) ??
      countOrders(orders.countedOrders(locationId, SNAPSHOT_ACTIVE_ORDERS, SNAPSHOT_ENDED_ORDERS), now());
    this.#counted.set(locationId, counted);
    const { stages, canceled, quiet } = counted;
    return { location_id: locationId, name: factsOf(locationId).name, stages, canceled, quiet };
  }
}
