import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { FeedClient } from '../feed/feed-client';
import { addressOf } from '../shared/base-path';
import { watchPage } from '../feed/watch-page';
import { hearTime, type Moment, serverNow, type ServerTime } from '../shared/model/clock';
import type { StoreState } from '../shared/model/feed-message';
import { DEFAULT_INTERVAL_MS, type Freshness, type Link, readFreshness } from '../shared/model/freshness';
import {
  nothingKnown,
  type OverviewMessage,
  type OverviewState,
  parseOverviewMessage,
  receive,
} from './model/overview-state';

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/** Keeps how all locations fare as the service sends it, over one connection, and knows how fresh it is. */
export class LiveOverview implements ReactiveController {
  state: OverviewState = nothingKnown;
  #client: FeedClient<OverviewMessage> | null = null;
  #link: Link = { kind: 'connecting' };
  #startedAt: Moment = moment();
  #lastMessageAt: Moment | null = null;
  #time: ServerTime | null = null;
  #store: StoreState = 'ok';
  #intervalMs = DEFAULT_INTERVAL_MS;
  #unwatch: () => void = () => undefined;

  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Milliseconds since the epoch by the service's clock. */
  get now(): number {
    return serverNow(this.#time, moment());
  }

  get freshness(): Freshness {
    return readFreshness(
      {
        link: this.#link,
        online: navigator.onLine,
        startedAt: this.#startedAt,
        lastMessageAt: this.#lastMessageAt,
        hasData: this.state.locations !== null,
        store: this.#store,
        intervalMs: this.#intervalMs,
      },
      moment(),
    );
  }

  hostConnected(): void {
    this.#startedAt = moment();
    this.#unwatch = watchPage(
      () => {
        this.#host.requestUpdate();
      },
      () => this.#client?.reconnectNow(),
    );
    const client = new FeedClient<OverviewMessage>({
      url: addressOf('', '/overview/live'),
      token: null,
      now: moment,
      position: () => null,
      parse: parseOverviewMessage,
      intervalOf: (message) => (message.kind === 'heartbeat' ? message.interval_ms : null),
      onMessages: (messages) => {
        if (client === this.#client) this.#receive(messages);
        return { mustRestart: false };
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

  hostDisconnected(): void {
    this.#unwatch();
    this.#client?.stop();
    this.#client = null;
  }

  #receive(messages: readonly OverviewMessage[]): void {
    const at = moment();
    for (const message of messages) {
      if (message.kind === 'changed') continue;
      this.#time = hearTime(message.now, at);
      if (message.kind === 'heartbeat') {
        this.#store = message.store;
        this.#intervalMs = message.interval_ms;
      }
    }
    this.#lastMessageAt = at;
    this.state = receive(this.state, messages);
    this.#host.requestUpdate();
  }
}
