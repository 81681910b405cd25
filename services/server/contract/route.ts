import type { ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import express, { Router } from 'express';
import { type BasePath, pageBelow } from '../../http/base-path';
import { serve } from '../../http/endpoint';
import { CONTRACT_CALLS, openApiDocument } from './openapi';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Ticket Rail API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/page.js"></script>
  </body>
</html>
`;

const script = (basePath: BasePath): string =>
  `SwaggerUIBundle({ url: '${basePath}/openapi.json', dom_id: '#api', deepLinking: true, tryItOutEnabled: true });\n`;

/** Where swagger-ui-dist keeps what a browser loads. Its own module would load all of that here. */
const ASSETS = dirname(require.resolve('swagger-ui-dist/package.json'));

/** Seconds that a browser may keep what shows the contract: it changes with the version of its package. */
const ASSETS_MAX_AGE_S = 3_600;

/** The contract, for programs (`/openapi.json`) and for people (`/docs`). */
export function createDocs(version: string, basePath: BasePath): Router {
  const router = Router();
  const page = pageBelow(basePath, PAGE);
  // Made when it is asked for: it takes as long as a good part of a start, and most services are never asked.
  let document: ReturnType<typeof openApiDocument> | undefined;
  router.use(
    serve(CONTRACT_CALLS, {
      getOpenApi: ({ response }) => {
        response.json((document ??= openApiDocument(version, basePath)));
      },
    }),
  );
  router.get('/docs', (_request, response) => {
    response.type('html').send(page);
  });
  router.get('/docs/page.js', (_request, response) => {
    response.type('text/javascript').send(script(basePath));
  });
  const setHeaders = (response: ServerResponse): void => {
    response.setHeader('Cache-Control', `public, max-age=${String(ASSETS_MAX_AGE_S)}`);
  };
  router.use('/docs/assets', express.static(ASSETS, { index: false, setHeaders }));
  return router;
}
