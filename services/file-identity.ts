import { type BigIntStats, statSync } from 'node:fs';

/** Which file it is, whatever it is called now: its device and its number there. No other has the same while it is open. */
export type FileIdentity = string & { readonly __brand: 'FileIdentity' };

export const identityOf = ({ dev, ino }: BigIntStats): FileIdentity => `${String(dev)}:${String(ino)}` as FileIdentity;

/** @returns what stands at a path; null if nothing does that can be looked at. */
export function lookAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return null; // such as a directory on the way that is none any more
  }
}

/** @returns which file stands at a path; null if none does that can be looked at. */
export function identityAt(path: string): FileIdentity | null {
  const found = lookAt(path);
  return found === null ? null : identityOf(found);
}
