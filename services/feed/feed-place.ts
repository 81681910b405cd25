import { BEGINNING, type FeedPosition } from '../../schemas/api/feed';
import type { EventId } from '../../schemas/events/event-id';
import { comparePositions, type Position } from '../event-store/event-store';
import { parseFeedAddress } from '../orders/live/live-feed';

/**
 * Places in the feed as clients have them: the position of an event of the log, with the first digits of the event's
 * id. A log that lost events gives its positions to others, and the id shows it.
 */

export const feedPosition = (position: Position, eventId: EventId): FeedPosition =>
  `${position}-${eventId.slice(0, 8)}`;

/** @returns the position in the log; null for the beginning, and for what no log has. */
export const logPosition = (place: FeedPosition): Position | null => parseFeedAddress(place)?.position ?? null;

/** Orders places of one log: negative if `one` is before `other`. */
export function comparePlaces(one: FeedPosition, other: FeedPosition): number {
  const [a, b] = [logPosition(one), logPosition(other)];
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return comparePositions(a, b);
}

export const laterPlace = (one: FeedPosition, other: FeedPosition): FeedPosition =>
  comparePlaces(one, other) < 0 ? other : one;

/** @returns a position that a client sends; null for a text that cannot be one. */
export function parseFeedPosition(text: string): FeedPosition | null {
  return text === BEGINNING || parseFeedAddress(text) !== null ? text : null;
}
