/**
 * How much longer than on a quiet machine the tests wait before they give up: `TEST_PATIENCE=3 npm test` on a busy one.
 * A deadline that is never reached costs nothing, so patience slows no test that passes.
 */
export const PATIENCE = Number(process.env['TEST_PATIENCE'] ?? 1);
if (!(PATIENCE > 0)) throw new Error('TEST_PATIENCE must be a number over 0.');

/** Milliseconds between two looks at a condition. */
const LOOK_MS = 10;
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
  const deadline = performance.now() + patiently(ms);
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((next) => setTimeout(next, LOOK_MS));
  }
}
