import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingHttpHeaders } from 'node:http';
import { bearerToken } from '../bearer';

/**
 * How a request says who asks. Programs send their token as a bearer; browsers, which cannot do so for pages and
 * streams, get it as a cookie from the login page. The cookie is the token: there is no session to keep or to end, and a
 * reader who is taken away is out everywhere at once.
 */

export const SESSION_COOKIE = 'ticket_rail_session';
/** How long a browser stays logged in, in seconds: 30 days, for screens that nobody logs in to each morning. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

export interface Credential {
  readonly by: 'bearer' | 'cookie';
  readonly token: string;
}

/** @returns what a request carries; a bearer token goes before a cookie. */
export function credentialOf({ authorization, cookie }: IncomingHttpHeaders): Credential | null {
  const bearer = bearerToken(authorization);
  if (bearer !== null) return { by: 'bearer', token: bearer };
  const token = cookie === undefined ? undefined : parseCookie(cookie)[SESSION_COOKIE];
  return token === undefined || token === '' ? null : { by: 'cookie', token };
}

/**
 * `SameSite=Lax`, so that a link to a screen from elsewhere works; calls that change something are refused across origins
 * besides ({@link isSameOrigin}).
 * @param secure the browser came over TLS, and is to send the cookie over nothing else
 */
const setCookie = (value: string, maxAge: number, secure: boolean): string =>
  stringifySetCookie({ name: SESSION_COOKIE, value, maxAge, secure, httpOnly: true, sameSite: 'lax', path: '/' });

export const startSession = (token: string, secure: boolean): string => setCookie(token, SESSION_SECONDS, secure);

export const endSession = (secure: boolean): string => setCookie('', 0, secure);

/**
 * Whether a request that a browser may have sent comes from a page of our own. `Sec-Fetch-Site` decides where it is: pages
 * cannot set it, and a proxy that changes `Host` does not change it. Browsers leave it out over plain HTTP; then the
 * `Origin` must be ours. What has neither is no page's doing.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** Any base will do: what leads away from it, leads elsewhere. */
const HERE = 'http://here.invalid';

/** @returns where to go after the login: the path that was asked for, or `/` for whatever would lead elsewhere. */
export function localPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, HERE)) return '/';
  // As a browser reads it: `/\evil`, `/<tab>/evil` and `/.//evil` are other hosts, or become them.
  const { origin, pathname, search, hash } = new URL(next, HERE);
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}
