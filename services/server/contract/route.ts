import { Router } from 'express';
import type { BasePath } from '../../http/base-path';
import { serve } from '../../http/endpoint';
import { createPages, withLanguage } from '../../screens/page-route';
import { apiContent } from './api-page';
import { asyncApiDocument } from './asyncapi';
import type { OpenApi } from './document';
import { CONTRACT_CALLS, openApiDocument } from './openapi';
import { openApi30 } from './openapi-3-0';

/** Where the built page leaves room for what is made of the document. */
const PLACE = '<!-- calls and objects -->';

/** Creates the routes of the contract, for programs (`/openapi.json` and others) and for people (`/docs`). */
export function createContract(version: string, basePath: BasePath): Router {
  const router = Router();
  // Made when it is asked for: it takes as long as a good part of a start, and most services are never asked.
  const document = lazy(() => openApiDocument(version, basePath));
  const older = lazy(() => openApi30(document()));
  const streams = lazy(() => asyncApiDocument(version, basePath));
  const content = lazy(() => apiContent(document() as unknown as OpenApi)); // of our own making
  router.use(
    serve(CONTRACT_CALLS, {
      getOpenApi: ({ response }) => {
        response.json(document());
      },
      getOpenApi30: ({ response }) => {
        response.json(older());
      },
      getAsyncApi: ({ response }) => {
        response.json(streams());
      },
    }),
  );
  const complete = (page: string, language: string): string => withLanguage(page.replace(PLACE, content), language);
  router.use(createPages([['/docs', 'docs.html']], basePath, complete));
  return router;
}

/** @returns what `make` makes, once and only when it is asked for. */
function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
