import { setTimeout as delay } from 'node:timers/promises';
import { stringifyJson } from '../../schemas/json/exact-json';
import { BEGINNING, type FeedPosition } from '../../schemas/api/feed';
import {
  comparePositions,
  type EventSource,
  isEventStoreError,
  type Position,
  type RecordedEvent,
} from '../event-store/event-store';
import type { LogItem, ReadItems } from './feed-items';
import { comparePlaces, laterPlace } from './feed-place';

/** Most items that are kept, and most characters of them. */
export const MAX_KEPT_ITEMS = 4_096;
const MAX_KEPT_CHARACTERS = 8 * 1024 * 1024;
/** Milliseconds without anybody who follows after which the log is not followed either. */
const IDLE_MS = 120_000;
/** Milliseconds before what could not be reported yet is looked at again. */
export const HELD_MS = 250;

interface Options {
  readonly source: Pick<EventSource, 'subscribe'>;
  readonly readItems: ReadItems;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** Called with why the log could not be followed; the next to ask has it followed again. */
  readonly onFailed: (error: unknown) => void;
}

/** Locations of which it is known when the last item came. */
const MAX_KNOWN_LOCATIONS = 100_000;

/** Called with what came, of whichever locations, and, with nothing, when the tail looked further or ended. */
export type TailListener = (items: readonly LogItem[]) => void;

/**
 * The newest items of the feed in memory. Followers are answered from here, however many they are, and one
 * subscription to the log wakes them all. It runs only while somebody follows.
 */
export class Tail {
  #items: LogItem[] = [];
  #sizes: number[] = [];
  #characters = 0;
  /** The place before the first item that is kept. */
  #floor: FeedPosition = BEGINNING;
  #looked: Position | null = null;
  #running: AbortController | null = null;
  #usedAt = 0;
  /** Where the last item of each location stands, of those that came after a place. */
  readonly #newest = new Map<string, FeedPosition>();
  #newestAfter: FeedPosition = BEGINNING;
  readonly #listeners = new Set<TailListener>();
  /** Who listens to single locations: thousands may, and what comes of others costs them nothing. */
  readonly #listenersOf = new Map<string, Set<TailListener>>();

  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Returns the position up to which everything was looked at; null before the first event, or while nothing is
   * followed.
   */
  get looked(): Position | null {
    return this.#looked;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /**
   * Follows the log from now on, unless it does already.
   * @param floor place of the last item before those that are given
   * @param looked up to where the log was read; null: nothing is in it
   * @param items in between, which need not be read again for others
   */
  start(floor: FeedPosition, looked: Position | null, items: readonly LogItem[] = []): void {
    if (this.#running !== null) return;
    const running = new AbortController();
    this.#running = running;
    [this.#items, this.#sizes, this.#characters, this.#floor, this.#looked] = [[], [], 0, floor, looked];
    this.#forgetNewest(floor);
    this.#usedAt = this.#options.monotonic();
    this.#add(items);
    void this.#follow(looked, running.signal)
      .catch((error: unknown) => {
        if (!running.signal.aborted && !isEventStoreError(error, 'closed')) this.#options.onFailed(error);
      })
      .finally(() => {
        if (this.#running === running) this.stop();
      });
  }

  /**
   * @returns the items after a place, oldest first, to be looked through at once; null if they are not all kept, or the
   *   place is of another log.
   */
  after(place: FeedPosition): readonly LogItem[] | null {
    if (this.#running === null) return null;
    this.#usedAt = this.#options.monotonic();
    if (place === this.#floor) return this.#items;
    if (place === (this.#items.at(-1)?.position ?? this.#floor)) return [];
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePlaces(this.#items[middle]?.position ?? BEGINNING, place) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#items[low]?.position === place ? this.#items.slice(low + 1) : null;
  }

  /**
   * @param locations that are wanted; null: all
   * @returns the newest place up to which nothing of them came after a place; null if that is not known
   */
  quietSince(place: FeedPosition, locations: ReadonlySet<string> | null): FeedPosition | null {
    if (this.#running === null || comparePlaces(place, this.#newestAfter) < 0) return null;
    const newest = laterPlace(place, this.#items.at(-1)?.position ?? this.#floor);
    if (locations === null) return newest === place ? place : null;
    for (const location of locations) {
      const last = this.#newest.get(location);
      if (last !== undefined && comparePlaces(last, place) > 0) return null;
    }
    return newest;
  }

  /**
   * @param locations whose items the listener is called with, besides when the tail ends; default: with everything
   * @returns what ends it
   */
  listen(listener: TailListener, locations: ReadonlySet<string> | null = null): () => void {
    if (locations === null) this.#listeners.add(listener);
    for (const location of locations ?? []) {
      const listeners = this.#listenersOf.get(location) ?? new Set();
      this.#listenersOf.set(location, listeners.add(listener));
    }
    return () => {
      this.#listeners.delete(listener);
      for (const location of locations ?? []) {
        const listeners = this.#listenersOf.get(location);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#listenersOf.delete(location);
      }
    };
  }

  /** Forgets everything, and wakes who waits: they find out for themselves how things stand. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#looked = null;
    this.#notify([], this.#listenersOf.keys());
  }

  async #follow(after: Position | null, signal: AbortSignal): Promise<void> {
    const { source, monotonic } = this.#options;
    for await (const batch of source.subscribe({ after: after ?? 'start', signal })) {
      await this.#take(batch.events, signal);
      if (signal.aborted) return;
      this.#looked = batch.position ?? this.#looked;
      this.#notify([]);
      if (this.#listeners.size + this.#listenersOf.size === 0 && monotonic() - this.#usedAt > IDLE_MS) return;
    }
  }

  async #take(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
    // Events are delivered at least once: what comes again is recognized by where it stands.
    const looked = this.#looked;
    let rest = looked === null ? events : events.filter(({ position }) => comparePositions(position, looked) > 0);
    while (rest.length > 0) {
      const { items, read } = await this.#options.readItems(rest, this.#floor);
      if (signal.aborted) return;
      this.#add(items);
      rest = rest.slice(read);
      if (rest.length > 0) await delay(HELD_MS, undefined, { signal });
    }
  }

  #add(items: readonly LogItem[]): void {
    if (items.length === 0) return;
    for (const item of items) {
      const size = stringifyJson(item).length;
      this.#items.push(item);
      this.#newest.set(item.location_id, item.position);
      this.#sizes.push(size);
      this.#characters += size;
    }
    let dropped = 0;
    while (this.#items.length - dropped > MAX_KEPT_ITEMS || this.#characters > MAX_KEPT_CHARACTERS) {
      this.#characters -= this.#sizes[dropped] ?? 0;
      dropped++;
    }
    // In one go, and not each time: what was given to readers is never changed.
    if (dropped > 0) {
      this.#floor = this.#items[dropped - 1]?.position ?? this.#floor;
      [this.#items, this.#sizes] = [this.#items.slice(dropped), this.#sizes.slice(dropped)];
    }
    if (this.#newest.size > MAX_KNOWN_LOCATIONS) this.#forgetNewest(this.#items.at(-1)?.position ?? this.#floor);
    this.#notify(items, new Set(items.map(({ location_id }) => location_id)));
  }

  /** @param place up to which it is not known any more what came of each location */
  #forgetNewest(place: FeedPosition): void {
    this.#newest.clear();
    this.#newestAfter = place;
  }

  /** @param locations whose listeners are called, besides those who listen to everything */
  #notify(items: readonly LogItem[], locations: Iterable<string> = []): void {
    const listeners = new Set(this.#listeners);
    for (const location of locations) for (const one of this.#listenersOf.get(location) ?? []) listeners.add(one);
    for (const listener of listeners) listener(items);
  }
}
