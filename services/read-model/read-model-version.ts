import { createHash } from 'node:crypto';
import { storeName } from '../event-store/open';
import { foldVersion } from './fold-version';

/**
 * @param eventStoreUrl EventStoreDB's connection string, or null for the embedded store
 * @returns what identifies a read model that the folds of this build make of that store, so that one which was made from
 *   another store is made anew: its checkpoint would mean nothing.
 */
export function readModelVersion(eventStoreUrl: string | null): string {
  const folds = foldVersion();
  if (eventStoreUrl === null) return folds;
  return `${folds}-${createHash('sha256').update(storeName(eventStoreUrl)).digest('hex').slice(0, 8)}`;
}
