/**
 * The one catalogue of errors that a client can see, and their one form: problem+json (RFC 9457).
 * docs/reference/errors.md has the same table, and a test compares the two. `example` is a detail as it may come.
 */
export const PROBLEMS = {
  'not-authentic': {
    status: 401,
    title: 'The delivery is not authentic',
    example: 'no signature and no bearer token.',
  },
  'reader-not-authentic': {
    status: 401,
    title: 'A reader token is needed',
    example: 'Send Authorization: Bearer with a token of a reader, or log in at /login.',
  },
  'not-permitted': {
    status: 403,
    title: 'This is not permitted',
    example: 'This location is not one of the reader’s. GET /session lists them.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'A parameter of the request cannot be used',
    example: 'limit: expected 1 to 1000.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this address',
    example: 'GET /docs lists every address.',
  },
  'order-not-found': {
    status: 404,
    title: 'Nothing was ever reported about this order',
    example: 'Nothing was ever reported about this order.',
  },
  'revision-not-found': {
    status: 404,
    title: 'The order has no such state',
    example: 'The order had no such revision, or none at that time.',
  },
  'quarantine-entry-not-found': {
    status: 404,
    title: 'There is no such delivery in quarantine',
    example: 'GET /quarantine lists what is there.',
  },
  'consumer-not-found': {
    status: 404,
    title: 'There is no consumer of this name',
    example: 'Make it with PUT /consumers/kitchen-copy.',
  },
  'destination-not-found': {
    status: 404,
    title: 'There is no destination of this name',
    example: 'GET /destinations lists those of DESTINATIONS_FILE.',
  },
  'reader-not-found': {
    status: 404,
    title: 'There is no reader of this name',
    example: 'GET /readers lists them.',
  },
  'pairing-not-found': {
    status: 404,
    title: 'No screen shows this code',
    example: 'Compare it with the screen, and ask the instance of the service that made it.',
  },
  'not-proven': {
    status: 404,
    title: 'No signed note of the log proves this',
    example: 'The newest note covers the log up to position 1024. Ask again after CHECKPOINT_SECONDS.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method',
    example: 'This address takes GET, HEAD.',
  },
  'already-redriven': {
    status: 409,
    title: 'This delivery was redriven before',
    example: 'It is on the rail of its order.',
  },
  'order-changed': {
    status: 409,
    title: 'The order is not as the screen showed it',
    example: 'Another driver is assigned now. The order as it is now comes with this.',
  },
  'key-reused': {
    status: 409,
    title: 'This Idempotency-Key was used for something else',
    example: 'Take a new key for each press.',
  },
  'reader-exists': {
    status: 409,
    title: 'There is a reader of this name already',
    example: 'Choose another name, or take that one away first.',
  },
  'reader-not-screen': {
    status: 409,
    title: 'This reader is no screen',
    example: 'Only screens are taken away here. Run `ticket-rail reader remove` beside the service.',
  },
  'readers-fixed': {
    status: 409,
    title: 'Readers cannot be changed here',
    example: 'They are listed in READERS: put them into a file, and set READERS_FILE to it.',
  },
  'pairing-used': {
    status: 409,
    title: 'This code was used before',
    example: 'A code is for one screen, once. Have the screen show another one.',
  },
  'pairing-expired': {
    status: 410,
    title: 'This code is not valid any more',
    example: 'A code is valid for 10 minutes. Have the screen show another one.',
  },
  'feed-position-unknown': {
    status: 410,
    title: 'The log does not have this position',
    example: 'Drop the copy, set the consumer to the beginning, and go on.',
  },
  'still-unusable': {
    status: 422,
    title: 'This delivery is still unusable',
    example: 'It stays in quarantine.',
  },
  'evidence-too-large': {
    status: 422,
    title: 'The order has too much for evidence by this way',
    example: 'Write it with `ticket-rail evidence`, beside the service.',
  },
  'body-too-slow': {
    status: 408,
    title: 'The body came too slowly',
    example: 'The body came with less than 1024 bytes per second. Send the delivery again.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is over the limit',
    example: 'The limit is 262144 bytes (MAX_BODY_BYTES).',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not JSON by its media type',
    example: 'Send application/json.',
  },
  'host-not-allowed': {
    status: 421,
    title: 'Without authentication only this machine may call',
    example: 'Call it as localhost or 127.0.0.1, or set up authentication.',
  },
  'too-many-reads': {
    status: 429,
    title: 'This reader looks at too much',
    example: 'Each look is recorded. Read more slowly, or export a location or a time range at once.',
  },
  'too-many-actions': {
    status: 429,
    title: 'This reader does too much',
    example: 'Each action is recorded. Nothing was done: send it again later.',
  },
  'too-many-reports': {
    status: 429,
    title: 'This reader’s screens report too much',
    example: 'Its receipts were not taken: report them again later.',
  },
  'too-many-pairings': {
    status: 429,
    title: 'Too many screens ask for a code',
    example: 'Try again in some minutes, or log in with a token.',
  },
  'too-many-codes': {
    status: 429,
    title: 'This reader enters too many codes',
    example: 'Wait a minute, and enter the code as the screen shows it.',
  },
  'internal-error': {
    status: 500,
    title: 'The service failed',
    example: 'The log of the service has the reason.',
  },
  'relay-failed': {
    status: 502,
    title: 'The POS could not be asked',
    example: 'The POS could not be reached, or its answer broke off. Send the delivery again.',
  },
  'store-unavailable': {
    status: 503,
    title: 'The event store cannot take this now',
    example: 'The event store cannot be read now. Ask again.',
  },
  'readers-unchangeable': {
    status: 503,
    title: 'The file of readers cannot be changed now',
    example: '/etc/ticket-rail/readers.json cannot be changed (EACCES).',
  },
  'store-damaged': {
    status: 503,
    title: 'The event store is damaged',
    example: 'A part of the event log is damaged. Asking again does not help: it has to be restored.',
  },
  overloaded: {
    status: 503,
    title: 'Too many deliveries are waiting',
    example: 'The delivery was not stored. Send it again.',
  },
  'reads-busy': {
    status: 503,
    title: 'Too many large reads are being answered',
    example: 'At most 16 of one reader and 64 of all are answered at a time. Ask again, or for shorter pages.',
  },
  'too-many-exports': {
    status: 503,
    title: 'Too many exports are being sent',
    example: '4 exports are being sent. Try again later.',
  },
  'too-many-screens': {
    status: 503,
    title: 'Too many screens are watching',
    example: '1000 screens are watching already. Close some.',
  },
  'too-many-followers': {
    status: 503,
    title: 'Too many are following the feed',
    example: '1000 are waiting for news already. Ask again, without wait, or close some.',
  },
  'coverage-busy': {
    status: 503,
    title: 'Too many coverage queries are waiting',
    example: 'Each reads much of the log. Ask again.',
  },
  'read-model-behind': {
    status: 503,
    title: 'The read model has not caught up yet',
    example: 'After 2000 ms the read model does not include what was asked for. Ask again.',
  },
  'relay-timed-out': {
    status: 504,
    title: 'The POS did not answer in time',
    example: 'The POS may still take the delivery. Send it again.',
  },
  'relay-loop': {
    status: 508,
    title: 'The delivery came through a relay before',
    example: 'RELAY_URL leads back to a Ticket Rail: set it to the order injection of the POS.',
  },
} as const satisfies Record<string, { status: number; title: string; example: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Problems that a read of the event store may end in. */
export const STORE_PROBLEMS = ['store-unavailable', 'store-damaged'] as const satisfies readonly ProblemCode[];

/** Returns the stable `type` of a catalogue entry: a client may compare it, and need not fetch it. */
export const problemType = (code: ProblemCode): string => `urn:ticket-rail:problem:${code}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Challenge of a 401 (RFC 9110 section 11.6.1). */
export const CHALLENGE = 'Bearer realm="ticket-rail"';

/**
 * Seconds after which a sender may try again when the store or the read model needs time, or a reader asked too much.
 */
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
