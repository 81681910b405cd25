import { type BigIntStats, statSync } from 'node:fs';

/** Which file it is, whatever it is called now: its device and its number there. No other has the same while it is open. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export const identityOf = ({ dev, ino }: FileIdentity): FileIdentity => ({ dev, ino });

/** @returns whether both are the same file, or both none. */
export const isSameFile = (one: FileIdentity | null, other: FileIdentity | null): boolean =>
  one?.ino === other?.ino && one?.dev === other?.dev;

/** @returns what stands at a path; null if nothing does that can be looked at. */
export function lookAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return null; // such as a directory on the way that is none any more
  }
}
