import { isJsonObject } from '../../../schemas/json/json-object';
import { ORDER_STREAM_PREFIX, orderStream } from '../../../schemas/events/order-events';
import { orderKey } from '../../../schemas/order-key';
import { comparePositions, type EventStore, type Position, type RecordedEvent } from '../../event-store/event-store';
import { readableEvents } from '../../event-store/readable-events';
import { readIfThere } from '../../event-store/reads';
import type { Scope } from './ndjson';

/** Which events an export holds. */
export interface Selection {
  readonly scope: Scope;
  /** RFC 3339; events received at this time or later. Null: from the beginning. */
  readonly from: string | null;
  /** RFC 3339; events received before this time. Null: to the end. */
  readonly to: string | null;
}

/** What has to be known of a store to export from it. */
export type ExportSource = Pick<EventStore, 'exclusive' | 'readAll' | 'readStream'>;

/** @returns when an event was received; of an event that does not say so, when it was stored. */
export function receivedAt({ metadata, created }: Pick<RecordedEvent, 'metadata' | 'created'>): string {
  const at = isJsonObject(metadata) ? metadata['received_at'] : undefined;
  return typeof at === 'string' ? at : created.toISOString();
}

/**
 * Reads the events of the streams whose names begin with a prefix, and of none that was deleted. The embedded store
 * gives no others; another store may give those of deleted streams too.
 */
async function* readPrefix(store: ExportSource, prefix: string): AsyncGenerator<RecordedEvent, void, undefined> {
  if (store.exclusive) {
    yield* store.readAll({ prefix });
    return;
  }
  for await (const { event } of readableEvents(store)) if (event.stream.startsWith(prefix)) yield event;
}

function prefixOf({ location_id, streams }: Scope): string {
  if (location_id !== null) return orderStream(orderKey(location_id, ''));
  return streams === 'all' ? '' : ORDER_STREAM_PREFIX;
}

/**
 * Reads the events of a selection in the order of the log.
 * @param onLooked called with the position of each event that was looked at, selected or not
 * @param end position at which to end, inclusive
 */
export async function* selectEvents(
  store: ExportSource,
  { scope, from, to }: Selection,
  end: Position | null = null,
  onLooked?: (position: Position) => void,
): AsyncGenerator<RecordedEvent, void, undefined> {
  const { location_id, order_id } = scope;
  const [earliest, latest] = [from === null ? -Infinity : Date.parse(from), to === null ? Infinity : Date.parse(to)];
  const isAllTime = from === null && to === null;
  const events =
    location_id !== null && order_id !== null
      ? readIfThere(store, orderStream({ location_id, order_id }))
      : readPrefix(store, prefixOf(scope));
  for await (const event of events) {
    if (end !== null && comparePositions(event.position, end) > 0) break;
    onLooked?.(event.position);
    if (!isAllTime) {
      const at = Date.parse(receivedAt(event));
      if (!(at >= earliest && at < latest)) continue;
    }
    yield event;
  }
}
