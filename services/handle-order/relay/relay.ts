import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Id } from '../../../schemas/wire/handle-order';
import { orderKey, type OrderKey } from '../../../schemas/order-key';
import { isJsonObject } from '../../../schemas/json/json-object';
import type { RelayedData } from '../../../schemas/events/event-data';
import { within } from '../../concurrency/within';
import type { AcceptedOrder } from '../../labels/accepted-order';
import type { Metrics } from '../../operations/metrics';
import { decodeBody } from '../receive/decode-body';
import type { ForeignDelivery } from '../receive/parse-delivery';
import { Admission } from '../record/admission';
import type { Receipt } from '../record/record-update';
import { Ended, NoAnswer, PosClient, wordFor } from './pos-client';
import { answerHeaders, cameThroughRelay } from './relay-headers';
import type { RecordRelay } from './relay-log';

/**
 * Passes on to the POS's own order injection what is not ours, and its answer back, neither of them changed: to
 * `order.created` that answer says whether the order is accepted (docs/decisions/016-relay.md).
 */

/** Most deliveries that wait for the POS at a time; beyond it the sender is asked to come again. */
export const MAX_RELAYS_IN_FLIGHT = 256;
/** Most bytes of bodies that wait for the POS. */
const MAX_RELAY_BYTES = 64 * 1024 * 1024;
/** Most milliseconds that an answer waits for its record: orders are injected while the store is away, too. */
const RECORD_WAIT_MS = 2_000;
/** Most bytes of an answer, as it came and decoded, that are read for what it says of the order. */
const MAX_READ_BYTES = 64 * 1024;
/** Most bytes of an accepted order, decoded: more than MAX_BODY_BYTES may be. */
const MAX_ORDER_BYTES = 1_000_000;
/** The type to which a POS answers whether it accepts an order. */
const ORDER_CREATED = 'order.created';

/** How a relayed delivery is to be answered, or that it is. */
export type Relayed =
  /** The POS's answer was passed on, whole. */
  | { readonly kind: 'answered'; readonly status: number }
  /** `begun`: a part of the POS's answer had been passed on, and the sender's connection was broken off. */
  | { readonly kind: 'timed-out' | 'failed'; readonly begun: boolean }
  /** The sender went away before it had the answer. The POS may have taken the order all the same. */
  | { readonly kind: 'sender-gone' }
  | { readonly kind: 'overloaded' }
  /** It came through a relay before. */
  | { readonly kind: 'loop' };

export interface Relay {
  /**
   * Passes a delivery on, and the answer back into `response`. The call goes on when the sender goes away; either way, it is
   * recorded before the answer ends, if the store takes it in {@link RECORD_WAIT_MS}.
   */
  pass(delivery: ForeignDelivery, from: Incoming): Promise<Relayed>;
  /** Waits so many milliseconds for calls that go on, ends those that still do then, and lets go of all connections. */
  close(withinMs: number): Promise<void>;
}

/** A delivery as it came, and where its answer goes. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly receipt: Receipt;
  readonly response: ServerResponse;
}

/**
 * @param contentEncoding of the answer
 * @returns `order.provider_id` of an answer, or null if it says none that is an id.
 */
function providerIdOf(answer: Buffer, contentEncoding: string | null): string | null {
  const decoded = decodeBody(answer, contentEncoding, MAX_READ_BYTES);
  if (decoded.kind !== 'plain') return null;
  try {
    const said: unknown = JSON.parse(decoded.bytes.toString('utf8'));
    const order = isJsonObject(said) ? said['order'] : undefined;
    const id = Id.safeParse(isJsonObject(order) ? order['provider_id'] : undefined);
    return id.success ? id.data : null;
  } catch {
    return null;
  }
}

/** @returns a body as text, its codings undone; null if that cannot be done. */
function textOf(bytes: Buffer, encoding: string | null, limit: number): string | null {
  const decoded = decodeBody(bytes, encoding, limit);
  return decoded.kind === 'plain' ? decoded.bytes.toString('utf8') : null;
}

/** Keeps the beginning of an answer, as long as that is all of it. */
class Beginning {
  #chunks: Buffer[] = [];
  bytes = 0;

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= MAX_READ_BYTES) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** Returns the whole answer, or nothing if that is longer than {@link MAX_READ_BYTES}. */
  get whole(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Settles when the sender has read what was written, went away, or the call was ended. */
function readOn(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.removeListener('drain', settle);
      response.removeListener('close', settle);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    response.once('drain', settle);
    response.once('close', settle);
    signal.addEventListener('abort', settle);
  });
}

export interface RelayOptions {
  /** Of the POS's order injection, http or https; user and password in it replace the sender's `Authorization`. */
  readonly url: string;
  /** Most milliseconds until the whole answer is there. */
  readonly timeoutMs: number;
  readonly record: RecordRelay;
  /** Called with each order that the POS accepted, once that is on its way to the sender. */
  readonly onAccepted?: (order: AcceptedOrder) => void;
  readonly metrics: Pick<Metrics, 'relayBegan' | 'relayEnded' | 'relayUnrecorded'>;
  readonly log: Logger;
}

/** What came of a call to the POS. */
interface Exchange {
  /** Null if none began. */
  readonly answer: IncomingMessage | null;
  /** The last chunk of the answer: held back, so that the sender cannot have the whole answer before it is recorded. */
  readonly held: Buffer | null;
  readonly beginning: Beginning;
  /** Why the answer is not whole, in a word; null if it is. */
  readonly failure: string | null;
}

/** Begins our answer with what the POS answered. */
function begin({ response, receipt }: Incoming, { statusCode = 502, rawHeaders }: IncomingMessage): void {
  if (!response.headersSent) response.writeHead(statusCode, answerHeaders(rawHeaders, receipt.requestId));
}

class PosRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #pos: PosClient;
  readonly #admission = new Admission({ deliveries: MAX_RELAYS_IN_FLIGHT, bytes: MAX_RELAY_BYTES });
  readonly #ends = new Set<AbortController>();
  readonly #passing = new Set<Promise<Relayed>>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#pos = new PosClient(options.url, MAX_RELAYS_IN_FLIGHT);
  }

  async pass(delivery: ForeignDelivery, from: Incoming): Promise<Relayed> {
    if (cameThroughRelay(from.request.headers.via)) return { kind: 'loop' };
    const relayed = await this.#admission.admit(from.body.length, async () => {
      const one = this.#pass(delivery, from);
      this.#passing.add(one);
      try {
        return await one;
      } finally {
        this.#passing.delete(one);
      }
    });
    return relayed ?? { kind: 'overloaded' };
  }

  async close(withinMs: number): Promise<void> {
    const settled = Promise.allSettled(this.#passing);
    await within(Math.max(0, withinMs), settled, []);
    for (const end of this.#ends) end.abort(new Ended('STOPPED'));
    await settled;
    this.#pos.close();
  }

  async #pass(delivery: ForeignDelivery, from: Incoming): Promise<Relayed> {
    const { metrics } = this.#options;
    const began = performance.now();
    metrics.relayBegan();
    const exchange = await this.#exchangeInTime(from);
    const seconds = (performance.now() - began) / 1_000;
    metrics.relayEnded(seconds);
    return this.#answer(delivery, from, exchange, Math.round(seconds * 1_000));
  }

  async #exchangeInTime(from: Incoming): Promise<Exchange> {
    const end = new AbortController();
    const timer = setTimeout(() => {
      end.abort(new Ended('TIMED_OUT'));
    }, this.#options.timeoutMs);
    this.#ends.add(end);
    try {
      return await this.#exchange(from, end.signal);
    } finally {
      clearTimeout(timer);
      this.#ends.delete(end);
    }
  }

  /** Asks the POS, and passes its answer on as it comes, all but its end. */
  async #exchange(from: Incoming, signal: AbortSignal): Promise<Exchange> {
    const { request, body, receipt, response } = from;
    const beginning = new Beginning();
    let call: ClientRequest | null = null;
    let answer: IncomingMessage | null = null;
    let held: Buffer | null = null;
    let waitsForSender = false;
    let failure: string | null = null;
    try {
      ({ call, answer } = await this.#pos.ask({ request, body, requestId: receipt.requestId }, signal));
      // Nothing sets an encoding, so that what comes is bytes.
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (held !== null && !response.destroyed) {
          begin(from, answer);
          if (!response.write(held)) {
            waitsForSender = true;
            await readOn(response, signal);
            waitsForSender = signal.aborted;
          }
        }
        beginning.add(chunk);
        held = chunk;
      }
      if (!answer.complete) throw new NoAnswer('INCOMPLETE');
    } catch (error) {
      failure = waitsForSender ? 'NOT_READ' : wordFor(signal.aborted ? signal.reason : error);
      answer?.destroy();
    } finally {
      // A POS may answer without having read all of the body, and never read on: nothing else would free the connection.
      if (call?.writableFinished === false) call.destroy();
    }
    return { answer, held, beginning, failure };
  }

  /** Records a try, and then ends the answer. */
  async #answer(
    delivery: ForeignDelivery,
    from: Incoming,
    { answer, held, beginning, failure }: Exchange,
    durationMs: number,
  ): Promise<Relayed> {
    const { log } = this.#options;
    const { receipt, response } = from;
    const outcome =
      failure === null ? 'answered' : failure === 'TIMED_OUT' ? 'timed-out' : answer === null ? 'failed' : 'cut-off';
    const status = answer?.statusCode ?? null;
    const entry = { outcome, status, answer_bytes: beginning.bytes, duration_ms: durationMs } as const;
    if (failure === null) log.info({ ...entry, request_id: receipt.requestId }, 'relayed a delivery');
    else log.error({ ...entry, reason: failure, request_id: receipt.requestId }, 'failed to relay a delivery');
    const encoding = answer?.headers['content-encoding'] ?? null;
    const { type, locationId: location_id } = delivery;
    const provider_id = failure === null ? providerIdOf(beginning.whole, encoding) : null;
    await this.#recordInTime({ type, location_id, provider_id, ...entry }, receipt);
    const isAccepted = type === ORDER_CREATED && status !== null && status >= 200 && status < 300;
    if (isAccepted && location_id !== null && provider_id !== null) {
      const key = orderKey(location_id, provider_id);
      this.#accepted({ key, body: from.body, encoding: receipt.contentEncoding ?? null }, beginning.whole, encoding);
    }
    if (response.destroyed) return { kind: 'sender-gone' };
    if (answer !== null && status !== null && outcome === 'answered') {
      begin(from, answer);
      response.end(held);
      return { kind: outcome, status };
    }
    // Reset rather than closed: to a sender that reads until the end of the connection, a close is the end of the answer.
    // The request's socket: the response has none yet while it waits for another on the same connection.
    if (response.headersSent) from.request.socket.resetAndDestroy();
    return { kind: outcome === 'timed-out' ? outcome : 'failed', begun: response.headersSent };
  }

  /** Reports an accepted order in a turn of its own, when its answer is on its way. */
  #accepted(
    { key, body, encoding }: { readonly key: OrderKey; readonly body: Buffer; readonly encoding: string | null },
    answer: Buffer,
    answerEncoding: string | null,
  ): void {
    const { onAccepted } = this.#options;
    if (onAccepted === undefined) return;
    setImmediate(() => {
      const delivery = textOf(body, encoding, MAX_ORDER_BYTES);
      const answered = textOf(answer, answerEncoding, MAX_READ_BYTES);
      if (delivery !== null) onAccepted({ key, delivery, answer: answered ?? '' });
    });
  }

  /** Records a try, and gives up waiting for that rather than let the answer wait for ever. */
  async #recordInTime(data: RelayedData, receipt: Receipt): Promise<void> {
    const { record, metrics, log } = this.#options;
    const unrecorded = (detail: string): void => {
      log.error({ detail, request_id: receipt.requestId }, 'a relayed delivery is not on record');
    };
    const recorded = record(data, receipt).then(
      (kept) => (kept.kind === 'unavailable' ? kept.detail : kept.kind === 'kept' ? null : kept.kind),
      (error: unknown) => wordFor(error),
    );
    const result = await within(RECORD_WAIT_MS, recorded, 'late');
    if (result === null) return;
    metrics.relayUnrecorded();
    if (result !== 'late') {
      unrecorded(result);
      return;
    }
    log.warn({ request_id: receipt.requestId }, 'a relayed delivery is answered before it is on record');
    void recorded.then((detail) => {
      if (detail !== null) unrecorded(detail);
    });
  }
}

/** @returns a relay to one POS; it opens connections as deliveries come. */
export const createRelay = (options: RelayOptions): Relay => new PosRelay(options);
