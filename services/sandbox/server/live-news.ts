import { eventFrame } from '../../http/event-stream';

/** Pages that may watch at once. */
const MAX_WATCHERS = 50;
/** Bytes that a slow page may have waiting before its connection ends; it comes back and reads the state anew. */
const MAX_BUFFERED_BYTES = 4_194_304;
/** Milliseconds between two heartbeats. */
const HEARTBEAT_MS = 5_000;

/** A page at the other end. */
export interface Watcher {
  send(text: string): void;
  /** Bytes that it has not taken yet. */
  readonly buffered: number;
  end(): void;
}

/** Reports to pages what happens as it happens (server-sent events). */
export class LiveNews {
  readonly #watchers = new Set<Watcher>();
  readonly #heartbeat = setInterval(() => {
    this.send('heartbeat', {});
  }, HEARTBEAT_MS).unref();

  /**
   * Reports to a page from now on, and at once that it is heard: Firefox knows of no answer before its first bytes.
   * @returns what ends the watching, or null if too many watch already
   */
  watch(watcher: Watcher): (() => void) | null {
    if (this.#watchers.size >= MAX_WATCHERS) return null;
    this.#watchers.add(watcher);
    watcher.send(eventFrame('heartbeat', '{}'));
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  send(event: 'state' | 'order' | 'hop' | 'heartbeat', data: object): void {
    if (this.#watchers.size === 0) return;
    const text = eventFrame(event, JSON.stringify(data));
    for (const watcher of this.#watchers) {
      watcher.send(text);
      if (watcher.buffered <= MAX_BUFFERED_BYTES) continue;
      this.#watchers.delete(watcher);
      watcher.end();
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }
}
