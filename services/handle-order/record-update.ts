import { LRUCache } from 'lru-cache';
import { type Delivery, type OrderKey, orderKeyOf } from '../../schemas/handle-order';
import { contentHashOf, type OrderEventMetadata, orderStream, SCHEMA_VERSION } from '../../schemas/order-events';
import { type EventStore, isEventStoreError, type JsonValue, type Position } from '../event-store/event-store';
import { contentHash, eventId } from './content-hash';

/**
 * Puts a delivery on its order's rail: the one place that knows the order of the steps. It never reads a projection.
 */

/** Most deliveries on their way into the store; beyond it the sender is asked to come again. */
export const MAX_PENDING_DELIVERIES = 4_096;
/** Most bytes of bodies on their way into the store. */
export const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Most times that a delivery is decided anew because another process wrote to the same order in between. */
export const MAX_CONFLICTS = 20;
/** Orders whose newest event is remembered, so that most deliveries need no read: some 200 bytes each. */
export const REMEMBERED_HEADS = 50_000;

/** What is known of a delivery besides its content. */
export interface Receipt {
  /** RFC 3339, UTC, milliseconds. */
  readonly receivedAt: string;
  /** Hex. */
  readonly bodySha256: string;
  readonly bodyBytes: number;
  /** Fingerprint of the secret that verified, or null. */
  readonly signedWith: string | null;
  /** UUID. */
  readonly requestId: string;
  /** Where the delivery lay before, if it is being redriven. */
  readonly quarantineId?: string;
}

export type RecordOutcome =
  | { readonly outcome: 'recorded'; readonly key: OrderKey; readonly revision: number; readonly position: Position }
  | { readonly outcome: 'repeat'; readonly key: OrderKey; readonly revision: number }
  /** The store will never take it, however often it is sent. */
  | { readonly outcome: 'unstorable'; readonly detail: string }
  /** Not recorded as far as we know; safe to send again. */
  | { readonly outcome: 'overloaded' }
  | { readonly outcome: 'unavailable'; readonly detail: string };

export type RecordUpdate = (delivery: Delivery, receipt: Receipt) => Promise<RecordOutcome>;

/** Newest event of an order. */
interface Head {
  readonly revision: number;
  readonly contentHash: string | null;
}

export type Decision =
  | { readonly kind: 'repeat'; readonly revision: number }
  | { readonly kind: 'append'; readonly expected: number | 'no_stream'; readonly revision: number };

/**
 * Decides what a delivery is to its order. An authentic, usable fact is never refused; only the newest event makes it a
 * repeat: A, B, A is three facts (protocol.md section 4, ruling 4).
 */
export function decide(head: Head | null, hash: string): Decision {
  if (head === null) return { kind: 'append', expected: 'no_stream', revision: 0 };
  if (head.contentHash === hash) return { kind: 'repeat', revision: head.revision };
  return { kind: 'append', expected: head.revision, revision: head.revision + 1 };
}

export interface Recorder {
  readonly record: RecordUpdate;
  /** Deliveries on their way into the store now. */
  readonly pending: number;
}

/**
 * @param store where facts are kept. Its newest events are remembered only if no other process can write to it.
 */
export function createRecorder(store: EventStore): Recorder {
  const heads = store.exclusive ? new LRUCache<string, Head>({ max: REMEMBERED_HEADS }) : null;
  const turns = new Map<string, Promise<RecordOutcome>>();
  let pendingDeliveries = 0;
  let pendingBytes = 0;

  async function readHead(stream: string): Promise<Head | null> {
    try {
      for await (const event of store.readStream(stream, { direction: 'backwards', limit: 1 })) {
        return { revision: event.revision, contentHash: contentHashOf(event) };
      }
      return null;
    } catch (error) {
      if (isEventStoreError(error, 'not-found')) return null;
      throw error;
    }
  }

  /**
   * What is known of the newest event before anything is read: what we remember, or else, where nobody else writes and
   * the store tells a repeat from a first, the guess that there is none. For a new order that saves the read, and for
   * any other the append finds out.
   */
  async function knownHead(stream: string): Promise<Head | null> {
    return heads === null ? readHead(stream) : (heads.get(stream) ?? null);
  }

  async function decideAndAppend(
    stream: string,
    key: OrderKey,
    hash: string,
    delivery: Delivery,
    metadata: OrderEventMetadata,
  ): Promise<RecordOutcome> {
    let head = await knownHead(stream);
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
      const decision = decide(head, hash);
      if (decision.kind === 'repeat') {
        if (head !== null) heads?.set(stream, head);
        return { outcome: 'repeat', key, revision: decision.revision };
      }
      const id = eventId(stream, decision.revision, hash);
      const data = delivery.object as JsonValue;
      const result = await store.append(stream, [{ id, type: delivery.type, data, metadata }], decision.expected);
      if (result.outcome === 'appended' && !result.repeated) {
        heads?.set(stream, { revision: result.revision, contentHash: hash });
        return { outcome: 'recorded', key, revision: result.revision, position: result.position };
      }
      // Someone else was first, or our guess was wrong. A repeated append counts as that too: it only says that the
      // order once began like this, and not that this is the newest that is known of it.
      head = await readHead(stream);
    }
    return { outcome: 'unavailable', detail: 'other writers of this order kept coming first' };
  }

  async function recordInTurn(delivery: Delivery, key: OrderKey, stream: string, receipt: Receipt) {
    const hash = contentHash(delivery);
    const metadata = {
      schema_version: SCHEMA_VERSION,
      received_at: receipt.receivedAt,
      content_hash: hash,
      body_sha256: receipt.bodySha256,
      signed_with: receipt.signedWith,
      request_id: receipt.requestId,
      ...(receipt.quarantineId === undefined ? {} : { quarantine_id: receipt.quarantineId }),
    };
    try {
      return await decideAndAppend(stream, key, hash, delivery, metadata);
    } catch (error) {
      heads?.delete(stream); // whatever happened, what we remember may no longer be the newest
      if (!isEventStoreError(error)) throw error;
      switch (error.code) {
        case 'too-large':
        case 'deleted':
          return { outcome: 'unstorable' as const, detail: error.message };
        case 'unavailable':
        case 'outcome-unknown':
        case 'closed':
          return { outcome: 'unavailable' as const, detail: error.message };
        case 'not-found':
        case 'invalid':
          throw error;
      }
    }
  }

  return {
    get pending() {
      return pendingDeliveries;
    },

    async record(delivery, receipt) {
      if (pendingDeliveries >= MAX_PENDING_DELIVERIES || pendingBytes + receipt.bodyBytes > MAX_PENDING_BYTES) {
        return { outcome: 'overloaded' };
      }
      pendingDeliveries++;
      pendingBytes += receipt.bodyBytes;
      const key = orderKeyOf(delivery);
      const stream = orderStream(key);
      // One delivery per order at a time, in the order in which they came.
      const before = turns.get(stream);
      const take = (): Promise<RecordOutcome> => recordInTurn(delivery, key, stream, receipt);
      const turn = before === undefined ? take() : before.then(take, take);
      turns.set(stream, turn);
      try {
        return await turn;
      } finally {
        if (turns.get(stream) === turn) turns.delete(stream);
        pendingDeliveries--;
        pendingBytes -= receipt.bodyBytes;
      }
    },
  };
}
