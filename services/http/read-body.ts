import type { IncomingMessage } from 'node:http';

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

/** A body that is being read. */
interface Incoming {
  readonly began: number;
  /** Bytes that came. */
  length: number;
  readonly settle: (body: Body) => void;
}

/**
 * Reads a body whole, exactly as it comes: a signature is over these bytes. After `too-many-parts`, `too-slow` and `no-room`
 * nothing more is read, and the caller closes the connection with its answer.
 */
export type ReadBody = (request: IncomingMessage) => Promise<Body>;

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
  /** In the order in which they began. */
  const reading = new Set<Incoming>();
  let held = 0;
  let checks: NodeJS.Timeout | undefined;

  const checkRates = (): void => {
    const now = performance.now();
    for (const { began, length, settle } of reading) {
      const seconds = (now - began - slowStartMs) / 1_000;
      if (length < seconds * LEAST_BODY_BYTES_PER_SECOND) settle({ kind: 'too-slow' });
    }
    if (reading.size > 0) return;
    clearInterval(checks);
    checks = undefined;
  };

  const makeRoom = (): void => {
    for (const { settle } of reading) {
      if (held <= room) return;
      settle({ kind: 'no-room' });
    }
  };

  return (request) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      discardBody(request);
      return Promise.resolve({ kind: 'too-large' });
    }
    return new Promise((resolve) => {
      // The first part is taken as it is, and nearly always the whole; others are copied behind it, so that a body costs at
      // most twice its bytes.
      let bytes: Buffer = Buffer.alloc(0);
      let parts = 0;
      const settle = (body: Body): void => {
        if (!reading.delete(incoming)) return;
        held -= bytes.length;
        request.removeListener('data', onData);
        // Of what is too large the rest goes by, so that its sender gets to read why; the others' connections are closed.
        if (body.kind === 'too-large') discardBody(request);
        else if (body.kind !== 'whole') request.pause();
        resolve(body);
      };
      const incoming: Incoming = { began: performance.now(), length: 0, settle };
      const onData = (part: Buffer): void => {
        const before = incoming.length;
        incoming.length += part.length;
        if (incoming.length > limit) {
          settle({ kind: 'too-large' });
        } else if (++parts > MAX_BODY_PARTS) {
          settle({ kind: 'too-many-parts' });
        } else if (before === 0) {
          bytes = part;
          held += part.length;
          makeRoom();
        } else if (incoming.length > bytes.length) {
          const grown = Buffer.allocUnsafe(Math.min(limit, Math.max(incoming.length, 2 * bytes.length)));
          bytes.copy(grown, 0, 0, before);
          part.copy(grown, before);
          held += grown.length - bytes.length;
          bytes = grown;
          makeRoom();
        } else {
          part.copy(bytes, before);
        }
      };
      reading.add(incoming);
      checks ??= setInterval(checkRates, checkMs).unref();
      request.on('data', onData);
      request.once('end', () => {
        settle({ kind: 'whole', bytes: bytes.length === incoming.length ? bytes : bytes.subarray(0, incoming.length) });
      });
      request.once('close', () => {
        settle({ kind: 'cut-off' });
      });
      request.once('error', () => {
        settle({ kind: 'cut-off' });
      });
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
