import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MILLISECONDS_PER_DAY, type RetentionResult } from './run-retention';

/** Milliseconds between two looks at whether the read model is complete. */
const READY_CHECK_MS = 1_000;
/** Milliseconds from a run that failed to the next. */
const RETRY_MS = 3_600_000;

/**
 * Runs retention now and once a day, one run at a time. A run that fails is logged and tried again in an hour; retention never ends the service, and never keeps its process alive.
 * @param isReady the read model has seen the whole log; before that there is nothing to go by
 * @param run deletes what came before a cutoff in milliseconds since the epoch
 * @param now milliseconds since the epoch
 * @returns what ends it, once the orders that it is at are done.
 */
export function scheduleRetention(options: {
  readonly days: number;
  readonly isReady: () => boolean;
  readonly run: (cutoff: number, signal: AbortSignal) => Promise<RetentionResult>;
  readonly onDeleted: (orders: number) => void;
  readonly log: Logger;
  readonly now: () => number;
}): { stop(): Promise<void> } {
  const { days, isReady, run, onDeleted, log, now } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const isEnding = (): boolean => signal.aborted;
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

  /** @returns milliseconds until the next run. */
  const runOnce = async (): Promise<number> => {
    const cutoff = now() - days * MILLISECONDS_PER_DAY;
    try {
      const result = await run(cutoff, signal);
      onDeleted(result.deleted);
      log.info({ ...result, days, before: new Date(cutoff).toISOString() }, 'deleted finished orders that are old');
      if (result.untold > 0) log.warn({ orders: result.untold }, 'the read model still shows orders that were deleted');
      return MILLISECONDS_PER_DAY;
    } catch (error) {
      log.error({ err: error }, 'retention failed and will go on in an hour');
      return RETRY_MS;
    }
  };

  const running = (async (): Promise<void> => {
    while (!isEnding()) await pause(isReady() ? await runOnce() : READY_CHECK_MS);
  })();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
