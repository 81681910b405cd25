import type { RequestHandler, Response } from 'express';
import { BrokenInvariant } from '../../schemas/broken-invariant';
import { Problem } from '../http/problem';
import type { Reader, ReaderDirectory } from './readers/readers';
import type { BasePath } from '../http/base-path';
import { cameOverTls } from './login/forwarded';
import { credentialOf, isSameOrigin, type SessionCookies } from './login/session';

/** Who reads: what stands before every call that only readers may make. */

const LOCAL = 'reader';

/**
 * Lets through who has a token, and refuses with 401. A person who opens a page without one is led to the login page.
 * Routes behind it get the reader by {@link readerOf}.
 */
export function createGuard(readers: ReaderDirectory, session: SessionCookies, basePath: BasePath): RequestHandler {
  return (request, response, next) => {
    const credential = credentialOf(request.headers);
    const reader = readers.anyone ?? (credential === null ? null : readers.identify(credential.token));
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reader === null) {
      if (request.method === 'GET' && credential?.by !== 'bearer' && request.accepts(['json', 'html']) === 'html') {
        response.set('Cache-Control', 'no-store');
        const next = encodeURIComponent(`${basePath}${request.originalUrl}`);
        response.redirect(302, `${basePath}/login?next=${next}`);
        return;
      }
      throw notAuthentic();
    }
    if (!reads && credential?.by === 'cookie') refuseOtherOrigins(request.headers);
    if (credential !== null && readers.anyone === null) {
      for (const cookie of session.renew(credential, cameOverTls(request))) {
        response.append('Set-Cookie', cookie);
      }
    }
    response.locals[LOCAL] = reader;
    next();
  };
}

const notAuthentic = (): Problem =>
  new Problem('reader-not-authentic', 'Send Authorization: Bearer with a token of a reader, or log in at /login.');

/**
 * Refuses a reader who was taken away since the guard let the request through. To be called after the last wait: just
 * before something is changed, or before a stream is begun and ended by {@link ReaderDirectory.onChange}.
 * @throws {Problem} `reader-not-authentic`
 */
export function requireCurrent(readers: ReaderDirectory, reader: Reader): void {
  if (!readers.isCurrent(reader)) throw notAuthentic();
}

/** Breaks off a stream when its reader may no longer have it: the file of readers changed, or its session ended. */
export function endWithReader(readers: ReaderDirectory, reader: Reader, response: Response): void {
  // One that has gone gives no second sign, and would be listened for without end.
  if (response.destroyed) return;
  const forget = readers.onChange(() => {
    if (!readers.isCurrent(reader)) response.destroy();
  });
  response.once('close', forget);
}

/** @throws {Problem} `not-permitted` if the page of someone else sent this with its visitor's browser. */
export function refuseOtherOrigins(headers: Parameters<typeof isSameOrigin>[0]): void {
  if (!isSameOrigin(headers)) throw new Problem('not-permitted', 'A page of another origin may not send this.');
}

/** @returns who asks. Only for routes behind {@link createGuard}. */
export function readerOf(response: Response): Reader {
  const reader = response.locals[LOCAL] as Reader | undefined; // only the guard sets it
  if (reader === undefined) throw new BrokenInvariant('the route is not behind the guard');
  return reader;
}
