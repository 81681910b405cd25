import type { RequestHandler } from 'express';
import { loopbackOnly } from '../../access/login/origin-guard';
import { Problem } from '../../http/problem';

/** @returns whether only this machine can reach an address to listen on. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

/** Refuses what pages of other origins make browsers send: `Origin` has to name the host that is called. */
const sameOriginOnly: RequestHandler = (request, _response, next) => {
  const { origin, host } = request.headers;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads || origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) next();
  else next(new Problem('host-not-allowed', 'A page of another origin may not do this.'));
};

/**
 * Keeps pages of others away from the sandbox's own page and what it does.
 * @param host that the sandbox listens on; on loopback, it has to be called by a name of loopback too
 */
export const ownPagesOnly = (host: string): RequestHandler => (isLoopback(host) ? loopbackOnly([]) : sameOriginOnly);
