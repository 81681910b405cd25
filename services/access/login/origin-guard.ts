import type { RequestHandler } from 'express';
import { Problem } from '../../http/problem';

/** Which web pages of others may reach the service through their visitors' browsers. */

/**
 * `localhost` and the loopback addresses, with or without a port, as `Host` and, after a scheme, `Origin` have them.
 */
const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Seconds that a browser may remember the answer to a preflight. */
const PREFLIGHT_SECONDS = 600;

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/**
 * Refuses calls that web pages of others make an open service's own machine send: a page whose name was made to point
 * to this machine (DNS rebinding) could otherwise read drivers' data with its visitor's browser, and any page could
 * post.
 * @param origins that may read even so, as `READER_ORIGINS` lists them; none for what is posted
 */
export function loopbackOnly(origins: readonly string[]): RequestHandler {
  const listed = new Set(origins);
  return (request, _response, next) => {
    const { host = '', origin } = request.headers;
    const fromHere = origin === undefined || LOOPBACK.test(origin);
    if (LOOPBACK.test(host) && (fromHere || (listed.has(origin) && isReading(request.method)))) next();
    else next(new Problem('host-not-allowed', 'Call it as localhost or 127.0.0.1, or set up authentication.'));
  };
}

/** Headers that proxies and tunnels add to what they pass on, and nobody else. */
const OF_A_PROXY =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-real-ip|x-original-forwarded-for|(?:x-|true-|cf-|fly-)(?:client|connecting|cluster-client)-ip)$/;

/**
 * Refuses what came through a proxy or a tunnel on this machine, while the service is open: its sender may be
 * anywhere. A proxy that adds no header speaks HTTP/1.0, as nginx does unless configured otherwise.
 * @param remedy the variables to set before a proxy may stand in front
 */
export function unproxiedOnly(remedy: string): RequestHandler {
  return (request, _response, next) => {
    const header = Object.keys(request.headers).find((name) => OF_A_PROXY.test(name));
    if (header === undefined && request.httpVersion !== '1.0') {
      next();
      return;
    }
    const sign = header === undefined ? 'HTTP/1.0' : `the header ${header}`;
    const detail = `This came through a proxy or a tunnel (${sign}), and so from anywhere: set ${remedy}, or call it directly.`;
    next(new Problem('host-not-allowed', detail));
  };
}

/**
 * Lets pages of listed origins read (CORS). They send a bearer token: cookies are never taken from there, and nothing
 * but GET is allowed.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const listed = new Set(origins);
  return (request, response, next) => {
    if (listed.size > 0) response.vary('Origin');
    const { method, headers } = request;
    const { origin } = headers;
    if (origin === undefined || !listed.has(origin) || !isReading(method)) {
      next();
      return;
    }
    response.set('Access-Control-Allow-Origin', origin);
    if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      response.set({
        'Access-Control-Allow-Methods': 'GET',
        'Access-Control-Allow-Headers': 'Authorization, Last-Event-ID',
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      });
      response.status(204).end();
      return;
    }
    response.set('Access-Control-Expose-Headers', 'ETag, Retry-After');
    next();
  };
}

/** Lets pages of listed origins load what it stands before: scripts and styles that hold no data. */
export function allowEmbedding(origins: readonly string[]): RequestHandler {
  const allow = allowOrigins(origins);
  return (request, response, next) => {
    if (origins.length > 0) response.set('Cross-Origin-Resource-Policy', 'cross-origin');
    allow(request, response, next);
  };
}
