import type { Order } from '../../../../schemas/api/order-view';
import type { LiveOrders } from '../feed/live-orders';
import { adviseLanguage } from '../shared/language';
import { clockWords, type HourCycle } from '../shared/model/words';
import { followManifest, install } from './install';
import { forgetBoards, KeptBoards } from './kept-boards';
import { type KeptBoard, writeBoard } from './model/kept-board';
import { isKeptAsLeft, stepOf } from './model/keeping';
import type { KeptMoment } from './model/kept-moment';

/** Milliseconds between two looks at the board. */
const LOOK_MS = 1_000;
/** Milliseconds between two times that old boards are looked for on a page where none is kept. */
const OLD_MS = 3_600_000;

/** What a board lets be kept of it, and shows in place of it. */
interface Board {
  readonly location: string;
  readonly live: Pick<LiveOrders<Order>, 'state' | 'now' | 'hasData' | 'freshness' | 'facts'>;
  readonly settings: { readonly hourCycle: HourCycle };
  kept: KeptMoment | null;
}

/** What was done for the location that a board shows. */
interface Done {
  readonly location: string;
  /** Milliseconds of the clock of the page. */
  readonly since: number;
  isLookedFor: boolean;
  isForgotten: boolean;
  kept: { readonly at: number; readonly orders: ReadonlyMap<string, Order> } | null;
}

/** Keeps the board of a page while it is live, and shows what was kept while nothing else is there. */
class BoardKeeper {
  #boards: Promise<KeptBoards> | null = null;
  #done: Done;
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
    // Its location was chosen with the page.
    this.#done = this.#begin(0);
  }

  start(): void {
    setInterval(() => void this.#look(), LOOK_MS);
    setInterval(() => void this.#forgetOld().catch(() => undefined), OLD_MS);
    window.addEventListener('pagehide', () => {
      const { freshness, hasData } = this.#board.live;
      const { isForgotten } = this.#done;
      if (isKeptAsLeft({ freshness, hasData, isForgotten })) void this.#keep().catch(() => undefined);
    });
    void this.#look();
  }

  #begin(since: number): Done {
    const { location } = this.#board;
    return { location, since, isLookedFor: false, isForgotten: false, kept: null };
  }

  async #look(): Promise<void> {
    followManifest();
    if (this.#done.location !== this.#board.location) this.#done = this.#begin(performance.now());
    const { location, since, isLookedFor, isForgotten, kept } = this.#done;
    const { freshness, hasData, state } = this.#board.live;
    if (location === '' || (isForgotten && freshness.kind !== 'live')) return;
    const now = performance.now();
    const step = stepOf({
      freshness,
      hasData,
      waitedMs: now - since,
      isLookedFor,
      shownAgeMs: this.#board.kept?.freshness.ageMs ?? null,
      sinceKeptMs: kept === null ? null : now - kept.at,
      isChanged: kept?.orders !== state.orders,
    });
    try {
      if (step === 'show') await this.#show();
      else if (step === 'hide') this.#hide();
      else if (step === 'keep') await this.#keep();
      else if (step !== null) await this.#forget(step);
    } catch {
      // The browser refuses storage: then all is as without it.
    }
  }

  #opened(): Promise<KeptBoards> {
    this.#boards ??= KeptBoards.open().catch((error: unknown) => {
      this.#boards = null; // opened again with the next look
      throw error;
    });
    return this.#boards;
  }

  async #forgetOld(): Promise<void> {
    await (await this.#boards)?.forgetOld();
  }

  async #show(): Promise<void> {
    const done = this.#done;
    done.isLookedFor = true;
    const kept = await (await this.#opened()).find(done.location);
    // Meanwhile the reader may have been refused, or the board may have come.
    if (kept === null || done !== this.#done || done.isForgotten || this.#board.live.hasData) return;
    adviseLanguage(this, kept.facts.language ?? '');
    this.#board.kept = momentOf(kept, this.#board);
  }

  #hide(): void {
    adviseLanguage(this, '');
    this.#board.kept = null;
  }

  async #keep(): Promise<void> {
    const { location, live } = this.#board;
    const { freshness, state, facts } = live;
    // What nothing would forget at the end of the session is not kept.
    if (navigator.serviceWorker.controller === null || freshness.ageMs === null) return;
    this.#done.isForgotten = false;
    this.#done.kept = { at: performance.now(), orders: state.orders };
    const now = Date.now();
    const currentAt = now - freshness.ageMs;
    const { orders, truncated } = state;
    const text = writeBoard({
      location,
      currentAt,
      aheadMs: live.now - now,
      facts,
      truncated,
      orders: [...orders.values()],
    });
    await (await this.#opened()).keep(location, text, currentAt);
  }

  async #forget(step: 'forget' | 'forget-all'): Promise<void> {
    const done = this.#done;
    done.isForgotten = true;
    this.#hide();
    try {
      if (step === 'forget') await (await this.#opened()).forget(done.location);
      else await forgetBoards();
    } catch (error) {
      done.isForgotten = false; // the next look tries again
      throw error;
    }
    this.#boards = null;
  }
}

/** Returns a kept board in the form in which a board shows it. */
function momentOf(kept: KeptBoard, board: Board): KeptMoment {
  const { location, truncated, facts } = kept;
  const orders = new Map(kept.orders.map((order) => [order.order_id as string, order]));
  return {
    state: { location, folds: 'kept', position: null, orders, truncated },
    facts,
    hasData: true,
    previousDrivers: new Map<string, never>(),
    get now() {
      return Date.now() + kept.aheadMs;
    },
    get freshness() {
      const { freshness } = board.live;
      return {
        kind: 'kept' as const,
        since: clockWords(kept.currentAt + kept.aheadMs, board.settings.hourCycle),
        ageMs: Math.max(0, Date.now() - kept.currentAt),
        cause: freshness.kind === 'stale' ? freshness.cause : null,
      };
    },
  };
}

/** Has the page of a board open without the service, with the board as it was last shown. */
export function keepBoard(board: Board): void {
  void install();
  if ('serviceWorker' in navigator && 'caches' in window) new BoardKeeper(board).start();
}
