/** Milliseconds that a page has for what it is there for, before it loads what may come later. */
const LATER_MS = 2_000;
/** Milliseconds until what could not be loaded is loaded again. */
const AGAIN_MS = 60_000;

/** Loads and does something that a page can be without until then. */
export function later(run: () => Promise<void>, ms = LATER_MS): void {
  setTimeout(() => {
    run().catch(() => {
      later(run, AGAIN_MS);
    });
  }, ms);
}
