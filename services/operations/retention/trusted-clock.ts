/**
 * Whether a clock may be believed before something is deleted by it. A machine that comes up with a date in the future,
 * until NTP mends it, would otherwise delete everything for good.
 */

export const MILLISECONDS_PER_DAY = 86_400_000;
/**
 * Milliseconds that the clock has to go like the monotonic clock before it is believed: NTP needs some after a start.
 */
export const SETTLE_MS = 15 * 60_000;
/** Most milliseconds by which the clock may leave the monotonic clock between two looks; NTP slews by less. */
export const MAX_DRIFT_MS = 60_000;
/** Days that the service may have been away, or the machine asleep, without anyone having to say so: a long weekend. */
const ABSENCE_DAYS = 3;

/**
 * @returns most milliseconds by which the clock may be ahead of the time that is known to have passed: a long weekend,
 *   and never more than half of the days after which something is deleted.
 */
export const longestAbsence = (days: number): number => Math.min(days / 2, ABSENCE_DAYS) * MILLISECONDS_PER_DAY;

/** What a look at the clock says; `now` and `known` in milliseconds since the epoch. */
export type ClockLook =
  | { readonly kind: 'trusted'; readonly now: number }
  /** It was set, or the process has just begun: ask again later. */
  | { readonly kind: 'settling' }
  /** It says that more time has passed than anyone can vouch for. */
  | { readonly kind: 'ahead'; readonly now: number; readonly known: number };

/** Holds a clock that may be set against one that may not, and both against the last time that is known. */
export class TrustedClock {
  #known: number;
  #last: { readonly now: number; readonly monotonic: number };
  #settlesAt: number;

  readonly #options: {
    readonly days: number;
    readonly known: number | null;
    readonly now: () => number;
    readonly monotonic: () => number;
    readonly settleMs: number;
  };

  /**
   * @param known time that was reached for certain, in milliseconds since the epoch; null if there is none to go by
   * @param now the clock
   * @param monotonic milliseconds of a clock that never goes back
   * @param settleMs see {@link SETTLE_MS}; 0 where somebody asks on purpose
   */
  constructor(options: {
    readonly days: number;
    readonly known: number | null;
    readonly now: () => number;
    readonly monotonic: () => number;
    readonly settleMs: number;
  }) {
    this.#options = options;
    const { known, now, monotonic, settleMs } = options;
    this.#last = { now: now(), monotonic: monotonic() };
    this.#known = known ?? this.#last.now;
    this.#settlesAt = this.#last.monotonic + settleMs;
  }

  /** Returns the time that was reached for certain, in milliseconds since the epoch. */
  get known(): number {
    return this.#known;
  }

  look(): ClockLook {
    const { days, now: clock, monotonic: counter, settleMs } = this.#options;
    const [now, monotonic] = [clock(), counter()];
    const passed = monotonic - this.#last.monotonic;
    const drift = now - this.#last.now - passed;
    this.#last = { now, monotonic };
    this.#known += passed;
    if (Math.abs(drift) > MAX_DRIFT_MS) this.#settlesAt = monotonic + settleMs;
    if (monotonic < this.#settlesAt) return { kind: 'settling' };
    if (now - this.#known > longestAbsence(days)) return { kind: 'ahead', now, known: this.#known };
    this.#known = Math.max(this.#known, now);
    return { kind: 'trusted', now };
  }
}

/** Why a run waits until an operator confirms it. */
export type Hold =
  | { readonly kind: 'clock'; readonly now: number; readonly known: number }
  /** It would take most of what is there. */
  | { readonly kind: 'most'; readonly old: number; readonly all: number };

/**
 * @param old orders that a run would look at to delete them
 * @param all orders that there are
 * @returns why they are not deleted without anyone confirming it; null if they may be
 */
export function holdOf(look: Exclude<ClockLook, { kind: 'settling' }>, old: number, all: number): Hold | null {
  if (look.kind === 'ahead') return { kind: 'clock', now: look.now, known: look.known };
  return old * 2 > all ? { kind: 'most', old, all } : null;
}

/** @returns a hold in words. */
export function describeHold(hold: Hold): string {
  switch (hold.kind) {
    case 'clock': {
      const [now, known] = [hold.now, hold.known].map((time) => new Date(time).toISOString());
      return (
        `the clock says ${String(now)}, but the last time that is known for certain is ${String(known)}: it may be ` +
        'wrong, or the service was away for long'
      );
    }
    case 'most':
      return `it would delete ${String(hold.old)} of ${String(hold.all)} orders, which is most of what is there`;
  }
}
