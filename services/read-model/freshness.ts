import { comparePositions, type Position } from '../event-store/event-store';
import type { Progress } from './projector';

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

  readonly #now: () => number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The projector has read the whole log once since it started. */
  get complete(): boolean {
    return this.#complete;
  }

  /** How long an acknowledged update has not been readable, in seconds; 0 when all are. */
  get lagSeconds(): number {
    return this.#awaited === null ? 0 : (this.#now() - this.#awaited.at) / 1_000;
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
