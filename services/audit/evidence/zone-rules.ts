import { hash } from 'node:crypto';
import { offsetsOfZone } from '../../../schemas/local-time';

/**
 * By which rules clocks of a zone are set. Node.js says by a version which rules it has; a browser says nothing, so the two are
 * compared by what their clocks show.
 */

/** The years that are compared: those of which bundles are, and some to come. */
const [FIRST, LAST] = [Date.UTC(2026, 0), Date.UTC(2037, 0)];
const STEP_MS = 14 * 86_400_000;
const MINUTE_MS = 60_000;

/** @returns a short fingerprint of when the clocks of a zone are set to what. @throws {RangeError} if there is no such zone */
export function zoneRules(timeZone: string): string {
  const offsetAt = offsetsOfZone(timeZone);
  let offset = offsetAt(FIRST);
  const rules = [[FIRST, offset]];
  for (let ms = FIRST + STEP_MS; ms <= LAST; ms += STEP_MS) {
    const next = offsetAt(ms);
    if (next === offset) continue;
    let [before, after] = [ms - STEP_MS, ms];
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    offset = next;
    rules.push([after, offset]);
  }
  return hash('sha256', JSON.stringify(rules), 'hex').slice(0, 8);
}
