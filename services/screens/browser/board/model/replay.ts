import type { Order } from '../../../../../schemas/api/order-view';
import { OLD_CANCELLATION_MS } from '../../../../../schemas/api/screen-limits';
import type { Marks } from './handoff/acknowledgements';
import type { FeedState } from '../../feed/model/feed-state';
import type { ScreenFreshness } from '../../shared/model/freshness';
import type { Driver } from '../../../../../projections/order/driver-details';
import { type PastOrder, stepAt } from './past-order';

/** A location's board as of a moment of the past, in the form in which the live board knows its own. */
export interface ReplayMoment {
  readonly state: FeedState<Order>;
  /** What people call the location. */
  readonly called: string;
  /** Milliseconds since the epoch: the moment. */
  readonly now: number;
  readonly hasData: true;
  readonly freshness: ScreenFreshness;
  /** Nothing is acknowledged in a replay: what a screen that opened at the moment had yet to acknowledge is in sight. */
  readonly marks: Marks;
  /** By order id: the driver that people may still have been waiting for. */
  readonly previousDrivers: ReadonlyMap<string, Driver>;
}

/** What a board says of a moment. */
export interface ReplayWords {
  /** The moment. */
  readonly asOf: string;
  /** What people call the location. */
  readonly called: string;
}

/**
 * @param orders all of one location
 * @param before what this gave before; if no order has changed since, its orders are kept as they are
 * @param words the moment, and what people call the location
 */
export function momentOf(
  location: string,
  orders: readonly PastOrder[],
  now: number,
  before: ReplayMoment | null,
  { asOf, called }: ReplayWords,
): ReplayMoment {
  const known = new Map<string, Order>();
  const previousDrivers = new Map<string, Driver>();
  for (const past of orders) {
    const step = stepAt(past, now);
    if (step === null) continue;
    known.set(past.key.order_id, step.order);
    if (step.previousDriver !== null) previousDrivers.set(past.key.order_id, step.previousDriver);
  }
  const shown = before?.state.orders;
  const isSame = shown?.size === known.size && [...known].every(([id, order]) => shown.get(id) === order);
  return {
    state: { location, folds: 'replay', position: null, orders: isSame ? shown : known, truncated: false },
    called,
    now,
    hasData: true,
    freshness: { kind: 'replay', asOf },
    marks: { firstOpenedAt: now, keys: [] },
    previousDrivers,
  };
}

/** @returns a moment, in these words: those of before may be of another language, or from before the location was known */
export const withWords = (moment: ReplayMoment, { asOf, called }: ReplayWords): ReplayMoment =>
  moment.freshness.kind === 'replay' && moment.freshness.asOf === asOf && moment.called === called
    ? moment
    : { ...moment, called, freshness: { kind: 'replay', asOf } };

/** What a scrubber covers, in milliseconds since the epoch, on whole seconds. */
export interface ReplaySpan {
  readonly from: number;
  readonly to: number;
}

/** Hours that a scrubber may cover. */
export const SPAN_HOURS = [1, 2, 4, 8, 12, 24] as const;
export const DEFAULT_SPAN_HOURS = 4;

const HOUR_MS = 3_600_000;

/** @returns one of {@link SPAN_HOURS}. */
export const parseHours = (text: string | null): number =>
  SPAN_HOURS.find((hours) => String(hours) === text) ?? DEFAULT_SPAN_HOURS;

/** The latest time that an address may name: later years are longer, and are compared as text. */
const LATEST = Date.parse('9999-12-31T00:00:00Z');

/** @param text RFC 3339. @returns milliseconds since the epoch, or null for what is no moment. */
export function parseMoment(text: string | null): number | null {
  const at = text === null ? NaN : Date.parse(text);
  return at >= 0 && at <= LATEST ? at : null;
}

/**
 * @param at a moment to be in its middle, as far as time has come; null: the newest
 * @param now by the service's clock
 */
export function spanAround(at: number | null, hours: number, now: number): ReplaySpan {
  const length = hours * HOUR_MS;
  const to = Math.max(at ?? now, Math.min((at ?? now) + length / 2, now));
  return { from: Math.floor((to - length) / 1_000) * 1_000, to: Math.ceil(to / 1_000) * 1_000 };
}

/** A board has canceled orders in sight, and finished ones to recall, since so long before: they are loaded too. */
export const LOOK_BACK_MS = OLD_CANCELLATION_MS;

/** How much faster than it was a replay may run. */
export const SPEEDS = [1, 10, 60, 600] as const;
export const DEFAULT_SPEED = 60;

/** @returns where a replay is after some time of the viewer's, and no further than its end. */
export const playedTo = (at: number, elapsedMs: number, speed: number, { to }: ReplaySpan): number =>
  Math.min(to, at + elapsedMs * speed);

/** Moments within the span at which an order changed, in their order, each once. */
export function momentsOfChange(orders: readonly PastOrder[], { from, to }: ReplaySpan): readonly number[] {
  const moments = new Set<number>();
  for (const { steps } of orders) for (const { at } of steps) if (at > from && at <= to) moments.add(at);
  return [...moments].sort((one, other) => one - other);
}

/** @param moments in their order. @returns the last before a moment */
export const changeBefore = (moments: readonly number[], now: number): number | undefined =>
  moments.filter((moment) => moment < now).at(-1);

/** @param moments in their order. @returns the first after a moment */
export const changeAfter = (moments: readonly number[], now: number): number | undefined =>
  moments.find((moment) => moment > now);
