import { hash } from 'node:crypto';
import type { Router } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import {
  type HandleOrderAnswer,
  HandleOrderHere,
  OrderAccepted,
  OrderRejected,
  Ping,
  Quarantined,
  Recorded,
  Repeat,
} from '../../schemas/order-view';
import { type Fault, OrderCanceled, OrderUpdated } from '../../schemas/handle-order';
import type { Position } from '../event-store/event-store';
import type { DeliveryOutcome } from '../operations/endpoint-counts';
import type { Metrics } from '../operations/metrics';
import { allowOf, Problem, PROBLEM_MEDIA_TYPE } from '../http/problem';
import { ANYONE, type Endpoints, json, methodsAt, type Permission, serve } from '../http/endpoint';
import { decodeBody } from './receive/decode-body';
import { type ForeignDelivery, parseDelivery } from './receive/parse-delivery';
import type { Quarantine } from './quarantine/quarantine';
import { createBodyReader, LEAST_BODY_BYTES_PER_SECOND, MAX_BODY_PARTS } from '../http/read-body';
import type { Receipt, RecordUpdate } from './record/record-update';
import type { Incoming, Relay } from './relay/relay';
import type { VerifyDelivery } from './receive/signature';

/** `application/json` and every `application/*+json`, with or without parameters. */
const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

const NOT_JSON_BY_MEDIA_TYPE: Fault = {
  pointer: '',
  detail: 'has a media type that is not JSON: Content-Type: application/json is expected',
};

/** Stream, which signs its deliveries. The handler checks it, over the bytes of the body. */
const STREAM: Permission<null> = {
  sentence: null,
  schemes: ['signature', 'streamSignature', 'stream'],
  problems: ['not-authentic'],
  admit: () => null,
};

export const DELIVERY_CALLS = {
  handleOrder: {
    method: 'post',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Handle Order (Stream -> POS)',
    description:
      'Updates and cancellations are answered with 2xx only once they are durable. Every other type, such as ' +
      '`order.created`, is passed on to RELAY_URL, and whatever the POS answers to it is the answer; without ' +
      'RELAY_URL it is kept in quarantine.',
    body: {
      required: true,
      content: { 'application/json': [OrderUpdated, OrderCanceled] },
      example: {
        type: 'order.updated',
        object: {
          location_id: 'pos_location_456',
          order_id: 'pos_order_123',
          status: 'ready_for_pickup',
          delivery_status: 'arrived_at_pickup',
          driver_details: { source: 'uber', name: 'Jane Driver', passcode: '5678' },
        },
      },
    },
    answers: {
      200: json(
        'Recorded, or recognised as a repeat of the newest event of its order; or a ping, such as an empty body or ' +
          '`{}`; or the POS accepts the order',
        Recorded,
        Repeat,
        Ping,
        OrderAccepted,
      ),
      202: json('Authentic but unusable: kept in quarantine', Quarantined),
      400: json('The POS rejects the order; Ticket Rail itself never answers 400 here', OrderRejected),
      422: json('Like 202, while nothing authenticates Stream', Quarantined),
    },
    problems: [
      'body-too-slow',
      'body-too-large',
      'relay-failed',
      'store-unavailable',
      'overloaded',
      'relay-timed-out',
      'relay-loop',
    ],
    permission: STREAM,
  },
} satisfies Endpoints;

/** For clients that look whether the URL is there. */
export const LOOK_CALLS = {
  lookForHandleOrder: {
    method: 'get',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Whether the URL is there, for portals and people that look',
    description: 'It says nothing about orders.',
    answers: { 200: json('It is', HandleOrderHere) },
    problems: [],
    permission: ANYONE,
  },
  probeHandleOrder: {
    method: 'options',
    path: '/handle-order',
    tag: 'Stream',
    summary: 'Which methods the URL takes, for portals that look',
    description: 'It says nothing about orders.',
    answers: { 204: { description: 'It is there', headers: { Allow: 'the methods' } } },
    problems: [],
    permission: ANYONE,
  },
} satisfies Endpoints;

/** What clients that look whether the URL is there are answered (docs/protocol.md#ruling-5-9). */
const HERE: HandleOrderHere = {
  service: 'ticket-rail',
  detail: "This is the URL of Stream's Handle Order call: POST deliveries here.",
};

/** Creates the routes that answer at the URL of Handle Order to all but deliveries. */
export const createLookRoutes = (): Router =>
  serve(
    LOOK_CALLS,
    {
      lookForHandleOrder: ({ response }) => {
        response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).json(HERE);
      },
      probeHandleOrder: ({ response }) => {
        const methods = methodsAt({ ...DELIVERY_CALLS, ...LOOK_CALLS }, DELIVERY_CALLS.handleOrder.path);
        response.set('Allow', allowOf(methods)).status(204).end();
      },
    },
    DELIVERY_CALLS,
  );

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
  /** Told of every delivery that is authentic, before anything else is done about it. */
  readonly onAuthentic: (request: IncomingMessage) => void;
  readonly record: RecordUpdate;
  readonly quarantine: Pick<Quarantine, 'keep'>;
  /** Passes on what is not recorded here; null: it goes to quarantine. */
  readonly relay: Pick<Relay, 'pass'> | null;
  readonly maxBodyBytes: number;
  readonly quarantineAnswer: 202 | 422;
  /** Told of every delivery that the store did not take. */
  readonly onRefused: (detail: string) => void;
  /** Told of every update that is acknowledged, so that later reads see it. */
  readonly onRecorded: (position: Position) => void;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** How one delivery is answered, and how it is counted. */
type Answer =
  | { readonly outcome: DeliveryOutcome; readonly status: number; readonly body: HandleOrderAnswer }
  | { readonly outcome: DeliveryOutcome; readonly problem: Problem };

/**
 * Stream's *Handle Order* call: raw bytes first, then size, authenticity and media type, then JSON, then its contract,
 * then the rail. A 2xx is sent only once what came is durable (docs/protocol.md#ruling-4-1).
 */
export function createHandleOrder(options: HandleOrderOptions) {
  const { verify, record, quarantine, metrics, log } = options;
  const readBody = createBodyReader({ limit: options.maxBodyBytes });

  const unavailable = (detail: string): Answer => {
    options.onRefused(detail);
    const problem = new Problem('store-unavailable', 'The delivery was not stored as far as we know. Send it again.');
    return { outcome: 'unavailable', problem };
  };

  let inDoubt = false;
  /** Says once that the secrets may be others than Stream's, and again only after something authentic came. */
  const noteMismatch = (): void => {
    metrics.mismatch();
    const { secretsInDoubt } = metrics.endpoint;
    if (secretsInDoubt && !inDoubt) log.error(SECRETS_IN_DOUBT);
    inDoubt = secretsInDoubt;
  };

  const tooLarge = (): Answer => {
    const detail = `The limit is ${String(options.maxBodyBytes)} bytes (MAX_BODY_BYTES).`;
    return { outcome: 'too-large', problem: new Problem('body-too-large', detail) };
  };

  const overloaded = (): Answer => ({
    outcome: 'overloaded',
    problem: new Problem('overloaded', 'The delivery was not stored. Send it again.'),
  });

  /** @returns null if the answer is on its way already, and counted. */
  async function passOn(relay: Pick<Relay, 'pass'>, delivery: ForeignDelivery, from: Incoming): Promise<Answer | null> {
    const relayed = await relay.pass(delivery, from);
    switch (relayed.outcome) {
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
        return { outcome: 'relay-failed', problem: new Problem('relay-loop', detail) };
      }
      case 'failed':
      case 'timed-out': {
        const [code, detail] = NO_ANSWER[relayed.outcome];
        const problem = new Problem(code, detail);
        if (!relayed.begun) return { outcome: code, problem };
        metrics.delivery(code, problem.status);
        return null;
      }
    }
  }

  async function keep(
    body: Buffer,
    type: string | null,
    faults: readonly Fault[],
    receipt: Receipt,
    why = 'quarantined a delivery that cannot be used',
  ): Promise<Answer> {
    const kept = await quarantine.keep(body, type, faults, receipt);
    if (kept.outcome === 'unavailable') return unavailable(kept.detail);
    if (kept.outcome === 'overloaded') return overloaded();
    log.warn(
      {
        quarantine_id: kept.quarantineId,
        pointers: faults.map(({ pointer }) => pointer),
        request_id: receipt.requestId,
      },
      why,
    );
    return {
      outcome: 'quarantined',
      status: options.quarantineAnswer,
      body: { outcome: 'quarantined', quarantine_id: kept.quarantineId, errors: [...faults] },
    };
  }

  /** @returns null if there is nothing to answer any more, and it is counted. */
  async function handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<Answer | null> {
    const receivedAt = new Date(options.now()).toISOString();
    const body = await readBody(request);
    if (body.kind === 'too-many-parts' || body.kind === 'too-slow' || body.kind === 'no-room') {
      const [outcome, code, detail] = GIVEN_UP[body.kind];
      response.setHeader('Connection', 'close');
      return { outcome, problem: new Problem(code, detail) };
    }
    if (body.kind === 'cut-off') {
      metrics.cutOff(false);
      return null;
    }
    if (body.kind === 'too-large') return tooLarge();
    const contentEncoding = request.headers['content-encoding'] ?? null;
    const plain = decodeBody(body.bytes, contentEncoding, options.maxBodyBytes);
    if (plain.kind === 'too-large') return tooLarge();
    const verification = verify(request.headers, body.bytes, plain.kind === 'plain' ? plain.bytes : body.bytes);
    if (!verification.authentic) {
      log.warn({ reason: verification.reason, request_id: requestId }, 'refused a delivery that is not authentic');
      if (verification.mismatch) noteMismatch();
      return { outcome: 'not-authentic', problem: new Problem('not-authentic', `${verification.reason}.`) };
    }
    options.onAuthentic(request);
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
      return keep(body.bytes, contentType, [{ pointer: '', detail: plain.detail }], receipt);
    const parsed = parseDelivery(plain.bytes);
    if (parsed.kind === 'ping') return { outcome: 'ping', status: 200, body: { outcome: 'ping' } };
    if (contentType === null || !JSON_MEDIA_TYPE.test(contentType))
      return keep(body.bytes, contentType, [NOT_JSON_BY_MEDIA_TYPE], receipt);
    if (parsed.kind === 'unusable') return keep(body.bytes, contentType, parsed.faults, receipt);
    if (parsed.kind === 'foreign') {
      const { relay } = options;
      if (relay !== null) return passOn(relay, parsed, { request, body: body.bytes, receipt, response });
      return keep(body.bytes, contentType, parsed.faults, receipt, NO_RELAY);
    }

    const handed = performance.now();
    const { delivery, envelope } = parsed;
    const result = await record(delivery, envelope === null ? receipt : { ...receipt, envelope });
    switch (result.outcome) {
      case 'recorded': {
        metrics.append((performance.now() - handed) / 1_000);
        options.onRecorded(result.position);
        const { key, revision } = result;
        log.debug({ ...key, revision, request_id: requestId }, 'recorded a delivery');
        return { outcome: 'recorded', status: 200, body: { outcome: 'recorded', ...key, revision } };
      }
      case 'repeat': {
        options.onRecorded(result.position);
        const { key, revision } = result;
        log.info({ ...key, revision, request_id: requestId }, 'recognised a repeated delivery');
        return { outcome: 'repeat', status: 200, body: { outcome: 'repeat', ...key, revision } };
      }
      case 'unstorable':
        return keep(body.bytes, contentType, [{ pointer: '', detail: result.detail }], receipt);
      case 'overloaded':
        return overloaded();
      case 'unavailable':
        return unavailable(result.detail);
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = options.newId();
    let answer: Answer | null;
    try {
      answer = await handle(request, response, requestId);
    } catch (error) {
      log.error({ err: error, request_id: requestId }, 'failed to handle a delivery');
      if (response.headersSent) {
        metrics.delivery('failed', 500);
        response.destroy();
        return;
      }
      answer = {
        outcome: 'failed',
        problem: new Problem('internal-error', 'The delivery was not stored. Send it again.'),
      };
    }
    if (answer === null) return;
    const [status, type, extra, body] =
      'problem' in answer
        ? [answer.problem.status, PROBLEM_MEDIA_TYPE, answer.problem.headers, answer.problem.body()]
        : [answer.status, 'application/json', null, answer.body];
    metrics.delivery(answer.outcome, status);
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
  };
}
