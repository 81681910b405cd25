import type { LocationId } from '../../schemas/handle-order';
import {
  REPORT_INTERVAL_MS,
  type Screen,
  type ScreenReport,
  type UnwatchedLocation,
  WATCHING_MS,
} from '../../schemas/screen-reports';
import { type Received, screenKey } from './receipt-log';

/** Which screens watch, by their last reports. It is of now: a service that was started knows them again in seconds. */

/** Most screens that are known at a time. */
export const MAX_SCREENS = 1_000;
/** Milliseconds after which a screen that says nothing any more is not listed. Hidden tabs speak once a minute. */
export const FORGOTTEN_MS = 30 * REPORT_INTERVAL_MS;
/** An active order without news for longer is left over: nobody has to watch for it. Milliseconds. */
export const OLD_ORDER_MS = 12 * 3_600_000;

/** What can be read of screens at any time. */
export interface ScreenFigures {
  /** Screens by which somebody watches a location. */
  readonly watching: () => number;
  /** Null: it is not known now. */
  readonly unwatchedLocations: () => number | null;
  /** Display receipts that were recorded so far. */
  readonly receipts: () => number;
}

type Seen = Omit<Screen, 'watching'>;

/** @returns the screen that a report is of. */
export function screenOf(location_id: LocationId, { report, reader, at }: Received): Seen {
  const { screen_id, name, kind, visible, freshness, age_ms, position, sent_at } = report;
  const view = { visible, freshness, age_ms, position };
  const clock = { reported_at: new Date(at).toISOString(), clock_offset_ms: at - Date.parse(sent_at) };
  return { screen_id, name, kind, location_id, reader, ...view, ...clock };
}

/** Returns whether somebody who stands before a screen sees what is so. */
const shows = ({ kind, visible, freshness }: Pick<ScreenReport, 'kind' | 'visible' | 'freshness'>): boolean =>
  kind !== 'customers' && visible && freshness === 'live';

/** @returns the locations with active orders that have had news lately, and that no screen watches, the busiest first */
export function unwatchedOf(
  busy: readonly UnwatchedLocation[],
  screens: readonly Screen[],
  now: number,
): readonly UnwatchedLocation[] {
  const watched = new Set<string>(screens.filter(({ watching }) => watching).map(({ location_id }) => location_id));
  return busy
    .filter(({ location_id, updated_at }) => !watched.has(location_id) && now - Date.parse(updated_at) < OLD_ORDER_MS)
    .sort((one, other) => other.active_orders - one.active_orders);
}

export class Watching {
  /** By reader and screen, the one that reported longest ago first. */
  readonly #seen = new Map<string, { readonly screen: Seen; readonly at: number }>();
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds of a clock that never goes back */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Takes in what a screen says of itself. @returns false if there is no room for another screen */
  take(screen: Seen): boolean {
    const at = this.#monotonic();
    this.#forget(at);
    const key = screenKey(screen, screen.reader);
    if (!this.#seen.delete(key) && this.#seen.size >= MAX_SCREENS) return false;
    this.#seen.set(key, { screen, at });
    return true;
  }

  /** Returns the screens that have reported lately, by location and name. */
  list(): readonly Screen[] {
    const now = this.#monotonic();
    this.#forget(now);
    const screens = [...this.#seen.values()].map(({ screen, at }) => ({
      ...screen,
      watching: shows(screen) && now - at <= WATCHING_MS,
    }));
    const places = new Map(screens.map((screen) => [screen, `${screen.location_id}\n${screen.name}`] as const));
    return screens.sort((one, other) => ((places.get(one) ?? '') < (places.get(other) ?? '') ? -1 : 1));
  }

  #forget(now: number): void {
    for (const [key, { at }] of this.#seen) {
      if (now - at <= FORGOTTEN_MS) return;
      this.#seen.delete(key);
    }
  }
}
