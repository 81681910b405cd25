import { hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { type QuarantineId, quarantineId, revisionInQuarantine } from '../../../schemas/events/delivery-ids';
import type { Delivery, Fault } from '../../../schemas/wire/handle-order';
import { orderKeyOf } from '../../../schemas/order-key';
import {
  DeliveryMetadata,
  OrderEventMetadata,
  QuarantinedData,
  RedrivenData,
} from '../../../schemas/events/event-data';
import {
  orderStream,
  QUARANTINE_STREAM,
  QUARANTINED,
  REDRIVEN,
  redriveStream,
} from '../../../schemas/events/order-events';
import type { QuarantineDetail, QuarantineEntry, QuarantinePage } from '../../../schemas/api/order-view';
import { MAX_QUARANTINE_LOOKED_AT, MAX_QUARANTINE_PAGE, type QuarantineQuery } from '../../../schemas/api/requests';
import { nextTurn } from '../../concurrency/turns';
import {
  type EventStore,
  MAX_APPEND_BYTES,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../../event-store/event-store';
import { readIfThere, readOne, readPage } from '../../event-store/reads';
import type { Admission } from '../record/admission';
import type { DecodedBody } from '../receive/decode-body';
import { deliveryEventId, sealAlone } from '../../event-store/seal/seal';
import { type AboutDelivery, type AboutFilter, aboutOf, isAbout, pageWith } from './about';
import { keepDelivery } from './keep-delivery';
import { type ParsedDelivery, parseDelivery } from '../receive/parse-delivery';
import type { Receipt, RecordOutcome, RecordUpdate } from '../record/record-update';
import { decodeStored } from './stored-body';

/** What could not be used is kept whole, with the reasons, until someone can use it (docs/protocol.md#ruling-4-2). */

export type Quarantined =
  | { readonly kind: 'quarantined'; readonly quarantineId: QuarantineId }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'unavailable'; readonly detail: string };

export type Redrive =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'redriven-before'; readonly entry: QuarantineDetail }
  | { readonly kind: 'still-unusable'; readonly faults: readonly Fault[] }
  | { readonly kind: 'tried'; readonly result: RecordOutcome };

export interface Quarantine {
  keep(body: Buffer, contentType: string | null, faults: readonly Fault[], receipt: Receipt): Promise<Quarantined>;
  /**
   * Lists what is asked for. A page may be empty before the end: no more than {@link MAX_QUARANTINE_LOOKED_AT} are looked
   * through for it.
   */
  list(query: QuarantineQuery): Promise<QuarantinePage>;
  get(id: QuarantineId): Promise<QuarantineDetail | null>;
  /**
   * Reads a kept delivery again with today's contract and puts it on its order's rail. What is recorded carries the
   * time of the redrive: that is when it became known.
   */
  redrive(id: QuarantineId): Promise<Redrive>;
}

type QuarantineFilter = Pick<QuarantineQuery, 'waiting' | keyof AboutFilter>;

/** Reads what lay in quarantine as it would be read today, whatever its media type. */
function parseStored(decoded: DecodedBody): Exclude<ParsedDelivery, { kind: 'ping' }> {
  const unusable = (detail: string) => ({ kind: 'unusable' as const, faults: [{ pointer: '', detail }] });
  switch (decoded.kind) {
    case 'too-large':
      return unusable(`is over ${String(MAX_APPEND_BYTES)} bytes once its Content-Encoding is undone`);
    case 'undecodable':
      return unusable(decoded.detail);
    case 'plain': {
      const parsed = parseDelivery(decoded.bytes);
      return parsed.kind === 'ping' ? unusable('is a ping, which says nothing about an order') : parsed;
    }
  }
}

/** What lies in quarantine, with its body as it came and as text would be read from it. */
interface Stored {
  readonly event: RecordedEvent;
  readonly data: QuarantinedData;
  readonly body: Buffer;
  /** Its codings undone; null: they cannot be. */
  readonly plain: Buffer | null;
  readonly about: AboutDelivery;
}

function storedOf(event: RecordedEvent): Stored {
  const data = QuarantinedData.parse(event.data);
  const body = Buffer.from(data.body_base64, 'base64');
  const decoded = decodeStored(body, data.content_encoding ?? null);
  const plain = decoded.kind === 'plain' ? decoded.bytes : null;
  return { event, data, body, plain, about: aboutOf(plain) };
}

async function redrivenOf(store: EventStore, { revision }: RecordedEvent): Promise<RedrivenData | null> {
  const redriven = await readOne(store, redriveStream(quarantineId(revision)));
  return redriven === null ? null : RedrivenData.parse(redriven.data);
}

function entryOf({ event, data, body, about }: Stored, redriven: RedrivenData | null): QuarantineEntry {
  const metadata = DeliveryMetadata.parse(event.metadata);
  return {
    quarantine_id: quarantineId(event.revision),
    received_at: metadata.received_at,
    about,
    content_type: data.content_type,
    content_encoding: data.content_encoding ?? null,
    errors: data.errors,
    body_sha256: metadata.body_sha256,
    body_bytes: body.length,
    signed_with: metadata.signed_with,
    request_id: metadata.request_id,
    redriven,
  };
}

async function detailOf(store: EventStore, event: RecordedEvent): Promise<QuarantineDetail> {
  const stored = storedOf(event);
  const text = stored.plain ?? stored.body;
  return {
    ...entryOf(stored, await redrivenOf(store, event)),
    body_base64: stored.data.body_base64,
    body_text: isUtf8(text) ? text.toString('utf8') : null,
  };
}

/**
 * Each takes a turn: bodies may be large, and many are looked through. A body is decoded only if it has to be.
 * @returns the entry of a delivery, or null for one that is not asked for
 */
async function askedFor(
  store: EventStore,
  event: RecordedEvent,
  { waiting, ...about }: QuarantineFilter,
): Promise<QuarantineEntry | null> {
  await nextTurn();
  const stored = about.location_id === undefined && about.source === undefined ? null : storedOf(event);
  if (stored !== null && !isAbout(stored.about, about)) return null;
  const redriven = await redrivenOf(store, event);
  if (waiting !== undefined && waiting !== (redriven === null)) return null;
  return entryOf(stored ?? storedOf(event), redriven);
}

/** @returns where the next part of the quarantine begins; null: there is none */
function beginningOf(
  after: string | null,
  order: QuarantineQuery['order'],
): Pick<ReadStreamOptions, 'from' | 'direction'> | null {
  if (order === 'newest') {
    if (after === '0') return null;
    return { from: after === null ? 'end' : Number(after) - 1, direction: 'backwards' };
  }
  const from = after === null ? 0 : Number(after) + 1;
  return Number.isSafeInteger(from) ? { from } : null;
}

/**
 * Finds what an earlier redrive recorded before it could be marked: recording it again would make old news the newest.
 * @returns null if none recorded anything.
 */
async function redrivenBefore(store: EventStore, id: QuarantineId, delivery: Delivery): Promise<RecordOutcome | null> {
  const key = orderKeyOf(delivery);
  for await (const { metadata, revision, position } of readIfThere(store, orderStream(key))) {
    const from = OrderEventMetadata.safeParse(metadata).data?.quarantine_id;
    if (from === id) return { kind: 'recorded', key, revision, position };
  }
  return null;
}

/** Marks a kept delivery as redriven: at most once, whatever else redrives it. */
async function markRedriven(
  store: EventStore,
  entry: QuarantineDetail,
  at: string,
  { kind, key, revision }: Extract<RecordOutcome, { kind: 'recorded' | 'repeat' }>,
): Promise<void> {
  const stream = redriveStream(entry.quarantine_id);
  const data: RedrivenData = { at, outcome: kind, ...key, revision };
  const id = deliveryEventId(stream, 0, entry.body_sha256, entry.request_id);
  await store.append(stream, [sealAlone(stream, { id, type: REDRIVEN, data }, {})], 'no_stream');
}

/**
 * @param store the same store as the orders'
 * @param record puts a delivery on its order's rail
 * @param admission bounds what waits for the store
 * @param newId makes a UUID
 * @param now milliseconds since the epoch
 */
export function createQuarantine(options: {
  readonly store: EventStore;
  readonly record: RecordUpdate;
  readonly admission: Admission;
  readonly newId: () => string;
  readonly now: () => number;
}): Quarantine {
  const { store, record, admission, newId, now } = options;

  async function get(id: QuarantineId): Promise<QuarantineDetail | null> {
    const event = await readOne(store, QUARANTINE_STREAM, { from: revisionInQuarantine(id) });
    return event === null ? null : detailOf(store, event);
  }

  return {
    get,

    async keep(body, contentType, faults, receipt) {
      const data = {
        body_base64: body.toString('base64'),
        content_type: contentType,
        ...(receipt.contentEncoding === undefined ? {} : { content_encoding: receipt.contentEncoding }),
        errors: [...faults],
      } satisfies QuarantinedData;
      const fact = { stream: QUARANTINE_STREAM, type: QUARANTINED, data };
      const kept = await keepDelivery({ store, admission }, fact, receipt, body.length);
      return kept.kind === 'kept' ? { kind: 'quarantined', quarantineId: quarantineId(kept.revision) } : kept;
    },

    async list({ after, limit, order, ...filter }) {
      let page: QuarantinePage = { deliveries: [], next: after === undefined ? null : String(after) };
      const isFiltered = Object.values(filter).some((value) => value !== undefined);
      const part = isFiltered ? MAX_QUARANTINE_PAGE : limit;
      for (let looked = 0; looked < MAX_QUARANTINE_LOOKED_AT && page.deliveries.length < limit; looked += part) {
        const from = beginningOf(page.next, order);
        if (from === null) return { ...page, next: null };
        const { entries, next } = await readPage(store, QUARANTINE_STREAM, { ...from, limit: part }, (event) =>
          askedFor(store, event, filter),
        );
        page = pageWith(page.deliveries, { found: entries.filter((entry) => entry !== null), next }, limit);
        if (page.next === null) break;
      }
      return page;
    },

    async redrive(id) {
      const entry = await get(id);
      if (entry === null) return { kind: 'not-found' };
      if (entry.redriven !== null) return { kind: 'redriven-before', entry };
      const body = Buffer.from(entry.body_base64, 'base64');
      const decoded = decodeStored(body, entry.content_encoding);
      const parsed = parseStored(decoded);
      // Foreign ones too: their sender does not wait for an answer any more.
      if (parsed.kind !== 'usable') return { kind: 'still-unusable', faults: parsed.faults };
      const at = new Date(now()).toISOString();
      const result =
        (await redrivenBefore(store, entry.quarantine_id, parsed.delivery)) ??
        (await record(parsed.delivery, {
          receivedAt: at,
          bodySha256: hash('sha256', body, 'hex'),
          bodyBytes: decoded.kind === 'plain' ? decoded.bytes.length : body.length,
          signedWith: entry.signed_with,
          requestId: newId(),
          quarantineId: entry.quarantine_id,
          envelope: parsed.envelope,
        }));
      if (result.kind === 'recorded' || result.kind === 'repeat') {
        await markRedriven(store, entry, at, result);
      }
      return { kind: 'tried', result };
    },
  };
}
