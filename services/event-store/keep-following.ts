import { setTimeout as delay } from 'node:timers/promises';
import { isEventStoreError } from './event-store';

/** Milliseconds before a store is followed again after that failed. */
const RETRY_MS = 1_000;

/**
 * Follows a store, again and again where that fails, until it is ended or the store is closed. Never fails itself.
 * @param follow a subscription that is worked through; it ends only by failing, or by its signal
 * @param onFailed called with the first failure
 * @returns what ends it, and resolves when it has ended
 */
export function keepFollowing(
  follow: (signal: AbortSignal) => Promise<void>,
  onFailed: (error: unknown) => void,
): () => Promise<void> {
  const ending = new AbortController();
  const followed = followUntil(ending.signal, follow, onFailed);
  return () => {
    ending.abort();
    return followed;
  };
}

async function followUntil(
  signal: AbortSignal,
  follow: (signal: AbortSignal) => Promise<void>,
  onFailed: (error: unknown) => void,
): Promise<void> {
  const isEnding = (): boolean => signal.aborted;
  let hasFailed = false;
  while (!isEnding()) {
    try {
      await follow(signal);
    } catch (error) {
      if (isEnding() || isEventStoreError(error, 'closed')) return;
      if (!hasFailed) onFailed(error);
      hasFailed = true;
    }
    await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
