import type { ReactiveControllerHost } from 'lit';
import { addressOf } from '../shared/base-path';
import { type FeedMessage, type LiveOrder, parseMessage } from '../shared/model/feed-message';
import { adviseLanguage } from '../shared/language';
import type { LiveFreshness } from '../shared/model/freshness';
import { type KnownLocation, UNKNOWN_LOCATION } from '../shared/model/known-location';
import { LiveLink, type LiveLinkOptions } from './live-link';
import { type OrderChange, type FeedState, nothingKnown, receive } from './model/feed-state';

/** Where a component gets its orders. */
export interface FeedPlace {
  /** Base URL of the service; empty: where the page comes from. */
  readonly service: string;
  readonly location: string;
  readonly token: string | null;
  readonly view: 'board' | 'customers';
}

/** Keeps a component's orders as the feed has them, and knows how fresh they are. */
export class LiveOrders<Seen extends LiveOrder> {
  state: FeedState<Seen> = nothingKnown('');
  #place: FeedPlace | null = null;
  #quarantined = 0;
  #facts = UNKNOWN_LOCATION;

  readonly #host: ReactiveControllerHost;
  readonly #onChanges: (changes: readonly OrderChange<Seen>[]) => void;
  readonly #link: LiveLink<FeedMessage<Seen>>;

  /** @param onChanges called with every change, before the component renders it */
  constructor(host: ReactiveControllerHost, onChanges: (changes: readonly OrderChange<Seen>[]) => void) {
    this.#host = host;
    this.#onChanges = onChanges;
    this.#link = new LiveLink(host, () => this.#options());
    host.addController({
      hostDisconnected: () => {
        adviseLanguage(this, '');
      },
    });
  }

  /** Milliseconds since the epoch by the service's clock. */
  get now(): number {
    return this.#link.now;
  }

  /** Returns how many deliveries of the place could not be used in the last day, and wait, as last heard. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** Returns what is known of the location besides its orders, as last heard. */
  get facts(): KnownLocation {
    return this.#facts;
  }

  /** Returns whether something came from the feed: then there is a board to show. */
  get hasData(): boolean {
    return this.state.folds !== null;
  }

  get freshness(): LiveFreshness {
    return this.#link.freshness(this.hasData);
  }

  /** Follows another place; nothing of the one before is kept. */
  follow(place: FeedPlace): void {
    this.#place = place;
    this.state = nothingKnown(place.location);
    this.#quarantined = 0;
    this.#facts = UNKNOWN_LOCATION;
    this.#link.restart();
  }

  #options(): LiveLinkOptions<FeedMessage<Seen>> | null {
    const place = this.#place;
    if (place === null || place.location === '') return null;
    return {
      need: { ...place, kind: 'location', service: addressOf(place.service, '/') },
      position: () => this.state.position,
      parse: parseMessage<Seen>,
      heardIn: (message) => (message.kind === 'order' ? null : { store: 'ok', ...message }),
      onMessages: (messages) => this.#receive(messages),
    };
  }

  #receive(messages: readonly FeedMessage<Seen>[]): { mustRestart: boolean } {
    for (const message of messages) if (message.kind === 'heartbeat') this.#hear(message);
    const { state, changes, mustRestart } = receive(this.state, messages);
    this.state = state;
    if (changes.length > 0) this.#onChanges(changes);
    this.#host.requestUpdate();
    return { mustRestart };
  }

  #hear({ quarantined, facts }: Extract<FeedMessage<Seen>, { readonly kind: 'heartbeat' }>): void {
    this.#quarantined = quarantined;
    this.#facts = facts;
    adviseLanguage(this, facts.language ?? '');
  }
}
