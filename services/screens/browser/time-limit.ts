/** How long a request may take, in browsers without `AbortSignal.timeout` and `AbortSignal.any`. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** To be called once the answer was read: nothing waits any more. */
  readonly lift: () => void;
}

/**
 * Begins a time limit.
 * @param ms milliseconds until `signal` aborts
 * @param other aborts it earlier
 */
export function timeLimit(ms: number, other?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = setTimeout(abort, ms);
  if (other?.aborted === true) abort();
  other?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    lift: () => {
      clearTimeout(timer);
      other?.removeEventListener('abort', abort);
    },
  };
}
