import type { ReactiveControllerHost } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import type { BoardOrders } from '../board-orders';
import { type Handoffs, noHandoffs, ofThoseHere, opened, turnedTo, withArrivals } from '../model/handoff/handoffs';
import type { BoardNews } from '../model/news';
import { alreadyCalled, nothingCovered, uncovered, withCovered, withoutCovered } from '../model/handoff/visits';

/** Which handoff card is open over a board, and which drivers wait for theirs. */
export class BoardHandoffs {
  #value = noHandoffs;
  #covered = nothingCovered;

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
    this.#covered = nothingCovered;
  }

  /**
   * Takes in drivers who have come, and returns the news that may sound: each driver is called once a visit, however many
   * orders there are.
   */
  arrive(news: readonly BoardNews[]): readonly BoardNews[] {
    const arrived = news.filter(({ kind }) => kind === 'arrived').map(({ order }) => order.order_id);
    if (arrived.length === 0) return news;
    const { ofVisit } = this.#orders;
    const called = alreadyCalled(arrived, this.#value, ofVisit, (id) => this.#orders.get(id)?.stage === 'driver_here');
    for (const id of arrived) this.#covered = withoutCovered(this.#covered, id);
    for (const [id, by] of called) this.#cover([id], by);
    const { openId, isByItself } = this.#value;
    // Somebody looks at the card on which these orders stand too.
    if (openId !== null && !isByItself) {
      for (const id of called.keys()) if (ofVisit(openId).includes(id)) this.#orders.attend(id);
    }
    this.#set(withArrivals(this.#value, arrived));
    return news.filter(({ kind, order }) => kind !== 'arrived' || !called.has(order.order_id));
  }

  /** Opens a card, by a touch or by itself. */
  open(id: string, isByItself: boolean): void {
    if (this.#orders.get(id) === undefined) return;
    if (!isByItself) this.#attend(id);
    this.#set(opened(this.#value, id, isByItself));
    this.#announce();
  }

  /** Opens the card of the driver who has waited longest. */
  openFirst(): void {
    const [first] = this.#value.waiting;
    if (first !== undefined) this.open(first, true);
  }

  /** Turns to another card, or to none: somebody has looked after the driver of the one that is open. */
  turn(id: string | null): void {
    const { openId } = this.#value;
    if (openId !== null) this.#attend(openId);
    const next = id !== null && this.#orders.get(id) !== undefined ? id : null;
    if (next !== null) this.#covered = withoutCovered(this.#covered, next);
    this.#set(turnedTo(this.#value, next, openId === null ? [] : this.#orders.ofVisit(openId)));
    this.#announce();
  }

  /**
   * Lets drivers go who have gone; has to be called before the board renders.
   * @returns arrivals that were taken for those of other orders' drivers, wrongly: they are to be announced now
   */
  goOn(): readonly BoardNews[] {
    const { openId } = this.#value;
    const { orders } = this.#orders.source.state;
    this.#value = ofThoseHere(this.#value, orders);
    if (this.#value.openId !== openId) this.#announce();
    const { covered, called } = uncovered(this.#covered, orders);
    this.#covered = covered;
    return called.map((order) => ({ kind: 'arrived', order }));
  }

  /** Somebody looks after the driver of an order, and so after that driver's arrivals with others that nobody looked at. */
  #attend(id: string): void {
    const arrivals = this.#orders.calls.filter(({ kind }) => kind === 'arrived').map(({ orderId }) => orderId);
    const unseen = this.#orders.ofVisit(id).filter((one) => arrivals.includes(one) || this.#covered.has(one));
    this.#orders.attendVisitOf(id);
    this.#cover(unseen, id);
    this.#covered = withoutCovered(this.#covered, id);
  }

  #cover(ids: readonly string[], by: string): void {
    const covered = { by, group: this.#orders.groupOf(by), at: this.#orders.source.now };
    this.#covered = withCovered(this.#covered, ids, covered);
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
