import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Watches whether anybody can touch the screen, or point at what is on it. */
export class Pointer implements ReactiveController {
  readonly #none = window.matchMedia('(pointer: none)');
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get isMissing(): boolean {
    return this.#none.matches;
  }

  hostConnected(): void {
    this.#none.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#none.removeEventListener('change', this.#changed);
  }

  readonly #changed = (): void => {
    this.#host.requestUpdate();
  };
}
