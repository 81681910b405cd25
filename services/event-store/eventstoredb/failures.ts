/**
 * What went wrong, from the point of view of a write: whether it can have happened. Reads the errors of the client, which
 * name their `type`, and those of gRPC, which come through raw from some of its paths, by shape.
 */

import { isJsonObject } from '../../../schemas/json/json-object';
import { EventStoreError, type StreamRevision } from '../event-store';

export type Failure =
  /** The stream does not have the expected revision. */
  | { readonly kind: 'conflict'; readonly actual: StreamRevision }
  | {
      readonly kind:
        | 'not-found'
        | 'deleted'
        | 'too-large'
        /** The request was refused and will be again. */
        | 'denied'
        | 'invalid'
        /** Nothing happened, and later it may. */
        | 'not-done'
        /** It may have happened. */
        | 'unknown';
      readonly message: string;
      readonly cause: unknown;
    };

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** By the server's name of the exception, which the client keeps as the `type` of its error. */
const KINDS: Readonly<Record<string, Exclude<Failure['kind'], 'conflict'>>> = {
  'stream-not-found': 'not-found',
  'stream-deleted': 'deleted',
  'maximum-append-size-exceeded': 'too-large',
  'maximum-append-event-size-exceeded': 'too-large',
  'access-denied': 'denied',
  'invalid-argument': 'invalid',
  'not-leader': 'not-done',
};

/**
 * Failures before anything was sent, by us (still no connection), grpc-js (none, closed channel) and the client (no cluster member
 * found). Known by their text alone: they share their status with connections that broke in the middle of a call.
 */
const NOT_SENT =
  /no connection from EventStoreDB|No connection established|Name resolution failed|Channel has been shut down|Channel closed before call started|Failed to discover after/;
/** With these the server says of one request that it did not take it. */
const NOT_TAKEN = /Server Is (Too )?Busy|Server Is Not Ready|No leader info available/;

/** @returns what `error`, caught from a call of the client, says. */
export function classifyFailure(error: unknown): Failure {
  const fields = isJsonObject(error) ? error : {};
  const trailers =
    trailersOf(fields['metadata']) ?? trailersOf(isJsonObject(fields['_raw']) ? fields['_raw']['metadata'] : 0);
  const type = trailers?.['exception'] ?? fields['type'];
  const message = error instanceof Error && error.message !== '' ? error.message : String(type ?? error);
  if (type === 'wrong-expected-version') {
    return { kind: 'conflict', actual: revisionOf(trailers?.['actual-version']) };
  }
  const named = typeof type === 'string' ? KINDS[type] : undefined;
  if (named !== undefined) return { kind: named, message, cause: error };
  if (NOT_SENT.test(message) || NOT_TAKEN.test(message)) return { kind: 'not-done', message, cause: error };
  switch (fields['code']) {
    case INVALID_ARGUMENT:
      return { kind: 'invalid', message, cause: error };
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return { kind: 'denied', message, cause: error };
    default:
      return { kind: 'unknown', message, cause: error };
  }
}

/**
 * @returns what `error`, with which a stream of many requests ended, says of each one without an answer. That the server
 *   refused one of them says nothing of the others.
 */
export function classifyStreamFailure(error: unknown): Exclude<Failure, { kind: 'conflict' }> {
  const failure = classifyFailure(error);
  if (failure.kind === 'conflict') return { kind: 'unknown', message: String(error), cause: error };
  const taken = failure.kind === 'not-done' && !NOT_SENT.test(failure.message);
  return taken ? { ...failure, kind: 'unknown' } : failure;
}

/** @returns whether the server itself said so: the connection to it works. */
export function isServersWord(failure: Failure): boolean {
  return failure.kind !== 'unknown' && !(failure.kind === 'not-done' && NOT_SENT.test(failure.message));
}

/** @returns whether a later try can end otherwise. */
export function isPassing(failure: Failure): boolean {
  return failure.kind === 'not-done' || failure.kind === 'unknown';
}

/**
 * @returns the error that a caller gets; `unknown` only matters to a caller that wanted to write.
 * @param unreachable why the server cannot be reached, if that is known better than by the failure
 */
export function toEventStoreError(
  failure: Exclude<Failure, { kind: 'conflict' }>,
  what: string,
  unreachable: string | null = null,
): EventStoreError {
  const { cause } = failure;
  switch (failure.kind) {
    case 'not-found':
    case 'deleted':
    case 'too-large':
    case 'invalid':
      return new EventStoreError(failure.kind, `${what}: ${failure.message}`, { cause });
    case 'denied':
      return new EventStoreError(
        'unavailable',
        `${what}: EventStoreDB denies access (${failure.message}); check the credentials in the connection string`,
        { cause },
      );
    case 'not-done':
    case 'unknown':
      return new EventStoreError(
        'unavailable',
        `${what}: ${isServersWord(failure) ? failure.message : (unreachable ?? failure.message)}`,
        { cause },
      );
  }
}

function trailersOf(metadata: unknown): Record<string, unknown> | undefined {
  if (!isJsonObject(metadata) || typeof metadata['getMap'] !== 'function') return undefined;
  return (metadata as { getMap(): Record<string, unknown> }).getMap(); // grpc-js's Metadata, by shape
}

/** The server sends -1 for a stream without events. */
function revisionOf(text: unknown): StreamRevision {
  const number = typeof text === 'string' && text !== '' ? Number(text) : -1;
  return Number.isSafeInteger(number) && number >= 0 ? number : 'no_stream';
}
