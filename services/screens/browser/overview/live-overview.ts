import type { ReactiveControllerHost } from 'lit';
import { LiveLink } from '../feed/live-link';
import { addressOf } from '../shared/base-path';
import type { LiveFreshness } from '../shared/model/freshness';
import {
  nothingKnown,
  type OverviewMessage,
  type OverviewState,
  parseOverviewMessage,
  receive,
} from './model/overview-state';

/** Keeps how all locations fare as the service sends it, over one connection, and knows how fresh it is. */
export class LiveOverview {
  state: OverviewState = nothingKnown;

  readonly #link: LiveLink<OverviewMessage>;

  constructor(host: ReactiveControllerHost) {
    this.#link = new LiveLink<OverviewMessage>(host, () => ({
      need: { kind: 'whole', url: addressOf('', '/overview/live'), token: null },
      position: () => null,
      parse: parseOverviewMessage,
      heardIn: (message) => (message.kind === 'changed' ? null : message),
      onMessages: (messages) => {
        this.state = receive(this.state, messages);
        host.requestUpdate();
        return { mustRestart: false };
      },
    }));
  }

  /** Milliseconds since the epoch by the service's clock. */
  get now(): number {
    return this.#link.now;
  }

  get freshness(): LiveFreshness {
    return this.#link.freshness(this.state.locations !== null);
  }
}
