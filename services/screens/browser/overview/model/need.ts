import type { LocationOverview, StageCount } from '../../../../../schemas/api/overview';
import { lasted } from '../../shared/model/clock';
import type { Thresholds } from '../../../../../schemas/files/thresholds';
import { thresholdsOf } from '../../shared/model/known-location';
import { type Lateness, classifyLateness } from '../../shared/model/lateness';

/** Where somebody is needed, and how much. */

/**
 * What calls for somebody, the worst first. A driver who is here is what happens all day: it is worse once the order is
 * very late.
 */
export const ALARMS = ['very_late', 'needs_action', 'canceled', 'coming_back', 'driver_here'] as const;
export type AlarmKind = (typeof ALARMS)[number];

export interface LocationAlarm {
  readonly kind: AlarmKind;
  /** How many; null: at least one. */
  readonly orders: number | null;
}

/** The order that waits longest, by what is usual in its stage. */
export interface Wait {
  readonly stage: StageCount['stage'];
  /** RFC 3339. */
  readonly since: string;
  /** Milliseconds. */
  readonly lasts: number;
  readonly lateness: Lateness;
  /** How much of the time has passed after which an order in its stage is very late. */
  readonly share: number;
}

/** What a location needs at a time. */
export interface Need {
  readonly location: LocationOverview;
  /** In the order of {@link ALARMS}. */
  readonly alarms: readonly LocationAlarm[];
  readonly wait: Wait | null;
}

/** Stages in which nobody at the counter can do anything about how long it takes. */
const ELSEWHERE: ReadonlySet<string> = new Set(['on_the_way', 'coming_back']);

const LATENESS: readonly Lateness[] = ['very_late', 'late', 'on_time'];

/** A negative number: the first waits longer, by what is usual. */
const longerFirst = (one: Wait, other: Wait): number =>
  LATENESS.indexOf(one.lateness) - LATENESS.indexOf(other.lateness) || other.share - one.share;

/** @param now milliseconds since the epoch by the service's clock */
export function needOf(location: LocationOverview, now: number): Need {
  const { stages, canceled } = location;
  const thresholds: Thresholds = thresholdsOf(location.thresholds);
  const waits = stages.flatMap(({ stage, waiting_since: since }): Wait[] => {
    if (since === null) return [];
    const lasts = lasted(since, now);
    const share = lasts / thresholds[stage].veryLate;
    return [{ stage, since, lasts, lateness: classifyLateness(stage, lasts, thresholds), share }];
  });
  const isVeryLate = waits.some(({ stage, lateness }) => lateness === 'very_late' && !ELSEWHERE.has(stage));
  const countIn = (name: StageCount['stage']): number => stages.find(({ stage }) => stage === name)?.orders ?? 0;
  const isSomebodyHere = waits.some(({ stage }) => stage === 'driver_here');
  const counts: Readonly<Record<AlarmKind, number | null>> = {
    very_late: isVeryLate ? null : 0,
    needs_action: countIn('needs_action'),
    canceled,
    coming_back: countIn('coming_back'),
    driver_here: isSomebodyHere ? countIn('driver_here') : 0,
  };
  const alarms = ALARMS.flatMap((kind) => (counts[kind] === 0 ? [] : { kind, orders: counts[kind] }));
  const [wait = null] = waits.sort(longerFirst);
  return { location, alarms, wait };
}

const rankOf = ({ alarms: [worst] }: Need): number =>
  worst === undefined ? ALARMS.length : ALARMS.indexOf(worst.kind);
const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
/** A location where nobody waits comes last. */
const LAST = '~';

/**
 * Compares two locations: first by their worst alarm, then by how late what waits longest is, then by since when it
 * waits, and else by their ids. Of two locations, never both come first, and never neither.
 */
export function compareNeeds(one: Need, other: Need): number {
  const latenessOf = ({ wait }: Need): number => LATENESS.indexOf(wait?.lateness ?? 'on_time');
  return (
    rankOf(one) - rankOf(other) ||
    latenessOf(one) - latenessOf(other) ||
    compareTexts(one.wait?.since ?? LAST, other.wait?.since ?? LAST) ||
    compareTexts(one.location.location_id, other.location.location_id)
  );
}

/**
 * Puts locations in order, those where somebody is needed most first.
 * @param held ids in an order that is to stay, as under a pointer; others come after them. Null: none is to
 */
export function byNeed(needs: readonly Need[], held: readonly string[] | null): readonly Need[] {
  const places = new Map((held ?? []).map((id, place) => [id, place]));
  const placeOf = ({ location }: Need): number => places.get(location.location_id) ?? places.size;
  return [...needs].sort((one, other) => placeOf(one) - placeOf(other) || compareNeeds(one, other));
}
