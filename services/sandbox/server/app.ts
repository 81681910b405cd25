import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { setPageHeaders } from '../../http/page-headers';
import { Problem, PROBLEM_MEDIA_TYPE } from '../../http/problem';

/** Returns whether an error is one that Express and its parsers throw themselves, for a request that cannot be read. */
const isClientError = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isClientError(error) && error.status === 413) return new Problem('body-too-large', 'The body is over the limit.');
  if (isClientError(error)) return new Problem('invalid-parameter', 'The request cannot be read.');
  return new Problem('internal-error', 'The sandbox failed.', {}, { cause: error });
}

const sendProblem: ErrorRequestHandler = (error, _request, response, _next) => {
  const problem = asProblem(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(problem.status, { ...problem.headers, 'Content-Type': PROBLEM_MEDIA_TYPE });
  response.end(JSON.stringify(problem.body()));
};

function newApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  return app;
}

function finished(app: Express): Express {
  app.use(() => {
    throw new Problem('not-found', 'docs/guides/try-with-the-sandbox.md has the calls of the sandbox.');
  });
  app.use(sendProblem);
  return app;
}

/**
 * Creates the sandbox's HTTP surface.
 * @param signed what other programs post, checked by its signature
 * @param ownPages who may come beyond that
 * @param pages the page, and what it uses
 */
export function createSandboxApp(
  signed: readonly Router[],
  ownPages: RequestHandler,
  pages: readonly Router[],
): Express {
  const app = newApp();
  for (const router of signed) app.use(router);
  app.use(ownPages);
  app.use(setPageHeaders());
  for (const router of pages) app.use(router);
  app.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  return finished(app);
}

/** Creates the HTTP surface of the built-in POS, which has an address of its own. */
export function createPosApp(routes: Router): Express {
  const app = newApp();
  app.use(routes);
  return finished(app);
}
