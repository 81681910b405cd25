/**
 * How much longer than on a quiet machine the tests wait before they give up: `TEST_PATIENCE=3 npm test` on a busy one.
 * A deadline that is never reached costs nothing, so patience slows no test that passes.
 */
export const PATIENCE = Number(process.env['TEST_PATIENCE'] ?? 1);
if (!(PATIENCE > 0)) throw new Error('TEST_PATIENCE must be a number over 0.');

/**
 * Milliseconds between two looks at a condition, the fewest and the most. A look may cost as much as what is waited for, so
 * they are the further apart the longer it takes, by this share of the time that has passed.
 */
const LOOK_MS = { fewest: 10, most: 200, share: 0.1 };
/** Milliseconds in which what is waited for comes true, unless a test says otherwise. */
const WAIT_MS = 15_000;

/** @returns `ms` milliseconds of a quiet machine, as milliseconds of this one */
export const patiently = (ms: number): number => ms * PATIENCE;

/**
 * Waits until `look` gives something other than null or false.
 * @param what names it, for the error
 * @param ms milliseconds on a quiet machine
 * @returns what `look` gave
 * @throws Error if it does not come in time
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null | false> | Value | null | false,
  ms = WAIT_MS,
): Promise<Value> {
  const begun = performance.now();
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    const passed = performance.now() - begun;
    if (passed > patiently(ms)) throw new Error(`waited in vain for ${what}`);
    const pause = Math.min(LOOK_MS.most, Math.max(LOOK_MS.fewest, passed * LOOK_MS.share));
    await new Promise((next) => setTimeout(next, pause));
  }
}
