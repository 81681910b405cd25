import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { takesOnly } from '../problem';

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
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

const PAGES = [
  ['/screens', 'index.html'],
  ['/screens/board', 'board.html'],
  ['/screens/customers', 'customers.html'],
  ['/screens/example', 'example.html'],
  ['/audit', 'audit.html'],
  ['/audit/board', 'audit-board.html'],
  ['/audit/coverage', 'coverage.html'],
] as const;

const securePage: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  });
  next();
};

export interface Screens {
  /** Code and style, the same for everybody, for pages of others too: no reader's rights are needed. `/` as well. */
  readonly assets: Router;
  /** The pages. They hold no data themselves. */
  readonly pages: Router;
}

/** The screens for counter staff and customers, as built by `npm run build`. `/` leads to them. */
export function createScreens(): Screens {
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
  assets.get('/', (_request, response) => {
    response.redirect(302, '/screens');
  });
  const pages = Router();
  for (const [path, file] of PAGES) {
    const html = readFileSync(join(BUILT, file));
    const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;
    pages.get(path, securePage, (request, response) => {
      response.set({ ETag: etag, 'Cache-Control': 'no-cache' });
      if (request.fresh) response.status(304).end();
      else response.type('html').send(html);
    });
    pages.all(path, takesOnly('GET'));
  }
  return { assets, pages };
}
