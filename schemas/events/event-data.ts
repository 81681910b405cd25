import { z } from 'zod';
import { Fault, Id, LocationId } from '../wire/handle-order';
import { QuarantineId } from './delivery-ids';

/** What the events of order-events.ts hold, data and metadata. */

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
    quarantine_id: QuarantineId.optional().meta({ description: 'where the delivery lay before it was redriven' }),
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

/**
 * Data of an `order.deleted` event, written before the events go: what stands in for them in the hash of the log, and
 * reveals nothing of what they said.
 */
export const OrderDeletedData = z.object({
  stream: z.string().brand<'StreamName'>(),
  leaves: z
    .array(z.tuple([z.string().regex(/^\d+$/).brand<'Position'>(), Sha256]))
    .meta({ description: 'position and leaf of each event' }),
});
export type OrderDeletedData = z.infer<typeof OrderDeletedData>;

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
  location_id: z.string().brand<'LocationId'>(),
  order_id: z.string().brand<'OrderId'>(),
  revision: z.number().int(),
});
export type RedrivenData = z.infer<typeof RedrivenData>;

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
