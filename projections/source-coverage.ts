import type { OrderEvent } from '../schemas/events/order-events';
import { DELIVERY_STATUSES, STATUSES } from '../schemas/vocabulary';
import type { LocationId } from '../schemas/wire/handle-order';
import type { Assignment } from './order/driver';
import { saidBy } from './order/order-status';
import { beginsNewOrder, evolve, initial, type OrderState } from './order/order';
import { spellingOf } from './values/spelling';
import { hasEnded } from './order/stage';

/**
 * What delivery services really send: which words, how far apart, which of them nobody knows, and how much of it late.
 * A fold over the events of many orders in the order of the log; its size depends on the words, not on the events.
 */

export type Axis = 'status' | 'delivery_status';
export const AXES = ['status', 'delivery_status'] as const satisfies readonly Axis[];
const KNOWN: Readonly<Record<Axis, ReadonlyMap<string, unknown>>> = {
  status: STATUSES,
  delivery_status: DELIVERY_STATUSES,
};

/** Who sends, where the driver assigned says no source, or nobody is assigned. */
export const UNKNOWN_SOURCE = 'unknown';
/** Most characters of a source, and of a value that nobody knows, that are reported. */
const MAX_WORD = 100;
/** Most values that nobody knows of which each is counted, for each source and location; more are counted together. */
export const MAX_UNKNOWN_VALUES = 50;
/** Most sources and locations that are distinguished; what comes beyond them is only counted. */
export const MAX_GROUPS = 2_000;

/**
 * @returns which source sends about an order, in one spelling (docs/protocol.md#ruling-5-6).
 */
export function sourceOf({ driver, assigned }: Assignment): string {
  const source = assigned ? driver?.source : undefined;
  return typeof source === 'string' ? spellingOf(source).slice(0, MAX_WORD) : UNKNOWN_SOURCE;
}

/** What is kept of an order between its events. */
export interface OrderTrack {
  readonly state: OrderState;
  /** The last value said on each axis and when it was first said in a row, in milliseconds; null before one was. */
  readonly said: Readonly<Record<Axis, { readonly value: string; readonly since: number } | null>>;
}

export const untracked: OrderTrack = { state: initial, said: { status: null, delivery_status: null } };

/** A value that took the place of another one. */
export interface Gap {
  readonly axis: Axis;
  readonly from: string;
  readonly to: string;
  /** Negative where the clock went back. */
  readonly milliseconds: number;
}

/** One event as coverage sees it. */
export interface Sighting {
  readonly source: string;
  readonly said: Readonly<Record<Axis, string | null>>;
  /** Pointers of the fields that were read otherwise than they came, or could not be read. */
  readonly unreadable: readonly string[];
  readonly late: boolean;
  readonly gaps: readonly Gap[];
}

/** Follows an order by one event. */
export function track(
  before: OrderTrack,
  event: OrderEvent,
): { readonly track: OrderTrack; readonly sighting: Sighting } {
  const state = evolve(before.state, event);
  const at = Date.parse(event.receivedAt);
  const heard = saidBy(event);
  // What lies between two orders of one number is no gap.
  const saidBefore = beginsNewOrder(before.state, event, heard) ? untracked.said : before.said;
  const gaps: Gap[] = [];
  const next = (axis: Axis): OrderTrack['said'][Axis] => {
    const [last, value] = [saidBefore[axis], heard[axis]];
    if (value === null || value === last?.value) return last;
    if (last !== null) gaps.push({ axis, from: last.value, to: value, milliseconds: at - last.since });
    return { value, since: at };
  };
  const said = { status: next('status'), delivery_status: next('delivery_status') };
  // As the timeline reads it: a reopening is no late delivery, whatever else it reports.
  const reopened = hasEnded(before.state) && !hasEnded(state);
  const late = state.out_of_order && !reopened;
  return {
    track: { state, said },
    sighting: { source: sourceOf(state), said: heard, unreadable: heard.unreadable, late, gaps },
  };
}

/**
 * How many gaps were about so long. Each bucket is a tenth longer than the one before, so what is reported of them
 * is within 5 % of what it was.
 */
export type GapCounts = Map<number, number>;
const BUCKET_GROWTH = Math.log(1.1);
/** Milliseconds that the smallest bucket reaches to: what is reported is in seconds. */
const SMALLEST_MS = 500;

const bucketOf = (milliseconds: number): number =>
  milliseconds <= SMALLEST_MS ? 0 : Math.ceil(Math.log(milliseconds / SMALLEST_MS) / BUCKET_GROWTH);
const middleOf = (bucket: number): number =>
  bucket === 0 ? 0 : SMALLEST_MS * Math.exp((bucket - 0.5) * BUCKET_GROWTH);

/** @returns the length, in seconds, that a share of the gaps does not exceed: the nearest rank, within 5 %. */
export function gapQuantile(counts: GapCounts, share: number): number {
  const buckets = [...counts].sort(([one], [other]) => one - other);
  const all = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.ceil(all * share);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return Math.round(middleOf(bucket) / 100) / 10;
  }
  return 0;
}

/** What one source sends about one location. */
export interface SourceGroup {
  readonly locationId: LocationId;
  readonly source: string;
  events: number;
  late: number;
  /** By value: how many events said it. Of values that nobody knows, at most {@link MAX_UNKNOWN_VALUES} are here. */
  readonly seen: Readonly<Record<Axis, Map<string, number>>>;
  /** Events that said a further value that nobody knows. */
  furtherUnknown: number;
  /** By pointer: events in which the field was read otherwise than it came, or could not be read. */
  readonly unreadable: Map<string, number>;
  /** Between known values, by `from` and `to`. */
  readonly gaps: Readonly<
    Record<Axis, Map<string, { readonly from: string; readonly to: string; readonly counts: GapCounts }>>
  >;
}

export const isKnown = (axis: Axis, value: string): boolean => KNOWN[axis].has(value);

/** Counts sightings. Grows with the words and locations that come, each of which is bounded. */
export class Coverage {
  readonly #groups = new Map<string, SourceGroup>();
  #ungrouped = 0;

  /** Events of sources and locations beyond {@link MAX_GROUPS}. */
  get ungrouped(): number {
    return this.#ungrouped;
  }

  /** Returns the groups, sorted by location and source. */
  get groups(): readonly SourceGroup[] {
    const key = ({ locationId, source }: SourceGroup): string => `${locationId}\n${source}`;
    return [...this.#groups.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  }

  add(locationId: LocationId, { source, said, unreadable, late, gaps }: Sighting): void {
    const group = this.#group(locationId, source);
    if (group === null) {
      this.#ungrouped++;
      return;
    }
    group.events++;
    if (late) group.late++;
    for (const axis of AXES) {
      const value = said[axis]?.slice(0, MAX_WORD);
      if (value !== undefined) this.#see(group, axis, value);
    }
    for (const pointer of unreadable) group.unreadable.set(pointer, (group.unreadable.get(pointer) ?? 0) + 1);
    for (const { axis, from, to, milliseconds } of gaps) {
      if (milliseconds < 0 || !isKnown(axis, from) || !isKnown(axis, to)) continue;
      const pair = `${from}\n${to}`;
      const known = group.gaps[axis].get(pair) ?? { from, to, counts: new Map<number, number>() };
      const bucket = bucketOf(milliseconds);
      known.counts.set(bucket, (known.counts.get(bucket) ?? 0) + 1);
      group.gaps[axis].set(pair, known);
    }
  }

  #see(group: SourceGroup, axis: Axis, value: string): void {
    const seen = group.seen[axis];
    const count = seen.get(value);
    const isNew = count === undefined && !isKnown(axis, value);
    if (isNew && AXES.reduce((sum, one) => sum + unknownIn(group, one), 0) >= MAX_UNKNOWN_VALUES)
      group.furtherUnknown++;
    else seen.set(value, (count ?? 0) + 1);
  }

  #group(locationId: LocationId, source: string): SourceGroup | null {
    const key = `${locationId}\n${source}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= MAX_GROUPS) return null;
    const group: SourceGroup = {
      locationId,
      source,
      events: 0,
      late: 0,
      seen: { status: new Map(), delivery_status: new Map() },
      furtherUnknown: 0,
      unreadable: new Map(),
      gaps: { status: new Map(), delivery_status: new Map() },
    };
    this.#groups.set(key, group);
    return group;
  }
}

const unknownIn = (group: SourceGroup, axis: Axis): number =>
  [...group.seen[axis].keys()].filter((value) => !isKnown(axis, value)).length;
