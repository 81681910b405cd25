import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ActionRequest } from '../../../../schemas/api/actions';
import type { Order } from '../../../../schemas/api/order-view';
import type { Compared } from '../../../../schemas/events/rail-actions';
import { sendAction, mayAct } from '../feed/actions';
import type { HourCycle } from '../shared/model/words';
import { keep, load } from '../shared/storage';
import {
  type ShownHandover,
  handoverOf,
  handoverStateOf,
  type Press,
  parsePresses,
  withoutPress,
  withPress,
} from './model/handoff/presses';

/** Milliseconds until what did not arrive is sent again. */
const RETRY_MS = 3_000;

interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly service: string;
  readonly token: string;
}

/** Records what people do at a board. What cannot be sent waits in the browser, and arrives once, with its own time. */
export class BoardActions implements ReactiveController {
  #may: boolean | null = null;
  #presses: readonly Press[] = [];
  #refused: { readonly orderId: string; readonly words: string } | null = null;
  /** Keys of what was pressed here and never sent, so that it cannot have arrived. */
  readonly #unsent = new Set<string>();
  #isSending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the places that were followed: what was begun for another is over. */
  #place = 0;

  readonly #host: Host;
  readonly #onRefused: (orderId: string) => void;

  /** @param onRefused called with the order for which nothing was recorded, as it is another now than it was shown */
  constructor(host: Host, onRefused: (orderId: string) => void) {
    this.#host = host;
    this.#onRefused = onRefused;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('online', this.#goOn);
    this.#goOn();
  }

  hostDisconnected(): void {
    window.removeEventListener('online', this.#goOn);
    clearTimeout(this.#timer);
  }

  /** Returns whether this screen may record what is done. */
  get may(): boolean {
    return this.#may === true;
  }

  /** Follows the place that the board is set to. */
  follow(isReplay: boolean): void {
    this.#place += 1;
    this.#may = isReplay ? false : null;
    this.#refused = null;
    this.#presses = isReplay ? [] : parsePresses(load(this.#name));
    this.#goOn();
  }

  /** @returns the handover of an order, recorded or waiting */
  handover(order: Order, cycle: HourCycle): ShownHandover | null {
    return handoverOf(order, this.#presses, this.#unsent, cycle);
  }

  /** @returns whether an order is handed over, recorded or waiting; null if it is not */
  handoverState(order: Order): ReturnType<typeof handoverStateOf> {
    return handoverStateOf(order, this.#presses);
  }

  /** @returns why nothing was recorded for an order, in words; null if nothing was refused */
  refusal(orderId: string): string | null {
    return this.#refused?.orderId === orderId ? this.#refused.words : null;
  }

  /** @param compared what somebody says to have compared, in the order of the card */
  handOver(order: Order, compared: readonly Compared[]): void {
    this.#press(order, { type: 'handed_over', ...pressed(order), compared: [...compared] });
  }

  acknowledge(order: Order, what: 'cancel' | 'driver_change'): void {
    if (this.#may !== false) this.#press(order, { type: 'acknowledged', ...pressed(order), what });
  }

  /** Takes back a handover; one that was never sent is dropped, and one that may have arrived stays until that is known. */
  undo(order: Order): void {
    const waiting = this.#presses.find(
      ({ orderId, request }) => orderId === order.order_id && request.type === 'handed_over',
    );
    if (waiting !== undefined) {
      if (this.#unsent.has(waiting.key)) this.#set((presses) => withoutPress(presses, waiting.key));
    } else if (order.handed_over !== null)
      this.#press(order, { type: 'undone', ...pressed(order), undone_revision: order.handed_over.revision });
  }

  get #name(): string {
    return `presses ${this.#host.location}`;
  }

  #press(order: Order, request: ActionRequest): void {
    this.#refused = null;
    const key = newKey();
    this.#unsent.add(key);
    this.#set((presses) => withPress(presses, { key, orderId: order.order_id, request }));
    this.#goOn();
  }

  /** Changes what is kept, which another window of this place may have changed since: what it keeps is sent from here too. */
  #set(change: (kept: readonly Press[]) => readonly Press[]): void {
    this.#presses = change(parsePresses(load(this.#name)));
    keep(this.#name, this.#presses);
    this.#host.requestUpdate();
  }

  readonly #goOn = (): void => {
    clearTimeout(this.#timer);
    void this.#send();
  };

  /** Sends what waits, one after the other, in the order in which it was pressed. */
  async #send(): Promise<void> {
    const place = this.#place;
    const { service, location, token } = this.#host;
    if (this.#isSending || location === '' || this.#may === false) return;
    this.#isSending = true;
    const at = { service, location, token: token === '' ? null : token };
    let isDone = this.#may !== null;
    try {
      if (this.#may === null) {
        const may = await mayAct(at);
        if (place !== this.#place) return;
        this.#may = may;
        isDone = may !== null;
        // Who may not act acknowledges on this screen alone.
        if (may === false) this.#set((kept) => kept.filter(({ request }) => request.type !== 'acknowledged'));
        else this.#host.requestUpdate();
      }
      for (let [press] = this.#presses; this.may && press !== undefined; [press] = this.#presses) {
        const { key } = press;
        this.#unsent.delete(key);
        const sent = await sendAction(at, press);
        if (place !== this.#place) return;
        isDone = sent.kind !== 'later';
        if (!isDone) break;
        this.#set((kept) => withoutPress(kept, key));
        if (sent.kind === 'refused') {
          this.#refused = { orderId: press.orderId, words: sent.words };
          this.#onRefused(press.orderId);
        }
      }
    } finally {
      this.#isSending = false;
      if (place !== this.#place) this.#goOn();
      else if (!isDone) this.#timer = setTimeout(this.#goOn, RETRY_MS);
    }
  }
}

/** What every press says: the order as it is shown, and when that was by the screen's own clock. */
const pressed = ({ revision }: Order) => ({ revision, at: new Date().toISOString() });

/** Returns a key that nothing else has; `crypto.randomUUID` is not there on pages without TLS. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
