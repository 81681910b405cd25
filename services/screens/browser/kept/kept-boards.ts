import { basePath } from '../shared/base-path';
import { parseBoard } from './model/kept-board';
import { boardsBelow } from './model/shell';
import { deleteOld, TIME } from './old-boards';

/** The boards that this browser keeps, each under the address of its location, which nothing answers to. */

const NAME = boardsBelow(basePath);

const keyOf = (location: string): string =>
  new URL(`${basePath}/screens/kept?${new URLSearchParams({ location }).toString()}`, window.location.origin).href;

/** Forgets all boards. Pages that keep one from before write to what nobody can find any more. */
export async function forgetBoards(): Promise<void> {
  if ('caches' in window) await caches.delete(NAME);
}

/** Keeps, finds and forgets boards, until all are forgotten: then it keeps nothing that can be found. */
export class KeptBoards {
  readonly #cache: Cache;

  private constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Opens what is kept, without what is too old. */
  static async open(): Promise<KeptBoards> {
    const boards = new KeptBoards(await caches.open(NAME));
    await boards.forgetOld();
    return boards;
  }

  /** Keeps a board, and forgets what is too old or too much with it. */
  async keep(location: string, text: string, currentAt: number): Promise<void> {
    await this.#cache.put(keyOf(location), new Response(text, { headers: { [TIME]: String(currentAt) } }));
    await this.forgetOld();
  }

  forgetOld(): Promise<void> {
    return deleteOld(this.#cache);
  }

  async find(location: string): Promise<ReturnType<typeof parseBoard>> {
    const found = await this.#cache.match(keyOf(location));
    const board = found === undefined ? null : parseBoard(await found.text(), Date.now());
    return board?.location === location ? board : null;
  }

  async forget(location: string): Promise<void> {
    await this.#cache.delete(keyOf(location));
  }
}
