import type { IncomingMessage, ServerResponse } from 'node:http';

/** Most bytes of all bodies that are being read: nothing is known of their senders yet, so memory is all they may cost. */
export const MAX_UNVERIFIED_BYTES = 64 * 1024 * 1024;
/**
 * Most parts in which a body may come: chunks of the transfer coding, or what one read of the connection gave. Each costs
 * far more than a byte, in time as well, and senders write many bytes at once.
 */
export const MAX_BODY_PARTS = 4_096;
/** Bytes per second that a body has to come with on the average, once {@link SLOW_START_MS} are over. */
export const LEAST_BODY_BYTES_PER_SECOND = 1_024;
/** Milliseconds for which a body may be slower: lost packets are sent again within a few seconds. */
export const SLOW_START_MS = 5_000;
/** Milliseconds from one look at the rates to the next. */
const RATE_CHECK_MS = 1_000;

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Over the limit; the rest is not kept. */
  | { readonly kind: 'too-large' }
  /** It came in more parts than {@link MAX_BODY_PARTS}. */
  | { readonly kind: 'too-many-parts' }
  /** It came with less than {@link LEAST_BODY_BYTES_PER_SECOND}. */
  | { readonly kind: 'too-slow' }
  /** It had been coming for the longest when there was no room for all bodies any more. */
  | { readonly kind: 'no-room' }
  /** The sender went away before the end. */
  | { readonly kind: 'cut-off' };

/** All bodies that are being read. */
class Reading {
  /** In the order in which they began. */
  readonly #bodies = new Set<IncomingBody>();
  readonly #room: number;
  readonly #slowStartMs: number;
  readonly #checkMs: number;
  #held = 0;
  #checks: NodeJS.Timeout | undefined;

  constructor(room: number, slowStartMs: number, checkMs: number) {
    this.#room = room;
    this.#slowStartMs = slowStartMs;
    this.#checkMs = checkMs;
  }

  add(body: IncomingBody): void {
    this.#bodies.add(body);
    this.#checks ??= setInterval(() => {
      this.#checkRates();
    }, this.#checkMs).unref();
  }

  /** @returns whether it was being read until now. */
  remove(body: IncomingBody): boolean {
    return this.#bodies.delete(body);
  }

  /** Counts bytes that are held, and makes room for them. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= this.#room) return;
    for (const body of this.#bodies) {
      body.settle({ kind: 'no-room' });
      if (this.#held <= this.#room) return;
    }
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  #checkRates(): void {
    const now = performance.now();
    for (const body of this.#bodies) {
      const seconds = (now - body.began - this.#slowStartMs) / 1_000;
      if (body.length < seconds * LEAST_BODY_BYTES_PER_SECOND) body.settle({ kind: 'too-slow' });
    }
    if (this.#bodies.size > 0) return;
    clearInterval(this.#checks);
    this.#checks = undefined;
  }
}

/** A body that is being read. */
class IncomingBody {
  readonly began = performance.now();
  /** Bytes that came. */
  length = 0;
  // The first part is taken as it is, and nearly always the whole; others are copied behind it, so that a body costs at
  // most twice its bytes.
  #bytes: Buffer = Buffer.alloc(0);
  #parts = 0;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #limit: number;
  readonly #reading: Reading;
  readonly #resolve: (body: Body) => void;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    limit: number,
    reading: Reading,
    resolve: (body: Body) => void,
  ) {
    this.#request = request;
    this.#response = response;
    this.#limit = limit;
    this.#reading = reading;
    this.#resolve = resolve;
    const cutOff = (): void => {
      this.settle({ kind: 'cut-off' });
    };
    reading.add(this);
    request.on('data', this.#onData);
    request.once('end', () => {
      const bytes = this.#bytes;
      const { length } = this;
      this.settle({ kind: 'whole', bytes: bytes.length === length ? bytes : bytes.subarray(0, length) });
    });
    request.once('close', cutOff);
    request.once('error', cutOff);
  }

  /** Ends the reading, unless it has ended. */
  settle(body: Body): void {
    if (!this.#reading.remove(this)) return;
    this.#reading.release(this.#bytes.length);
    this.#request.removeListener('data', this.#onData);
    // Of what is too large the rest goes by, so that its sender gets to read why; the others' connections are closed.
    if (body.kind === 'too-large') discardBody(this.#request);
    else if (body.kind !== 'whole') {
      this.#request.pause();
      this.#response.setHeader('Connection', 'close');
    }
    this.#resolve(body);
  }

  readonly #onData = (part: Buffer): void => {
    const before = this.length;
    this.length += part.length;
    if (this.length > this.#limit) this.settle({ kind: 'too-large' });
    else if (++this.#parts > MAX_BODY_PARTS) this.settle({ kind: 'too-many-parts' });
    else if (before === 0) this.#hold(part);
    else if (this.length > this.#bytes.length) this.#grow(part, before);
    else part.copy(this.#bytes, before);
  };

  #grow(part: Buffer, before: number): void {
    const grown = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(this.length, 2 * this.#bytes.length)));
    this.#bytes.copy(grown, 0, 0, before);
    part.copy(grown, before);
    this.#hold(grown);
  }

  #hold(bytes: Buffer): void {
    const more = bytes.length - this.#bytes.length;
    this.#bytes = bytes;
    this.#reading.hold(more);
  }
}

/**
 * Reads a body whole, exactly as it comes: a signature is over these bytes. After `too-many-parts`, `too-slow` and `no-room`
 * nothing more is read, and the answer closes the connection.
 */
export type ReadBody = (request: IncomingMessage, response: ServerResponse) => Promise<Body>;

/**
 * @param limit most bytes of one body
 * @param room most bytes of all bodies at a time. Beyond it the one is given up that has been coming for the longest: an
 *   honest sender's is whole within moments.
 * @param slowStartMs,checkMs as {@link SLOW_START_MS} says, and how often rates are looked at
 */
export function createBodyReader({
  limit,
  room = MAX_UNVERIFIED_BYTES,
  slowStartMs = SLOW_START_MS,
  checkMs = RATE_CHECK_MS,
}: {
  readonly limit: number;
  readonly room?: number;
  readonly slowStartMs?: number;
  readonly checkMs?: number;
}): ReadBody {
  const reading = new Reading(room, slowStartMs, checkMs);
  return (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      discardBody(request);
      return Promise.resolve({ kind: 'too-large' });
    }
    return new Promise((resolve) => {
      new IncomingBody(request, response, limit, reading, resolve);
    });
  };
}

/** Lets a body go by that nobody reads, so that none of it waits in memory. In too many parts, it ends the connection. */
export function discardBody(request: IncomingMessage): void {
  let parts = 0;
  request.on('data', () => {
    if (++parts > MAX_BODY_PARTS) request.destroy();
  });
}
