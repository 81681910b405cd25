import type { ReactiveControllerHost } from 'lit';
import type { Order } from '../../../../schemas/api/order-view';
import type { Compared } from '../../../../schemas/events/rail-actions';
import { LiveOrders } from '../feed/live-orders';
import { guarded } from '../shared/guarded';
import { callWords } from '../shared/model/label-words';
import { keep, load } from '../shared/storage';
import {
  acknowledged,
  type Acknowledgement,
  type Marks,
  mustAcknowledgeDriver,
  noMarks,
  openedAt,
  parseMarks,
} from './model/handoff/acknowledgements';
import type { Arrangement } from './model/arrange';
import { BoardActions } from './board-actions';
import { BoardLayout } from './model/board-layout';
import { BoardMemory } from './model/board-memory';
import { arrivalsAttended, attended, type BoardCall, lasting, timely, withNews } from './model/calls';
import type { Driver } from '../../../../projections/order/driver-details';
import { type BoardNews, veryLate } from './model/news';
import { areSameThresholds, type Settings } from './model/settings';
import type { KeptMoment } from '../kept/model/kept-moment';
import type { ReplayMoment } from './model/replay';
import { type OfVisit, visitOf } from './model/handoff/visits';
import type { KnownLocation } from '../shared/model/known-location';
import type { Thresholds } from '../../../../schemas/files/thresholds';

/** What a board says of the orders it is to show. */
interface Host extends ReactiveControllerHost {
  readonly location: string;
  readonly service: string;
  readonly token: string;
  readonly replay: ReplayMoment | null;
  readonly kept: KeptMoment | null;
}

/** What the live feed says. */
export type LiveSource = Pick<LiveOrders<Order>, 'state' | 'now' | 'hasData' | 'freshness' | 'facts'>;

/** The orders of a board, of the live feed or of a moment of the past, and what this screen knows of them besides. */
export class BoardOrders {
  readonly #live: LiveOrders<Order>;
  readonly #layout = new BoardLayout();
  #memory = new BoardMemory();
  #marks = noMarks;
  #calls: readonly BoardCall[] = [];
  /** Orders that were very late when this screen last looked, and the thresholds of the location then; null: it has not looked. */
  #veryLate: { readonly keys: ReadonlySet<string>; readonly there: Thresholds } | null = null;

  readonly #host: Host;
  /** What people do here that is recorded. */
  readonly actions: BoardActions;

  /**
   * @param onNews called with what people should hear of, before the board renders it
   * @param onRefused called with the id of an order for which nothing was recorded
   */
  constructor(host: Host, onNews: (news: readonly BoardNews[]) => void, onRefused: (id: string) => void) {
    this.#host = host;
    this.actions = new BoardActions(host, onRefused);
    this.#live = new LiveOrders<Order>(host, (changes) => {
      const { now } = this.#live;
      this.#mark(openedAt(this.#marks, now));
      const news = this.#memory.takeIn(changes, now);
      this.#calls = withNews(this.#calls, news);
      if (news.length > 0) onNews(news);
    });
  }

  /** Returns how many reports could not be used; of a moment of the past, that is not known. */
  get quarantined(): number {
    return this.isPast ? 0 : this.#live.quarantined;
  }

  /** Returns what is known of the location besides its orders. */
  get facts(): KnownLocation {
    return this.#kept?.facts ?? this.#live.facts;
  }

  /** Returns when an order is late: what is set on this screen goes first. */
  thresholdsOf({ ownThresholds }: Settings): Thresholds {
    return ownThresholds ?? this.facts.thresholds;
  }

  /** Returns what nobody at this screen has attended to. */
  get calls(): readonly BoardCall[] {
    return this.#calls;
  }

  /** Somebody looks after an order. */
  attend(id: string): void {
    this.#calls = attended(this.#calls, id);
  }

  /** Ends the calls of an order and of its driver's arrival with others: somebody looks after the driver. */
  attendVisitOf(id: string): void {
    this.#calls = arrivalsAttended(attended(this.#calls, id), this.ofVisit(id));
  }

  /** Somebody has to attend to these after all. */
  callFor(news: readonly BoardNews[]): void {
    this.#calls = withNews(this.#calls, news);
  }

  /** Time has passed: orders may have become very late, and calls may have lost their reason. @returns what is new */
  look(settings: Settings): readonly BoardNews[] {
    if (this.isPast || !this.source.hasData) return [];
    const { orders } = this.source.state;
    const there = this.#live.facts.thresholds;
    const last = this.#veryLate;
    // Thresholds that the location was given are no news of its orders.
    const before = last !== null && areSameThresholds(last.there, there) ? last.keys : null;
    const found = veryLate(orders.values(), this.source.now, this.thresholdsOf(settings));
    this.#veryLate = { keys: new Set(found.keys()), there };
    const news = before === null ? [] : [...found].filter(([key]) => !before.has(key)).map(([, one]) => one);
    this.#calls = timely(lasting(withNews(this.#calls, news), orders, this.#marks), (key) => found.has(key));
    return news;
  }

  /** Returns where the orders come from, and the time by which they are shown. */
  get source(): LiveSource | ReplayMoment | KeptMoment {
    return this.#host.replay ?? this.#kept ?? this.#live;
  }

  /** Returns what the live feed says, whatever is shown. */
  get live(): LiveSource {
    return this.#live;
  }

  /** Returns whether something else than the live feed is shown, in which nothing can be acknowledged. */
  get isPast(): boolean {
    return this.source !== this.#live;
  }

  /** Returns what is shown in place of a live feed of which nothing came. */
  get #kept(): KeptMoment | null {
    const { kept, location } = this.#host;
    return this.#live.hasData || kept?.state.location !== location ? null : kept;
  }

  get(id: string): Order | undefined {
    return this.source.state.orders.get(id);
  }

  /** Follows the place that the board is set to; nothing of the one before is kept. */
  follow(): void {
    const { location, service, token } = this.#host;
    this.#memory = new BoardMemory();
    this.#calls = [];
    this.#veryLate = null;
    this.#marks = parseMarks(load(`marks ${location}`));
    const isReplay = this.#host.replay !== null;
    this.actions.follow(isReplay);
    this.#live.follow({
      service,
      location: isReplay ? '' : location,
      token: token === '' ? null : token,
      view: 'board',
    });
  }

  arranged(search: string, oldAfterHours: number): Arrangement {
    const { now, state } = this.source;
    const marks = this.#host.replay?.marks ?? this.#marks;
    return this.#layout.arranged(state.orders, { marks, search, now, oldAfterHours });
  }

  /** Returns all orders that the driver of an order takes together; none where it is only that one. */
  groupOf(id: string): readonly Order[] {
    const { state, now } = this.source;
    // An order that cannot be compared with others is no reason to show none of them.
    return guarded(
      () => this.#layout.groupOf(state.orders, id, now),
      () => [],
    );
  }

  /** Returns the ids of all orders for which the driver of an order comes in the same visit, its own among them. */
  readonly ofVisit: OfVisit = (id) => visitOf(this.groupOf(id), id);

  /** @returns what a sentence calls an order */
  wordsFor(id: string): string {
    const order = this.source.state.orders.get(id);
    return order === undefined ? this.shortId(id) : callWords(order, this.shortId(id));
  }

  /** @returns as much of the end of an id as distinguishes it */
  shortId(id: string): string {
    return this.#layout.shortId(this.source.state.orders, id);
  }

  /** @returns the driver that people may still be waiting for */
  previousDriver(id: string): Driver | null {
    return ((this.#host.replay ?? this.#kept)?.previousDrivers ?? this.#memory.previousDrivers).get(id) ?? null;
  }

  mustSeeDriver(order: Order): boolean {
    return !this.isPast && mustAcknowledgeDriver(order, this.#marks);
  }

  /** @returns since when it is in its place on the board, in milliseconds since the epoch, as far as this screen saw it */
  movedAt(id: string): number {
    return this.#memory.movedAt.get(id) ?? 0;
  }

  act(what: Acknowledgement | 'hand-over' | 'undo', order: Order, compared: readonly Compared[] = []): void {
    if (what === 'hand-over') this.actions.handOver(order, compared);
    else if (what === 'undo') this.actions.undo(order);
    else this.#mark(acknowledged(this.#marks, what, order));
    if (what === 'acknowledge-cancel') this.actions.acknowledge(order, 'cancel');
    if (what === 'acknowledge-driver') this.actions.acknowledge(order, 'driver_change');
  }

  #mark(marks: Marks): void {
    if (marks === this.#marks || this.isPast) return;
    this.#marks = marks;
    keep(`marks ${this.#host.location}`, marks);
    this.#host.requestUpdate();
  }
}
