/** Resolves after `ms` milliseconds, or as soon as `stop` is aborted. */
export function sleep(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (stop?.aborted === true) done();
    else stop?.addEventListener('abort', done);
  });
}
