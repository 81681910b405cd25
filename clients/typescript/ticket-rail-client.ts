/**
 * Follows the feed of Ticket Rail, and verifies what Ticket Rail sends: one file without dependencies, for Node.js 18 and
 * later and for browsers. Copy it, or import it from `ticket-rail/client`.
 */

export type Stage =
  | 'preparing'
  | 'ready'
  | 'driver_here'
  | 'on_the_way'
  | 'needs_action'
  | 'coming_back'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'returned';

/** What only some delivery services send. */
type Sent<Value = string> = Value | null | undefined;

/** Who drives, as the delivery service reports it; other fields may come besides. */
export interface DriverDetails {
  readonly source?: Sent;
  readonly name?: Sent;
  readonly phone?: Sent<{ readonly number?: Sent; readonly code?: Sent }>;
  readonly picture_url?: Sent;
  readonly vehicle_info?: Sent<{
    readonly make?: Sent;
    readonly model?: Sent;
    readonly color?: Sent;
    readonly license_plate?: Sent;
    readonly is_autonomous?: Sent<boolean>;
  }>;
  readonly handoff_instructions?: Sent;
  readonly passcode?: Sent;
  readonly [further: string]: unknown;
}

/** One order as it stands. Times are RFC 3339 in UTC. */
export interface Order {
  readonly location_id: string;
  readonly order_id: string;
  readonly status: string | null;
  readonly delivery_status: string | null;
  readonly driver_details: DriverDetails | null;
  readonly stage: Stage;
  readonly attention: readonly string[];
  readonly same_report_as: { readonly revision: number; readonly received_at: string } | null;
  readonly handed_over: Readonly<{ by: string | null; at: string; received_at: string; revision: number }> | null;
  readonly acknowledged: Readonly<Record<'cancel' | 'driver_change', Order['handed_over']>>;
  readonly revision: number;
  readonly first_received_at: string;
  readonly updated_at: string;
  readonly stage_since: string;
}

interface Placed {
  readonly position: string;
  readonly location_id: string;
  readonly order_id: string;
  readonly received_at: string;
}

/** One fact, with what was made of it. */
export interface FeedFact extends Placed {
  readonly type: 'order.updated' | 'order.canceled' | 'rail.handed_over' | 'rail.acknowledged' | 'rail.undone';
  readonly revision: number;
  /** `object` of the delivery, verbatim; of `rail.`, what was done with the order. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly stage: Stage;
  readonly attention: readonly string[];
  /** Of the driver who is assigned after this fact, or null. */
  readonly source: string | null;
  readonly verdict: string;
}

/** The newest state of an order with news. */
export interface FeedOrder extends Placed {
  readonly type: 'order.state';
  readonly revision: number;
  readonly order: Order;
}

/** Retention deleted what was known of an order: delete it as well. */
export interface FeedRemoval extends Placed {
  readonly type: 'order.removed';
}

export type View = 'events' | 'orders';
export type Start = Readonly<{ from: 'beginning' | 'now' } | { position: string } | { time: string }>;
export type ItemOf<Viewed extends View> = FeedRemoval | (Viewed extends 'events' ? FeedFact : FeedOrder);

/** A problem as RFC 9457 has it. */
export interface Problem {
  /** Compare this. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** An answer that is none of those that were asked for. */
export class TicketRailError extends Error {
  override readonly name = 'TicketRailError';
  readonly status: number;
  readonly problem: Problem | null;
  /** Milliseconds after which asking again may help; null: the answer does not say. */
  readonly retryAfterMs: number | null;

  constructor(status: number, problem: Problem | null, retryAfterMs: number | null) {
    super(problem === null ? `Ticket Rail answered ${String(status)}` : `${problem.title}: ${problem.detail}`);
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the problem is one of these, such as `consumer-not-found`. */
  is(code: string): boolean {
    return this.problem?.type === `urn:ticket-rail:problem:${code}`;
  }
}

/** @returns milliseconds that a `Retry-After` asks for, in either of its forms, or null. */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : Math.max(0, time - now);
}

async function errorOf(response: Response): Promise<TicketRailError> {
  const isGood = response.headers.get('Content-Type')?.startsWith('application/problem+json') === true;
  // A proxy may have cut it off. Each member is looked at before it is used.
  const body = (await response.json().catch(() => null)) as Problem | null;
  const pause = retryAfterMs(response.headers.get('Retry-After'), Date.now());
  return new TicketRailError(response.status, isGood ? body : null, pause);
}

/** Milliseconds before the first repetition, and the most before any; each is twice as long as the one before. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Milliseconds that an answer may take beyond the time that it was asked to wait. */
const ANSWER_MS = 30_000;
/** Most items of an answer. */
const MOST_ITEMS = 1_000;

/**
 * @param failures in a row, from 1
 * @param random from 0 to 1: half of the pause is left to chance, so that many clients do not come back at once
 * @param askedMs what the answer asked for: never less than that
 * @returns milliseconds to wait before asking again
 */
export function pauseMs(failures: number, random: number, askedMs: number | null): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return Math.max(longest * (0.5 + random / 2), askedMs ?? 0);
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', done);
  });

/** Whether asking again may help: nobody answered, too much was asked, or the service is not well. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof TicketRailError) || error.status === 408 || error.status === 429 || error.status >= 500;

export interface ClientOptions {
  /** Where the service lies, such as `http://localhost:8080` or `https://pos.example.com/rail`. Never a relative one. */
  readonly url: string;
  /** Of a reader with the role `pos`; unset where reading is open. */
  readonly token?: string | undefined;
  /** Unset: that of the runtime. */
  readonly fetch?: typeof fetch;
}

export interface FollowOptions<Viewed extends View> {
  /** Name under which Ticket Rail keeps the place of this one program. One that does not exist is made. */
  readonly consumer: string;
  /** `orders`: each order with news once, in its newest state; `events`: every fact. */
  readonly view: Viewed;
  /** Where a consumer that is made begins; unset: at the beginning. */
  readonly from?: 'beginning' | 'now';
  /** Unset: all that the reader may see. */
  readonly locations?: readonly string[];
  /** Most items that are handed over at once, 1 to 1,000; unset: 1,000. */
  readonly limit?: number;
  /** Seconds that an answer waits for news, 0 to 30; unset: 30. */
  readonly waitS?: number;
  /** Ends it; what was handed over last is still committed. */
  readonly signal?: AbortSignal;
  /**
   * Drops the copy. It is called when the client makes the consumer at the beginning, and on 410, which says that the log
   * lacks the position of the copy. Unset: following ends on 410, and where the consumer is made, the copy stays.
   */
  readonly startOver?: () => Promise<void> | void;
  /** Is given each failure after which it asks again, such as a handler that threw, and the milliseconds until then. */
  readonly onFailure?: (error: Error, pauseMs: number) => void;
}

const URL_FORM = /^https?:\/\/(?:[^\s/?#:@[\]\\]+|\[[\da-f:.]+\])(?::([1-9]\d{0,4}))?(?:\/[\w.~%/-]*)?$/i;
const BAD_URL = 'URL must be like http://localhost:8080 or https://pos.example.com/rail';

export class TicketRailClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;

  constructor({ url, token = '', fetch: given = fetch }: ClientOptions) {
    const [isUrl, port = '80'] = URL_FORM.exec(url) ?? [];
    if (isUrl === undefined || Number(port) > 65_535) throw new TypeError(BAD_URL);
    if (!/^[!-~]*$/.test(token)) throw new TypeError('token must have no white space, and only ASCII characters');
    this.#url = url.replace(/\/+$/, '');
    this.#headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
    // Browsers want it called without an object.
    this.#fetch = (...args) => given(...args);
  }

  /**
   * Hands over the news of all orders, until the signal. Each item comes at least once, in the order of the log for its
   * order: what the handler was given is committed only after it returned, and comes again if it threw or if the process
   * ended. With the view `orders`, replace what you have by what comes; with `events`, take in each `position` once.
   * @throws {TicketRailError} what no repetition mends, such as a token that is not known
   */
  async follow<Viewed extends View>(
    options: FollowOptions<Viewed>,
    handle: (items: readonly ItemOf<Viewed>[]) => Promise<void> | void,
  ): Promise<void> {
    const { consumer, view, locations = [], limit = MOST_ITEMS, waitS = 30, onFailure } = options;
    const { signal = new AbortController().signal } = options;
    // With the position that the copy has as `known`, once there is one, so that a log that lost it is noticed.
    const query = new URLSearchParams({ consumer, view, limit: String(limit), wait: String(waitS) });
    for (const location of locations) query.append('location_id', location);
    const isEnded = (): boolean => signal.aborted;
    let [failures, hasBegun] = [0, false];
    while (!isEnded()) {
      try {
        const answer = await this.#call('GET', `/feed?${query.toString()}`, undefined, signal, waitS);
        // As the contract of the service has it.
        const { items, next } = answer as Readonly<{ items: readonly ItemOf<Viewed>[]; next: string }>;
        query.set('known', next);
        hasBegun = true;
        if (items.length > 0) {
          await ofProgram(() => handle(items));
          await this.#call('POST', `${consumerPath(consumer)}/commit`, { position: next });
        }
        failures = 0;
      } catch (error) {
        if (isEnded()) return;
        const isFirst = !hasBegun && isProblem(error, 'consumer-not-found');
        hasBegun ||= isProblem(error, 'feed-position-unknown');
        const left = await this.#mend(error, options, hasBegun);
        if (left === null) {
          query.delete('known');
          hasBegun = true;
          if (isFirst) continue;
        } else if (!mayPass(left)) throw left;
        // What was mended may be so again, as where two logs answer in turn: it waits as well.
        const failure = left ?? asError(error);
        const asked = failure instanceof TicketRailError ? failure.retryAfterMs : null;
        const ms = pauseMs(++failures, Math.random(), asked);
        onFailure?.(failure instanceof Thrown ? asError(failure.cause) : failure, ms);
        await wait(ms, signal);
      }
    }
  }

  /** Sets a consumer to a place; one that does not exist is made. */
  async setConsumer(name: string, start: Start): Promise<void> {
    await this.#call('PUT', consumerPath(name), start);
  }

  /** @returns an order as it stands, or null if there is none. */
  async order(locationId: string, orderId: string): Promise<Order | null> {
    try {
      const path = `/locations/${encodeURIComponent(locationId)}/orders/${encodeURIComponent(orderId)}`;
      return (await this.#call('GET', path)) as Order; // as the contract of the service has it
    } catch (error) {
      if (isProblem(error, 'order-not-found')) return null;
      throw error;
    }
  }

  /** @param hasBegun whether there may be a copy @returns what is wrong still, or null: then asking again helps */
  async #mend<Viewed extends View>(error: unknown, options: FollowOptions<Viewed>, hasBegun: boolean) {
    const { consumer, from = 'beginning', startOver } = options;
    const isLost = isProblem(error, 'feed-position-unknown') && startOver !== undefined;
    if (!isLost && !isProblem(error, 'consumer-not-found')) return asError(error);
    try {
      // A program that ends from here on finds no consumer when it comes again.
      if (isLost) await this.#call('DELETE', consumerPath(consumer));
      const start = hasBegun && startOver !== undefined ? 'beginning' : from;
      if (start === 'beginning' && startOver !== undefined) await ofProgram(startOver);
      await this.setConsumer(consumer, { from: start });
    } catch (failure) {
      // Where it was deleted meanwhile, the next answer says so.
      if (!isProblem(failure, 'consumer-not-found')) return asError(failure);
    }
    return null;
  }

  /** @param waitS seconds that the answer was asked to wait */
  async #call(method: string, path: string, body?: unknown, signal?: AbortSignal, waitS = 0): Promise<unknown> {
    const ended = new AbortController();
    const end = ended.abort.bind(ended, undefined);
    const timer = setTimeout(end, waitS * 1_000 + ANSWER_MS);
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end);
    try {
      const response = await this.#fetch(this.#url + path, {
        method,
        headers: body === undefined ? this.#headers : { ...this.#headers, 'Content-Type': 'application/json' },
        signal: ended.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw await errorOf(response);
      return response.status === 204 ? null : await response.json();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }
}

/** What a function of the program threw: never taken for an answer of the feed. */
class Thrown extends Error {}

const ofProgram = (work: () => Promise<void> | void): Promise<void> =>
  Promise.resolve()
    .then(work)
    .catch((thrown: unknown) => Promise.reject(new Thrown('', { cause: thrown })));

const isProblem = (error: unknown, code: string): boolean => error instanceof TicketRailError && error.is(code);
const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
const consumerPath = (name: string): string => `/consumers/${encodeURIComponent(name)}`;

/** Most seconds that a delivery may be older or newer than the clock here. */
const TOLERANCE_S = 300;
const SECRET_PREFIX = 'whsec_';

export type Verified =
  | { readonly authentic: true; readonly id: string }
  | { readonly authentic: false; readonly reason: 'no-headers' | 'too-old' | 'too-new' | 'no-match' };

/** As much of Web Crypto as this needs. Node.js 18 has it as `webcrypto.subtle` of `node:crypto`. */
type Subtle = Pick<typeof crypto.subtle, 'importKey' | 'verify'>;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | null => {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
};

/**
 * Verifies what a destination was sent (Standard Webhooks): first thing, over the bytes as they came.
 * @param delivery.secrets each as `whsec_...`; all of them verify, so that a secret is rotated without a gap
 * @param delivery.header gives a header by its name in lower case
 * @param delivery.body as it came, before anything parsed it
 * @param delivery.now milliseconds since the epoch
 * @returns whether it is authentic, with `webhook-id`, which is the same whenever it is sent again
 */
export async function verifyDelivery(delivery: {
  readonly secrets: readonly string[];
  readonly header: (name: string) => string | null | undefined;
  readonly body: Uint8Array | string;
  readonly now?: number;
  readonly subtle?: Subtle;
}): Promise<Verified> {
  const { secrets, header, body, now = Date.now(), subtle = crypto.subtle } = delivery;
  const id = header('webhook-id') ?? '';
  const timestamp = header('webhook-timestamp') ?? '';
  const signatures = header('webhook-signature') ?? '';
  if (id === '' || signatures === '' || !/^\d{1,12}$/.test(timestamp))
    return { authentic: false, reason: 'no-headers' };
  const age = now / 1_000 - Number(timestamp);
  if (age > TOLERANCE_S) return { authentic: false, reason: 'too-old' };
  if (age < -TOLERANCE_S) return { authentic: false, reason: 'too-new' };

  const encoder = new TextEncoder();
  const content = typeof body === 'string' ? encoder.encode(body) : body;
  const signed = new Uint8Array([...encoder.encode(`${id}.${timestamp}.`), ...content]);
  for (const secret of secrets) {
    const raw = bytesOf(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret);
    if (raw === null || raw.length === 0) continue;
    const key = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    for (const signature of signatures.split(' ')) {
      const given = signature.startsWith('v1,') ? bytesOf(signature.slice(3)) : null;
      if (given !== null && (await subtle.verify('HMAC', key, given, signed))) return { authentic: true, id };
    }
  }
  return { authentic: false, reason: 'no-match' };
}
