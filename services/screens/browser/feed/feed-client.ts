import { createParser } from 'eventsource-parser';
import { elapsed, type Moment } from '../shared/model/clock';
import type { RawMessage } from '../shared/model/feed-message';
import { DEFAULT_INTERVAL_MS, type LinkState, silenceLimit } from '../shared/model/freshness';
import type { FeedRequest } from './model/feed-need';
import { pauseAfter } from './model/pauses';

/** A connection that ended sooner than this counts as failed, so that it is not tried again without a pause. */
const SHORTEST_CONNECTION_MS = 1_000;
/** Milliseconds before a refused screen asks again: someone may have signed in beside it. */
const REFUSED_PAUSE_MS = 30_000;

export interface FeedClientOptions {
  /** Null: the browser's cookie says who asks. */
  readonly token: string | null;
  readonly now: () => Moment;
  /** Asked for each connection. */
  readonly request: () => FeedRequest;
  /** Takes what came at once; answers whether the connection must be made anew. */
  readonly onMessages: (messages: readonly RawMessage[]) => { readonly mustRestart: boolean };
  readonly onLink: (link: LinkState) => void;
}

type Outcome =
  | { readonly kind: 'ended'; readonly after: number }
  | { readonly kind: 'restart' }
  /** Something else is to be asked for: nothing was wrong with it. */
  | { readonly kind: 'renewed' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'refused' };

/** Returns the milliseconds between heartbeats, if a message says them. */
function intervalIn({ event, data }: RawMessage): number | null {
  if (event !== 'heartbeat') return null;
  try {
    const { interval_ms } = JSON.parse(data) as { interval_ms?: unknown }; // looked at before it is used
    return typeof interval_ms === 'number' && interval_ms > 0 ? interval_ms : null;
  } catch {
    return null;
  }
}

/**
 * Follows one feed until it is stopped, whatever happens to the network, the service or the tab.
 *
 * `EventSource` cannot send `Authorization`, says nothing of why it failed, and never notices a silent connection.
 */
export class FeedClient {
  #stopped = false;
  #abort: AbortController | null = null;
  #wake: (() => void) | null = null;
  #lastSignAt: Moment;
  #intervalMs = DEFAULT_INTERVAL_MS;
  #failures = 0;
  /** The stream is there. */
  #isOpen = false;
  /** What was asked for is not what is wanted now. */
  #isOutdated = false;

  readonly #options: FeedClientOptions;

  constructor(options: FeedClientOptions) {
    this.#options = options;
    this.#lastSignAt = options.now();
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** The network or the tab came back: tries again at once, unless the connection is well. */
  reconnectNow(): void {
    this.#failures = 0;
    this.#wake?.();
    if (elapsed(this.#lastSignAt, this.#options.now()) > silenceLimit(this.#intervalMs)) this.#abort?.abort();
  }

  /** Something else is wanted: asks for it at once, or as soon as what is asked for now is answered. */
  renew(): void {
    this.#isOutdated = true;
    this.#wake?.();
    if (this.#isOpen) this.#abort?.abort();
  }

  async #run(): Promise<void> {
    let isRenewed = false;
    while (!this.#stopped) {
      if (!isRenewed) this.#options.onLink({ kind: 'connecting' });
      const outcome = await this.#connect();
      isRenewed = outcome.kind === 'renewed';
      await this.#pause(this.#pauseAfter(outcome));
    }
  }

  #pauseAfter(outcome: Outcome): number {
    switch (outcome.kind) {
      case 'restart':
      case 'renewed':
        return 0;
      case 'refused':
        return REFUSED_PAUSE_MS;
      case 'ended':
        if (outcome.after >= SHORTEST_CONNECTION_MS) {
          this.#failures = 0;
          return 0;
        }
        break;
      case 'failed':
        break;
    }
    this.#failures += 1;
    return pauseAfter(this.#failures - 1);
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopped || ms === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  async #connect(): Promise<Outcome> {
    const { now, onLink } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    const startedAt = now();
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      this.#lastSignAt = now();
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        abort.abort();
      }, silenceLimit(this.#intervalMs));
    };
    heard();
    try {
      const response = await this.#ask(abort.signal);
      const refusal = await this.#readRefusal(response);
      if (refusal !== null) {
        onLink(refusal);
        return { kind: refusal.kind === 'refused' ? 'refused' : 'failed' };
      }
      onLink({ kind: 'open' });
      if (this.#isOutdated) return { kind: 'renewed' };
      this.#isOpen = true;
      const mustRestart = await this.#read(response, heard);
      if (mustRestart) return { kind: 'restart' };
      onLink({ kind: 'lost', store: 'ok' });
      return { kind: 'ended', after: elapsed(startedAt, now()) };
    } catch {
      if (this.#isOpen && this.#isOutdated) return { kind: 'renewed' };
      onLink({ kind: 'lost', store: 'ok' });
      return { kind: 'failed' };
    } finally {
      this.#isOpen = false;
      clearTimeout(watchdog);
      abort.abort();
    }
  }

  #ask(signal: AbortSignal): Promise<Response> {
    const { token } = this.#options;
    this.#isOutdated = false;
    const { url, lastEventId } = this.#options.request();
    return fetch(url, {
      headers: {
        Accept: 'text/event-stream',
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }),
      },
      cache: 'no-store',
      credentials: token === null ? 'same-origin' : 'omit',
      redirect: 'error',
      signal,
    });
  }

  /** @returns why there is no stream, or null if there is one. */
  async #readRefusal(response: Response): Promise<LinkState | null> {
    if (response.status === 401) return { kind: 'refused', reason: 'login' };
    if (response.status === 403) return { kind: 'refused', reason: 'forbidden' };
    if (response.ok && response.headers.get('content-type')?.startsWith('text/event-stream')) return null;
    const { type } = (await response.json().catch(() => ({}))) as { type?: unknown }; // looked at before it is used
    if (type === 'urn:ticket-rail:problem:store-unavailable' || type === 'urn:ticket-rail:problem:store-damaged') {
      return { kind: 'lost', store: 'unavailable' };
    }
    if (type === 'urn:ticket-rail:problem:read-model-behind') return { kind: 'lost', store: 'behind' };
    return { kind: 'lost', store: 'ok' };
  }

  /** Reads until the stream ends. @returns whether the connection must be made anew, without a position. */
  async #read(response: Response, heard: () => void): Promise<boolean> {
    if (response.body === null) return false;
    let batch: RawMessage[] = [];
    const parser = createParser({
      onEvent: (message) => {
        this.#intervalMs = intervalIn(message) ?? this.#intervalMs;
        batch.push(message);
      },
    });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#stopped) return false;
      parser.feed(decoder.decode(value, { stream: true }));
      if (batch.length === 0) continue;
      heard();
      const messages = batch;
      batch = [];
      if (this.#options.onMessages(messages).mustRestart) return true;
    }
  }
}
