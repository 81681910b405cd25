import { LRUCache } from 'lru-cache';

/**
 * Remembers what was used last, by a text. With `max`, memory for all of it would be taken at the start, which that makes
 * noticeably longer.
 * @param most that is remembered
 * @param ttl milliseconds for which each is; default: as long as there is room
 */
export const createRemembered = <Value extends object | number | true>(
  most: number,
  ttl?: number,
): LRUCache<string, Value> =>
  new LRUCache<string, Value>({ maxSize: most, sizeCalculation: () => 1, ...(ttl === undefined ? {} : { ttl }) });
