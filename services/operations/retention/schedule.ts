import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RetentionResult } from './run-retention';
import { describeHold, holdOf, MILLISECONDS_PER_DAY, SETTLE_MS, TrustedClock } from './trusted-clock';

/** Milliseconds between two looks at the clock, and at whether a run is due. */
const LOOK_MS = 1_000;
/** Milliseconds from a run that failed, or was held, to the next. */
export const RETRY_MS = 3_600_000;
/** Milliseconds between two records of the time that is known. */
const RECORD_MS = 3_600_000;

/** What a run would take, in orders of the read model. */
export interface RetentionPlan {
  readonly old: number;
  readonly all: number;
}

interface Options {
  readonly days: number;
  readonly known: (signal: AbortSignal) => Promise<number | null>;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly record: (known: number) => void;
  readonly isReady: () => boolean;
  readonly plan: (cutoff: number) => Promise<RetentionPlan>;
  readonly run: (cutoff: number, signal: AbortSignal) => Promise<RetentionResult>;
  readonly onDeleted: (orders: number) => void;
  readonly onHeld: (isHeld: boolean) => void;
  readonly log: Logger;
}

/**
 * Runs retention, unless it has to be held.
 * @returns milliseconds until the next run.
 */
async function runOnce(
  { days, plan, run, onDeleted, onHeld, log }: Options,
  look: Parameters<typeof holdOf>[0],
  signal: AbortSignal,
): Promise<number> {
  const cutoff = look.now - days * MILLISECONDS_PER_DAY;
  try {
    const { old, all } = look.kind === 'ahead' ? { old: 0, all: 0 } : await plan(cutoff);
    const reason = holdOf(look, old, all);
    onHeld(reason !== null);
    if (reason !== null) {
      log.error(
        { detail: describeHold(reason), days },
        'RETENTION IS HELD: nothing is deleted. Look at the clock; if it is right, confirm with ticket-rail retain --confirm',
      );
      return RETRY_MS;
    }
    const result = await run(cutoff, signal);
    onDeleted(result.deleted);
    log.info({ ...result, days, before: new Date(cutoff).toISOString() }, 'deleted finished orders that are old');
    if (result.unreported > 0)
      log.warn({ orders: result.unreported }, 'the read model still shows orders that were deleted');
    return MILLISECONDS_PER_DAY;
  } catch (error) {
    log.error({ err: error }, 'retention failed and will go on in an hour');
    return RETRY_MS;
  }
}

/**
 * Runs retention once a day, one run at a time, the first once the clock can be believed. A run by a clock that cannot,
 * or that would take most of what is there, is held: reported, and tried again in an hour. A run that fails is logged
 * and tried again in an hour too; retention never ends the service, and never keeps its process alive.
 * @param known the last time that is known for certain, in milliseconds since the epoch; asked for once
 * @param isReady the read model has seen the whole log; before that there is nothing to go by
 * @param now milliseconds since the epoch
 * @param record keeps the time that is known for certain, in milliseconds since the epoch, for the next start
 * @param plan what a run would take
 * @param run deletes what came before a cutoff in milliseconds since the epoch
 * @param monotonic milliseconds of a clock that never goes back
 * @returns what ends it, once the orders that it is at are done.
 */
export function scheduleRetention(options: Options): { stop(): Promise<void> } {
  const { days, known, now, monotonic, record, isReady, log } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const isEnding = (): boolean => signal.aborted;
  const pause = (): Promise<void> => delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);

  const recordKnown = (clock: TrustedClock): void => {
    try {
      record(clock.known);
    } catch (error) {
      log.warn({ err: error }, 'the time that retention goes by cannot be recorded');
    }
  };

  const openClock = async (): Promise<TrustedClock | null> => {
    if (!isReady()) return null;
    try {
      const clock = new TrustedClock({ days, known: await known(signal), now, monotonic, settleMs: SETTLE_MS });
      recordKnown(clock);
      return clock;
    } catch (error) {
      log.warn({ err: error }, 'the time of the newest event cannot be read yet; retention waits');
      return null;
    }
  };

  const running = (async (): Promise<void> => {
    let clock: TrustedClock | null = null;
    let [due, recordAt] = [monotonic(), monotonic() + RECORD_MS];
    while (!isEnding()) {
      clock ??= await openClock();
      const look = clock?.look() ?? ({ kind: 'settling' } as const);
      if (look.kind !== 'settling' && isReady() && monotonic() >= due)
        due = monotonic() + (await runOnce(options, look, signal));
      if (clock !== null && monotonic() >= recordAt) {
        recordKnown(clock);
        recordAt = monotonic() + RECORD_MS;
      }
      await pause();
    }
    if (clock === null) return;
    clock.look();
    recordKnown(clock);
  })();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
