import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { takesOnly } from '../http/problem';

/** The page that verifies files: one file, as the build made it. */
const VERIFIER = require.resolve('#screens/verifier.html');
const POLICY = /http-equiv="Content-Security-Policy" content="([^"]+)"/;

/**
 * Creates the route of the verifier, for everybody: it holds no data and asks for none, and who is handed evidence has no
 * token.
 */
export function createVerifier(): Router {
  const html = readFileSync(VERIFIER, 'utf8');
  const headers = {
    'Content-Security-Policy': `${POLICY.exec(html)?.[1] ?? "default-src 'none'"}; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
    ETag: `"${createHash('sha256').update(html).digest('base64url')}"`,
  };
  const verifier = Router();
  verifier.get('/verifier', (request, response) => {
    response.set(headers);
    if (request.fresh) response.status(304).end();
    else response.type('html').send(html);
  });
  verifier.all('/verifier', takesOnly('GET'));
  return verifier;
}
