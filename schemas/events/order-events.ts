import type { Seal } from './event-data';
import type { QuarantineId } from './delivery-ids';
import type { DeliveryType } from '../wire/handle-order';
import { orderKey, type OrderKey } from '../order-key';
import { isJsonObject } from '../json/json-object';
import { actionOf, type ActionType, isActionType } from './rail-actions';
import { type StreamName, streamName } from './stream-name';

/**
 * Every event we store, by its stream and type, and how it is decoded (docs/architecture.md#what-is-stored); what they hold is
 * in event-data.ts. Facts only: what we think of a delivery is computed by the folds, so that a better reading applies to all
 * of history. The threads that read the log need this and no schema: nothing here is to load zod.
 */

/** Prefix of every order's stream; EventStoreDB's category of all of them is `order`. */
export const ORDER_STREAM_PREFIX = 'order-';
/** The stream of deliveries that were authentic but unusable; the revision of one in it is its `quarantine_id`. */
export const QUARANTINE_STREAM = streamName('quarantine');

/** The stream of deliveries that were passed on to the POS; the revision of one in it is its `relay_id`. */
export const RELAY_STREAM = streamName('relay');

/** The stream of what retention deleted. */
export const RETENTION_STREAM = streamName('retention');

/** @returns the stream that records what became of a delivery in quarantine: at most one event. */
export const redriveStream = (id: QuarantineId): StreamName => streamName(`${QUARANTINE_STREAM}-${id}`);

/** Version of the stored form of order events; {@link decodeOrderEvent} upcasts older ones. */
export const SCHEMA_VERSION = 1;

/**
 * @returns the name of the stream of one order. `encodeURIComponent` never yields `:`, so two different orders never
 * share a stream.
 */
export function orderStream(key: OrderKey): StreamName {
  const ids = `${encodeURIComponent(key.location_id)}:${encodeURIComponent(key.order_id)}`;
  return streamName(`${ORDER_STREAM_PREFIX}${ids}`);
}

/** @returns the order whose stream has this name, or null for any other stream, such as one that we did not name. */
export function orderKeyOfStream(stream: StreamName): OrderKey | null {
  if (!stream.startsWith(ORDER_STREAM_PREFIX)) return null;
  const separator = stream.indexOf(':', ORDER_STREAM_PREFIX.length);
  if (separator < 0) return null;
  try {
    const location = decoded(stream.slice(ORDER_STREAM_PREFIX.length, separator));
    return orderKey(location, decoded(stream.slice(separator + 1)));
  } catch {
    return null; // a percent sign that encodes nothing
  }
}

/** Looks first whether there is anything to decode: every event that is read comes through here, and few ids have it. */
const decoded = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text);

/** `object` of a delivery exactly as parsed, unknown fields included; or what was done with the order (rail-actions.ts). */
export type OrderEventData = Readonly<Record<string, unknown>>;

/** One fact about an order, decoded. */
export interface OrderEvent {
  readonly type: DeliveryType | ActionType;
  readonly data: OrderEventData;
  readonly revision: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string;
  /** Equal for equal reports, whatever the order of their keys; null for an event without one. */
  readonly contentHash: string | null;
}

/** What the codec needs of an event as a store gives it back. */
export interface StoredEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  readonly revision: number;
  readonly created: Date;
}

/**
 * Decodes an event of an order's stream and upcasts older forms. Total: an event that we did not write, such as one
 * that an operator added by hand, gives null rather than an error, because a projection never rejects a recorded fact.
 */
export function decodeOrderEvent(stored: StoredEvent): OrderEvent | null {
  const { type, data } = stored;
  if (!isActionType(type) && type !== 'order.updated' && type !== 'order.canceled') return null;
  if (!isJsonObject(data) || (isActionType(type) && actionOf(stored) === null)) return null;
  return {
    type,
    data,
    revision: stored.revision,
    receivedAt: receivedAtOf(stored),
    contentHash: hashOf(stored, 'content_hash'),
  };
}

/** @returns when the delivery came that is a stored event. */
export function receivedAtOf({ metadata, created }: Pick<StoredEvent, 'metadata' | 'created'>): string {
  const receivedAt = isJsonObject(metadata) ? metadata['received_at'] : undefined;
  return typeof receivedAt === 'string' ? receivedAt : created.toISOString();
}

/** @returns a hash kept with a stored event, or null if it has none. */
export function hashOf(stored: Pick<StoredEvent, 'metadata'>, which: keyof Seal): string | null {
  const hash = isJsonObject(stored.metadata) ? stored.metadata[which] : undefined;
  return typeof hash === 'string' ? hash : null;
}

/** Type of an event about retention. */
export const ORDER_DELETED = 'order.deleted';

/** Most events of an order that one such event stands for. */
export const MAX_DELETED_LEAVES = 1_000;

/** Types of the events about quarantine. */
export const QUARANTINED = 'delivery.quarantined';
export const REDRIVEN = 'delivery.redriven';

/** Type of the events about deliveries that were passed on. */
export const RELAYED = 'delivery.relayed';
