import { hash } from 'node:crypto';
import type { DestinationEntry, DestinationName } from '../../../schemas/destinations';
import type { FeedItem } from '../../../schemas/api/feed';
import { type QuarantineId, revisionInQuarantine } from '../../../schemas/events/delivery-ids';
import { OrderEventMetadata, QuarantinedData } from '../../../schemas/events/event-data';
import { orderStream, QUARANTINE_STREAM } from '../../../schemas/events/order-events';
import type { EventStore, RecordedEvent } from '../../event-store/event-store';
import { readOne } from '../../event-store/reads';
import { rebuiltBody } from '../../handle-order/relay/arrival';
import type { Waiting } from './lines';
import type { HeaderLines } from './sender';
import { webhookHeaders } from './standard-webhooks';

/** What a destination is sent of an item. */

/** Of `raw`: whether the body is the very bytes that came. */
export const BYTES_HEADER = 'Ticket-Rail-Bytes';

export interface MessageContent {
  readonly headers: HeaderLines;
  readonly body: Buffer;
}

const JSON_CONTENT = ['Content-Type', 'application/json'];
/** Ours to say, whatever came. */
const OURS = /^(?:webhook-(?:id|timestamp|signature)|ticket-rail-bytes)$/i;

type Store = Pick<EventStore, 'readStream'>;

/** Returns a delivery that lay in quarantine, which is there as it came. */
async function quarantined(store: Store, id: QuarantineId): Promise<MessageContent | null> {
  const event = await readOne(store, QUARANTINE_STREAM, { from: revisionInQuarantine(id) });
  const data = QuarantinedData.safeParse(event?.data).data;
  if (data === undefined) return null;
  const { content_type: type, content_encoding: encoding } = data;
  return {
    headers: [
      ...(type === null ? [] : ['Content-Type', type]),
      ...(encoding === undefined ? [] : ['Content-Encoding', encoding]),
      ...[BYTES_HEADER, 'as-came'],
    ],
    body: Buffer.from(data.body_base64, 'base64'),
  };
}

/** @returns an event's request as it came, or as near as what is stored of it comes. */
async function asCame(store: Store, { type, data, metadata }: RecordedEvent): Promise<MessageContent> {
  const known = OrderEventMetadata.safeParse(metadata).data;
  const kept = known?.quarantine_id === undefined ? null : await quarantined(store, known.quarantine_id);
  if (kept !== null) return kept;
  const stored = known?.arrival?.body_base64;
  const body =
    stored === undefined
      ? rebuiltBody({ type, object: data, envelope: known?.envelope ?? null })
      : Buffer.from(stored, 'base64');
  const isSame = hash('sha256', body, 'hex') === known?.body_sha256;
  const came = (known?.arrival?.headers ?? []).filter(([name]) => !OURS.test(name));
  // A coding is one of the bytes that came.
  const headers = isSame && came.length > 0 ? came.flat() : JSON_CONTENT;
  return { headers: [...headers, BYTES_HEADER, isSame ? 'as-came' : 'rebuilt'], body };
}

/** @returns what is sent of an item; null if its event is gone. */
export async function contentOf(
  store: Store,
  view: DestinationEntry['view'],
  { item, text }: Waiting,
): Promise<MessageContent | null> {
  if (view !== 'raw') return { headers: JSON_CONTENT, body: Buffer.from(text) };
  if (!('revision' in item)) return null;
  const event = await readOne(store, orderStream(item), { from: item.revision });
  return event?.revision === item.revision ? asCame(store, event) : null;
}

/** @returns the id of an item's message: the same whenever it is sent to this destination. */
export const messageId = (name: DestinationName, { position }: FeedItem): string => `${name}:${position}`;

/**
 * @param now milliseconds since the epoch
 * @returns the header lines of a message, signed
 */
export const signedHeaders = (
  { name, secrets }: Pick<DestinationEntry, 'name' | 'secrets'>,
  item: FeedItem,
  { headers, body }: MessageContent,
  about: { readonly now: number; readonly userAgent: string },
): HeaderLines => {
  const message = { id: messageId(name, item), timestamp: Math.floor(about.now / 1_000), body };
  // What came has its sender's own.
  const hasAgent = headers.some((line, index) => index % 2 === 0 && line.toLowerCase() === 'user-agent');
  const agent = hasAgent ? [] : ['User-Agent', about.userAgent];
  return [...headers, ...agent, ...Object.entries(webhookHeaders(message, secrets)).flat()];
};
