/** Resolves after `ms` milliseconds, or as soon as one of `ends` is aborted. */
export function sleep(ms: number, ...ends: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const end of ends) end.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const end of ends) {
      if (end.aborted) done();
      else end.addEventListener('abort', done);
    }
  });
}
