/** Milliseconds between looks at the clock: every time on a page is brought up to date by one timer. */
const TICK_MS = 1_000;

/**
 * Watches what a page that shows live data has to know besides the data.
 * @param look called with each second, and when the network goes away
 * @param hurry called when the network or the page is back: what waits to connect again need not wait
 * @returns what ends it
 */
export function watchPage(look: () => void, reconnectNow: () => void): () => void {
  const back = (): void => {
    if (document.visibilityState === 'visible') reconnectNow();
    look();
  };
  const timer = setInterval(look, TICK_MS);
  window.addEventListener('online', back);
  window.addEventListener('offline', look);
  window.addEventListener('pageshow', back);
  document.addEventListener('visibilitychange', back);
  return () => {
    clearInterval(timer);
    window.removeEventListener('online', back);
    window.removeEventListener('offline', look);
    window.removeEventListener('pageshow', back);
    document.removeEventListener('visibilitychange', back);
  };
}
