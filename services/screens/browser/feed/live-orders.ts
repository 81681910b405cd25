import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { addressOf } from '../shared/base-path';
import { FeedClient } from './feed-client';
import { hearTime, type Moment, serverNow, type ServerTime } from '../shared/model/clock';
import { type FeedMessage, type FeedOrder, parseMessage, type StoreState } from '../shared/model/feed-message';
import { type Change, type FeedState, nothingKnown, receive } from './model/feed-state';
import { DEFAULT_INTERVAL_MS, type Freshness, type Link, readFreshness } from '../shared/model/freshness';
import { watchPage } from './watch-page';

/** Where a component gets its orders. */
export interface FeedPlace {
  /** Base URL of the service; empty: where the page comes from. */
  readonly service: string;
  readonly location: string;
  readonly token: string | null;
  readonly view: 'board' | 'customers';
}

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/** Keeps a component's orders as the feed has them, and tells how fresh they are. */
export class LiveOrders<Seen extends FeedOrder> implements ReactiveController {
  state: FeedState<Seen> = nothingKnown('');
  #place: FeedPlace | null = null;
  #client: FeedClient<FeedMessage<Seen>> | null = null;
  #link: Link = { kind: 'connecting' };
  #startedAt: Moment = moment();
  #lastMessageAt: Moment | null = null;
  #time: ServerTime | null = null;
  #store: StoreState = 'ok';
  #quarantined = 0;
  #intervalMs = DEFAULT_INTERVAL_MS;
  #unwatch: () => void = () => undefined;
  #isConnected = false;

  readonly #host: ReactiveControllerHost;
  readonly #onChanges: (changes: readonly Change<Seen>[]) => void;

  /** @param onChanges called with every change, before the component renders it */
  constructor(host: ReactiveControllerHost, onChanges: (changes: readonly Change<Seen>[]) => void) {
    this.#host = host;
    this.#onChanges = onChanges;
    host.addController(this);
  }

  /** Milliseconds since the epoch by the service's clock. */
  get now(): number {
    return serverNow(this.#time, moment());
  }

  /** Returns how many deliveries of the place could not be used in the last day, and wait, as last heard. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** Returns whether something came from the feed: then there is a board to show. */
  get hasData(): boolean {
    return this.state.folds !== null;
  }

  get freshness(): Freshness {
    return readFreshness(
      {
        link: this.#link,
        online: navigator.onLine,
        startedAt: this.#startedAt,
        lastMessageAt: this.#lastMessageAt,
        hasData: this.hasData,
        store: this.#store,
        intervalMs: this.#intervalMs,
      },
      moment(),
    );
  }

  /** Follows another place; nothing of the one before is kept. */
  follow(place: FeedPlace): void {
    this.#place = place;
    this.#client?.stop();
    this.#client = null;
    this.state = nothingKnown(place.location);
    this.#link = { kind: 'connecting' };
    this.#startedAt = moment();
    this.#lastMessageAt = null;
    this.#store = 'ok';
    this.#quarantined = 0;
    this.#begin();
  }

  hostConnected(): void {
    this.#isConnected = true;
    this.#unwatch = watchPage(
      () => {
        this.#host.requestUpdate();
      },
      () => this.#client?.reconnectNow(),
    );
    this.#begin();
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    this.#unwatch();
    this.#client?.stop();
    this.#client = null;
  }

  #begin(): void {
    const place = this.#place;
    if (!this.#isConnected || place === null || place.location === '' || this.#client !== null) return;
    const path = `/locations/${encodeURIComponent(place.location)}/live`;
    const client = new FeedClient<FeedMessage<Seen>>({
      url: addressOf(place.service, place.view === 'board' ? path : `${path}?view=${place.view}`),
      token: place.token,
      now: moment,
      position: () => this.state.position,
      parse: parseMessage<Seen>,
      intervalOf: (message) => (message.kind === 'heartbeat' ? message.interval_ms : null),
      onMessages: (messages) => {
        // A client that was stopped may still have something in hand; it is of another place.
        if (client !== this.#client) return { mustRestart: false };
        return this.#receive(messages);
      },
      onLink: (link) => {
        if (client !== this.#client) return;
        // A refusal stands until there is a stream.
        if (link.kind === 'connecting' && this.#link.kind !== 'open') return;
        this.#link = link;
        this.#host.requestUpdate();
      },
    });
    this.#client = client;
    client.start();
  }

  #receive(messages: readonly FeedMessage<Seen>[]): { mustRestart: boolean } {
    const at = moment();
    for (const message of messages) {
      if (message.kind === 'order') continue;
      this.#time = hearTime(message.now, at);
      if (message.kind === 'heartbeat') {
        this.#store = message.store;
        this.#quarantined = message.quarantined;
        this.#intervalMs = message.interval_ms;
      } else this.#store = 'ok';
    }
    this.#lastMessageAt = at;
    const { state, changes, mustRestart } = receive(this.state, messages);
    this.state = state;
    if (changes.length > 0) this.#onChanges(changes);
    this.#host.requestUpdate();
    return { mustRestart };
  }
}
