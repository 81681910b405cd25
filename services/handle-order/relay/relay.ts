import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { urlToHttpOptions } from 'node:url';
import type { Logger } from 'pino';
import { Id } from '../../../schemas/handle-order';
import type { RelayedData } from '../../../schemas/order-events';
import type { Metrics } from '../../operations/metrics';
import { Admission } from '../record/admission';
import { decodeBody } from '../receive/decode-body';
import type { ForeignDelivery } from '../receive/parse-delivery';
import type { Receipt } from '../record/record-update';
import { answerHeaders, cameThroughRelay, requestHeaders } from './relay-headers';
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
/**
 * Milliseconds that an idle connection to the POS is kept: less than the 5 s after which node's servers, and so many a POS,
 * close theirs. A request on a connection that is just being closed fails, and may not be repeated (RFC 9110 section 9.2.2).
 */
const IDLE_CONNECTION_MS = 4_000;

/** How a relayed delivery is to be answered, or that it is. */
export type Relayed =
  /** The POS's answer was passed on, whole. */
  | { readonly outcome: 'answered'; readonly status: number }
  /** `begun`: a part of the POS's answer had been passed on, and the sender's connection was broken off. */
  | { readonly outcome: 'timed-out' | 'failed'; readonly begun: boolean }
  /** The sender went away before it had the answer. The POS may have taken the order all the same. */
  | { readonly outcome: 'sender-gone' }
  | { readonly outcome: 'overloaded' }
  /** It came through a relay before. */
  | { readonly outcome: 'loop' };

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

/** Why a call to the POS was ended from here. */
class Ended extends Error {
  override readonly name = 'Ended';
  constructor(readonly code: 'TIMED_OUT' | 'STOPPED') {
    super(code);
  }
}

/** What the POS sent is not an answer. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(readonly code: 'BAD_STATUS' | 'CLOSED' | 'INCOMPLETE') {
    super(code);
  }
}

/** A word for an error, and nothing else: messages and fields of node's HTTP errors repeat what came. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * @param contentEncoding of the answer
 * @returns `order.provider_id` of an answer, or null if it says none that is an id.
 */
function providerIdOf(answer: Buffer, contentEncoding: string | null): string | null {
  const decoded = decodeBody(answer, contentEncoding, MAX_READ_BYTES);
  if (decoded.kind !== 'plain') return null;
  try {
    const { order } = JSON.parse(decoded.bytes.toString('utf8')) as { order?: { provider_id?: unknown } | null };
    const id = Id.safeParse(order?.provider_id);
    return id.success ? id.data : null;
  } catch {
    return null;
  }
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

  /** The whole answer, or nothing if that is longer than {@link MAX_READ_BYTES}. */
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

/**
 * @param url of the POS's order injection, http or https; user and password in it replace the sender's `Authorization`
 * @param timeoutMs most milliseconds until the whole answer is there
 */
export function createRelay(options: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly record: RecordRelay;
  readonly metrics: Pick<Metrics, 'relayBegan' | 'relayEnded' | 'relayUnrecorded'>;
  readonly log: Logger;
}): Relay {
  const { timeoutMs, record, metrics, log } = options;
  const url = new URL(options.url);
  const { hostname, port, path } = urlToHttpOptions(url);
  const isSecure = url.protocol === 'https:';
  const credentials = [url.username, url.password].map(decodeURIComponent).join(':');
  const authorization = credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
  // Its own, so that a POS that hangs takes connections of nothing else.
  const pool = { keepAlive: true, maxSockets: MAX_RELAYS_IN_FLIGHT, timeout: IDLE_CONNECTION_MS };
  const agent = isSecure ? new HttpsAgent(pool) : new HttpAgent(pool);
  const admission = new Admission({ deliveries: MAX_RELAYS_IN_FLIGHT, bytes: MAX_RELAY_BYTES });
  const ends = new Set<AbortController>();
  const passing = new Set<Promise<Relayed>>();

  function open({ request, body, receipt }: Incoming): ClientRequest {
    const { requestId } = receipt;
    const headers = requestHeaders(request.rawHeaders, {
      host: url.host,
      bodyBytes: body.length,
      requestId,
      authorization,
    });
    const send = isSecure ? httpsRequest : httpRequest;
    return send({ agent, hostname, port, path, method: request.method ?? 'POST', headers });
  }

  /** @returns the call, and the POS's answer as soon as it begins; ends with an error when `signal` is given. */
  function ask(from: Incoming, signal: AbortSignal): Promise<{ call: ClientRequest; answer: IncomingMessage }> {
    return new Promise((resolve, reject) => {
      const call = open(from);
      let answer: IncomingMessage | null = null;
      signal.addEventListener('abort', () => {
        const reason = signal.reason as Ended;
        reject(reason); // a call that still waits for a connection tells of its end only when it gets one
        answer?.destroy(reason);
        call.destroy(reason);
      });
      call.on('error', reject);
      call.once('close', () => {
        reject(new NoAnswer('CLOSED'));
      });
      call.once('response', (came) => {
        const status = came.statusCode ?? 0;
        if (status < 200 || status > 599) {
          call.destroy(new NoAnswer('BAD_STATUS'));
          return;
        }
        answer = came;
        resolve({ call, answer: came });
      });
      call.end(from.body);
    });
  }

  /** Records a try, and gives up waiting for that rather than let the answer wait for ever. */
  async function recordInTime(data: RelayedData, receipt: Receipt): Promise<void> {
    const waiting = new AbortController();
    const unrecorded = (detail: string): void => {
      log.error({ detail, request_id: receipt.requestId }, 'a relayed delivery is not on record');
    };
    const late = sleep(RECORD_WAIT_MS, 'late' as const, { signal: waiting.signal }).catch(() => 'late' as const);
    const recorded = record(data, receipt).then(
      (kept) => (kept.outcome === 'unavailable' ? kept.detail : kept.outcome === 'kept' ? null : kept.outcome),
      (error: unknown) => codeOf(error),
    );
    const result = await Promise.race([recorded, late]);
    waiting.abort();
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

  async function pass(delivery: ForeignDelivery, from: Incoming): Promise<Relayed> {
    const { receipt, response } = from;
    const began = performance.now();
    const end = new AbortController();
    const timer = setTimeout(() => {
      end.abort(new Ended('TIMED_OUT'));
    }, timeoutMs);
    ends.add(end);
    metrics.relayBegan();
    const beginning = new Beginning();
    let call: ClientRequest | null = null;
    let answer: IncomingMessage | null = null;
    let waitsForSender = false;
    // One chunk is held back, so that the sender cannot have the whole answer before it is recorded.
    let held: Buffer | null = null;
    let failure: string | null = null;
    const begin = ({ statusCode = 502, rawHeaders }: IncomingMessage): void => {
      if (!response.headersSent) response.writeHead(statusCode, answerHeaders(rawHeaders, receipt.requestId));
    };
    try {
      ({ call, answer } = await ask(from, end.signal));
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (held !== null && !response.destroyed) {
          begin(answer);
          if (!response.write(held)) {
            waitsForSender = true;
            await readOn(response, end.signal);
            waitsForSender = end.signal.aborted;
          }
        }
        beginning.add(chunk);
        held = chunk;
      }
      if (!answer.complete) throw new NoAnswer('INCOMPLETE');
    } catch (error) {
      failure = waitsForSender ? 'NOT_READ' : codeOf(end.signal.aborted ? end.signal.reason : error);
      answer?.destroy();
    } finally {
      // A POS may answer without having read all of the body, and never read on: nothing else would free the connection.
      if (call?.writableFinished === false) call.destroy();
      clearTimeout(timer);
      ends.delete(end);
    }
    const outcome =
      failure === null ? 'answered' : failure === 'TIMED_OUT' ? 'timed-out' : answer === null ? 'failed' : 'cut-off';
    const status = answer?.statusCode ?? null;
    const seconds = (performance.now() - began) / 1_000;
    metrics.relayEnded(seconds);
    const entry = {
      outcome,
      status,
      answer_bytes: beginning.bytes,
      duration_ms: Math.round(seconds * 1_000),
    } as const;
    if (failure === null) log.info({ ...entry, request_id: receipt.requestId }, 'relayed a delivery');
    else log.error({ ...entry, reason: failure, request_id: receipt.requestId }, 'failed to relay a delivery');
    await recordInTime(
      {
        type: delivery.type,
        location_id: delivery.locationId,
        provider_id:
          failure === null ? providerIdOf(beginning.whole, answer?.headers['content-encoding'] ?? null) : null,
        ...entry,
      },
      receipt,
    );

    if (response.destroyed) return { outcome: 'sender-gone' };
    if (answer !== null && status !== null && outcome === 'answered') {
      begin(answer);
      response.end(held);
      return { outcome, status };
    }
    // Reset rather than closed: to a sender that reads until the end of the connection, a close is the end of the answer.
    // The request's socket: the response has none yet while it waits for another on the same connection.
    if (response.headersSent) from.request.socket.resetAndDestroy();
    return { outcome: outcome === 'timed-out' ? outcome : 'failed', begun: response.headersSent };
  }

  return {
    pass: async (delivery, from) => {
      if (cameThroughRelay(from.request.headers.via)) return { outcome: 'loop' };
      const relayed = await admission.admit(from.body.length, async () => {
        const one = pass(delivery, from);
        passing.add(one);
        try {
          return await one;
        } finally {
          passing.delete(one);
        }
      });
      return relayed ?? { outcome: 'overloaded' };
    },

    close: async (withinMs) => {
      const settled = Promise.allSettled(passing);
      const waiting = new AbortController();
      await Promise.race([settled, sleep(Math.max(0, withinMs), null, { signal: waiting.signal }).catch(() => null)]);
      waiting.abort();
      for (const end of ends) end.abort(new Ended('STOPPED'));
      await settled;
      agent.destroy();
    },
  };
}
