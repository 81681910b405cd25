import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Asks one question at a time: the next one takes back the one before, and the end of its element the last. */
export class OneQuestion implements ReactiveController {
  #asked = new AbortController();

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** @returns aborted once another question is asked, or the element is gone */
  ask(): AbortSignal {
    this.#asked.abort();
    this.#asked = new AbortController();
    return this.#asked.signal;
  }

  hostDisconnected(): void {
    this.#asked.abort();
  }
}
