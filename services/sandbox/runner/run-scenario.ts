import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderKey } from '../../../schemas/order-key';
import { version } from '../../config/version';
import type { PauseBounds } from '../../../schemas/backoff';
import { pauseAfter } from '../wire/backoff';
import { type Attempt, bytesOf, type Expectation, type Run, type Signature } from './faults';
import { agentFor, ANSWER_TIMEOUT_MS, type Exchange, isHeaderValue, isSuccess, post, signatureOf } from '../wire/post';
import type { Random } from '../wire/random';
import type { Effect, Sent } from './sent';
import { Semaphore } from '../../concurrency/semaphore';

/** Sends a run to a POS: in time, each order's deliveries in turn, each until it is acknowledged. */

/** Milliseconds: shorter than Stream's, as a run is to come to its end. */
const RETRY_PAUSES: PauseBounds = { first: 200, longest: 10_000 };
/** Milliseconds after which a delivery that nobody acknowledges is given up. */
export const GIVE_UP_MS = 300_000;
/** Milliseconds after which a run ends whose target has acknowledged nothing at all: it is not there, or refuses us. */
const NOTHING_ACKNOWLEDGED_MS = 15_000;
/** Attempts that may be waiting for their turn, for each connection. */
const WAITING_PER_CONNECTION = 64;
/** Characters that are kept of an answer that nobody expected. */
const MAX_ANSWER_TEXT = 300;
/** Signs what is to be refused. */
const WRONG_SECRET = 'not-the-secret-of-anybody';

export interface Credentials {
  readonly secret: string | null;
  /** From before a rotation. */
  readonly oldSecret: string | null;
  readonly bearer: string | null;
  /** Header of the signature. */
  readonly header: string;
}

export interface RunOptions {
  readonly run: Run;
  /** The POS's Handle Order URL. */
  readonly target: string;
  readonly credentials: Credentials;
  /** Seconds of the scenario in a second. */
  readonly speed: number;
  /** Most connections at a time. */
  readonly connections: number;
  /** Jitter of retries. */
  readonly random: Random;
  /** Ends the run early: what has begun is answered, nothing more is sent. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly giveUpMs?: number;
  readonly nothingAcknowledgedMs?: number;
}

export interface RunProgress {
  /** First attempts that have ended, of all. */
  readonly done: number;
  readonly retries: number;
}

/** One attempt, sent once, and what came of it. */
export interface SentAttempt extends Sent {
  /** Place of the attempt in the run. */
  readonly attempt: number;
  /** 0, or which retry it was. */
  readonly retry: number;
  /** HTTP status, or null without an answer. */
  readonly status: number | null;
  readonly outcome: RunOutcome;
  /** What the other side called it, or null. */
  readonly requestId: string | null;
  /** Beginning of an answer that was not expected, or why there was none. */
  readonly detail: string | null;
}

/** `failed`: no answer, or one that the POS itself calls a failure (429, 5xx): to be sent again, and nothing else. */
export type RunOutcome = 'as-expected' | 'failed' | 'otherwise';

export interface RunResult {
  readonly sent: readonly SentAttempt[];
  readonly duration_ms: number;
  /** Most milliseconds that a first attempt began after its time. */
  readonly behind_ms: number;
  /** Why it ended early, or null. */
  readonly ended: string | null;
}

/** @returns what was sent and what came of it; never throws for what the target does. */
export const runScenario = (options: RunOptions): Promise<RunResult> => new ScenarioRun(options).result();

/** A run that is under way. */
class ScenarioRun {
  readonly #options: RunOptions;
  readonly #agent;
  readonly #semaphore;
  readonly #giveUp = new AbortController();
  readonly #signal: AbortSignal;
  readonly #begun = performance.now();
  readonly #sent: SentAttempt[] = [];
  /** By order: resolves when all that was sent of it first has ended. */
  readonly #turns = new Map<number, Promise<void>>();
  /** What is not yet sent, answered, and, where it failed, sent again; and who waits until there is less of it. */
  #underWay = 0;
  #onLess: (() => void) | null = null;
  #done = 0;
  #retries = 0;
  #behind_ms = 0;
  #isAnyAcknowledged = false;
  #firstTry_ms: number | null = null;
  #ended: string | null = null;
  readonly #faults: unknown[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#agent = agentFor(options.target, options.connections);
    this.#semaphore = new Semaphore(options.connections);
    this.#signal = AbortSignal.any([options.signal, this.#giveUp.signal]);
    setMaxListeners(0, this.#signal); // every retry that waits listens to it
  }

  async result(): Promise<RunResult> {
    try {
      await this.#launchAll();
    } catch (error) {
      this.#keepUnlessAborted(error);
    }
    await this.#untilUnderWay(0);
    this.#agent.destroy();
    if (this.#faults.length > 0) throw new AggregateError(this.#faults, 'the run failed');
    if (this.#options.signal.aborted) this.#ended ??= 'it was interrupted';
    return { sent: this.#sent, duration_ms: this.#elapsed(), behind_ms: this.#behind_ms, ended: this.#ended };
  }

  async #launchAll(): Promise<void> {
    const { run, speed, connections } = this.#options;
    for (const [index, attempt] of run.attempts.entries()) {
      const due_ms = (attempt.at_s * 1_000) / speed;
      if (due_ms > this.#elapsed()) await sleep(due_ms - this.#elapsed(), undefined, { signal: this.#signal });
      await this.#untilUnderWay(connections * WAITING_PER_CONNECTION);
      if (this.#signal.aborted) break;
      this.#behind_ms = Math.max(this.#behind_ms, this.#elapsed() - due_ms);
      this.#launch(index, attempt);
    }
  }

  #report(): void {
    this.#options.onProgress?.({ done: this.#done, retries: this.#retries });
  }

  #launch(index: number, attempt: Attempt): void {
    const before = this.#turns.get(attempt.order) ?? Promise.resolve();
    const first = async (): Promise<void> => {
      const one = await this.#send(index, attempt, 0);
      this.#done++;
      this.#report();
      if (one !== null && attempt.persists && one.effect !== 'acknowledged') {
        this.#track(this.#sendAgain(index, attempt));
      }
    };
    const turn = attempt.waits ? before.then(first) : Promise.all([before, first()]).then(() => undefined);
    this.#turns.set(attempt.order, turn);
    this.#track(turn);
  }

  async #sendAgain(index: number, attempt: Attempt): Promise<void> {
    const { random, giveUpMs = GIVE_UP_MS } = this.#options;
    const until = this.#elapsed() + giveUpMs;
    for (let retry = 1; this.#elapsed() < until; retry++) {
      await sleep(pauseAfter(retry, random, RETRY_PAUSES), undefined, { signal: this.#signal });
      const one = await this.#send(index, attempt, retry);
      this.#retries++;
      this.#report();
      if (one === null || one.effect === 'acknowledged') return;
    }
  }

  #send(index: number, attempt: Attempt, retry: number): Promise<SentAttempt | null> {
    const { run, target, credentials } = this.#options;
    return this.#semaphore.use(async () => {
      if (this.#signal.aborted) return null;
      const order = run.orders[attempt.order];
      const delivery = order?.deliveries[attempt.delivery]?.delivery;
      if (order === undefined || delivery === undefined) throw new RangeError('An attempt of nothing.');
      const body = bytesOf(delivery, attempt);
      const begun_ms = this.#elapsed();
      this.#firstTry_ms ??= begun_ms;
      const exchange = await post({
        url: target,
        body,
        headers: headersOf(body, attempt.signature, credentials),
        timeoutMs: ANSWER_TIMEOUT_MS,
        agent: this.#agent,
        ...(attempt.cutAfter === null ? {} : { cut: { afterBytes: cutOf(body, attempt.cutAfter) } }),
      });
      const one = interpret(exchange, { index, attempt, retry, begun_ms, ended_ms: this.#elapsed(), key: order.key });
      this.#sent.push(one);
      this.#isAnyAcknowledged ||= one.effect === 'acknowledged';
      if (!this.#isAnyAcknowledged) this.#endIfFutile(one, this.#firstTry_ms);
      return one;
    });
  }

  /** Ends the run if nothing at all has been acknowledged for too long. */
  #endIfFutile({ status, detail }: SentAttempt, firstTry_ms: number): void {
    const { nothingAcknowledgedMs = NOTHING_ACKNOWLEDGED_MS } = this.#options;
    if (this.#elapsed() - firstTry_ms <= nothingAcknowledgedMs) return;
    const lately = `the last attempt got ${status === null ? 'no answer' : String(status)}`;
    this.#ended ??= `nothing was acknowledged for ${String(nothingAcknowledgedMs / 1_000)} s; ${lately}: ${detail ?? ''}`;
    this.#giveUp.abort();
  }

  /** A pause that is broken off is no error; anything else is one of ours. */
  #keepUnlessAborted(error: unknown): void {
    if (this.#signal.aborted) return;
    this.#faults.push(error);
    this.#giveUp.abort();
  }

  async #untilUnderWay(most: number): Promise<void> {
    while (this.#underWay > most) await new Promise<void>((less) => (this.#onLess = less));
  }

  #track(work: Promise<void>): void {
    this.#underWay++;
    void work
      .catch((error: unknown) => {
        this.#keepUnlessAborted(error);
      })
      .then(() => {
        this.#underWay--;
        this.#onLess?.();
      });
  }

  #elapsed(): number {
    return performance.now() - this.#begun;
  }
}

/** Returns how many bytes of a body are sent before the cut: of a part below 1 at least one byte is missing. */
const cutOf = (body: Buffer, part: number): number => Math.max(1, Math.floor(body.length * part));

function headersOf(body: Buffer, signature: Signature, { secret, oldSecret, bearer, header }: Credentials) {
  const value = signatureValue(body, signature, secret, oldSecret);
  return {
    'Content-Type': 'application/json',
    'User-Agent': `ticket-rail-sandbox/${version}`,
    ...(value === null ? {} : { [header]: value }),
    ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }),
  };
}

function signatureValue(body: Buffer, signature: Signature, secret: string | null, oldSecret: string | null) {
  switch (signature) {
    case 'right':
      return secret === null ? null : signatureOf(body, secret);
    case 'old-secret':
      return oldSecret === null ? null : signatureOf(body, oldSecret);
    case 'wrong':
      return signatureOf(body, WRONG_SECRET);
    case 'bare-secret':
      return secret === null || isHeaderValue(secret) ? secret : signatureOf(body, WRONG_SECRET);
    case 'none':
      return null;
  }
}

interface Trial {
  readonly index: number;
  readonly attempt: Attempt;
  readonly retry: number;
  readonly begun_ms: number;
  readonly ended_ms: number;
  readonly key: OrderKey;
}

function interpret(exchange: Exchange, { index, attempt, retry, begun_ms, ended_ms, key }: Trial): SentAttempt {
  const { order, delivery } = attempt;
  const common = { order, delivery, attempt: index, retry, begun_ms, ended_ms, effect: effectOf(attempt, exchange) };
  const outcome = outcomeOf(attempt.expects, exchange);
  if (exchange.kind === 'no-answer') {
    return { ...common, revision: null, status: null, outcome, requestId: null, detail: exchange.reason };
  }
  const { status, headers, body } = exchange;
  const requestId = headers['x-request-id'];
  return {
    ...common,
    revision: revisionIn(body, key),
    status,
    outcome,
    requestId: typeof requestId === 'string' ? requestId : null,
    detail: outcome === 'as-expected' ? null : body.slice(0, MAX_ANSWER_TEXT),
  };
}

const isFailure = (status: number): boolean => status === 429 || status >= 500;

function effectOf({ body, cutAfter }: Attempt, exchange: Exchange): Effect {
  if (body.kind !== 'whole' || (cutAfter !== null && cutAfter < 1)) return 'nothing';
  if (exchange.kind === 'no-answer') return 'perhaps';
  if (isSuccess(exchange.status)) return 'acknowledged';
  return isFailure(exchange.status) ? 'perhaps' : 'nothing';
}

/** What a POS may answer. Of a body that it cannot use, it may say so (400, 422), or that it keeps it (2xx). */
const ANSWERS: Readonly<Record<Exclude<Expectation, 'no-answer'>, (status: number) => boolean>> = {
  acknowledged: isSuccess,
  'refused-401': (status) => status === 401 || status === 403,
  'refused-413': (status) => status === 413,
  unusable: (status) => isSuccess(status) || status === 400 || status === 422,
};

function outcomeOf(expects: Expectation, exchange: Exchange): RunOutcome {
  if (expects === 'no-answer') return 'as-expected';
  if (exchange.kind === 'no-answer') {
    // A POS may close the connection rather than take in a body that it refuses anyway.
    return expects === 'refused-413' ? 'as-expected' : 'failed';
  }
  if (ANSWERS[expects](exchange.status)) return 'as-expected';
  return isFailure(exchange.status) ? 'failed' : 'otherwise';
}

/**
 * Reads at which revision the history has a delivery; null if the answer does not say. A Ticket Rail says the place in
 * the history; other POSs answer what they like.
 */
function revisionIn(body: string, { location_id, order_id }: OrderKey): number | null {
  try {
    const answer = JSON.parse(body) as Readonly<Record<string, unknown>> | null; // each member is looked at
    if (answer === null || (answer['outcome'] !== 'recorded' && answer['outcome'] !== 'repeat')) return null;
    const { revision } = answer;
    const isOfOrder = answer['location_id'] === location_id && answer['order_id'] === order_id;
    return isOfOrder && typeof revision === 'number' && Number.isInteger(revision) ? revision : null;
  } catch {
    return null;
  }
}
