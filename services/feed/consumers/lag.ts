import type { ConsumerLag, FeedPosition } from '../../../schemas/api/feed';
import type { Feed } from '../feed';

/** Most items that are counted: beyond them, a consumer is far behind, however many there are. */
export const MAX_COUNTED_LAG = 2_000;

/**
 * @param now milliseconds since the epoch
 * @returns how far behind a place is
 * @throws {Problem} `feed-position-unknown` @throws {EventStoreError}
 */
export async function lagAt(feed: Pick<Feed, 'events'>, place: FeedPosition, now: number): Promise<ConsumerLag> {
  let events = 0;
  let oldest: string | null = null;
  let caughtUp = false;
  for (let after = place; !caughtUp && events < MAX_COUNTED_LAG;) {
    const answer = await feed.events({ after, limit: MAX_COUNTED_LAG - events, wanted: null });
    oldest ??= answer.items[0]?.received_at ?? null;
    events += answer.items.length;
    caughtUp = answer.caughtUp;
    after = answer.next;
  }
  const seconds = oldest === null ? 0 : Math.max(0, (now - Date.parse(oldest)) / 1_000);
  return { events, at_least: !caughtUp, seconds };
}
