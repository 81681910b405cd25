import { readFileSync } from 'node:fs';
import type { Router } from 'express';
import { answersBuilt } from '../http/built-text';
import { createRoutes } from '../http/methods';

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
  };
  return createRoutes({ '/verifier': { get: answersBuilt('html', html, headers) } });
}
