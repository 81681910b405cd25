import type { LocationOverview, StageCount } from '../schemas/api/overview';
import { OLD_CANCELLATION_MS, OLD_ORDER_MS } from '../schemas/api/screen-limits';
import { STAGES, type Stage } from '../schemas/vocabulary';

/** What of an order is needed to say how its location fares. */
export interface CountedOrder {
  readonly stage: Stage;
  /** RFC 3339, as the two below. */
  readonly stage_since: string;
  readonly reported_at: string;
  /** Somebody at the counter has handed it over to the driver who is assigned now: nobody waits for it. */
  readonly handed_over: boolean;
  /** Somebody at the counter has seen that it was canceled. */
  readonly cancel_acknowledged: boolean;
}

/** How the orders of a location stand at a time. */
export interface Counts extends Pick<LocationOverview, 'stages' | 'canceled' | 'quiet'> {
  /** Milliseconds since the epoch from which on it is otherwise by the passing of time alone; Infinity: never. */
  readonly until: number;
}

const isOpen = (stage: Stage): stage is StageCount['stage'] =>
  stage !== 'completed' && stage !== 'failed' && stage !== 'canceled' && stage !== 'returned';

/** Stages in which the counter has to do with an order again, or still, though it was handed over. */
const IS_BACK: ReadonlySet<Stage> = new Set<Stage>(['needs_action', 'coming_back']);

const earlier = (one: string | null, other: string): string => (one === null || other < one ? other : one);

/** Counts the orders of a location as boards lay them out. @param now milliseconds since the epoch */
export function countOrders(orders: Iterable<CountedOrder>, now: number): Counts {
  const stages = new Map<StageCount['stage'], StageCount>();
  let [canceled, quiet, until] = [0, 0, Infinity];
  for (const { stage, stage_since, reported_at, handed_over, cancel_acknowledged } of orders) {
    if (!isOpen(stage)) {
      const forgottenAt = Date.parse(stage_since) + OLD_CANCELLATION_MS;
      if (stage !== 'canceled' || cancel_acknowledged || forgottenAt <= now) continue;
      canceled++;
      until = Math.min(until, forgottenAt);
      continue;
    }
    const quietAt = Date.parse(reported_at) + OLD_ORDER_MS;
    if (quietAt <= now) {
      quiet++;
      continue;
    }
    until = Math.min(until, quietAt);
    const { orders: before = 0, waiting_since: since = null } = stages.get(stage) ?? {};
    const waiting_since = handed_over && !IS_BACK.has(stage) ? since : earlier(since, stage_since);
    stages.set(stage, { stage, orders: before + 1, waiting_since });
  }
  const inOrder = STAGES.flatMap((stage) => (isOpen(stage) ? (stages.get(stage) ?? []) : []));
  return { stages: inOrder, canceled, quiet, until };
}
