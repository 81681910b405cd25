import type { ReactiveControllerHost } from 'lit';
import type { Order } from '../../../../schemas/order-view';
import type { BoardOrders } from './board-orders';
import { alreadyCalled } from './model/driver-group';
import { type Handoffs, noHandoffs, ofThoseHere, opened, turnedTo, withArrivals } from './model/handoffs';
import type { News } from './model/news';

/** Which handoff card is open over a board, and which drivers wait for theirs. */
export class BoardHandoffs {
  #value = noHandoffs;

  readonly #host: ReactiveControllerHost;
  readonly #orders: BoardOrders;
  readonly #onOpened: (order: Order) => void;

  /** @param onOpened called with the order of a card that opens */
  constructor(host: ReactiveControllerHost, orders: BoardOrders, onOpened: (order: Order) => void) {
    this.#host = host;
    this.#orders = orders;
    this.#onOpened = onOpened;
  }

  get value(): Handoffs {
    return this.#value;
  }

  /** Closes the card, and forgets who waits: another place is shown. */
  forget(): void {
    this.#value = noHandoffs;
  }

  /**
   * Takes in drivers who have come, and returns the news that may sound: each driver is called once, however many orders
   * there are.
   */
  arrive(news: readonly News[]): readonly News[] {
    const arrived = news.filter(({ kind }) => kind === 'arrived').map(({ order }) => order.order_id);
    if (arrived.length === 0) return news;
    const { ofDriver } = this.#orders;
    const called = alreadyCalled(arrived, this.#value, ofDriver, (id) => this.#orders.get(id)?.stage === 'driver_here');
    const { openId, isByItself } = this.#value;
    // Somebody looks at the card on which these orders stand too.
    if (openId !== null && !isByItself) {
      for (const id of called) if (ofDriver(openId).includes(id)) this.#orders.attend(id);
    }
    this.#set(withArrivals(this.#value, arrived));
    return news.filter(({ kind, order }) => kind !== 'arrived' || !called.includes(order.order_id));
  }

  /** Opens a card, by a touch or by itself. */
  open(id: string, isByItself: boolean): void {
    if (this.#orders.get(id) === undefined) return;
    if (!isByItself) this.#orders.attendDriverOf(id);
    this.#set(opened(this.#value, id, isByItself));
    this.#announce();
  }

  /** Turns to another card, or to none: somebody has looked after the driver of the one that is open. */
  turn(id: string | null): void {
    const { openId } = this.#value;
    if (openId !== null) this.#orders.attendDriverOf(openId);
    const next = id !== null && this.#orders.get(id) !== undefined ? id : null;
    this.#set(turnedTo(this.#value, next, openId === null ? [] : this.#orders.ofDriver(openId)));
    this.#announce();
  }

  /** Lets drivers go who have gone; has to be called before the board renders. */
  goOn(): void {
    const { openId } = this.#value;
    this.#value = ofThoseHere(this.#value, this.#orders.source.state.orders);
    if (this.#value.openId !== openId) this.#announce();
  }

  #set(value: Handoffs): void {
    this.#value = value;
    this.#host.requestUpdate();
  }

  #announce(): void {
    const order = this.#orders.get(this.#value.openId ?? '');
    if (order !== undefined) this.#onOpened(order);
  }
}
