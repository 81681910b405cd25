import type { Party } from '../../../schemas/sandbox';
import { pauseAfter } from './backoff';
import type { Clock } from './clock';
import type { HopEnd, HopLog } from './hop-log';
import { KeyedQueue } from '../../concurrency/keyed-queue';
import { agentFor, ANSWER_TIMEOUT_MS, type Exchange, isSuccess, post } from './post';
import type { Random } from './random';
import { shownUrl } from './shown-url';
import { Semaphore } from '../../concurrency/semaphore';

/** Deliveries that may wait for their next attempt, or be under way; beyond it, nothing new is taken. */
export const MAX_WAITING = 20_000;
/** Requests under way at once. */
const MAX_IN_FLIGHT = 64;
/** Least real milliseconds between two attempts, however fast the stories are played. */
const MIN_PAUSE_MS = 50;

/** Something that Stream sends another party until it answers. */
export interface Outgoing {
  readonly to: Party;
  readonly name: string;
  readonly locationId: string;
  /** The DSP's id of the order. */
  readonly orderId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Epoch milliseconds after which no attempt begins; null: until it is answered as it should be. */
  readonly until: number | null;
  /** @returns whether this answer ends it; otherwise it is sent again. */
  readonly isSettledBy: (exchange: Exchange) => boolean;
  /** Called once: with the exchange that ended it, or null after the last attempt in vain. */
  readonly onEnd: (exchange: Exchange | null) => void;
}

/** @returns whether a message was acknowledged: any 2xx does. */
export const isAcknowledged = (exchange: Exchange): boolean =>
  exchange.kind === 'answered' && isSuccess(exchange.status);

/**
 * Sends what is about one order in the order it was said. What was not acknowledged is sent again after a pause, while
 * newer news goes out before it (docs/protocol.md#section-1).
 */
export class Outbox {
  /** First attempts, by order and party: each waits for that of the message before it. */
  readonly #queue = new KeyedQueue();
  readonly #semaphore = new Semaphore(MAX_IN_FLIGHT);
  readonly #agents = {
    'http:': agentFor('http:', MAX_IN_FLIGHT),
    'https:': agentFor('https:', MAX_IN_FLIGHT),
  };
  #waiting = 0;
  #closed = false;

  readonly #options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly hops: HopLog;
    /** What failed that should not have, and that nobody waits for. */
    readonly onError: (error: unknown) => void;
  };

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly hops: HopLog;
    /** What failed that should not have, and that nobody waits for. */
    readonly onError: (error: unknown) => void;
  }) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#waiting >= MAX_WAITING;
  }

  send(message: Outgoing): void {
    this.#waiting++;
    const lane = `${message.to} ${message.orderId}`;
    this.#queue.run(lane, () => this.#attempt(message, 1)).catch(this.#options.onError);
  }

  /** Ends without sending anything more. */
  close(): void {
    this.#closed = true;
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #attempt(message: Outgoing, attempt: number): Promise<void> {
    const sent = await this.#semaphore.use(() => this.#post(message, attempt));
    if (sent === null || this.#closed) return;
    const { exchange, end } = sent;
    const { clock, random, onError } = this.#options;
    const settled = message.isSettledBy(exchange);
    const next = Math.max(clock.now() + MIN_PAUSE_MS, clock.in(pauseAfter(attempt, random)));
    const again = !settled && (message.until === null || next <= message.until);
    const { ms } = exchange;
    const retryAt = again ? next : null;
    if (exchange.kind === 'answered') {
      const { status, body: answer } = exchange;
      end({ answer: { status, body: answer }, error: null, ms, retryAt });
    } else {
      end({ answer: null, error: exchange.reason, ms, retryAt });
    }
    if (again) {
      clock.at(next, () => {
        this.#attempt(message, attempt + 1).catch(onError);
      });
      return;
    }
    this.#waiting--;
    message.onEnd(settled ? exchange : null);
  }

  /** @returns what came of one attempt, or null if the outbox was closed before. */
  async #post(
    { to, name, locationId, orderId, url, headers, body, until }: Outgoing,
    attempt: number,
  ): Promise<{ readonly exchange: Exchange; readonly end: (end: HopEnd) => void } | null> {
    if (this.#closed) return null;
    const { clock, hops } = this.#options;
    const { Authorization: _, ...shownHeaders } = headers;
    const end = hops.begin({
      from: 'stream',
      to,
      name,
      location_id: locationId,
      order_id: orderId,
      attempt,
      request: { url: shownUrl(url), headers: shownHeaders, body: Buffer.from(body).toString('utf8') },
    });
    const agent = url.startsWith('https:') ? this.#agents['https:'] : this.#agents['http:'];
    const left = until === null ? ANSWER_TIMEOUT_MS : until - clock.now();
    const timeoutMs = Math.max(1, Math.min(ANSWER_TIMEOUT_MS, left));
    return { exchange: await post({ url, body, headers, timeoutMs, agent }), end };
  }
}
