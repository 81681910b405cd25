import type { ConsumerLag, FeedPosition } from '../../../schemas/api/feed';
import type { Feed, Wanted } from '../feed';

/**
 * Most items that are counted, and events of the log that are looked at for it once one was found: beyond them, a
 * consumer is far behind, however many there are.
 */
export const MAX_COUNTED_LAG = 2_000;

const keyOf = (place: FeedPosition, wanted: Wanted): string =>
  JSON.stringify([place, wanted === null ? null : [...wanted].sort()]);

/**
 * Counts how far behind one who follows is. Where others have all the news, a count finds nothing and ends all the same:
 * the next goes on from there, so that what is old is found in the end, and each count takes no longer.
 */
export class LagCount {
  readonly #feed: Pick<Feed, 'events'>;
  readonly #now: () => number;
  /** Up to here nothing is wanted after the place that was asked for last. */
  #nothing: { readonly asked: string; readonly to: FeedPosition } | null = null;

  /** @param now milliseconds since the epoch */
  constructor(feed: Pick<Feed, 'events'>, now: () => number) {
    this.#feed = feed;
    this.#now = now;
  }

  /** @throws {Problem} `feed-position-unknown` @throws {EventStoreError} */
  async at(place: FeedPosition, wanted: Wanted): Promise<ConsumerLag> {
    const asked = keyOf(place, wanted);
    const after = this.#nothing?.asked === asked ? this.#nothing.to : place;
    const question = { after, limit: MAX_COUNTED_LAG, look: MAX_COUNTED_LAG, wanted };
    const { items, next, caughtUp } = await this.#feed.events(question);
    const [oldest] = items;
    if (oldest === undefined) {
      this.#nothing = { asked, to: next };
      return { events: 0, at_least: !caughtUp, seconds: 0 };
    }
    const seconds = Math.max(0, (this.#now() - Date.parse(oldest.received_at)) / 1_000);
    return { events: items.length, at_least: !caughtUp, seconds };
  }
}
