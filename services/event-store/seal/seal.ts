import { hash } from 'node:crypto';
import type { Seal } from '../../../schemas/events/event-data';
import { SCHEMA_VERSION } from '../../../schemas/events/order-events';
import { type EventId, eventId } from '../../../schemas/events/event-id';
import type { StreamName } from '../../../schemas/events/stream-name';
import type { JsonValue, NewEvent, Payload } from '../event-store';
import { canonicalJson } from './canonical-json';

/**
 * @returns SHA-256, in hex, of the canonical JSON (RFC 8785) of a delivery's type and object, so that the order of keys
 * and white space make no difference (docs/protocol.md#ruling-4-4).
 */
export function contentHash({ type, object }: { readonly type: string; readonly object: unknown }): string {
  return hash('sha256', `{"object":${canonicalJson(object)},"type":${canonicalJson(type)}}`, 'hex');
}

/** What an event's own hash is taken of: everything that we write but its content, which has a hash in the metadata. */
export interface Sealable {
  readonly stream: StreamName;
  readonly id: EventId;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * @returns SHA-256, in hex, of the canonical JSON of an event's stream, id, type and metadata without `event_hash`. The
 * metadata hold the hashes of the content and of the event before it, so this one stands for all of the stream up to here.
 * The revision is not in it: the store gives it, and in a stream whose beginning was deleted it cannot be known before.
 */
export function eventHash({ stream, id, type, metadata }: Sealable): string {
  const rest = canonicalJson(metadata, 'event_hash');
  const members = `"id":${canonicalJson(id)},"metadata":${rest},"stream":${canonicalJson(stream)},"type":${canonicalJson(type)}`;
  return hash('sha256', `{${members}}`, 'hex');
}

/**
 * Seals an event: gives its metadata the hashes that tie it to its content and to the event before it.
 * @param previousHash `event_hash` of the event before it in its stream, or null if there is none
 */
export function seal<Metadata extends { readonly content_hash: string }>(
  { stream, id, type, metadata }: { stream: StreamName; id: EventId; type: string; metadata: Metadata },
  previousHash: string | null,
): Metadata & Seal {
  const chained = { ...metadata, previous_hash: previousHash };
  return { ...chained, event_hash: eventHash({ stream, id, type, metadata: chained }) };
}

/** An event as it is appended, with its hashes. */
export interface SealedEvent<Metadata> extends NewEvent {
  readonly metadata: Metadata & Seal;
}

/**
 * Seals an event that is about to be appended to a stream.
 * @param previousHash `event_hash` of the event before it in its stream, or null if there is none
 */
export function sealEvent<Metadata extends { readonly content_hash: string }>(
  stream: StreamName,
  event: { readonly id: EventId; readonly type: string; readonly data: Payload; readonly metadata: Metadata },
  previousHash: string | null,
): SealedEvent<Metadata> {
  return { ...event, metadata: seal({ ...event, stream }, previousHash) };
}

/**
 * Seals an event of a stream whose events are not tied to each other, because their writers do not wait for each other.
 * @param details further metadata
 */
export function sealAlone<Details extends Readonly<Record<string, JsonValue>>>(
  stream: StreamName,
  { id, type, data }: { readonly id: EventId; readonly type: string; readonly data: Payload },
  details: Details,
): SealedEvent<Details> {
  const content_hash = contentHash({ type, object: data });
  return sealEvent(
    stream,
    { id, type, data, metadata: { schema_version: SCHEMA_VERSION, content_hash, ...details } },
    null,
  );
}

/** Namespace of our event ids: made once, at random, and never to change. */
const EVENT_ID_NAMESPACE = Buffer.from('6f0b0f3e5d6c4f0fa1b70c1f5d3c9a42', 'hex').toString('latin1');

const uuidOf = (name: string): EventId => {
  const hex = hash('sha1', Buffer.from(`${EVENT_ID_NAMESPACE}${name}`, 'latin1'), 'hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return eventId(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
};

/**
 * @returns the id of the event of a delivery: UUIDv5 (RFC 9562 section 5.5) of its stream, revision, content hash and
 * request, so that repeating an append whose outcome is unknown stores once. The request is part of it because the same
 * content at the same place may be another fact: of A, B, A, the second A must never be taken for a repeat of the first.
 */
export const deliveryEventId = (
  stream: StreamName,
  revision: number,
  contentHash: string,
  requestId: string,
): EventId => uuidOf(`${stream}\n${String(revision)}\n${contentHash}\n${requestId}`);

/**
 * @returns the id of the event of an action: UUIDv5 of its stream and the key that its screen gave it, so that what is sent
 *   again is found in the stream, from wherever it comes. A key has none of the line breaks that {@link deliveryEventId}
 *   puts in.
 */
export const actionEventId = (stream: StreamName, key: string): EventId => uuidOf(`${stream}\n${key}`);
