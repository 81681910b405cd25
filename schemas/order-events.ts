import { z } from 'zod';
import { type DeliveryType, Fault, Id, LocationId, type OrderKey } from './handle-order';
import { isJsonObject } from './json-object';
import { StreamName, streamName } from './stream-name';

/**
 * Every event we store, its metadata and its codec (docs/architecture.md#what-is-stored). Facts only: what we think of
 * a delivery is computed by the folds, so that a better reading applies to all of history.
 */

/** Prefix of every order's stream; EventStoreDB's category of all of them is `order`. */
export const ORDER_STREAM_PREFIX = 'order-';
/** The stream of deliveries that were authentic but unusable; the revision of one in it is its `quarantine_id`. */
export const QUARANTINE_STREAM = streamName('quarantine');

/** The stream of deliveries that were passed on to the POS; the revision of one in it is its `relay_id`. */
export const RELAY_STREAM = streamName('relay');

/** The stream of what retention deleted. */
export const RETENTION_STREAM = streamName('retention');

/** @returns the stream that tells what became of a delivery in quarantine: at most one event. */
export const redriveStream = (quarantineId: string): StreamName => streamName(`${QUARANTINE_STREAM}-${quarantineId}`);

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
    return {
      location_id: decodeURIComponent(stream.slice(ORDER_STREAM_PREFIX.length, separator)),
      order_id: decodeURIComponent(stream.slice(separator + 1)),
    };
  } catch {
    return null; // a percent sign that encodes nothing
  }
}

/** SHA-256, lower-case hex. */
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What ties an event to its content and to the event before it in its stream (docs/decisions/013-tamper-evidence.md). */
export const Seal = z.object({
  content_hash: Sha256.meta({ description: 'SHA-256 of the canonical JSON (RFC 8785) of type and object, hex' }),
  previous_hash: Sha256.nullable().meta({
    description: '`event_hash` of the event before it in its stream; null where there was none, or none with a hash',
  }),
  event_hash: Sha256.meta({
    description: 'SHA-256 of the canonical JSON of stream, id, type and metadata without this hash, hex',
  }),
});
export type Seal = z.infer<typeof Seal>;

/** What of a request is kept so that it can be sent on as it came, while a destination wants that. */
export const Arrival = z
  .object({
    headers: z
      .array(z.tuple([z.string(), z.string()]))
      .meta({ description: 'names and values as they came, without credentials and what is about the connection' }),
    body_base64: z.string().optional().meta({
      description: 'the body as it came; absent if type, object and envelope as compact JSON are the same bytes',
    }),
  })
  .meta({ id: 'Arrival', description: 'a request as it came' });
export type Arrival = z.infer<typeof Arrival>;

/** Metadata of every order event. Those written by versions before the seal have no hashes but that of the content. */
export const OrderEventMetadata = z
  .object({
    schema_version: z.number().int(),
    received_at: z.string().meta({ description: 'when the delivery came; RFC 3339, UTC, milliseconds' }),
    content_hash: Seal.shape.content_hash,
    previous_hash: Seal.shape.previous_hash.optional(),
    event_hash: Seal.shape.event_hash.optional(),
    body_sha256: z.string().meta({ description: 'SHA-256 of the raw body bytes, as they came, hex' }),
    signed_with: z.string().nullable().meta({ description: 'fingerprint of the secret that verified, or null' }),
    request_id: z
      .string()
      .meta({ description: '`X-Request-Id` of the answer to Stream; withheld from readers who do not see contacts' }),
    quarantine_id: z.string().optional().meta({ description: 'where the delivery lay before it was redriven' }),
    envelope: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'members of the body beside `type` and `object`, verbatim; absent if there were none' }),
    arrival: Arrival.optional(),
  })
  .meta({
    id: 'EventMetadata',
    description: 'What is stored beside the data of an event: when it came, and what proves that it was not changed',
  });
export type OrderEventMetadata = z.infer<typeof OrderEventMetadata>;

/** `object` of a delivery exactly as parsed, unknown fields included. */
export type OrderEventData = Readonly<Record<string, unknown>>;

/** One fact about an order, decoded. */
export interface OrderEvent {
  readonly type: DeliveryType;
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
  if (stored.type !== 'order.updated' && stored.type !== 'order.canceled') return null;
  if (!isJsonObject(stored.data)) return null;
  return {
    type: stored.type,
    data: stored.data,
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

/** Most events of an order that one {@link OrderDeletedData} stands for. */
export const MAX_DELETED_LEAVES = 1_000;

/**
 * Data of an `order.deleted` event, written before the events go: what stands in for them in the hash of the log, and tells
 * nothing of what they said.
 */
export const OrderDeletedData = z.object({
  stream: StreamName,
  leaves: z
    .array(z.tuple([z.string().regex(/^\d+$/).brand<'Position'>(), Sha256]))
    .meta({ description: 'position and leaf of each event' }),
});
export type OrderDeletedData = z.infer<typeof OrderDeletedData>;

/** Types of the events about quarantine. */
export const QUARANTINED = 'delivery.quarantined';
export const REDRIVEN = 'delivery.redriven';

/** Data of a `delivery.quarantined` event: all that came, so that nothing is lost. */
export const QuarantinedData = z.object({
  body_base64: z.string(),
  content_type: z.string().nullable(),
  content_encoding: z.string().optional(),
  errors: z.array(Fault),
});
export type QuarantinedData = z.infer<typeof QuarantinedData>;

/** Metadata of an event about a delivery that is on no order's rail: in quarantine, or passed on. */
export const DeliveryMetadata = z.object({
  schema_version: z.number().int(),
  received_at: z.string(),
  body_sha256: z.string(),
  signed_with: z.string().nullable(),
  request_id: z.string(),
  ...Seal.partial().shape,
});
export type DeliveryMetadata = z.infer<typeof DeliveryMetadata>;

/** Data of a `delivery.redriven` event: a quarantined delivery was tried again and is now on its order's rail. */
export const RedrivenData = z.object({
  at: z.string(),
  outcome: z.enum(['recorded', 'repeat']),
  location_id: z.string(),
  order_id: z.string(),
  revision: z.number().int(),
});
export type RedrivenData = z.infer<typeof RedrivenData>;

/** Type of the events about deliveries that were passed on. */
export const RELAYED = 'delivery.relayed';

/** How passing a delivery on to the POS ended. */
export const RELAY_OUTCOMES = ['answered', 'timed-out', 'failed', 'cut-off'] as const;

/**
 * Data of a `delivery.relayed` event: one try. The body is not kept: `body_sha256` of the metadata proves what was passed on
 * (docs/decisions/016-relay.md).
 */
export const RelayedData = z.object({
  type: z.string().meta({ description: 'of the delivery, its first 64 characters', examples: ['order.created'] }),
  location_id: LocationId.nullable().meta({
    description: '`object.location_id` of the delivery; null where it holds none',
  }),
  outcome: z.enum(RELAY_OUTCOMES).meta({
    description:
      'answered: whole; timed-out: not whole within RELAY_TIMEOUT_MS; failed: there was no answer; cut-off: it broke off',
  }),
  status: z.int().nullable().meta({ description: 'of the answer; null where there was none' }),
  provider_id: Id.nullable().meta({
    description: "`order.provider_id` of the answer, the POS's id of the order; null where it holds none",
  }),
  answer_bytes: z.int().nonnegative().meta({ description: 'of the body of the answer, as far as it came' }),
  duration_ms: z.int().nonnegative().meta({ description: 'from passing it on to the end of the answer' }),
});
export type RelayedData = z.infer<typeof RelayedData>;
