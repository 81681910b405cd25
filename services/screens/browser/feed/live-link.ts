import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { hearTime, type Moment, serverNow, type ServerTime } from '../shared/model/clock';
import type { RawMessage, StoreState } from '../shared/model/feed-message';
import { DEFAULT_INTERVAL_MS, type LinkState, type LiveFreshness, freshnessOf } from '../shared/model/freshness';
import type { FeedNeed } from './model/feed-need';
import { SharedFeed } from './shared-feed';
import { watchPage } from './watch-page';

/** What a message says of its sender. */
export interface Heard {
  /** RFC 3339, by the clock of the service. */
  readonly now: string;
  /** Left out: as before. */
  readonly store?: StoreState;
  /** Milliseconds between heartbeats; left out: as before. */
  readonly interval_ms?: number;
}

export interface LiveLinkOptions<Message> {
  readonly need: FeedNeed;
  /** Where to resume, or null. */
  readonly position: () => string | null;
  /** @returns null for what is not understood: it is no sign of life either. */
  readonly parse: (raw: RawMessage) => Message | null;
  /** Takes what came at once; answers whether the feed must be followed anew. */
  readonly onMessages: (messages: readonly Message[]) => { readonly mustRestart: boolean };
  /** @returns null for a message that is about nothing but data */
  readonly heardIn: (message: Message) => Heard | null;
  /** Called when the connection is there, each time. */
  readonly onOpen?: () => void;
}

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/** The connection of an element that shows live data: it is made while the element is on the page, and known by how fresh it is. */
export class LiveLink<Message> implements ReactiveController {
  #feed: SharedFeed | null = null;
  #link: LinkState = { kind: 'connecting' };
  #startedAt: Moment = moment();
  #lastMessageAt: Moment | null = null;
  #time: ServerTime | null = null;
  #store: StoreState = 'ok';
  #intervalMs = DEFAULT_INTERVAL_MS;
  #unwatch: (() => void) | null = null;

  readonly #host: ReactiveControllerHost;
  readonly #options: () => LiveLinkOptions<Message> | null;

  /** @param options asked for with each connection that is made; null while there is nothing to connect with */
  constructor(host: ReactiveControllerHost, options: () => LiveLinkOptions<Message> | null) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** Milliseconds since the epoch by the service's clock. */
  get now(): number {
    return serverNow(this.#time, moment());
  }

  /** @param hasData something is shown, fresh or not */
  freshness(hasData: boolean): LiveFreshness {
    return freshnessOf(
      {
        link: this.#link,
        online: navigator.onLine,
        startedAt: this.#startedAt,
        lastMessageAt: this.#lastMessageAt,
        hasData,
        store: this.#store,
        intervalMs: this.#intervalMs,
      },
      moment(),
    );
  }

  /** Connects with another place: nothing that was heard of the one before stands. */
  restart(): void {
    this.#stop();
    this.#link = { kind: 'connecting' };
    this.#lastMessageAt = null;
    this.#store = 'ok';
    this.#begin();
  }

  /** Something came just now that is as good as a message. */
  heard(): void {
    this.#lastMessageAt = moment();
  }

  hostConnected(): void {
    this.#unwatch = watchPage(
      () => {
        this.#host.requestUpdate();
      },
      () => this.#feed?.reconnectNow(),
    );
    this.#begin();
  }

  hostDisconnected(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#stop();
  }

  #stop(): void {
    this.#feed?.stop();
    this.#feed = null;
  }

  #begin(): void {
    const options = this.#unwatch === null || this.#feed !== null ? null : this.#options();
    if (options === null) return;
    this.#startedAt = moment();
    const { need, position, parse, onMessages, heardIn, onOpen } = options;
    const feed = new SharedFeed({
      need,
      position,
      onMessages: (raw) => {
        const messages = raw.map(parse).filter((message) => message !== null);
        // A feed that was stopped may still have something in hand; it is of another place.
        if (feed !== this.#feed || messages.length === 0) return { mustRestart: false };
        this.#hear(messages, heardIn);
        return onMessages(messages);
      },
      onLink: (link) => {
        if (feed !== this.#feed) return;
        // A refusal stands until there is a stream.
        if (link.kind === 'connecting' && this.#link.kind !== 'open') return;
        this.#link = link;
        if (link.kind === 'open') onOpen?.();
        this.#host.requestUpdate();
      },
    });
    this.#feed = feed;
    feed.start();
  }

  #hear(messages: readonly Message[], heardIn: LiveLinkOptions<Message>['heardIn']): void {
    const at = moment();
    for (const message of messages) {
      const heard = heardIn(message);
      if (heard === null) continue;
      this.#time = hearTime(heard.now, at);
      this.#store = heard.store ?? this.#store;
      this.#intervalMs = heard.interval_ms ?? this.#intervalMs;
    }
    this.#lastMessageAt = at;
  }
}
