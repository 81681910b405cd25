import type { ReaderName } from '../../schemas/files/readers';
import type { LocationId } from '../../schemas/wire/handle-order';
import { OLD_ORDER_MS, REPORT_INTERVAL_MS, WATCHING_MS } from '../../schemas/api/screen-limits';
import type { Screen, ScreenReport, UnwatchedLocation } from '../../schemas/api/screen-reports';
import type { ReceivedReport } from './receipt-log';

/**
 * Which screens watch, by their last reports. Only the present is known: a service that was started knows them again in
 * seconds.
 */

/** Most screens of a reader that are known at a time; another one takes the place of that which reported longest ago. */
export const MAX_SCREENS = 1_000;
/** Milliseconds after which a screen that says nothing any more is not listed. Hidden tabs speak once a minute. */
export const FORGOTTEN_MS = 30 * REPORT_INTERVAL_MS;

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
export function screenOf(location_id: LocationId, { report, reader, at }: ReceivedReport): Seen {
  const { screen_id, name, kind, visible, freshness, age_ms, position, sent_at } = report;
  const view = { visible, freshness, age_ms, position };
  const clock = { reported_at: new Date(at).toISOString(), clock_offset_ms: at - Date.parse(sent_at) };
  return { screen_id, name, kind, location_id, reader, ...view, ...clock };
}

/** Returns whether somebody who stands before a screen sees what is so. */
const shows = ({ visible, freshness }: Pick<ScreenReport, 'visible' | 'freshness'>): boolean =>
  visible && freshness === 'live';

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

/** Screens by id and location, the one that reported longest ago first. */
type Screens = Map<string, { readonly screen: Seen; readonly at: number }>;

export class Watching {
  /** By reader, of whom there are as many as are configured. */
  readonly #readers = new Map<ReaderName | null, Screens>();
  readonly #monotonic: () => number;
  readonly #begun: number;

  /** @param monotonic milliseconds of a clock that never goes back */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#begun = monotonic();
  }

  /** Returns whether each screen that watches has had the time to say so since the start. */
  get isKnown(): boolean {
    return this.#monotonic() - this.#begun > WATCHING_MS;
  }

  /** Takes in what a screen says of itself. */
  take(screen: Seen): void {
    const screens = this.#readers.get(screen.reader) ?? (new Map() as Screens); // it is empty
    this.#readers.set(screen.reader, screens);
    const key = `${screen.screen_id} ${screen.location_id}`;
    const [oldest] = screens.keys();
    if (!screens.delete(key) && screens.size >= MAX_SCREENS && oldest !== undefined) screens.delete(oldest);
    screens.set(key, { screen, at: this.#monotonic() });
  }

  /** Returns the screens that have reported lately, by location and name. */
  list(): readonly Screen[] {
    const now = this.#monotonic();
    for (const screens of this.#readers.values()) forget(screens, now);
    const seen = [...this.#readers.values()].flatMap((screens) => [...screens.values()]);
    const screens = seen.map(({ screen, at }) => ({
      ...screen,
      watching: shows(screen) && now - at <= WATCHING_MS,
    }));
    const places = new Map(screens.map((screen) => [screen, `${screen.location_id}\n${screen.name}`] as const));
    return screens.sort((one, other) => ((places.get(one) ?? '') < (places.get(other) ?? '') ? -1 : 1));
  }
}

function forget(screens: Screens, now: number): void {
  for (const [key, { at }] of screens) {
    if (now - at <= FORGOTTEN_MS) return;
    screens.delete(key);
  }
}
