import type { IncomingHttpHeaders } from 'node:http';

/**
 * What a proxy says of the request that it got: `Forwarded` (RFC 7239), or the older `X-Forwarded-*`. Pages of others cannot
 * make a browser send any of them, so that they may be believed where only such pages are kept away.
 */

/** One parameter of a `Forwarded` header; its value is a token or a quoted string. */
const PARAMETER = /(?:^|[;,\s])(host|proto)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/gi;

/** @returns the value of the proxy that is nearest to the client, which stands first; null if there is none */
function parameterOf(forwarded: string | undefined, wanted: 'host' | 'proto'): string | null {
  for (const [, name, quoted, token] of (forwarded ?? '').matchAll(PARAMETER)) {
    if (name?.toLowerCase() === wanted) return (quoted?.replace(/\\(.)/g, '$1') ?? token ?? '').toLowerCase();
  }
  return null;
}

const first = (header: string | readonly string[] | undefined): string | null => {
  const value = (typeof header === 'string' ? header : header?.[0])?.split(',')[0]?.trim().toLowerCase();
  return value === undefined || value === '' ? null : value;
};

/** @returns the names by which the client may have called, as `Host` has them: as it came here, and as proxies say */
export const calledHosts = (headers: IncomingHttpHeaders): readonly string[] =>
  [first(headers.host), first(headers['x-forwarded-host']), parameterOf(headers.forwarded, 'host')].filter(
    (host) => host !== null,
  );

/**
 * @returns whether a request came over TLS, here or at a terminator in front. Forging the header only keeps one's own
 *   cookie from plain HTTP.
 */
export const cameOverTls = ({
  secure,
  headers,
}: {
  readonly secure: boolean;
  readonly headers: IncomingHttpHeaders;
}): boolean => secure || (first(headers['x-forwarded-proto']) ?? parameterOf(headers.forwarded, 'proto')) === 'https';
