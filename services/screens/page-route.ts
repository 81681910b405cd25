import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import express, { type Request, type RequestHandler, Router } from 'express';
import { chooseLanguage } from '../../schemas/language/languages';
import { type BasePath, pageBelow } from '../http/base-path';
import { answersBuilt } from '../http/built-text';
import { createRoutes } from '../http/methods';

/** Where `npm run build` puts the pages and their parts. */
const BUILT = dirname(require.resolve('#screens/board.html'));

/** Seconds that a browser may keep a part whose name carries the hash of its content: a year, as good as for ever. */
const HASHED_MAX_AGE_S = 31_536_000;
/** Name of a part with the hash of its content in it. */
const HASHED = /-[\w-]{8}\.(?:js|css|svg)$/;

/**
 * What a page may load and do. Nothing inline, nothing from elsewhere but drivers' pictures, and no text becomes markup
 * except through Lit's own templates (trusted types), which hold no data.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Those that hold the connections of all tabs (browser/feed/feed-worker.ts) and open pages (browser/kept/shell-worker.ts).
  "worker-src 'self'",
  // The hash is that of nothing: browsers that cannot adopt style sheets fill empty elements (browser/rail-element.ts).
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "img-src 'self' https:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html ticket-rail-worker ticket-rail-shell',
].join('; ');

const securePage: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  });
  next();
};

/** @returns whether the build made such a page. */
export const isBuilt = (file: string): boolean => existsSync(join(BUILT, file));

/** Creates the routes of the code and style of pages, the same for everybody. */
export function createAssets(): Router {
  const assets = Router();
  assets.use(
    '/screens/assets',
    express.static(`${BUILT}/assets`, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        response.setHeader(
          'Cache-Control',
          HASHED.test(path) ? `public, max-age=${String(HASHED_MAX_AGE_S)}, immutable` : 'no-cache',
        );
      },
    }),
  );
  return assets;
}

/** Returns the language that the address of a page asks for; empty: none. */
function languageIn({ lang }: Request['query']): string {
  return typeof lang === 'string' && lang !== '' ? chooseLanguage([lang]) : '';
}

/**
 * Has the header of a page without a script lead to pages that speak a language: others see to it themselves.
 * @param language empty: as the browser wants it
 */
export const withLanguage = (html: string, language: string): string =>
  language === ''
    ? html
    : html.replace(/<nav.*?<\/nav>/s, (nav) => nav.replaceAll(/href="([^"?#]+)"/g, `href="$1?lang=${language}"`));

/**
 * Pages as the build made them. They hold no data themselves.
 * @param list path and file of each
 * @param complete adds to a page what the build cannot know, once it is first asked for in a language; null: nothing
 */
export function createPages(
  list: readonly (readonly [path: string, file: string])[],
  basePath: BasePath = '',
  complete: ((html: string, language: string) => string) | null = null,
): Router {
  const pageOf = (file: string): RequestHandler => {
    const built = readFileSync(join(BUILT, file), 'utf8');
    /** By language. */
    const answers = new Map<string, RequestHandler>();
    return (request, response, next) => {
      const language = complete === null ? '' : languageIn(request.query);
      const known = answers.get(language);
      const answer = known ?? answersBuilt('html', pageBelow(basePath, complete?.(built, language) ?? built));
      if (known === undefined) answers.set(language, answer);
      answer(request, response, next);
    };
  };
  return createRoutes(Object.fromEntries(list.map(([path, file]) => [path, { get: [securePage, pageOf(file)] }])));
}
