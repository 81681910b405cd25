import { basePath } from '../shared/base-path';
import { KEPT_MS, MOST_BOARDS, readBoard } from './model/kept-board';
import { boardsBelow } from './model/shell';

/** The boards that this browser keeps, each under the address of its location, which nothing answers to. */

const NAME = boardsBelow(basePath);
/** Header with the time of a board, so that old ones are found without reading them. */
const TIME = 'X-Current-At';

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
    await boards.#forgetOld();
    return boards;
  }

  keep(location: string, text: string, currentAt: number): Promise<void> {
    return this.#cache.put(keyOf(location), new Response(text, { headers: { [TIME]: String(currentAt) } }));
  }

  async find(location: string): Promise<ReturnType<typeof readBoard>> {
    const found = await this.#cache.match(keyOf(location));
    const board = found === undefined ? null : readBoard(await found.text(), Date.now());
    return board?.location === location ? board : null;
  }

  async forget(location: string): Promise<void> {
    await this.#cache.delete(keyOf(location));
  }

  async #forgetOld(): Promise<void> {
    const now = Date.now();
    const found = await Promise.all(
      (await this.#cache.keys()).map(async (request) => {
        const response = await this.#cache.match(request);
        return { request, age: now - Number(response?.headers.get(TIME) ?? 0) };
      }),
    );
    const kept = found
      .filter(({ age }) => age >= 0 && age < KEPT_MS)
      .sort((one, other) => one.age - other.age)
      .slice(0, MOST_BOARDS);
    await Promise.all(found.filter((one) => !kept.includes(one)).map(({ request }) => this.#cache.delete(request)));
  }
}
