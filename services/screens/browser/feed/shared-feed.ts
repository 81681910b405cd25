import type { RawMessage } from '../shared/model/feed-message';
import type { Link } from '../shared/model/freshness';
import type { FeedClient } from './feed-client';
import { type FeedNeed, requestFor } from './model/feed-need';
import { BEAT_MS, type FromTab, type FromWorker } from './model/port-messages';
import { openWorker } from './open-worker';

/** Milliseconds of silence after which a worker is asked whether it is there. */
const SILENCE_MS = 2.5 * BEAT_MS;
/** Milliseconds that it has to answer: a tab that was asleep has not heard what came meanwhile. */
const ANSWER_MS = 1_500;
/** Workers that are tried, one after the other. All tabs of a browser that lose one meet at the next. */
const WORKERS = 2;
/** Milliseconds until it is tried again from the first, where nothing could be loaded. */
const AGAIN_MS = 5_000;

export interface SharedFeedOptions {
  readonly need: FeedNeed;
  /** Where to resume, or null. */
  readonly position: () => string | null;
  /** Takes what came at once; answers whether the feed must be followed anew. */
  readonly onMessages: (messages: readonly RawMessage[]) => { readonly mustRestart: boolean };
  readonly onLink: (link: Link) => void;
}

/**
 * Follows one feed by the worker that all tabs of a browser share, so that they need one connection together. Where there
 * is no such worker, or it does not answer, the tab connects by itself.
 */
export class SharedFeed {
  #port: MessagePort | null = null;
  #own: FeedClient | null = null;
  #isStopped = false;
  /** Workers that were given up. */
  #lost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #options: SharedFeedOptions;

  constructor(options: SharedFeedOptions) {
    this.#options = options;
  }

  start(): void {
    // A page that is left may be kept, to be gone back to.
    window.addEventListener('pagehide', this.#leave);
    this.#follow();
  }

  stop(): void {
    this.#isStopped = true;
    window.removeEventListener('pagehide', this.#leave);
    this.#leave();
    this.#own?.stop();
  }

  /** The network or the tab came back: tries again at once, unless all is well. */
  reconnectNow(): void {
    if (this.#own !== null) this.#own.reconnectNow();
    else if (this.#port === null) this.#follow();
    else this.#say({ kind: 'hurry' });
  }

  #follow(): void {
    this.#leave();
    const port =
      this.#lost < WORKERS
        ? openWorker(this.#lost, () => {
            if (port !== null && port === this.#port) this.#giveUp();
          })
        : null;
    if (port === null) {
      void this.#connect();
      return;
    }
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (port === this.#port) this.#take(data);
    };
    this.#say({ kind: 'follow', need: this.#options.need, position: this.#options.position() });
    this.#listen();
  }

  #take(news: FromWorker): void {
    const { onLink, onMessages } = this.#options;
    this.#listen();
    this.#say({ kind: 'taken', number: news.number });
    switch (news.kind) {
      case 'beat':
        break;
      case 'link':
        onLink(news.link);
        break;
      case 'messages':
        if (onMessages(news.messages).mustRestart) this.#follow();
        break;
      case 'over':
        this.#follow();
        break;
    }
  }

  /** Waits for the worker's next word. */
  #listen(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#say({ kind: 'ask' });
      this.#timer = setTimeout(this.#giveUp, ANSWER_MS);
    }, SILENCE_MS);
  }

  readonly #giveUp = (): void => {
    this.#lost += 1;
    this.#options.onLink({ kind: 'lost', store: 'ok' });
    this.#follow();
  };

  readonly #leave = (): void => {
    clearTimeout(this.#timer);
    this.#say({ kind: 'leave' });
    this.#port?.close();
    this.#port = null;
  };

  #say(message: FromTab): void {
    this.#port?.postMessage(message);
  }

  async #connect(): Promise<void> {
    const { need, position, onMessages, onLink } = this.#options;
    const now = () => ({ monotonic: performance.now(), wall: Date.now() });
    try {
      const { FeedClient } = await import('./feed-client');
      if (this.#isStopped || this.#own !== null) return;
      const request = () => requestFor(need, [[need.kind === 'whole' ? '' : need.location, position()]]);
      this.#own = new FeedClient({ token: need.token, now, request, onMessages, onLink });
      this.#own.start();
    } catch {
      this.#lost = 0;
      onLink({ kind: 'lost', store: 'ok' });
      this.#timer = setTimeout(() => {
        if (!this.#isStopped) this.#follow();
      }, AGAIN_MS);
    }
  }
}
