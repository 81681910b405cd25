import type { RequestHandler, Response } from 'express';
import { Problem } from '../http/problem';
import {
  handlesQuarantine,
  type Permission,
  rolesWith,
  seesAccessLog,
  seesContact,
  seesHistory,
  seesLocation,
  seesMetrics,
  seesRelays,
} from './permissions';
import type { Reader, ReaderDirectory } from './readers/readers';
import type { BasePath } from '../http/base-path';
import { cameOverTls } from './login/forwarded';
import { credentialOf, isSameOrigin, type Session } from './login/session';

/** What a route asks of who reads. Everything is refused before it is looked up, so a refusal tells of no order. */

const LOCAL = 'reader';

/**
 * Lets through who has a token, and refuses with 401. A person who opens a page without one is led to the login page.
 * Routes behind it get the reader by {@link readerOf}.
 */
export function createGuard(readers: ReaderDirectory, session: Session, basePath: BasePath): RequestHandler {
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
      throw new Problem(
        'reader-not-authentic',
        'Send Authorization: Bearer with a token of a reader, or log in at /login.',
      );
    }
    if (!reads && credential?.by === 'cookie') refuseOtherOrigins(request.headers);
    if (credential !== null && readers.anyone === null) {
      for (const cookie of session.renew(credential, request.secure || cameOverTls(request.headers))) {
        response.append('Set-Cookie', cookie);
      }
    }
    response.locals[LOCAL] = reader;
    next();
  };
}

/** @throws {Problem} `not-permitted` if the page of someone else sent this with its visitor's browser. */
export function refuseOtherOrigins(headers: Parameters<typeof isSameOrigin>[0]): void {
  if (!isSameOrigin(headers)) throw new Problem('not-permitted', 'A page of another origin may not send this.');
}

/** @returns who asks. Only for routes behind {@link createGuard}. */
export function readerOf(response: Response): Reader {
  const reader = response.locals[LOCAL] as Reader | undefined;
  if (reader === undefined) throw new Error('the route is not behind the guard');
  return reader;
}

const refuse = (reader: Reader, what: string, permission: Permission, besides = ''): Problem =>
  new Problem(
    'not-permitted',
    `The role ${reader.role} may not read ${what}: it takes ${rolesWith(permission)}${besides}.`,
  );

/** @throws {Problem} `not-permitted` if the location is not one of the reader's. */
export function requireLocation(reader: Reader, locationId: string): void {
  if (seesLocation(reader, locationId)) return;
  throw new Problem('not-permitted', 'This location is not one of the reader’s. GET /session lists them.');
}

/** @throws {Problem} `not-permitted` if the reader may not look back. */
export function requireHistory(reader: Reader): void {
  if (!seesHistory(reader)) throw refuse(reader, 'what was before', 'history');
}

/** @throws {Problem} `not-permitted` if the reader may not see contacts, nor what was computed from them. */
export function requireContact(reader: Reader): void {
  if (!seesContact(reader)) throw refuse(reader, 'hashes of phones and passcodes', 'contact');
}

/** @throws {Problem} `not-permitted` if there are locations that are not the reader's. */
export function requireAllLocations(reader: Reader): void {
  if (reader.locations === '*') return;
  throw new Problem('not-permitted', 'This takes a reader of all locations ("*"). GET /session lists the reader’s.');
}

/** @throws {Problem} `not-permitted` if the reader may not read the metrics. */
export function requireMetrics(reader: Reader): void {
  if (!seesMetrics(reader)) throw refuse(reader, 'metrics', 'metrics');
}

/** @throws {Problem} `not-permitted` if the reader may not see who looked. */
export function requireAccessLog(reader: Reader): void {
  if (!seesAccessLog(reader)) throw refuse(reader, 'who looked', 'history', ' of all locations ("*")');
}

/** @throws {Problem} `not-permitted` if the reader may not read and redrive quarantine. */
export function requireQuarantine(reader: Reader): void {
  if (!handlesQuarantine(reader)) throw refuse(reader, 'quarantine', 'quarantine', ' of all locations ("*")');
}

/** @throws {Problem} `not-permitted` if the reader may not see what was passed on to the POS. */
export function requireRelays(reader: Reader): void {
  if (!seesRelays(reader)) throw refuse(reader, 'relays', 'relays', ' of all locations ("*")');
}
