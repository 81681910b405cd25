import { parseCookie, stringifySetCookie } from 'cookie';
import type { IncomingHttpHeaders } from 'node:http';
import type { BasePath } from '../../http/base-path';
import { bearerToken } from '../../http/bearer';
import { calledHosts } from './forwarded';

/**
 * How a request says who asks. Programs send their token as a bearer; browsers, which cannot do so for pages and
 * streams, get it as a cookie from the login page. The cookie is the token: there is no session to keep or to end, and
 * a reader who is taken away is out everywhere at once.
 */

export const SESSION_COOKIE = 'ticket_rail_session';
/** Its name where browsers keep it from other hosts and plain HTTP (RFC 6265bis 4.1.3.2): over TLS, at the root. */
const HOST_COOKIE = `__Host-${SESSION_COOKIE}`;
/** How long a browser stays logged in without asking for anything, in seconds: 30 days. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;
/** How long it stays logged in by use, in seconds, for screens that nobody logs in to each morning: a year. */
export const LONGEST_SESSION_SECONDS = 365 * 24 * 60 * 60;
/** Seconds after which the cookie is renewed by use. */
const RENEWAL_SECONDS = 24 * 60 * 60;

/** When the browser logged in, and when it got the cookie, in seconds since the epoch, and then the token. */
const VALUE = /^1\.(\d{1,12})\.(\d{1,12})\.(.+)$/s;

export interface Credential {
  readonly by: 'bearer' | 'cookie';
  readonly token: string;
  /** Of a cookie; null for one of a release that did not write it. */
  readonly times: { readonly loggedInAt: number; readonly setAt: number } | null;
}

/** @returns what a request carries; a bearer token goes before a cookie. */
export function credentialOf({ authorization, cookie }: IncomingHttpHeaders): Credential | null {
  const bearer = bearerToken(authorization);
  if (bearer !== null) return { by: 'bearer', token: bearer, times: null };
  if (cookie === undefined) return null;
  const cookies = parseCookie(cookie);
  const value = cookies[HOST_COOKIE] ?? cookies[SESSION_COOKIE] ?? '';
  if (value === '') return null;
  const [, loggedInAt, setAt, token] = VALUE.exec(value) ?? [];
  if (token === undefined) return { by: 'cookie', token: value, times: null };
  return { by: 'cookie', token, times: { loggedInAt: Number(loggedInAt), setAt: Number(setAt) } };
}

/** Makes the `Set-Cookie` headers. `secure`: the browser came over TLS, and is to send the cookie over nothing else. */
export interface SessionCookies {
  start(token: string, secure: boolean): readonly string[];
  /** @returns nothing while the cookie is young, or when its time is over whatever its use */
  renew(credential: Credential, secure: boolean): readonly string[];
  end(secure: boolean): readonly string[];
}

/**
 * `SameSite=Lax`, so that a link to a screen from elsewhere works; calls that change something are refused across
 * origins besides ({@link isSameOrigin}).
 * @param basePath the cookie is sent below it only
 * @param now milliseconds since the epoch
 */
export function createSession({
  basePath,
  now,
}: {
  readonly basePath: BasePath;
  readonly now: () => number;
}): SessionCookies {
  const shape = { httpOnly: true, sameSite: 'lax' } as const;
  const path = basePath === '' ? '/' : basePath;
  const nameOf = (secure: boolean): string => (secure && path === '/' ? HOST_COOKIE : SESSION_COOKIE);
  /**
   * Returns headers that remove the cookies that may stand beside the one that is set: of an older release, or from
   * before TLS or the prefix.
   */
  const others = (secure: boolean): readonly string[] =>
    [
      { name: SESSION_COOKIE, path: '/' },
      { name: SESSION_COOKIE, path },
    ]
      .filter((one, index, all) => index === 0 || one.path !== all[0]?.path)
      .filter((one) => one.name !== nameOf(secure) || one.path !== path)
      .map((one) => stringifySetCookie({ ...shape, ...one, value: '', maxAge: 0, secure }));
  const set = (value: string, maxAge: number, secure: boolean): readonly string[] => [
    ...others(secure),
    stringifySetCookie({ ...shape, name: nameOf(secure), value, path, maxAge, secure }),
  ];
  const write = (token: string, loggedInAt: number, at: number, secure: boolean): readonly string[] => {
    const left = Math.min(SESSION_SECONDS, loggedInAt + LONGEST_SESSION_SECONDS - at);
    return left <= 0 ? [] : set(`1.${String(loggedInAt)}.${String(at)}.${token}`, left, secure);
  };
  const seconds = (): number => Math.floor(now() / 1_000);
  return {
    start: (token, secure) => write(token, seconds(), seconds(), secure),
    renew: ({ by, token, times }, secure) => {
      const at = seconds();
      if (by !== 'cookie' || (times !== null && at - times.setAt < RENEWAL_SECONDS)) return [];
      return write(token, times?.loggedInAt ?? at, at, secure);
    },
    end: (secure) => set('', 0, secure),
  };
}

/** Ports that an origin leaves out (RFC 6454 section 6.2). */
const DEFAULT_PORT = /:(?:80|443)$/;

/**
 * @returns whether a request that a browser may have sent comes from a page of our own. `Sec-Fetch-Site` decides where
 *   it is: pages cannot set it, and a proxy that changes `Host` does not change it. Browsers leave it out over plain
 *   HTTP, and old ones everywhere; then the `Origin` must name the host as it was called, here or at a proxy. What has
 *   neither is no page's doing.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return calledHosts(headers).some((called) => called === host || called.replace(DEFAULT_PORT, '') === host);
}

/** Any base will do: what leads away from it, leads elsewhere. */
const HERE = 'http://here.invalid';

/** @returns where to go after the login: the path that was asked for, or `/` for whatever would lead elsewhere. */
export function localPath(next: unknown, basePath: BasePath = ''): string {
  const path = pathWithin(next);
  const isBelow = path.startsWith(basePath) && /^(?:[/?#]|$)/.test(path.slice(basePath.length));
  return isBelow ? path : `${basePath}${path}`;
}

function pathWithin(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, HERE)) return '/';
  // As a browser reads it: `/\evil`, `/<tab>/evil` and `/.//evil` are other hosts, or become them.
  const { origin, pathname, search, hash } = new URL(next, HERE);
  return origin === HERE && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}
