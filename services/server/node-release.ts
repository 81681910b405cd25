/** Which release lines of Node.js still get security fixes. */

/**
 * The last day on which each release line gets fixes, from the published schedule
 * (https://github.com/nodejs/release#release-schedule). Odd lines live for half a year.
 */
const END_OF_LIFE: ReadonlyMap<number, string> = new Map([
  [20, '2026-04-30'],
  [21, '2024-06-01'],
  [22, '2027-04-30'],
  [23, '2025-06-01'],
  [24, '2028-04-30'],
  [25, '2026-06-01'],
  [26, '2029-04-30'],
]);

/** A notice for the log: the release line of this process gets no fixes any more. */
export interface NodeReleaseNotice {
  /** Version of Node.js, without `v`. */
  readonly node: string;
  /** The last day with fixes, as `YYYY-MM-DD`. */
  readonly endOfLife: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
}

/**
 * Says whether a version of Node.js gets no fixes any more.
 * @param version as `process.version` has it
 * @param now milliseconds since the epoch
 * @returns null while the release line is supported, and for lines that are newer than this table
 */
export function nodeReleaseNotice(version: string, now: number): NodeReleaseNotice | null {
  const node = version.replace(/^v/, '');
  const endOfLife = END_OF_LIFE.get(Number.parseInt(node, 10));
  const today = new Date(now).toISOString().slice(0, 10);
  if (endOfLife === undefined || today <= endOfLife) return null;
  const supported = [...END_OF_LIFE]
    .filter(([line, end]) => line % 2 === 0 && today <= end)
    .map(([line, end]) => `${String(line)} (until ${end})`);
  const remedy =
    supported.length === 0
      ? 'a release line that gets fixes'
      : `a release line that gets fixes: ${supported.join(', ')}`;
  return {
    node,
    endOfLife,
    message: `Node.js ${node} has had no security fixes since ${endOfLife}. Run the service on ${remedy}.`,
  };
}
