import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface Host extends ReactiveControllerHost {
  /** The screen is to stay on while the page is seen. */
  readonly awake: boolean;
}

/** Keeps the screen from going dark while a component is on a page that is seen. */
export class Awake implements ReactiveController {
  /** The browser does not keep the screen on, although it was asked to. */
  isRefused = false;
  #lock: WakeLockSentinel | null = null;
  #isAsked = false;
  #isConnected = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#isConnected = true;
    this.#isAsked = false;
    document.addEventListener('visibilitychange', this.#turned);
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    document.removeEventListener('visibilitychange', this.#turned);
    void this.#lock?.release();
    this.#lock = null;
  }

  hostUpdated(): void {
    if (this.#isAsked || !this.#host.awake) return;
    this.#isAsked = true;
    void this.#ask();
  }

  /** Browsers let the screen go as soon as the page is out of sight; when it is back, they have to be asked again. */
  readonly #turned = (): void => void this.#ask();

  async #ask(): Promise<void> {
    if (!this.#host.awake || document.visibilityState !== 'visible' || this.#lock?.released === false) return;
    try {
      // Where the browser does not have it, as over plain HTTP, this throws too.
      const lock = await navigator.wakeLock.request('screen');
      if (this.#isConnected) this.#lock = lock;
      else void lock.release();
      lock.addEventListener('release', this.#released);
      this.#note(false);
    } catch {
      this.#note(true);
    }
  }

  /** Of a page in sight, the device did it, to save its battery. */
  readonly #released = (): void => {
    if (this.#isConnected && document.visibilityState === 'visible') this.#note(true);
  };

  #note(isRefused: boolean): void {
    if (isRefused === this.isRefused) return;
    this.isRefused = isRefused;
    this.#host.requestUpdate();
  }
}
