import type { Order } from '../../../../../schemas/api/order-view';
import type { FeedState } from '../../feed/model/feed-state';
import type { KeptFreshness } from '../../shared/model/freshness';
import type { KnownLocation } from '../../shared/model/known-location';

/** A board as this screen showed it before it was loaded again, in the form in which the live board knows its own. */
export interface KeptMoment {
  readonly state: FeedState<Order>;
  readonly facts: KnownLocation;
  /** Milliseconds since the epoch, as the clock of the service would have it. */
  readonly now: number;
  readonly hasData: true;
  readonly freshness: KeptFreshness;
  /** Nobody is waited for in it: a driver who changed is known again with the feed. */
  readonly previousDrivers: ReadonlyMap<string, never>;
}
