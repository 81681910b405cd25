import { LRUCache } from 'lru-cache';
import {
  AXES,
  type Axis,
  Coverage,
  gapQuantile,
  type SourceGroup,
  isKnown,
  type OrderTrack,
  track,
  untracked,
} from '../../../projections/source-coverage';
import type { CoverageGroup, CoverageScan } from '../../../schemas/api/coverage';
import { decodeOrderEvent, type OrderEvent, ORDER_STREAM_PREFIX, orderKeyOfStream } from '../../../schemas/events/order-events';
import { isActionType } from '../../../schemas/events/rail-actions';
import { DELIVERY_STATUSES, STATUSES } from '../../../schemas/vocabulary';
import { sleep } from '../../concurrency/sleep';
import {
  comparePositions,
  type EventSource,
  type EventStore,
  parsePosition,
  type Position,
  type RecordedEvent,
} from '../../event-store/event-store';
import { readIfThere } from '../../event-store/reads';

/** Reads a range of the log for coverage: in the order of the log, in the same memory however long it is. */

/** Most events of orders that one query reads within its range. */
export const MAX_COVERAGE_EVENTS = 500_000;
/**
 * Milliseconds around the range in which the log is read too, because it is ordered by position and not by time. What came
 * while the clock was wrong by more may be missed.
 */
export const CLOCK_MARGIN_MS = 60 * 60 * 1_000;
/** Orders whose states are kept at hand, some 1.5 KiB each; another one is folded again from its stream. */
const TRACKED_ORDERS = 20_000;

export interface CoverageQuery {
  /** Null: all. */
  readonly locations: readonly string[] | null;
  /** Null: all. */
  readonly source: string | null;
  /** Milliseconds since the epoch, inclusive. */
  readonly from: number;
  /** The same, exclusive. */
  readonly to: number;
}

type Log = EventSource & Pick<EventStore, 'readStream'>;

async function endOf(log: Log, signal: AbortSignal): Promise<Position | null> {
  // Following waits for a log that cannot be read; reading says so.
  for await (const _ of log.readAll({ limit: 1 })) break;
  for await (const { position } of log.subscribe({ after: 'end', signal })) return position;
  return null;
}

/**
 * Finds by halves where a log has come to a time, which takes positions that are numbers without large holes.
 * @returns a position before the first event created then or later; `start` if that is at the beginning
 */
async function positionBefore(log: Log, end: Position, time: number): Promise<Position | 'start'> {
  let [low, high] = [1, Number(end) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let created = Infinity;
    for await (const event of log.readAll({ from: parsePosition(String(middle)) ?? 'start', limit: 1 })) {
      created = event.created.getTime();
    }
    if (created >= time) high = middle;
    else low = middle + 1;
  }
  return low <= 1 ? 'start' : (parsePosition(String(low - 1)) ?? 'start');
}

/**
 * @param canSeek whether positions of the log can be looked up by halves; otherwise it is read from its start
 * @param maxEvents most events to read within the range
 * @param restShare how long to rest after each batch, as a share of the time that it took: for the sake of others
 */
export async function scanCoverage(options: {
  readonly log: Log;
  readonly query: CoverageQuery;
  readonly canSeek: boolean;
  readonly signal: AbortSignal;
  readonly restShare?: number;
  readonly maxEvents?: number;
  readonly trackedOrders?: number;
}): Promise<CoverageScan> {
  const {
    log,
    query,
    canSeek,
    signal,
    restShare = 0,
    maxEvents = MAX_COVERAGE_EVENTS,
    trackedOrders = TRACKED_ORDERS,
  } = options;
  const coverage = new Coverage();
  const tracks = new LRUCache<string, OrderTrack>({ max: trackedOrders });
  const locations = query.locations === null ? null : new Set(query.locations);
  let counted = 0;
  let read = 0;
  let last = '';

  async function trackBefore({ stream, revision }: RecordedEvent): Promise<OrderTrack> {
    const known = tracks.get(stream);
    if (known !== undefined || revision === 0) return known ?? untracked;
    let tracked = untracked;
    for await (const stored of readIfThere(log, stream, { limit: revision })) {
      const event = stored.revision < revision ? reportIn(stored) : null;
      if (event !== null) tracked = track(tracked, event).track;
    }
    return tracked;
  }

  async function take(stored: RecordedEvent): Promise<void> {
    const key = orderKeyOfStream(stored.stream);
    if (key === null || (locations !== null && !locations.has(key.location_id))) return;
    const event = reportIn(stored);
    if (event === null) return;
    const next = track(await trackBefore(stored), event);
    tracks.set(stored.stream, next.track);
    const at = Date.parse(event.receivedAt);
    if (!(at >= query.from && at < query.to)) return;
    if (query.source !== null && next.sighting.source !== query.source) return;
    counted++;
    last = event.receivedAt;
    coverage.add(key.location_id, next.sighting);
  }

  const answer = (complete: boolean): CoverageScan => ({
    complete,
    covered_until: complete || last === '' ? null : new Date(Date.parse(last)).toISOString(),
    events: counted,
    ungrouped_events: coverage.ungrouped,
    groups: coverage.groups.map(groupOf),
  });

  const end = await endOf(log, signal);
  if (end === null) return answer(true);
  const [first, latest] = [query.from - CLOCK_MARGIN_MS, query.to + CLOCK_MARGIN_MS];
  const after = canSeek ? await positionBefore(log, end, first) : 'start';
  if (after !== 'start' && comparePositions(after, end) >= 0) return answer(true);
  for await (const { events, position, caughtUp } of log.subscribe({ after, prefix: ORDER_STREAM_PREFIX, signal })) {
    const begun = performance.now();
    for (const stored of events) {
      const created = stored.created.getTime();
      if (created < first) continue;
      if (created > latest || comparePositions(stored.position, end) > 0) return answer(true);
      if (read++ >= maxEvents) return answer(false);
      await take(stored);
    }
    if (caughtUp || (position !== null && comparePositions(position, end) >= 0)) break;
    if (restShare > 0) await sleep((performance.now() - begun) * restShare, signal);
  }
  return answer(true);
}

/** Returns what was reported: what people here did is no word of a delivery service. */
function reportIn(stored: RecordedEvent): OrderEvent | null {
  const event = decodeOrderEvent(stored);
  return event === null || isActionType(event.type) ? null : event;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Returns how often each known word came. They are listed also where they never came: what a service does not send is
 * what one wants to know.
 */
const countsOf = (known: ReadonlyMap<string, unknown>, seen: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...known.keys()].map((value) => [value, seen.get(value) ?? 0]));

const unknownOf = ({ seen }: SourceGroup, field: Axis): CoverageGroup['unknown'] =>
  [...seen[field]].filter(([value]) => !isKnown(field, value)).map(([value, count]) => ({ field, value, count }));

const gapsOf = ({ gaps }: SourceGroup, field: Axis): CoverageGroup['gaps'] =>
  [...gaps[field].values()].map(({ from, to, counts }) => ({
    field,
    from,
    to,
    count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    median_seconds: gapQuantile(counts, 0.5),
    p90_seconds: gapQuantile(counts, 0.9),
  }));

const groupOf = (group: SourceGroup): CoverageGroup => ({
  location_id: group.locationId,
  source: group.source,
  events: group.events,
  late: { count: group.late, share: share(group.late, group.events) },
  statuses: countsOf(STATUSES, group.seen.status),
  delivery_statuses: countsOf(DELIVERY_STATUSES, group.seen.delivery_status),
  unknown: AXES.flatMap((axis) => unknownOf(group, axis)).sort((one, other) => other.count - one.count),
  further_unknown: group.furtherUnknown,
  unreadable: [...group.unreadable]
    .map(([pointer, count]) => ({ pointer, count }))
    .sort((one, other) => other.count - one.count),
  gaps: AXES.flatMap((axis) => gapsOf(group, axis)).sort((one, other) => other.count - one.count),
});
