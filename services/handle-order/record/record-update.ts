import type { LRUCache } from 'lru-cache';
import type { Delivery } from '../../../schemas/wire/handle-order';
import { type OrderKey, orderKeyOf } from '../../../schemas/order-key';
import type { QuarantineId } from '../../../schemas/events/delivery-ids';
import type { Arrival, OrderEventMetadata } from '../../../schemas/events/event-data';
import { hashOf, orderStream, receivedAtOf, SCHEMA_VERSION } from '../../../schemas/events/order-events';
import type { StreamName } from '../../../schemas/events/stream-name';
import { ORDER_NUMBER_REUSE_MS } from '../../../schemas/vocabulary';
import { type EventStore, isEventStoreError, type JsonValue, type Position } from '../../event-store/event-store';
import { KeyedQueue } from '../../concurrency/keyed-queue';
import { createRemembered } from '../../concurrency/remembered';
import { sleep } from '../../concurrency/sleep';
import type { Admission } from './admission';
import { readOne } from '../../event-store/reads';
import { contentHash, deliveryEventId, sealEvent } from '../../event-store/seal/seal';
import type { Envelope } from '../receive/parse-delivery';

/**
 * Puts a delivery on its order's rail: the one place that knows the order of the steps. Nothing that it decides rests on
 * a projection.
 *
 * The domain module of an order is in four places (docs/architecture.md#the-domain-module):
 *   stream name, events, codec   schemas/events/order-events.ts   orderStream, decodeOrderEvent
 *   fold                         projections/order/order.ts      initial, evolve
 *   decide                       this file                 decide
 *   service                      this file                 createRecorder
 */

/** Most times that a delivery is decided anew because another process wrote to the same order in between. */
export const MAX_CONFLICTS = 20;
/**
 * Milliseconds before a stream is read again that reads as if it had no event, although it has: one that was deleted and
 * has an event again can read so for some 10 ms.
 */
export const REREAD_MS = 5;
/** Orders whose newest event is remembered, so that most deliveries need no read: some 200 bytes each. */
export const REMEMBERED_HEADS = 50_000;

/** What is known of a delivery besides its content. */
export interface Receipt {
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string;
  /** Of the bytes as they came, in hex. */
  readonly bodySha256: string;
  /** Of the body once its codings are undone. */
  readonly bodyBytes: number;
  /** `Content-Encoding` with which the body came, if it has one. */
  readonly contentEncoding?: string;
  /** Fingerprint of the secret that verified, or null. */
  readonly signedWith: string | null;
  /** UUID. */
  readonly requestId: string;
  /** Where the delivery lay before, if it is being redriven. */
  readonly quarantineId?: QuarantineId;
  /** What stood beside type and object: kept, but no part of the content. */
  readonly envelope?: Envelope | null;
  /** The request as it came, if that is wanted. */
  readonly arrival?: Arrival;
}

/** The store did not take an event. */
export type NotStored =
  /** It never will, however often it is sent. */
  | { readonly kind: 'unstorable'; readonly detail: string }
  /** Not recorded as far as we know; safe to send again. */
  | { readonly kind: 'unavailable'; readonly detail: string };

export type RecordOutcome =
  | { readonly kind: 'recorded'; readonly key: OrderKey; readonly revision: number; readonly position: Position }
  | { readonly kind: 'repeat'; readonly key: OrderKey; readonly revision: number; readonly position: Position }
  /** Not recorded; safe to send again. */
  | { readonly kind: 'overloaded' }
  | NotStored;

export type RecordUpdate = (delivery: Delivery, receipt: Receipt) => Promise<RecordOutcome>;

/** Newest event of an order. */
export interface Head {
  readonly revision: number;
  readonly position: Position;
  readonly contentHash: string | null;
  readonly eventHash: string | null;
  /** RFC 3339. */
  readonly receivedAt: string;
}

/**
 * @returns what the newest event of an order may be, where that is not remembered: it may be older than the newest, but is
 *   an event of that order in this store; null if nothing is known.
 */
export type GuessHead = (key: OrderKey) => Head | null;

/** The newest events of orders that were recorded lately: each is in the store, and another writer may have added one. */
export type Heads = LRUCache<string, Head>;

/** @returns heads of which nothing is remembered yet. */
export const createHeads = (): Heads => createRemembered<Head>(REMEMBERED_HEADS);

/** @returns a revision that an order has, its newest if nobody else wrote since; null if nothing is remembered. */
export const rememberedRevision = (heads: Pick<Heads, 'peek'>, key: OrderKey): number | null =>
  heads.peek(orderStream(key))?.revision ?? null;

export type Decision =
  | { readonly kind: 'repeat'; readonly head: Head }
  | { readonly kind: 'append'; readonly expected: number | 'no_stream'; readonly revision: number };

/**
 * Decides what a delivery is to its order. An authentic, usable fact is never refused; only the newest event makes it a
 * repeat: A, B, A is three facts (docs/protocol.md#ruling-4-4). What comes as long after it as an order number may come
 * again is one too: it may be the first of another order (docs/protocol.md#ruling-5-7).
 * @param receivedAt when the delivery came; RFC 3339
 */
export function decide(head: Head | null, hash: string, receivedAt: string): Decision {
  if (head === null) return { kind: 'append', expected: 'no_stream', revision: 0 };
  const isSame = head.contentHash === hash;
  if (isSame && !(Date.parse(receivedAt) - Date.parse(head.receivedAt) >= ORDER_NUMBER_REUSE_MS))
    return { kind: 'repeat', head };
  return { kind: 'append', expected: head.revision, revision: head.revision + 1 };
}

/** @returns what is known of the newest event of a stream; null if it has none. */
async function readHead(store: EventStore, stream: StreamName): Promise<Head | null> {
  const event = await readOne(store, stream, { direction: 'backwards' });
  if (event === null) return null;
  return {
    revision: event.revision,
    position: event.position,
    contentHash: hashOf(event, 'content_hash'),
    eventHash: hashOf(event, 'event_hash'),
    receivedAt: receivedAtOf(event),
  };
}

/** @returns what is stored beside the content of a delivery, before it is sealed. */
const metadataOf = (receipt: Receipt, hash: string): OrderEventMetadata & { readonly envelope?: Envelope } => ({
  schema_version: SCHEMA_VERSION,
  received_at: receipt.receivedAt,
  content_hash: hash,
  body_sha256: receipt.bodySha256,
  signed_with: receipt.signedWith,
  request_id: receipt.requestId,
  ...(receipt.quarantineId === undefined ? {} : { quarantine_id: receipt.quarantineId }),
  ...(receipt.envelope ? { envelope: receipt.envelope } : {}),
  ...(receipt.arrival === undefined ? {} : { arrival: receipt.arrival }),
});

/** What is to be said when other writers of an order came first each time. */
export const OUTRUN: NotStored = { kind: 'unavailable', detail: 'other writers of this order kept coming first' };

/**
 * @returns how an event is answered that the store did not take.
 * @throws `error` if it is a defect of ours.
 */
export function notStored(error: unknown): NotStored {
  if (!isEventStoreError(error)) throw error;
  switch (error.code) {
    case 'too-large':
    case 'deleted':
      return { kind: 'unstorable', detail: error.message };
    case 'unavailable':
    case 'damaged':
    case 'outcome-unknown':
    case 'closed':
      return { kind: 'unavailable', detail: error.message };
    case 'not-found':
    case 'invalid':
      throw error;
  }
}

/**
 * @param store where facts are kept
 * @param admission bounds what waits for the store
 * @param guessHead asked for orders of which nothing is remembered, as after a restart; default: nothing is known
 * @param heads where the newest events are remembered, for others who ask for them
 */
export function createRecorder(
  store: EventStore,
  admission: Admission,
  guessHead: GuessHead = () => null,
  heads: Heads = createHeads(),
): RecordUpdate {
  /** One delivery per order at a time, in the order in which they came. */
  const turns = new KeyedQueue();

  /**
   * Appends an update unless it repeats the newest event. What we remember of that one is a guess, for which the store
   * need not be read: the append proves it, taken only after exactly that event. For a repeat, the store is asked
   * whether it would: an acknowledgement never rests on a guess, nor on a read, but on what appends are decided on.
   */
  async function decideAndAppend(
    stream: StreamName,
    key: OrderKey,
    hash: string,
    delivery: Delivery,
    metadata: OrderEventMetadata & { readonly envelope?: Envelope },
  ): Promise<RecordOutcome> {
    let head = heads.get(stream) ?? guessHead(key);
    let hasEvent = false;
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
      if (conflicts > 0) head = await readHead(store, stream);
      // Without the newest event, its hash would be missing in the one after it.
      if (hasEvent && head === null) {
        await sleep(REREAD_MS);
        continue;
      }
      const decision = decide(head, hash, metadata.received_at);
      if (decision.kind === 'repeat') {
        const { revision, position } = decision.head;
        if ((await store.lastRevision(stream)) !== revision) continue;
        heads.set(stream, decision.head);
        return { kind: 'repeat', key, revision, position };
      }
      const id = deliveryEventId(stream, decision.revision, hash, metadata.request_id);
      const { type } = delivery;
      const data = delivery.object as JsonValue; // it was parsed from JSON
      // The append proves the previous hash too: the store takes it only after the event that it is the hash of.
      const event = sealEvent(stream, { id, type, data, metadata }, head?.eventHash ?? null);
      const result = await store.append(stream, [event], decision.expected);
      if (result.kind === 'appended') {
        const { revision, position } = result;
        const { event_hash: eventHash, received_at: receivedAt } = event.metadata;
        heads.set(stream, { revision, position, contentHash: hash, eventHash, receivedAt });
        return { kind: 'recorded', key, revision, position };
      }
      // That of no event is refused only where there is one, also after a delete.
      hasEvent = decision.expected === 'no_stream';
    }
    return OUTRUN;
  }

  async function recordInTurn(
    delivery: Delivery,
    key: OrderKey,
    stream: StreamName,
    receipt: Receipt,
  ): Promise<RecordOutcome> {
    const hash = contentHash(delivery);
    try {
      return await decideAndAppend(stream, key, hash, delivery, metadataOf(receipt, hash));
    } catch (error) {
      heads.delete(stream); // whatever happened, what we remember may no longer be the newest
      return notStored(error);
    }
  }

  return async (delivery, receipt) => {
    const key = orderKeyOf(delivery);
    const stream = orderStream(key);
    const outcome = await admission.admit(receipt.bodyBytes, () =>
      turns.run(stream, () => recordInTurn(delivery, key, stream, receipt)),
    );
    return outcome ?? { kind: 'overloaded' };
  };
}
