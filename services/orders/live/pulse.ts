import type { Heartbeat } from '../../../schemas/api/live';

/** How the service says that it fares, in the heartbeats of its streams. */

export type StoreHealth = Heartbeat['store'];

/** What all heartbeats say. */
type Signs = Omit<Heartbeat, 'quarantined' | 'location'>;

export class Pulse {
  #health: StoreHealth = 'ok';
  #isAsking = false;

  readonly #options: {
    readonly health: () => Promise<StoreHealth>;
    readonly lagMs: () => number;
    readonly now: () => number;
    readonly intervalMs: number;
  };

  /**
   * @param health of what the stream depends on
   * @param lagMs how long the oldest acknowledged update has not been readable
   * @param now milliseconds since the epoch
   * @param intervalMs milliseconds between heartbeats
   */
  constructor(options: {
    readonly health: () => Promise<StoreHealth>;
    readonly lagMs: () => number;
    readonly now: () => number;
    readonly intervalMs: number;
  }) {
    this.#options = options;
  }

  get signs(): Signs {
    const { now, lagMs, intervalMs } = this.#options;
    return {
      now: new Date(now()).toISOString(),
      store: this.#health,
      lag_ms: Math.round(lagMs()),
      interval_ms: intervalMs,
    };
  }

  /**
   * Asks how things stand. A store that hangs must not hold up the heart: it says what was known last.
   * @param onChange called if it is otherwise than before
   */
  async ask(onChange: () => void): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const health = await this.#options.health();
    this.#isAsking = false;
    if (health === this.#health) return;
    this.#health = health;
    onChange();
  }
}
