import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Order } from '../../../../schemas/order-view';
import { forgetBoards, keepBoard, loadBoard } from '../feed/last-boards';
import type { LiveOrders } from '../feed/live-orders';
import { type LastBoard, lastBoard } from '../feed/model/last-boards';
import { nothingKnown } from '../feed/model/feed-state';

/** Milliseconds between two times that a board is kept. */
const KEEP_MS = 10_000;

type Source = Pick<LiveOrders<Order>, 'state' | 'now' | 'hasData' | 'freshness'>;

interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly token: string;
  readonly replay: unknown;
}

/**
 * Keeps what a board shows, and shows it again, as old as it is, where the page was loaded anew while its orders cannot be
 * had. Only where a cookie says who asks: there, signing out lets it be forgotten.
 */
export class BoardLast implements ReactiveController {
  #kept: LastBoard | null = null;
  #source: Source['state'] = nothingKnown('');
  #at = Number.NEGATIVE_INFINITY;
  readonly #host: Host;
  readonly #live: Source;

  constructor(host: Host, live: Source) {
    this.#host = host;
    this.#live = live;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('pagehide', this.#keep);
  }

  hostDisconnected(): void {
    this.#keep();
    window.removeEventListener('pagehide', this.#keep);
  }

  hostUpdated(): void {
    const { freshness, now } = this.#live;
    if (freshness.kind === 'stale' && (freshness.cause === 'login' || freshness.cause === 'forbidden')) {
      this.#kept = null;
      forgetBoards();
    }
    if (now - this.#at >= KEEP_MS) this.#keep();
  }

  /** Follows the place that the board is set to. */
  follow(): void {
    const { location } = this.#host;
    this.#at = Number.NEGATIVE_INFINITY;
    this.#kept = this.#isOn ? loadBoard(location) : null;
    const orders = new Map((this.#kept?.orders ?? []).map((order) => [order.order_id as string, order]));
    this.#source = { ...nothingKnown<Order>(location), orders };
  }

  /** Returns what was shown last, where nothing else can be; else null. */
  get source(): Source | null {
    const { hasData, freshness, now } = this.#live;
    if (hasData || this.#kept === null || freshness.kind !== 'stale') return null;
    if (freshness.cause === 'login' || freshness.cause === 'forbidden') return null;
    const ageMs = Math.max(0, Date.now() - this.#kept.at);
    return { state: this.#source, now, hasData: true, freshness: { ...freshness, ageMs } };
  }

  get #isOn(): boolean {
    return this.#host.token === '' && this.#host.location !== '' && this.#host.replay === null;
  }

  readonly #keep = (): void => {
    const { freshness, now, state } = this.#live;
    if (freshness.kind !== 'live' || !this.#isOn || state.location !== this.#host.location) return;
    this.#at = now;
    keepBoard(lastBoard(state.location, Date.now() - freshness.ageMs, state.orders.values()));
  };
}
