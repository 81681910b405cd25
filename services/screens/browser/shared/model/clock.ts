/**
 * Time on a screen. Its wall clock may be wrong by hours, so times are shown by the service's clock, which comes with
 * the feed; and a clock that never goes back may stand still while the machine sleeps, so an age is the larger of two.
 */

/** A moment on both clocks of a screen, in milliseconds. */
export interface Moment {
  /** Never goes back; may stand still while the machine sleeps. */
  readonly monotonic: number;
  /** May jump. */
  readonly wall: number;
}

/** Milliseconds from one moment to a later one: never less than what really passed, by either clock. */
export const elapsed = (from: Moment, to: Moment): number =>
  Math.max(0, to.monotonic - from.monotonic, to.wall - from.wall);

/** The service's time, as last heard. */
export interface ServerTime {
  /** Milliseconds since the epoch by the service's clock. */
  readonly server: number;
  readonly heardAt: Moment;
}

/** @param now RFC 3339, from a message of the feed */
export const hearTime = (now: string, heardAt: Moment): ServerTime => ({ server: Date.parse(now), heardAt });

/** @returns milliseconds since the epoch by the service's clock; by the screen's own while nothing was heard. */
export const serverNow = (heard: ServerTime | null, at: Moment): number =>
  heard === null ? at.wall : heard.server + elapsed(heard.heardAt, at);

/** @returns milliseconds that something has lasted by the service's clock. */
export const lasted = (since: string, now: number): number => Math.max(0, now - Date.parse(since));
