import express, { type Request, type Response, type Router } from 'express';
import { createRoutes } from '../../http/methods';
import { PROBLEM_MEDIA_TYPE } from '../../http/problem';
import { parseMessage, type ReadMessage, parseDspMessage, subjectOf } from '../stand-in/dsp-message';
import type { HopEnd, HopLog } from '../wire/hop-log';
import { ORDER_RULES, type BrokenRule } from '../stand-in/order-rules';
import { DSP_SIGNATURE, isSignedWith } from '../wire/signing';
import type { StreamStandIn } from '../stand-in/stream-stand-in';

/** Most bytes of a message of a delivery service. */
const MAX_MESSAGE_BYTES = 262_144;
/** Seconds after which a delivery service may try again. */
const RETRY_AFTER_S = 2;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Most refusals that are listed; a message with more is no better understood by more. */
const MAX_REFUSALS = 50;

const problem = (status: number, title: string, detail: string, refusals: readonly BrokenRule[] = []): Answer => ({
  status,
  body: {
    type: 'about:blank',
    title,
    status,
    detail,
    refusals: refusals.slice(0, MAX_REFUSALS).map((refusal) => ({ ...refusal, documented: ORDER_RULES[refusal.rule] })),
  },
});

/** @param read null: the message is not authentic */
function answerTo(read: ReadMessage | null, stream: StreamStandIn): Answer {
  if (read === null) {
    const detail = `${DSP_SIGNATURE} has to be the HMAC-SHA256 of the body with the secret of the webhook, in hex.`;
    return problem(401, 'The message is not authentic', detail);
  }
  if (read.kind === 'refused') return problem(400, 'The message cannot be used', 'See refusals.', read.refusals);
  const answer = stream.receive(read.message);
  switch (answer.kind) {
    case 'taken':
      return { status: 200, body: answer.orderId === null ? {} : { order_id: answer.orderId } };
    case 'refused':
      return problem(answer.status, 'The message breaks a rule', 'See refusals.', answer.refusals);
    case 'busy':
      return problem(503, 'Too much is waiting', 'Orders or deliveries have to end first.');
  }
}

export interface StreamRouteOptions {
  readonly stream: StreamStandIn;
  readonly partnerId: string;
  readonly secret: string;
  readonly hops: HopLog;
  readonly monotonic: () => number;
}

/** Creates the routes where delivery services report about orders to Stream. */
export function createStreamRoutes(options: StreamRouteOptions): Router {
  const { stream, partnerId, hops, secret, monotonic } = options;
  const answer = (request: Request, response: Response): void => {
    const begun = monotonic();
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signature = request.get(DSP_SIGNATURE);
    const message = parseMessage(bytes);
    const read = isSignedWith(bytes, signature, secret) ? parseDspMessage(message) : null;
    const shown = signature === secret ? '(the secret itself)' : signature;
    const end: (end: HopEnd) => void = hops.begin({
      from: 'dsp',
      to: 'stream',
      ...subjectOf(message),
      attempt: 1,
      request: {
        url: `http://${request.headers.host ?? ''}${request.originalUrl}`,
        headers: {
          ...(request.headers['content-type'] === undefined ? {} : { 'Content-Type': request.headers['content-type'] }),
          ...(shown === undefined ? {} : { [DSP_SIGNATURE]: shown }),
        },
        body: bytes.toString('utf8'),
      },
    });
    const { status, body } =
      request.params['partner_id'] === partnerId
        ? answerTo(read, stream)
        : problem(404, 'There is no such partner', `The partner id of this sandbox is ${partnerId}.`);
    const text = JSON.stringify(body);
    end({ answer: { status, body: text }, error: null, ms: monotonic() - begun, retryAt: null });
    if (status === 503) response.set('Retry-After', String(RETRY_AFTER_S));
    response
      .status(status)
      .set('Content-Type', status < 300 ? 'application/json' : PROBLEM_MEDIA_TYPE)
      .send(text);
  };
  return createRoutes({
    '/order/:partner_id': { post: [express.raw({ type: () => true, limit: MAX_MESSAGE_BYTES }), answer] },
  });
}
