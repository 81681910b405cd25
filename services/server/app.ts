import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { stringifyJson } from '../../schemas/json/exact-json';
import { createGuard } from '../access/guard';
import { createReadGuard } from '../access/read-guard';
import { allowEmbedding, allowOrigins, loopbackOnly, unproxiedOnly } from '../access/login/origin-guard';
import type { ReaderDirectory } from '../access/readers/readers';
import { createLoginRoutes, createSessionRoutes } from '../access/login/route';
import type { SessionCookies } from '../access/login/session';
import { type BasePath, withoutBasePath } from '../http/base-path';
import { isEventStoreError } from '../event-store/event-store';
import { discardBody } from '../http/read-body';
import { createLookRoutes, DELIVERY_CALLS } from '../handle-order/route';
import type { Metrics } from '../operations/metrics';
import { createHealthRoutes, createMetricsRoutes } from '../operations/route';
import { setPageHeaders } from '../http/page-headers';
import { Problem, PROBLEM_MEDIA_TYPE } from '../http/problem';
import { ReadModelError } from '../read-model/order-table/schema';
import type { StoreOutage } from '../event-store/store-outage';
import type { CheckReadiness } from './readiness';
import { nextTurn } from '../concurrency/turns';

export interface AppOptions {
  readonly handleOrder: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** What only readers may see. */
  readonly routes: readonly Router[];
  /** What anyone may see: pages and scripts that hold no data. */
  readonly publicRoutes: readonly Router[];
  readonly metrics: Metrics;
  readonly checkReadiness: CheckReadiness;
  readonly readers: ReaderDirectory;
  readonly session: SessionCookies;
  /** Whether a screen can be signed in by a code that it shows. */
  readonly offersPairing: boolean;
  /** Called for every request of a reader, before anything else is done about it. */
  readonly onReader: (request: IncomingMessage) => void;
  /** Origins whose pages may read and embed. */
  readonly readerOrigins: readonly string[];
  readonly basePath: BasePath;
  /** Nothing authenticates a delivery: then only this machine may post, and no page of a browser on it. */
  readonly postingIsOpen: boolean;
  /** Knows whether the store is away, so that not every read needs to say so. */
  readonly outage: Pick<StoreOutage, 'readFailed'>;
  readonly log: Logger;
}

/**
 * Returns whether an error is one that Express and its router throw themselves: a path or parameter that cannot be
 * decoded.
 */
const isClientError = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

function asProblem(error: unknown, { outage, log }: Pick<AppOptions, 'outage' | 'log'>): Problem {
  if (error instanceof Problem) return error;
  if (isEventStoreError(error, 'damaged')) {
    log.error({ detail: error.message }, 'THE EVENT LOG IS DAMAGED');
    const detail = 'A part of the event log is damaged. Asking again does not help: it has to be restored.';
    return new Problem('store-damaged', detail, {}, { cause: error });
  }
  if (isEventStoreError(error)) {
    if (!outage.readFailed()) log.error({ err: error }, 'the event store cannot be read');
    return new Problem('store-unavailable', 'The event store cannot be read now. Ask again.', {}, { cause: error });
  }
  if (error instanceof ReadModelError) {
    log.error({ err: error }, 'the read model cannot be read');
    return new Problem('read-model-behind', 'The read model cannot be read now. Ask again.', {}, { cause: error });
  }
  if (isClientError(error)) return new Problem('invalid-parameter', 'The path or a parameter cannot be decoded.');
  log.error({ err: error }, 'failed to answer a request');
  return new Problem('internal-error', 'The log of the service has the reason.', {}, { cause: error });
}

/**
 * Addresses that read bodies, and do so behind the guard or behind all that anyone may see, which may take turns of the
 * event loop; what they do not read, Node lets go by once they have answered.
 */
const TAKES_BODY =
  /^\/(?:consumers\/|readers\/|pairings\/session\/?$|locations\/[^/]+\/(?:screen-reports|orders\/[^/]+\/(?:label|actions))\/?$)/i;

/**
 * Discards bodies that nothing reads: of other addresses only deliveries and the login read one, and none of it is to
 * wait in memory for the end of an answer.
 */
const passBodiesBy: RequestHandler = (request, _response, next) => {
  const { 'transfer-encoding': coding, 'content-length': length } = request.headers;
  if ((coding !== undefined || length !== undefined) && !TAKES_BODY.test(request.path)) discardBody(request);
  next();
};

/** Forbids caches to keep an answer: what may be kept says so itself. */
const keepNothing: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** Deliveries go first: of reads, one begins in each turn of the event loop. */
const takeTurn: RequestHandler = async (_request, response, next) => {
  await nextTurn();
  // To a route, a connection that was closed meanwhile would never seem to be.
  if (!response.destroyed) next();
};

/**
 * Returns whether a request is a delivery at the very address that Stream was given: it needs no routing, which costs a
 * tenth of what a delivery costs. The other spellings that Express takes for the same, such as a slash at the end, go
 * its way.
 */
const isDelivery = ({ method, url }: IncomingMessage): boolean =>
  method === 'POST' && url === DELIVERY_CALLS.handleOrder.path;

/**
 * Creates the HTTP surface, which an HTTP server calls for each request. Handle Order comes before everything that only
 * browsers and readers need.
 */
export function createApp(options: AppOptions): RequestListener {
  const { handleOrder, metrics, readers, session, offersPairing, readerOrigins, basePath } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  // What is answered holds what was sent, in its own digits (docs/protocol.md#ruling-5-1).
  app.response.json = function (body) {
    return this.type('application/json').send(stringifyJson(body));
  };

  if (options.postingIsOpen) {
    app.use('/handle-order', loopbackOnly([]), unproxiedOnly('STREAM_WEBHOOK_SECRETS or STREAM_BEARER_TOKENS'));
  }
  app.post(DELIVERY_CALLS.handleOrder.path, (request, response) => handleOrder(request, response));
  app.use(passBodiesBy, keepNothing, createLookRoutes());

  if (readers.open) app.use(loopbackOnly(readerOrigins), unproxiedOnly('READERS_FILE or READERS'));
  app.use(setPageHeaders());
  app.use(createHealthRoutes(options.checkReadiness));
  app.use(createLoginRoutes({ readers, session, basePath, offersPairing }));
  app.use('/screens/assets', allowEmbedding(readerOrigins));
  for (const router of options.publicRoutes) app.use(router);

  app.use(allowOrigins(readerOrigins));
  app.use(createGuard(readers, session, basePath));
  app.use((request, _response, next) => {
    options.onReader(request);
    next();
  });
  app.use(createReadGuard(), takeTurn, createSessionRoutes(), createMetricsRoutes(metrics));
  for (const router of options.routes) app.use(router);

  app.use(() => {
    throw new Problem('not-found', 'GET /docs lists every address.');
  });
  const sendProblem = (error: unknown, response: ServerResponse): void => {
    const problem = asProblem(error, options);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const headers = { 'Content-Type': PROBLEM_MEDIA_TYPE, 'Cache-Control': 'no-store' };
    response.writeHead(problem.status, { ...problem.headers, ...headers });
    response.end(stringifyJson(problem.body()));
  };
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    sendProblem(error, response);
  };
  app.use(onError);

  return (request, response) => {
    request.url = withoutBasePath(basePath, request.url ?? '/');
    if (options.postingIsOpen || !isDelivery(request)) app(request, response);
    else
      handleOrder(request, response).catch((error: unknown) => {
        sendProblem(error, response);
      });
  };
}
