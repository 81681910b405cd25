import type { Request, RequestHandler, Response } from 'express';
import { DEFAULT_PAGE } from '../../schemas/api/requests';
import { BrokenInvariant } from '../../schemas/broken-invariant';
import type { ReaderName } from '../../schemas/files/readers';
import type { LargeRead } from '../http/endpoint';
import { Problem } from '../http/problem';
import { readerOf } from './guard';

/** How many large reads are answered at a time: each may hold some megabytes until its reader has taken them. */

/** Most of one reader. */
export const MAX_LARGE_READS_PER_READER = 16;
/** Most of all readers. */
export const MAX_LARGE_READS = 64;

const LOCAL = 'largeReads';

/** Reads of the past and of pages that are longer than usual are large. */
const isAskedFor = ({ query }: Request): boolean =>
  query['as_of'] !== undefined || Number(query['limit'] ?? 0) > DEFAULT_PAGE;

/** Large reads that are being answered. */
class LargeReads {
  readonly #taken = new Map<ReaderName | null, number>();
  #all = 0;

  /** @returns what gives the place back, or null if there is none. */
  take(name: ReaderName | null): (() => void) | null {
    const own = this.#taken.get(name) ?? 0;
    if (own >= MAX_LARGE_READS_PER_READER || this.#all >= MAX_LARGE_READS) return null;
    this.#taken.set(name, own + 1);
    this.#all++;
    return () => {
      this.#all--;
      const left = (this.#taken.get(name) ?? 0) - 1;
      if (left > 0) this.#taken.set(name, left);
      else this.#taken.delete(name);
    };
  }
}

/** Counts the large reads of an app: {@link takePlace} works only behind it. */
export function createReadGuard(): RequestHandler {
  const reads = new LargeReads();
  return (_request, response, next) => {
    response.locals[LOCAL] = reads;
    next();
  };
}

/**
 * Takes a place for a large read, until its answer is taken, or its reader gone. Other reads need none.
 * @throws {Problem} `reads-busy` if there is no place
 */
export function takePlace(request: Request, response: Response, large: LargeRead): void {
  if (large === 'if-asked' && !isAskedFor(request)) return;
  const reads = response.locals[LOCAL] as LargeReads | undefined; // only this file sets it
  if (reads === undefined) throw new BrokenInvariant('the route is not behind the read guard');
  const leave = reads.take(readerOf(response).name);
  if (leave !== null) {
    response.once('close', leave);
    return;
  }
  const most = `${String(MAX_LARGE_READS_PER_READER)} of one reader and ${String(MAX_LARGE_READS)} of all`;
  throw new Problem('reads-busy', `At most ${most} are answered at a time. Ask again, or for shorter pages.`);
}
