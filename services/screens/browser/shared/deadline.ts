/**
 * Runs what can be aborted, and aborts it after a time or with `outer`. `AbortSignal.any` and `AbortSignal.timeout`, which
 * say the same, are younger than the oldest browsers that the pages support (docs/guides/embed-the-board.md).
 * @param ms milliseconds that it may take
 */
export async function abortAfter<Value>(
  ms: number,
  run: (signal: AbortSignal) => Promise<Value>,
  outer?: AbortSignal,
): Promise<Value> {
  const abort = new AbortController();
  const end = (): void => {
    abort.abort();
  };
  const timer = setTimeout(end, ms);
  outer?.addEventListener('abort', end);
  if (outer?.aborted === true) end();
  try {
    return await run(abort.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  }
}
