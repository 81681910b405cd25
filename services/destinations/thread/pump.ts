import { hash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import {
  type Destination,
  type DestinationEntry,
  type DestinationName,
  type FailingOrder,
  MAX_SHOWN_FAILING,
} from '../../../schemas/destinations';
import { BEGINNING, type ConsumerLag, type ConsumerStart, type FeedPosition } from '../../../schemas/api/feed';
import { DESTINATION_TAKEN } from '../../../schemas/destination-events';
import { backoff } from '../../../schemas/backoff';
import { LagCount } from '../../feed/consumers/lag';
import type { Feed } from '../../feed/feed';
import { Problem } from '../../http/problem';
import type { KnownDestination } from '../destination-fold';
import type { DestinationPlace, DestinationRecord } from '../destination-record';
import { wantedLocations } from '../filter';
import type { NewsOf } from './news';
import { type SendingClock, COMMIT_MS, type DestinationCounts, SendingSession, type SessionEnd } from './session';
import type { AttemptOutcome } from '../verdict';
import type { Waiting } from './lines';

/** Pauses after the store could not be asked where a destination is. */
const START_PAUSES = { first: 250, longest: 30_000 };

/**
 * Milliseconds without progress after which an instance sends in place of another: longer than a sender takes to look and
 * to commit. Each time that this brought nothing, it is twice as long.
 */
export const TAKE_OVER_MS = 90_000;
const LONGEST_TAKE_OVER_MS = 3_600_000;

interface PumpOptions {
  readonly entry: DestinationEntry;
  /** Which of several instances this is: made anew at each start. */
  readonly instance: string;
  readonly news: NewsOf;
  readonly send: (waiting: Waiting, signal: AbortSignal) => Promise<AttemptOutcome>;
  readonly feed: Pick<Feed, 'events'>;
  readonly startOf: (start: ConsumerStart) => Promise<FeedPosition>;
  readonly record: DestinationRecord;
  readonly clock: SendingClock;
  readonly log: Logger;
}

const timeOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/**
 * Keeps one destination of the file supplied: begins where it was, and begins anew when it is set to another position. Of
 * several instances, the one that began last sends. The others see that when they commit, and stand by until what there is
 * to send does not get on.
 */
export class Pump {
  readonly counts: DestinationCounts = {
    delivered: 0,
    failedAttempts: 0,
    parked: 0,
    lastDeliveredAt: null,
    lastFailure: null,
    lastFailedAt: null,
  };
  readonly #stopping = new AbortController();
  readonly #urlSha256: string;
  readonly #running: Promise<void>;
  #session: SendingSession | null = null;
  #ended: SessionEnd = 'stopped';
  #setCame: (() => void) | null = null;
  #takeOverMs = TAKE_OVER_MS;
  /** The lag that is being counted. */
  #counting: Promise<ConsumerLag | null> | null = null;
  readonly #lagCount: LagCount;
  readonly #options: PumpOptions;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#lagCount = new LagCount(options.feed, () => options.clock.now());
    setMaxListeners(0, this.#stopping.signal);
    this.#urlSha256 = hash('sha256', options.entry.url, 'hex');
    this.#running = this.#run();
  }

  get name(): DestinationName {
    return this.#options.entry.name;
  }

  /** The destination was set to another position. */
  wasSet(): void {
    this.#session?.stop('set');
    this.#setCame?.();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#session?.stop();
    this.#setCame?.();
    await this.#running;
  }

  /**
   * Counts how far behind it is, once for all who ask in the meantime: they may give up waiting and ask again.
   * @returns null if it has no position yet, or one that is not in the log.
   * @throws {EventStoreError}
   */
  lag(): Promise<ConsumerLag | null> {
    return (this.#counting ??= this.#lag().finally(() => {
      this.#counting = null;
    }));
  }

  async #lag(): Promise<ConsumerLag | null> {
    const session = this.#session;
    if (session?.isCaughtUp === true) return this.#waitingLag({ events: 0, at_least: false, seconds: 0 });
    const place = session?.lines.readTo ?? (await this.#options.record.place(this.name))?.position;
    // It begins with what comes once it has one: nothing waits for it.
    if (place === undefined) return null;
    const wanted = wantedLocations(this.#options.entry.filter);
    try {
      return this.#waitingLag(await this.#lagCount.at(place, wanted));
    } catch (error) {
      if (error instanceof Problem && error.code === 'feed-position-unknown') return null;
      throw error;
    }
  }

  async report(): Promise<Destination> {
    const { entry, record } = this.#options;
    const place = await record.place(this.name);
    const known = await record.known(this.name);
    const { origin, pathname } = new URL(entry.url);
    const failingSince = this.#session === null ? null : timeOf(this.#session.health.failingSince);
    const failing = this.#failing();
    return {
      name: entry.name,
      url: `${origin}${pathname}`,
      view: entry.view,
      filter: entry.filter,
      state:
        this.#ended === 'gone' || this.#ended === 'lost' ? this.#ended : failingSince === null ? 'sending' : 'failing',
      failing_since: failingSince,
      next_attempt_at: failing.flatMap(({ next_attempt_at }) => next_attempt_at ?? []).sort()[0] ?? null,
      failing_orders: failing.slice(0, MAX_SHOWN_FAILING),
      position: place?.position ?? BEGINNING,
      lag: await this.lag(),
      waiting_orders: this.#session?.lines.size ?? 0,
      set_aside: known.setAside.size,
      delivered: this.counts.delivered,
      failed_attempts: this.counts.failedAttempts,
      last_delivered_at: timeOf(this.counts.lastDeliveredAt),
      last_failure: this.counts.lastFailure,
      last_failed_at: timeOf(this.counts.lastFailedAt),
      parked: known.parked,
      last_parked: known.lastParked.map(({ position, location_id, order_id, at, attempts, reason }) => ({
        position,
        location_id,
        order_id,
        parked_at: at,
        attempts,
        reason,
      })),
    };
  }

  /** Returns the orders whose news fail, those that have failed longest first. */
  #failing(): readonly FailingOrder[] {
    const session = this.#session;
    if (session === null) return [];
    const failing: FailingOrder[] = [];
    for (const line of session.lines.all()) {
      const { key, failingSince, attempts, isAside } = line;
      if (failingSince === null) continue;
      failing.push({
        ...key,
        failing_since: new Date(failingSince).toISOString(),
        attempts,
        next_attempt_at: timeOf(session.nextAttemptOf(line)),
        set_aside: isAside,
      });
    }
    return failing.sort((one, other) => (one.failing_since < other.failing_since ? -1 : 1));
  }

  /** Returns the lag of the destination: what was not read yet, and what waits here. */
  #waitingLag(unread: ConsumerLag): ConsumerLag {
    const lines = this.#session?.lines;
    if (lines === undefined) return unread;
    const oldest = lines.oldest();
    const age = oldest === null ? 0 : Math.max(0, (this.#options.clock.now() - Date.parse(oldest)) / 1_000);
    const hasMore = [...lines.all()].some((line) => line.hasMore);
    return {
      events: unread.events + lines.items,
      at_least: unread.at_least || hasMore,
      seconds: Math.max(unread.seconds, age),
    };
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        if (this.#ended === 'taken') await this.#standBy();
        else await this.#supply();
        failures = 0;
      } catch (error) {
        log.warn({ destination: this.name, err: error }, 'a destination cannot be begun with; it is tried again');
        await clock.wait(backoff(++failures, START_PAUSES, clock.chance()), this.#stopping.signal);
      }
    }
  }

  async #supply(): Promise<void> {
    const { record, startOf, log } = this.#options;
    // Who is new is sent what comes from now on.
    const start = (await record.place(this.name)) ?? (await record.set(this.name, await startOf({ from: 'now' })));
    const known = await record.known(this.name);
    if (this.#stopping.signal.aborted) return;
    this.#ended = known.goneUrl === this.#urlSha256 ? 'gone' : await this.#sendFrom(start, known);
    if (this.#ended === 'lost') {
      log.error(
        { destination: this.name },
        'the position of a destination is not in this log: set it with ticket-rail deliver, --from 0 for everything',
      );
    }
    if (this.#ended === 'gone' || this.#ended === 'lost') await this.#untilSet(start.setAt);
  }

  async #sendFrom(start: DestinationPlace, known: KnownDestination): Promise<SessionEnd> {
    const { record, instance } = this.#options;
    if (known.sender !== instance) await record.add(DESTINATION_TAKEN, { name: this.name, instance });
    if (this.#stopping.signal.aborted) return 'stopped';
    const session = new SendingSession({
      ...this.#options,
      name: this.name,
      urlSha256: this.#urlSha256,
      start,
      known,
      counts: this.counts,
    });
    this.#session = session;
    this.#ended = 'stopped';
    return session.run().finally(() => (this.#session = null));
  }

  /** Another instance sends: waits until it ended, or cannot. */
  async #standBy(): Promise<void> {
    const { clock, record, log } = this.#options;
    log.info({ destination: this.name }, 'another instance sends to a destination');
    const look = async (): Promise<string> =>
      JSON.stringify([await record.place(this.name), (await record.known(this.name)).sender]);
    let last = await look();
    for (let since = clock.now(); clock.now() - since < this.#takeOverMs;) {
      await clock.wait(COMMIT_MS, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      const now = await look();
      const moves = now !== last;
      if (moves || (await this.lag())?.events === 0) since = clock.now();
      if (moves) this.#takeOverMs = TAKE_OVER_MS;
      last = now;
    }
    this.#takeOverMs = Math.min(2 * this.#takeOverMs, LONGEST_TAKE_OVER_MS);
    this.#ended = 'stopped';
    log.warn({ destination: this.name }, 'another instance sends nothing to a destination: this one does');
  }

  /** Somebody else may set it, in another process. */
  async #untilSet(setAt: string): Promise<void> {
    const { clock, record } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const waiting = new AbortController();
      this.#setCame = () => {
        waiting.abort();
      };
      await clock.wait(COMMIT_MS, waiting.signal);
      const place = await record.place(this.name);
      if (place?.setAt !== setAt) return;
    }
  }
}
