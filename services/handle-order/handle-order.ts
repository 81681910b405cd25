import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { HandleOrderAnswer } from '../../schemas/api/order-view';
import type { Fault } from '../../schemas/wire/handle-order';
import type { Position } from '../event-store/event-store';
import { Problem, PROBLEM_MEDIA_TYPE } from '../http/problem';
import {
  type Body,
  createBodyReader,
  LEAST_BODY_BYTES_PER_SECOND,
  MAX_BODY_PARTS,
  type ReadBody,
} from '../http/read-body';
import type { DeliveryOutcome } from '../operations/endpoint-counts';
import type { Metrics } from '../operations/metrics';
import type { Quarantine } from './quarantine/quarantine';
import { arrivalOf } from './relay/arrival';
import { decodeBody } from './receive/decode-body';
import { type ForeignDelivery, parseDelivery } from './receive/parse-delivery';
import type { Verification, VerifyDelivery } from './receive/signature';
import type { Receipt, RecordOutcome, RecordUpdate } from './record/record-update';
import type { Incoming, Relay } from './relay/relay';

/** `application/json` and every `application/*+json`, with or without parameters. */
const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

const NOT_JSON_BY_MEDIA_TYPE: Fault = {
  pointer: '',
  detail: 'has a media type that is not JSON: Content-Type: application/json is expected',
};

/** Why what is not ours lies in quarantine. */
const NO_RELAY =
  'quarantined a delivery of a type that is not recorded here: set RELAY_URL to the order injection of the POS, whose answer ' +
  'decides whether an order is accepted';

/** What is said when deliveries come that none of our secrets verifies, and none that one does. */
const SECRETS_IN_DOUBT =
  'deliveries come that no secret or token of ours verifies, and none that one does: if the secret was changed in the ' +
  'portal of Stream, put the new one first in STREAM_WEBHOOK_SECRETS, before Stream switches all events off';

/** What is said to a sender whose body was not read to its end, though it was not too large. */
const GIVEN_UP = {
  'too-many-parts': [
    'too-large',
    'body-too-large',
    `The body came in more than ${String(MAX_BODY_PARTS)} parts. Send it in one piece, with a Content-Length.`,
  ],
  'too-slow': [
    'too-slow',
    'body-too-slow',
    `The body came with less than ${String(LEAST_BODY_BYTES_PER_SECOND)} bytes per second. Send the delivery again.`,
  ],
  'no-room': ['overloaded', 'overloaded', 'The delivery was not stored: too many bodies are coming. Send it again.'],
} as const;

/** What is said where the POS gave no whole answer. */
const NO_ANSWER = {
  failed: ['relay-failed', 'The POS could not be reached, or its answer broke off. Send the delivery again.'],
  'timed-out': ['relay-timed-out', 'The POS may still take the delivery. Send it again.'],
} as const;

export interface HandleOrderOptions {
  readonly verify: VerifyDelivery;
  /** Called for every delivery that is authentic, before anything else is done about it. */
  readonly onAuthentic: (request: IncomingMessage) => void;
  readonly record: RecordUpdate;
  readonly quarantine: Pick<Quarantine, 'keep'>;
  /** Passes on what is not recorded here; null: it goes to quarantine. */
  readonly relay: Pick<Relay, 'pass'> | null;
  readonly maxBodyBytes: number;
  readonly quarantineAnswer: 202 | 422;
  /** Called for every delivery that the store did not take. */
  readonly onRefused: (detail: string) => void;
  /** Whether requests are to be kept as they came. */
  readonly keepsArrivals: () => boolean;
  /** Called for every update that is acknowledged, so that later reads see it. */
  readonly onRecorded: (position: Position) => void;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** How one delivery is answered, and how it is counted. */
type Answer =
  | { readonly kind: 'taken'; readonly status: number; readonly body: HandleOrderAnswer }
  | { readonly kind: 'refused'; readonly outcome: DeliveryOutcome; readonly problem: Problem };

const refused = (outcome: DeliveryOutcome, problem: Problem): Answer => ({ kind: 'refused', outcome, problem });

/**
 * Stream's *Handle Order* call: raw bytes first, then size, authenticity and media type, then JSON, then its contract,
 * then the rail. A 2xx is sent only once what came is durable (docs/protocol.md#ruling-4-1).
 */
export type HandleOrder = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createHandleOrder(options: HandleOrderOptions): HandleOrder {
  const handler = new DeliveryHandler(options);
  return (request, response) => handler.handle(request, response);
}

const overloaded = (): Answer =>
  refused('overloaded', new Problem('overloaded', 'The delivery was not stored. Send it again.'));

function send(response: ServerResponse, answer: Answer, requestId: string, metrics: Metrics): void {
  const [outcome, status, type, extra, body] =
    answer.kind === 'refused'
      ? [answer.outcome, answer.problem.status, PROBLEM_MEDIA_TYPE, answer.problem.headers, answer.problem.body()]
      : [answer.body.outcome, answer.status, 'application/json', null, answer.body];
  metrics.delivery(outcome, status);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    ...extra,
  });
  response.end(text);
}

class DeliveryHandler {
  readonly #options: HandleOrderOptions;
  readonly #readBody: ReadBody;
  #inDoubt = false;

  constructor(options: HandleOrderOptions) {
    this.#options = options;
    this.#readBody = createBodyReader({ limit: options.maxBodyBytes });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { newId, metrics, log } = this.#options;
    const requestId = newId();
    let answer: Answer | null;
    try {
      answer = await this.#answer(request, response, requestId);
    } catch (error) {
      log.error({ err: error, request_id: requestId }, 'failed to handle a delivery');
      if (response.headersSent) {
        metrics.delivery('failed', 500);
        response.destroy();
        return;
      }
      answer = refused('failed', new Problem('internal-error', 'The delivery was not stored. Send it again.'));
    }
    if (answer !== null) send(response, answer, requestId, metrics);
  }

  /** @returns null if there is nothing to answer any more, and it is counted. */
  async #answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<Answer | null> {
    const { verify, record, relay, maxBodyBytes } = this.#options;
    const receivedAt = new Date(this.#options.now()).toISOString();
    const body = await this.#readBody(request, response);
    if (body.kind !== 'whole') return this.#withoutBody(body);
    const contentEncoding = request.headers['content-encoding'] ?? null;
    const plain = decodeBody(body.bytes, contentEncoding, maxBodyBytes);
    if (plain.kind === 'too-large') return this.#tooLarge();
    const verification = verify(request.headers, body.bytes, plain.kind === 'plain' ? plain.bytes : body.bytes);
    if (verification.kind === 'not-authentic') return this.#refuse(verification, requestId);
    this.#options.onAuthentic(request);
    const receipt: Receipt = {
      receivedAt,
      bodySha256: hash('sha256', body.bytes, 'hex'),
      bodyBytes: plain.kind === 'plain' ? plain.bytes.length : body.bytes.length,
      ...(contentEncoding === null ? {} : { contentEncoding }),
      signedWith: verification.signedWith,
      requestId,
    };
    const contentType = request.headers['content-type'] ?? null;
    if (plain.kind === 'undecodable')
      return this.#keep(body.bytes, contentType, [{ pointer: '', detail: plain.detail }], receipt);
    const parsed = parseDelivery(plain.bytes);
    if (parsed.kind === 'ping') return { kind: 'taken', status: 200, body: { outcome: 'ping' } };
    if (contentType === null || !JSON_MEDIA_TYPE.test(contentType))
      return this.#keep(body.bytes, contentType, [NOT_JSON_BY_MEDIA_TYPE], receipt);
    if (parsed.kind === 'unusable') return this.#keep(body.bytes, contentType, parsed.faults, receipt);
    if (parsed.kind === 'foreign') {
      if (relay !== null) return this.#passOn(relay, parsed, { request, body: body.bytes, receipt, response });
      return this.#keep(body.bytes, contentType, parsed.faults, receipt, NO_RELAY);
    }

    const handed = performance.now();
    const { delivery, envelope } = parsed;
    const result = await record(delivery, {
      ...receipt,
      envelope,
      ...(this.#options.keepsArrivals() ? { arrival: arrivalOf(request.rawHeaders, body.bytes, parsed) } : {}),
    });
    if (result.kind === 'unstorable')
      return this.#keep(body.bytes, contentType, [{ pointer: '', detail: result.detail }], receipt);
    return this.#answerTo(result, handed, requestId);
  }

  /** @param handed when the recorder was given the delivery, by `performance.now()` */
  #answerTo(result: Exclude<RecordOutcome, { kind: 'unstorable' }>, handed: number, requestId: string): Answer {
    const { metrics, log, onRecorded } = this.#options;
    switch (result.kind) {
      case 'recorded': {
        metrics.append((performance.now() - handed) / 1_000);
        onRecorded(result.position);
        const { key, revision } = result;
        log.debug({ ...key, revision, request_id: requestId }, 'recorded a delivery');
        return { kind: 'taken', status: 200, body: { outcome: 'recorded', ...key, revision } };
      }
      case 'repeat': {
        onRecorded(result.position);
        const { key, revision } = result;
        log.info({ ...key, revision, request_id: requestId }, 'recognised a repeated delivery');
        return { kind: 'taken', status: 200, body: { outcome: 'repeat', ...key, revision } };
      }
      case 'overloaded':
        return overloaded();
      case 'unavailable':
        return this.#unavailable(result.detail);
    }
  }

  /** @returns null if the sender is gone, which is counted. */
  #withoutBody(body: Exclude<Body, { kind: 'whole' }>): Answer | null {
    switch (body.kind) {
      case 'too-many-parts':
      case 'too-slow':
      case 'no-room': {
        const [outcome, code, detail] = GIVEN_UP[body.kind];
        return refused(outcome, new Problem(code, detail));
      }
      case 'cut-off':
        this.#options.metrics.cutOff(false);
        return null;
      case 'too-large':
        return this.#tooLarge();
    }
  }

  #tooLarge(): Answer {
    const detail = `The limit is ${String(this.#options.maxBodyBytes)} bytes (MAX_BODY_BYTES).`;
    return refused('too-large', new Problem('body-too-large', detail));
  }

  #refuse({ reason, mismatch }: Extract<Verification, { kind: 'not-authentic' }>, requestId: string): Answer {
    this.#options.log.warn({ reason, request_id: requestId }, 'refused a delivery that is not authentic');
    if (mismatch) this.#noteMismatch();
    return refused('not-authentic', new Problem('not-authentic', `${reason}.`));
  }

  /** Says once that the secrets may be others than Stream's, and again only after something authentic came. */
  #noteMismatch(): void {
    const { metrics, log } = this.#options;
    metrics.mismatch();
    const { secretsInDoubt } = metrics.endpoint;
    if (secretsInDoubt && !this.#inDoubt) log.error(SECRETS_IN_DOUBT);
    this.#inDoubt = secretsInDoubt;
  }

  #unavailable(detail: string): Answer {
    this.#options.onRefused(detail);
    const problem = new Problem('store-unavailable', 'The delivery was not stored as far as we know. Send it again.');
    return refused('unavailable', problem);
  }

  /** @returns null if the answer is on its way already, and counted. */
  async #passOn(relay: Pick<Relay, 'pass'>, delivery: ForeignDelivery, from: Incoming): Promise<Answer | null> {
    const { metrics, log } = this.#options;
    const relayed = await relay.pass(delivery, from);
    switch (relayed.kind) {
      case 'answered':
        metrics.delivery('relayed', relayed.status);
        return null;
      case 'sender-gone':
        metrics.cutOff(true);
        return null;
      case 'overloaded':
        return overloaded();
      case 'loop': {
        const detail = 'RELAY_URL leads back to a Ticket Rail: set it to the order injection of the POS.';
        log.error({ request_id: from.receipt.requestId }, 'refused a delivery that came through a relay before');
        return refused('relay-failed', new Problem('relay-loop', detail));
      }
      case 'failed':
      case 'timed-out': {
        const [code, detail] = NO_ANSWER[relayed.kind];
        const problem = new Problem(code, detail);
        if (!relayed.begun) return refused(code, problem);
        metrics.delivery(code, problem.status);
        return null;
      }
    }
  }

  async #keep(
    body: Buffer,
    type: string | null,
    faults: readonly Fault[],
    receipt: Receipt,
    why = 'quarantined a delivery that cannot be used',
  ): Promise<Answer> {
    const { quarantine, quarantineAnswer, log } = this.#options;
    const kept = await quarantine.keep(body, type, faults, receipt);
    if (kept.kind === 'unavailable') return this.#unavailable(kept.detail);
    if (kept.kind === 'overloaded') return overloaded();
    log.warn(
      {
        quarantine_id: kept.quarantineId,
        pointers: faults.map(({ pointer }) => pointer),
        request_id: receipt.requestId,
      },
      why,
    );
    return {
      kind: 'taken',
      status: quarantineAnswer,
      body: { outcome: 'quarantined', quarantine_id: kept.quarantineId, errors: [...faults] },
    };
  }
}
