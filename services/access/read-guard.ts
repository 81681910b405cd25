import type { Request, RequestHandler } from 'express';
import { DEFAULT_PAGE } from '../../schemas/requests';
import { Problem } from '../http/problem';
import { readerOf } from './guard';

/** How many large reads are answered at a time: each may hold some megabytes until its reader has taken them. */

/** Most of one reader. */
export const MAX_LARGE_READS_PER_READER = 16;
/** Most of all readers. */
export const MAX_LARGE_READS = 64;

/** Whatever their parameters, these look at much. */
const LARGE_PATH = /\/history\/?$|^\/(?:audit\/orders|quarantine)\/?$/i;

/** Reads of the past and of pages that are longer than usual are large. */
const isLarge = ({ path, query }: Request): boolean =>
  LARGE_PATH.test(path) || query['as_of'] !== undefined || Number(query['limit'] ?? 0) > DEFAULT_PAGE;

/** Lets a large read through if there is a place for it, which it has until its answer is taken, or its reader gone. */
export function createReadGuard(): RequestHandler {
  const taken = new Map<string | null, number>();
  let all = 0;
  return (request, response, next) => {
    if (!isLarge(request)) {
      next();
      return;
    }
    const { name } = readerOf(response);
    const own = taken.get(name) ?? 0;
    if (own >= MAX_LARGE_READS_PER_READER || all >= MAX_LARGE_READS) {
      const most = `${String(MAX_LARGE_READS_PER_READER)} of one reader and ${String(MAX_LARGE_READS)} of all`;
      throw new Problem('reads-busy', `At most ${most} are answered at a time. Ask again, or for shorter pages.`);
    }
    taken.set(name, own + 1);
    all++;
    response.once('close', () => {
      all--;
      const left = (taken.get(name) ?? 0) - 1;
      if (left > 0) taken.set(name, left);
      else taken.delete(name);
    });
    next();
  };
}
