import type { HistoryEvent } from '../../../../../schemas/api/order-view';
import { WITHHELD } from '../../../../../schemas/events/withheld';

/**
 * How an event is tied to the one before it, as far as their metadata show; `ticket-rail verify` computes the hashes.
 */
export type Tie =
  | 'first'
  /** It names the hash of the event before. */
  | 'tied'
  /** It names a hash that is not that of the event before: something was changed, taken out or put in. */
  | 'broken'
  /** It follows an event that is not there any more, as after retention. */
  | 'follows_deleted'
  /** Written by a version without hashes, or after such an event. */
  | 'unsealed'
  /** The reader does not see contacts, and so no hashes over them. */
  | 'withheld';

export function tieOf(before: HistoryEvent | null, { metadata }: HistoryEvent): Tie {
  const { event_hash, previous_hash } = metadata;
  if (event_hash === WITHHELD) return 'withheld';
  if (event_hash === undefined) return 'unsealed';
  if (before === null) return (previous_hash ?? null) === null ? 'first' : 'follows_deleted';
  const expected = before.metadata.event_hash ?? null;
  if ((previous_hash ?? null) !== expected) return 'broken';
  return expected === null ? 'unsealed' : 'tied';
}
