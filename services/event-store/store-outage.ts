import type { EventStore } from './event-store';

/** Milliseconds between two reports of an outage that goes on. */
export const REPORT_EVERY_MS = 30_000;
/** Milliseconds between two looks whether the store is back, for times when nothing is delivered. */
const LOOK_EVERY_MS = 5_000;
/** Milliseconds without another failure after which the store is back: one that fails now and then is still away. */
const SETTLED_AFTER_MS = 1_000;

/** What an outage kept from being done so far. */
export interface OutageReport {
  readonly seconds: number;
  /** Answered 503. */
  readonly deliveries: number;
  readonly reads: number;
  /** The last failure. */
  readonly detail: string;
}

export interface OutageListener {
  /** The store takes no writes. */
  gone(detail: string): void;
  /** It still does not; reported every {@link REPORT_EVERY_MS}. */
  stillGone(report: OutageReport): void;
  back(report: Omit<OutageReport, 'detail'>): void;
}

/** Reports a store that is away as one event that lasts, however many deliveries and reads meet it. */
export class StoreOutage {
  #current: {
    readonly since: number;
    readonly timers: readonly NodeJS.Timeout[];
    deliveries: number;
    reads: number;
    detail: string;
  } | null = null;
  #settling: NodeJS.Timeout | null = null;
  #isLooking = false;
  readonly #store: Pick<EventStore, 'checkWritable'>;
  readonly #listener: OutageListener;
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(store: Pick<EventStore, 'checkWritable'>, listener: OutageListener, now: () => number) {
    this.#store = store;
    this.#listener = listener;
    this.#now = now;
  }

  /** Notes what a proof that the store takes writes failed with; null if it did not fail. */
  readonly proven = (problem: string | null): void => {
    if (problem === null) this.taken();
    else this.#begin(problem);
  };

  readonly deliveryRefused = (detail: string): void => {
    this.#begin(detail).deliveries++;
  };

  /** @returns whether the store is known to be away, which explains it. */
  readFailed(): boolean {
    if (this.#current === null) void this.#look();
    else this.#current.reads++;
    return this.#current !== null;
  }

  /** The store took a write. */
  taken(): void {
    if (this.#current === null || this.#settling !== null) return;
    this.#settling = setTimeout(() => {
      this.#end();
    }, SETTLED_AFTER_MS).unref();
  }

  /** Ends the outage that goes on, if one does, and says nothing more of it. */
  close(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = null;
    for (const timer of this.#current?.timers ?? []) clearInterval(timer);
    this.#current = null;
  }

  #begin(detail: string): { deliveries: number } {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = null;
    if (this.#current !== null) {
      this.#current.detail = detail;
      return this.#current;
    }
    const report = setInterval(() => {
      const current = this.#report();
      if (current !== null) this.#listener.stillGone(current);
    }, REPORT_EVERY_MS);
    const look = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    for (const timer of [report, look]) timer.unref();
    this.#current = { since: this.#now(), timers: [report, look], deliveries: 0, reads: 0, detail };
    this.#listener.gone(detail);
    return this.#current;
  }

  #end(): void {
    const report = this.#report();
    this.close();
    if (report === null) return;
    const { detail: _, ...rest } = report;
    this.#listener.back(rest);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#store.checkWritable();
      this.proven(null);
    } catch (error) {
      this.proven(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isLooking = false;
    }
  }

  #report(): OutageReport | null {
    if (this.#current === null) return null;
    const { since, deliveries, reads, detail } = this.#current;
    return { seconds: Math.round((this.#now() - since) / 1_000), deliveries, reads, detail };
  }
}
