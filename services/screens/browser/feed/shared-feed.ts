import { elapsed, type Moment } from '../shared/model/clock';
import type { RawMessage } from '../shared/model/feed-message';
import type { LinkState } from '../shared/model/freshness';
import type { FeedClient } from './feed-client';
import { type FeedNeed, requestFor, serverOf } from './model/feed-need';
import { pauseAfter } from './model/pauses';
import { BEAT_MS, type FromTab, type FromWorker } from './model/port-messages';
import { openWorker } from './open-worker';

/** Milliseconds of silence after which a worker is asked whether it is there. */
const SILENCE_MS = 2.5 * BEAT_MS;
/** Milliseconds that it has to answer: a tab that was asleep has not heard what came meanwhile. */
const ANSWER_MS = 1_500;
/**
 * Workers that are tried in turn, for one that hangs keeps its name. One that has died begins anew by its name: there all
 * tabs of a browser that lost it meet again, and those that are opened later.
 */
const WORKERS = 2;
/** Milliseconds until it is tried again from the first, where nothing could be loaded. */
const AGAIN_MS = 5_000;
/** Milliseconds after which what may be needed later is loaded: a page that has just begun has other things to load. */
const AHEAD_MS = 10_000;

const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

export interface SharedFeedOptions {
  readonly need: FeedNeed;
  /** Where to resume, or null. */
  readonly position: () => string | null;
  /** Takes what came at once; answers whether the feed must be followed anew. */
  readonly onMessages: (messages: readonly RawMessage[]) => { readonly mustRestart: boolean };
  readonly onLink: (link: LinkState) => void;
}

/**
 * Follows one feed by the worker that all tabs of a browser share, so that they need one connection together. Where there
 * is no such worker, or it does not answer, the tab connects by itself.
 */
export class SharedFeed {
  #port: MessagePort | null = null;
  #own: FeedClient | null = null;
  #isStopped = false;
  /** Which of the workers is followed. */
  #worker = 0;
  /** It has spoken since it was followed. */
  #speaks = false;
  /** One has spoken at any time: there can be workers here. */
  #hasWorkers = false;
  /** Workers in succession that said nothing. */
  #silent = 0;
  #heardAt = moment();
  readonly #startedAt = moment();
  #isAhead = false;
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
    // What is shown is of the time before until something comes.
    this.#options.onLink({ kind: 'connecting' });
    const port = this.#mayShare
      ? openWorker(this.#worker, () => {
          if (port !== null && port === this.#port) this.#giveUp();
        })
      : null;
    if (port === null) {
      void this.#connect();
      return;
    }
    this.#port = port;
    this.#speaks = false;
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (port === this.#port) this.#take(data);
    };
    this.#say({ kind: 'follow', need: this.#options.need, position: this.#options.position() });
    this.#listen();
  }

  /** The worker may call nothing but its own origin, by the policy that it was loaded with. */
  get #mayShare(): boolean {
    const isHere = serverOf(this.#options.need) === window.location.origin;
    return isHere && (this.#hasWorkers || this.#silent < WORKERS);
  }

  #take(news: FromWorker): void {
    const { onLink, onMessages } = this.#options;
    // The tab stood still: this, and what waits behind it, is of a time that is over.
    if (elapsed(this.#heardAt, moment()) > SILENCE_MS + ANSWER_MS) {
      this.#follow();
      return;
    }
    this.#speaks = true;
    this.#hasWorkers = true;
    this.#silent = 0;
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
        if (elapsed(this.#startedAt, moment()) > AHEAD_MS) this.#loadAhead();
        break;
      case 'over':
        this.#follow();
        break;
    }
  }

  /** Waits for the worker's next word. */
  #listen(): void {
    this.#heardAt = moment();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#say({ kind: 'ask' });
      this.#timer = setTimeout(this.#giveUp, ANSWER_MS);
    }, SILENCE_MS);
  }

  readonly #giveUp = (): void => {
    if (!this.#speaks) {
      this.#silent += 1;
      this.#worker = (this.#worker + 1) % WORKERS;
    }
    this.#leave();
    this.#options.onLink({ kind: 'lost', store: 'ok' });
    this.#followIn(pauseAfter(this.#silent));
  };

  #followIn(ms: number): void {
    this.#timer = setTimeout(() => {
      if (!this.#isStopped) this.#follow();
    }, ms);
  }

  readonly #leave = (): void => {
    clearTimeout(this.#timer);
    this.#say({ kind: 'leave' });
    this.#port?.close();
    this.#port = null;
  };

  #say(message: FromTab): void {
    this.#port?.postMessage(message);
  }

  /** Loads what connects by itself while it is there: after an update of the service it no longer is. */
  #loadAhead(): void {
    if (this.#isAhead) return;
    this.#isAhead = true;
    import('./feed-client').catch(() => {
      this.#isAhead = false;
    });
  }

  async #connect(): Promise<void> {
    const { need, position, onMessages, onLink } = this.#options;
    try {
      const { FeedClient } = await import('./feed-client');
      if (this.#isStopped || this.#own !== null) return;
      const request = () => requestFor(need, [[need.kind === 'whole' ? '' : need.location, position()]]);
      this.#own = new FeedClient({ token: need.token, now: moment, request, onMessages, onLink });
      this.#own.start();
    } catch {
      this.#silent = 0;
      onLink({ kind: 'lost', store: 'ok' });
      this.#followIn(AGAIN_MS);
    }
  }
}
