import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Milliseconds after the last key until a search ends by itself: the next to come would miss the orders that it hides. */
const FORGOTTEN_MS = 60_000;

/** Keeps what somebody searches the board for, and forgets it after {@link FORGOTTEN_MS} without a change. */
export class BoardSearch implements ReactiveController {
  text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  set(text: string): void {
    clearTimeout(this.#timer);
    this.text = text;
    this.#host.requestUpdate();
    if (text !== '') this.#timer = setTimeout(this.#forget, FORGOTTEN_MS);
  }

  hostDisconnected(): void {
    this.#forget();
  }

  readonly #forget = (): void => {
    this.set('');
  };
}
