import { comparePositions, type Position } from '../event-store/event-store';
import type { Progress } from './projector';

/** How often {@link Freshness.tick} is to be called, in milliseconds. */
export const TICK_MS = 1_000;
/** Milliseconds without a tick from which the process stood still: stopped, or asleep with its machine. */
export const STANDSTILL_MS = 5_000;

/**
 * Knows what was acknowledged and what is readable, so that a read sees every update acknowledged before it, or says
 * that it cannot.
 */
export class Freshness {
  #acknowledged: Position | null = null;
  #readable: Position | null = null;
  #complete = false;
  /** An update that was not readable when it was acknowledged; when it is, the newest acknowledged takes its place. */
  #awaited: { readonly position: Position; readonly at: number } | null = null;
  readonly #waiters = new Set<() => void>();
  #tickedAt: number | null = null;
  /** How often the process stood still. */
  #standstills = 0;
  /** When it last began to, if the projector has not caught up with the log since. */
  #unheardSince: number | null = null;
  readonly #now: () => number;
  readonly #onStandstill: (standstills: number) => void;

  /**
   * @param now milliseconds of a clock that never goes back
   * @param onStandstill called after the process stood still, with how often it did; what the log has since then is not
   *   known until the projector has looked at it anew, see {@link Freshness.heard}
   */
  constructor(now: () => number, onStandstill: (standstills: number) => void = () => undefined) {
    this.#now = now;
    this.#onStandstill = onStandstill;
  }

  /** The projector has read the whole log once since it started. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Nothing is known of what the log has had since the process stood still. */
  get isUnheard(): boolean {
    if (this.#tickedAt !== null) this.tick(); // the question may come before the tick
    return this.#unheardSince !== null;
  }

  /**
   * Returns for how many seconds an acknowledged update has not been readable, or it has not been known whether one is;
   * 0 when all are readable.
   */
  get lagSeconds(): number {
    const since = this.isUnheard ? this.#unheardSince : (this.#awaited?.at ?? null);
    return since === null ? 0 : (this.#now() - since) / 1_000;
  }

  /** Proves that the process runs. */
  tick(): void {
    const now = this.#now();
    const last = this.#tickedAt ?? now;
    this.#tickedAt = now;
    if (now - last < STANDSTILL_MS) return;
    this.#unheardSince ??= last;
    this.#onStandstill(++this.#standstills);
  }

  /** The projector has caught up with a log that it looked at anew after so many standstills. */
  heard(standstills: number): void {
    if (standstills >= this.#standstills) this.#unheardSince = null;
  }

  acknowledged(position: Position): void {
    if (this.#acknowledged !== null && comparePositions(position, this.#acknowledged) <= 0) return;
    this.#acknowledged = position;
    if (this.#awaited === null && !this.#isReadable(position)) this.#awaited = { position, at: this.#now() };
  }

  projected({ position, caughtUp }: Pick<Progress, 'position' | 'caughtUp'>): void {
    this.#complete ||= caughtUp;
    this.#readable = position;
    if (this.#awaited !== null && this.#isReadable(this.#awaited.position)) {
      const newest = this.#acknowledged;
      this.#awaited = newest === null || this.#isReadable(newest) ? null : { position: newest, at: this.#now() };
    }
    for (const wake of this.#waiters) wake();
  }

  /** The read model is being made anew. */
  restarted(): void {
    this.#unheardSince = null;
    this.#complete = false;
    this.#readable = null;
  }

  /**
   * Waits until everything acknowledged before now is readable, and `enough` holds.
   * @param ms most milliseconds to wait
   * @returns false if that time passed first.
   */
  async wait(ms: number, enough: () => boolean = () => true): Promise<boolean> {
    const target = this.#acknowledged;
    const readable = (): boolean => this.#complete && (target === null || this.#isReadable(target)) && enough();
    if (readable()) return true;
    return new Promise((resolve) => {
      const done = (result: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve(result);
      };
      const check = (): void => {
        if (readable()) done(true);
      };
      const timer = setTimeout(() => {
        done(false);
      }, ms);
      this.#waiters.add(check);
    });
  }

  #isReadable(position: Position): boolean {
    return this.#readable !== null && comparePositions(position, this.#readable) <= 0;
  }
}
