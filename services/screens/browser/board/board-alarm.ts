import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Alarm } from './alarm';
import type { TrySoundEvent } from './settings/settings-events';

/** The alarm of a board: touches of the page let it sound, and it falls silent when the board goes. */
export class BoardAlarm extends Alarm implements ReactiveController {
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    super(() => {
      host.requestUpdate();
    });
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    // Not as a finger comes down: the banner goes away with this, and what was touched would move from under it.
    document.addEventListener('click', this.#touched);
    document.addEventListener('keyup', this.#touched);
    document.addEventListener('visibilitychange', this.#seen);
    window.addEventListener('pageshow', this.#seen);
  }

  hostDisconnected(): void {
    document.removeEventListener('click', this.#touched);
    document.removeEventListener('keyup', this.#touched);
    document.removeEventListener('visibilitychange', this.#seen);
    window.removeEventListener('pageshow', this.#seen);
    this.switch(false);
  }

  /** Sounds for somebody who tries it, also where sound is off: there it is so again with the next update. */
  readonly tried = ({ kind, volume }: TrySoundEvent): void => {
    this.switch(true);
    void this.try(kind, volume).then(() => {
      this.#host.requestUpdate();
    });
  };

  readonly #touched = (): void => {
    if (this.state === 'blocked' || this.state === 'interrupted') void this.allow();
  };

  readonly #seen = (): void => {
    if (document.visibilityState === 'visible') this.wake();
  };
}
