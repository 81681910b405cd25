import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { isEventStoreError } from './event-store/event-store';
import { createBearerCheck } from './handle-order/signature';
import type { Metrics } from './metrics';
import { Problem, PROBLEM_MEDIA_TYPE, takesOnly } from './problem';
import { ReadModelError } from './read-model/order-table';
import type { CheckReadiness } from './readiness';
import type { Screens } from './screens/route';

/** `localhost` and the loopback addresses, with or without a port, as `Host` and, after a scheme, `Origin` have them. */
const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

export interface AppOptions {
  readonly handleOrder: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly routes: readonly Router[];
  readonly docs: Router;
  readonly screens: Screens;
  readonly metrics: Metrics;
  readonly checkReadiness: CheckReadiness;
  /** Empty: reading is open. */
  readonly readerTokens: readonly string[];
  /** Nothing authenticates a delivery: then only this machine may post, and no page of a browser on it. */
  readonly postingIsOpen: boolean;
  readonly log: Logger;
}

/**
 * Refuses calls that web pages of others make an open service's own machine send: a page whose name was made to point
 * to this machine (DNS rebinding) could otherwise read drivers' data with its visitor's browser, and any page could post.
 */
const loopbackOnly: RequestHandler = (request, _response, next) => {
  const { host = '', origin } = request.headers;
  if (LOOPBACK.test(host) && (origin === undefined || LOOPBACK.test(origin))) next();
  else next(new Problem('host-not-allowed', 'Call it as localhost or 127.0.0.1, or set up authentication.'));
};

function requireReader(tokens: readonly string[]): RequestHandler {
  const check = createBearerCheck(tokens);
  return (request, _response, next) => {
    if (check(request.headers.authorization)) next();
    else next(new Problem('reader-not-authentic', 'Send Authorization: Bearer with one of READER_TOKENS.'));
  };
}

/** What Express and its router throw themselves: a path or parameter that cannot be decoded. */
const isClientError = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

function asProblem(error: unknown, log: Logger): Problem {
  if (error instanceof Problem) return error;
  if (isEventStoreError(error)) {
    log.error({ err: error }, 'the event store cannot be read');
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
 * The HTTP surface as an Express app that does not listen. Handle Order comes before everything that only browsers and
 * readers need.
 */
export function createApp(options: AppOptions): Express {
  const { handleOrder, log, metrics } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  if (options.postingIsOpen) app.use('/handle-order', loopbackOnly);
  app.post('/handle-order', (request, response) => handleOrder(request, response));
  app.all('/handle-order', takesOnly('POST'));

  const readingIsOpen = options.readerTokens.length === 0;
  if (readingIsOpen) app.use(loopbackOnly);
  app.use(
    helmet({
      // Whether TLS is there is its terminator's to say: both of these would break plain HTTP on a private network.
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', async (_request, response) => {
    const readiness = await options.checkReadiness();
    response
      .status(readiness.ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json(readiness);
  });
  app.all(['/healthz', '/readyz'], takesOnly('GET'));
  app.use(options.docs);
  app.use(options.screens.assets);

  if (!readingIsOpen) app.use(requireReader(options.readerTokens));
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await metrics.expose();
    response.set('Content-Type', contentType).send(text);
  });
  app.all('/metrics', takesOnly('GET'));
  app.use(options.screens.pages);
  for (const router of options.routes) app.use(router);

  app.use(() => {
    throw new Problem('not-found', 'GET /docs lists every address.');
  });
  const sendProblem: ErrorRequestHandler = (error, _request, response, _next) => {
    const problem = asProblem(error, log);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(problem.status, { ...problem.headers, 'Content-Type': PROBLEM_MEDIA_TYPE });
    response.end(JSON.stringify(problem.body()));
  };
  app.use(sendProblem);
  return app;
}
