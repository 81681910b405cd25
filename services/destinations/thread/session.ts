import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import { DESTINATION_GONE, ITEM_PARKED, ORDER_CAUGHT_UP, ORDER_SET_ASIDE } from '../../../schemas/destination-events';
import type { DestinationName } from '../../../schemas/destinations';
import type { FeedPosition } from '../../../schemas/api/feed';
import { backoff } from '../../../schemas/backoff';
import { Semaphore } from '../../concurrency/semaphore';
import { comparePlaces } from '../../feed/feed-place';
import { Problem } from '../../http/problem';
import type { KnownDestination } from '../destination-fold';
import type { DestinationPlace, DestinationRecord } from '../destination-record';
import { Health } from './health';
import { type Line, Lines, MAX_ITEMS_OF_LINE, removalOf, type Waiting } from './lines';
import type { NewsOf } from './news';
import { MAX_REQUESTS } from './sender';
import { type AttemptOutcome, judge } from '../verdict';

/** Milliseconds from one commit to the next: what was delivered since the last is sent again after a crash. */
export const COMMIT_MS = 5_000;
/** Milliseconds that an order fails, while news of others arrive, before commits go on without it. */
export const SET_ASIDE_MS = 30_000;
/** Milliseconds after which the feed is looked at without news: the place goes on past what is not wanted. */
const LOOK_MS = 60_000;
/** Most milliseconds that a stop waits for what is with the receiver. */
const STOP_MS = 2_000;
/** Pauses after the store or the read model could not be asked. */
const STORE_PAUSES = { first: 250, longest: 30_000 };

/** Time, as a session sees it. */
export interface SendingClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after a time, or when it is aborted. */
  readonly wait: (ms: number, stop: AbortSignal) => Promise<void>;
  /** From 0 to below 1. */
  readonly chance: () => number;
}

/** What is counted of a destination since the service started. */
export interface DestinationCounts {
  delivered: number;
  failedAttempts: number;
  parked: number;
  /** Milliseconds since the epoch. */
  lastDeliveredAt: number | null;
  lastFailure: string | null;
  /** Milliseconds since the epoch. */
  lastFailedAt: number | null;
}

/**
 * Why a session ended: it was stopped, another instance sends, or its destination was set to another position, answered
 * 410, or is nowhere in the log.
 */
export type SessionEnd = 'stopped' | 'taken' | 'set' | 'gone' | 'lost';

interface SessionOptions {
  readonly name: DestinationName;
  readonly urlSha256: string;
  /** Which of several instances this is. */
  readonly instance: string;
  readonly news: NewsOf;
  readonly send: (waiting: Waiting, signal: AbortSignal) => Promise<AttemptOutcome>;
  readonly record: DestinationRecord;
  readonly start: DestinationPlace;
  readonly known: KnownDestination;
  readonly counts: DestinationCounts;
  readonly clock: SendingClock;
  readonly log: Logger;
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

/**
 * Sends one destination its news, from one position on, until it is stopped: reads the feed ahead as far as there is room,
 * sends the items of each order one after the other and those of several orders side by side, and commits how far all is
 * settled.
 */
export class SendingSession {
  readonly lines: Lines;
  readonly health: Health;
  readonly #slots = new Semaphore(MAX_REQUESTS);
  /** Nothing new is begun. */
  readonly #halted = new AbortController();
  /** What is with the receiver is not waited for any longer. */
  readonly #aborted = new AbortController();
  readonly #sleepers = new Set<AbortController>();
  readonly #delivering = new Set<Promise<void>>();
  #end: SessionEnd = 'stopped';
  #committed: FeedPosition;
  #pausedUntil = 0;
  #caughtUp = false;
  #roomCame: (() => void) | null = null;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { start, known } = options;
    this.lines = new Lines(start.position);
    this.#committed = start.position;
    this.health = new Health(options, known.failingSince);
    // Each request is one.
    setMaxListeners(MAX_REQUESTS, this.#aborted.signal);
    this.#halted.signal.addEventListener('abort', () => {
      this.#wake();
      this.#roomCame?.();
    });
  }

  /** Returns when an order that fails is tried again; null: that happens now. */
  nextAttemptOf({ nextAttemptAt }: Line): number | null {
    const at = Math.max(nextAttemptAt ?? 0, this.#pausedUntil);
    return at > this.#options.clock.now() ? at : null;
  }

  get isCaughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Ends the session: it begins nothing new, and waits at most {@link STOP_MS} for what is with the receiver. */
  stop(end: SessionEnd = 'stopped'): void {
    if (this.#halted.signal.aborted) return;
    this.#end = end;
    this.#halted.abort();
  }

  async run(): Promise<SessionEnd> {
    for (const aside of this.#options.known.setAside.values()) this.#start(this.lines.resume(aside));
    await Promise.all([this.#readOn(), this.#commitOn()]);
    const timer = setTimeout(() => {
      this.#aborted.abort();
    }, STOP_MS);
    await Promise.all(this.#delivering);
    clearTimeout(timer);
    if (this.#end === 'stopped' || this.#end === 'gone') await this.#tryTo('be committed', () => this.#commit());
    return this.#end;
  }

  get #isHalted(): boolean {
    return this.#halted.signal.aborted;
  }

  readonly #wake = (): void => {
    for (const sleeper of this.#sleepers) sleeper.abort();
  };

  /** @param end ends it before */
  async #wait(ms: number, ...end: readonly AbortSignal[]): Promise<void> {
    if (this.#isHalted) return;
    const sleeper = new AbortController();
    this.#sleepers.add(sleeper);
    try {
      await this.#options.clock.wait(ms, AbortSignal.any([sleeper.signal, ...end]));
    } finally {
      this.#sleepers.delete(sleeper);
    }
  }

  /** @returns whether it could be done; the store may be away, and it is tried again with the next. */
  async #tryTo(what: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#options.log.warn({ destination: this.#options.name, err: error }, `a destination could not ${what}`);
      return false;
    }
  }

  async #readOn(): Promise<void> {
    const { news, clock } = this.#options;
    for (let failures = 0; !this.#isHalted;) {
      if (this.lines.isFull) {
        this.#caughtUp = false; // more may come, and is not looked at
        await new Promise<void>((came) => (this.#roomCame = came));
        continue;
      }
      const coming = news.expect();
      try {
        const answer = await news.read(this.lines.readTo);
        for (const item of answer.items) {
          const waiting = news.wanted(item);
          if (waiting === null) this.lines.looked(item.position);
          else this.#start(this.lines.take(waiting));
        }
        this.lines.looked(answer.next);
        this.#caughtUp = answer.caughtUp;
        failures = 0;
        if (answer.caughtUp) await this.#wait(LOOK_MS, coming.came);
      } catch (error) {
        this.#caughtUp = false;
        if (error instanceof Problem && error.code === 'feed-position-unknown') {
          this.stop('lost');
          return;
        }
        this.#options.log.warn(
          { destination: this.#options.name, err: error },
          'the feed cannot be read; it is tried again',
        );
        await this.#wait(backoff(++failures, STORE_PAUSES, clock.chance()));
      } finally {
        coming.cancel();
      }
    }
  }

  #start(line: Line | null): void {
    if (line === null) return;
    const delivering = this.#deliver(line).finally(() => this.#delivering.delete(delivering));
    this.#delivering.add(delivering);
  }

  /** Sends the items of one order, one after the other, until none is left. */
  async #deliver(line: Line): Promise<void> {
    const { clock } = this.#options;
    for (let failures = 0; !this.#isHalted;) {
      let pause = 0;
      const done = await this.#tryTo('be sent an item', async () => {
        if (line.waiting.length > 0) pause = await this.#attempt(line);
        else if (line.hasMore) await this.#load(line);
        else if (await this.#finish(line)) pause = -1;
      });
      if (pause < 0) break;
      failures = done ? 0 : failures + 1;
      if (!done) pause = backoff(failures, STORE_PAUSES, clock.chance());
      if (pause <= 0) continue;
      line.nextAttemptAt = clock.now() + pause;
      await this.#wait(pause);
      line.nextAttemptAt = null;
    }
    this.#roomCame?.();
  }

  async #load(line: Line): Promise<void> {
    line.hasMore = false;
    line.isLoading = true;
    try {
      const loaded = await this.#options.news.load(line.key, line.after, this.lines.readTo, MAX_ITEMS_OF_LINE);
      this.lines.loaded(line, loaded.items, loaded.last, loaded.hasMore);
    } catch (error) {
      line.hasMore ||= line.isLoading;
      line.isLoading = false;
      throw error;
    }
  }

  /** @returns whether nothing came of the order in the meantime. */
  async #finish(line: Line): Promise<boolean> {
    const { name, record } = this.#options;
    if (line.isAside) {
      await record.add(ORDER_CAUGHT_UP, { name, ...line.key });
      line.isAside = false;
    }
    return this.lines.close(line);
  }

  /** @returns milliseconds to wait before the next attempt. */
  async #attempt(line: Line): Promise<number> {
    const { clock, counts, send } = this.#options;
    while (!this.#isHalted && this.#pausedUntil > clock.now()) await this.#wait(this.#pausedUntil - clock.now());
    return this.#slots.use(async () => {
      const [head] = line.waiting;
      if (head === undefined || this.#isHalted || this.#pausedUntil > clock.now()) return 0;
      line.isUnderWay = true;
      let attempt: AttemptOutcome;
      try {
        attempt = await send(head, this.#aborted.signal);
      } finally {
        line.isUnderWay = false;
      }
      if (this.#aborted.signal.aborted && attempt.kind === 'failed') return 0;
      const now = clock.now();
      const attempts = line.attempts + 1;
      const since = line.failingSince ?? this.#failingFrom(head, now);
      const verdict = judge(attempt, { attempts, failingMs: now - since, now, chance: clock.chance() });
      switch (verdict.kind) {
        case 'settled':
          if (verdict.delivered) {
            counts.delivered++;
            counts.lastDeliveredAt = now;
          }
          this.lines.settle(line, head);
          this.#roomCame?.();
          if (verdict.delivered) await this.health.arrived(this.#wake);
          return 0;
        case 'gone':
          await this.#gone();
          return 0;
        case 'parked':
          await this.#failed(verdict.reason, now);
          await this.#park(line, head, { attempts, since, reason: verdict.reason });
          return 0;
        case 'retry':
          line.attempts = attempts;
          line.failingSince = since;
          if (verdict.all) this.#pausedUntil = Math.max(this.#pausedUntil, now + verdict.afterMs);
          await this.#failed(verdict.reason, now);
          return verdict.afterMs;
      }
    });
  }

  /** Nothing arrived before either, as the service that ran then found out. */
  #failingFrom({ item }: Waiting, now: number): number {
    const { failingSince } = this.health;
    return failingSince === null ? now : Math.min(now, Math.max(failingSince, Date.parse(item.received_at)));
  }

  #failed(reason: string, now: number): Promise<void> {
    const { counts } = this.#options;
    counts.failedAttempts++;
    counts.lastFailure = reason;
    counts.lastFailedAt = now;
    return this.health.failed(reason, now);
  }

  async #gone(): Promise<void> {
    const { name, urlSha256, record, log } = this.#options;
    log.error({ destination: name }, 'a destination answered 410: nothing is sent to this URL any more');
    await record.add(DESTINATION_GONE, { name, url_sha256: urlSha256 });
    this.stop('gone');
  }

  async #park(
    line: Line,
    head: Waiting,
    about: { readonly attempts: number; readonly since: number; readonly reason: string },
  ): Promise<void> {
    const { name, record, counts, log } = this.#options;
    const { position } = head.item;
    const since = timeOf(about.since);
    await record.add(ITEM_PARKED, {
      name,
      ...line.key,
      position,
      attempts: about.attempts,
      since,
      reason: about.reason,
    });
    log.error(
      { destination: name, ...line.key, position, reason: about.reason },
      'gave up sending an item; ticket-rail deliver sends it again',
    );
    counts.parked++;
    this.lines.settle(line, head);
    this.#roomCame?.();
  }

  async #commitOn(): Promise<void> {
    for (;;) {
      await this.#wait(COMMIT_MS);
      if (this.#isHalted) return;
      await this.#tryTo('be committed', () => this.#commit());
      await this.#tryTo('be looked at', () => this.#giveWay());
    }
  }

  async #giveWay(): Promise<void> {
    const { name, record, instance } = this.#options;
    if ((await record.known(name)).sender !== instance) this.stop('taken');
  }

  async #commit(): Promise<void> {
    const { name, record, start } = this.#options;
    const place = await record.place(name);
    if (place?.setAt !== start.setAt) {
      this.stop('set');
      return;
    }
    await this.#setAside();
    const settled = this.lines.settledTo();
    if (comparePlaces(settled, this.#committed) <= 0) return;
    await record.commit(name, settled);
    this.#committed = settled;
  }

  /** Puts on record which orders commits are to go on without. */
  async #setAside(): Promise<void> {
    const { name, record, clock } = this.#options;
    for (const line of this.lines.all()) {
      const { key, after, failingSince, isAside } = line;
      const removal = removalOf(line);
      const holdsBack =
        !isAside &&
        failingSince !== null &&
        clock.now() - failingSince >= SET_ASIDE_MS &&
        comparePlaces(after, this.lines.lastSettled) < 0;
      const lacksRemoval = isAside && removal !== null && removal.position !== line.removal;
      if (!holdsBack && !lacksRemoval) continue;
      const since = timeOf(failingSince ?? clock.now());
      await record.add(ORDER_SET_ASIDE, { name, ...key, after, since, removal });
      line.isAside = true;
      line.removal = removal?.position ?? null;
    }
  }
}
