import type { ReactiveController, ReactiveControllerHost } from 'lit';

interface Host extends ReactiveControllerHost {
  /** The screen is to stay on while the page is seen. */
  readonly awake: boolean;
}

/**
 * Milliseconds after which a browser that let the screen go, or would not keep it on, is asked again: the device may have a
 * charger by then.
 */
const ASK_AGAIN_MS = 60_000;

/** Keeps the screen from going dark while a component is on a page that is seen. The component has to be drawn often. */
export class Awake implements ReactiveController {
  /** The browser does not keep the screen on, although it was asked to. */
  isRefused = false;
  #lock: WakeLockSentinel | null = null;
  #isAsking = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isConnected = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#isConnected = true;
    document.addEventListener('visibilitychange', this.#turned);
  }

  hostDisconnected(): void {
    this.#isConnected = false;
    document.removeEventListener('visibilitychange', this.#turned);
    this.#letGo();
  }

  hostUpdated(): void {
    if (!this.#host.awake) this.#letGo();
    else if (performance.now() - this.#askedAt >= ASK_AGAIN_MS) void this.#ask();
  }

  #isWanted(): boolean {
    return this.#isConnected && this.#host.awake;
  }

  /** Browsers let the screen go as soon as the page is out of sight; when it is back, they have to be asked again. */
  readonly #turned = (): void => {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    void this.#ask();
  };

  /** Asks the browser, once at a time. */
  async #ask(): Promise<void> {
    const isSeen = document.visibilityState === 'visible';
    if (this.#isAsking || !this.#isWanted() || !isSeen || this.#lock?.released === false) return;
    this.#isAsking = true;
    this.#askedAt = performance.now();
    try {
      // Where the browser does not have it, as over plain HTTP, this throws too.
      this.#lock = await navigator.wakeLock.request('screen');
      this.#lock.addEventListener('release', this.#released);
      if (this.#isWanted()) this.#note(false);
      else this.#letGo();
    } catch {
      this.#note(this.#isWanted());
    } finally {
      this.#isAsking = false;
    }
  }

  #letGo(): void {
    void this.#lock?.release();
    this.#lock = null;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#note(false);
  }

  /** Of a page in sight, the device did it, to save its battery. */
  readonly #released = ({ currentTarget }: Event): void => {
    if (currentTarget === this.#lock && this.#isWanted() && document.visibilityState === 'visible') this.#note(true);
  };

  #note(isRefused: boolean): void {
    if (isRefused === this.isRefused) return;
    this.isRefused = isRefused;
    this.#host.requestUpdate();
  }
}
