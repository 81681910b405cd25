/**
 * The one catalogue of errors that a client can see, and their one form: problem+json (RFC 9457).
 * docs/reference/errors.md has the same table, and a test compares the two.
 */
export const PROBLEMS = {
  'not-authentic': { status: 401, title: 'The delivery is not authentic' },
  'reader-not-authentic': { status: 401, title: 'A reader token is needed' },
  'not-permitted': { status: 403, title: 'This is not permitted' },
  'invalid-parameter': { status: 400, title: 'A parameter of the request cannot be used' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'order-not-found': { status: 404, title: 'Nothing was ever reported about this order' },
  'revision-not-found': { status: 404, title: 'The order has no such state' },
  'quarantine-entry-not-found': { status: 404, title: 'There is no such delivery in quarantine' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'already-redriven': { status: 409, title: 'This delivery was redriven before' },
  'still-unusable': { status: 422, title: 'This delivery is still unusable' },
  'body-too-slow': { status: 408, title: 'The body came too slowly' },
  'body-too-large': { status: 413, title: 'The body is over the limit' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON by its media type' },
  'host-not-allowed': { status: 421, title: 'Without authentication only this machine may call' },
  'too-many-reads': { status: 429, title: 'This reader looks at too much' },
  'internal-error': { status: 500, title: 'The service failed' },
  'relay-failed': { status: 502, title: 'The POS could not be asked' },
  'store-unavailable': { status: 503, title: 'The event store cannot take this now' },
  'store-damaged': { status: 503, title: 'The event store is damaged' },
  overloaded: { status: 503, title: 'Too many deliveries are waiting' },
  'reads-busy': { status: 503, title: 'Too many large reads are being answered' },
  'too-many-exports': { status: 503, title: 'Too many exports are being sent' },
  'too-many-screens': { status: 503, title: 'Too many screens are watching' },
  'coverage-busy': { status: 503, title: 'Too many coverage queries are waiting' },
  'read-model-behind': { status: 503, title: 'The read model has not caught up yet' },
  'relay-timed-out': { status: 504, title: 'The POS did not answer in time' },
  'relay-loop': { status: 508, title: 'The delivery came through a relay before' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Stable `type` of a catalogue entry: a client may compare it, and need not fetch it. */
export const problemType = (code: ProblemCode): string => `urn:ticket-rail:problem:${code}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Challenge of a 401 (RFC 9110 section 11.6.1). */
export const CHALLENGE = 'Bearer realm="ticket-rail"';

/** Seconds after which a sender may try again when the store or the read model needs time, or a reader asked too much. */
export const RETRY_AFTER_SECONDS = 2;

/** Body of a problem answer; `extension` members stand beside the standard ones (RFC 9457 section 3.2). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [extension: string]: unknown;
}

/**
 * A problem on its way to the client.
 * @param code catalogue entry
 * @param detail what is wrong here and what to do; never holds a secret or a driver's data
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly extension: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(detail, options);
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** Headers that go with this problem. */
  get headers(): Readonly<Record<string, string>> {
    switch (this.status) {
      case 401:
        return { 'WWW-Authenticate': CHALLENGE };
      case 429:
      case 503:
        return { 'Retry-After': String(RETRY_AFTER_SECONDS) };
      default:
        return {};
    }
  }

  body(): ProblemBody {
    return {
      ...this.extension,
      type: problemType(this.code),
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.detail,
    };
  }
}

/** The address takes other methods; `allowed` as the `Allow` header has them (RFC 9110 section 10.2.1). */
class MethodNotAllowed extends Problem {
  constructor(private readonly allowed: string) {
    super('method-not-allowed', `This address takes ${allowed}.`);
  }

  override get headers(): Readonly<Record<string, string>> {
    return { Allow: this.allowed };
  }
}

/**
 * What answers the other methods of an address.
 * @param methods that it takes; GET includes HEAD
 */
export const takesOnly = (methods: 'GET' | 'POST' | 'GET, POST' | 'GET, OPTIONS, POST') => (): never => {
  throw new MethodNotAllowed(methods.replace('GET', 'GET, HEAD'));
};
