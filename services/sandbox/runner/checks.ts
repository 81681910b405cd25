import { isDeepStrictEqual } from 'node:util';
import type { Order } from '../../../schemas/api/order-view';
import { FINAL_STAGES } from '../../../schemas/vocabulary';
import type { PlannedOrder } from '../stories/plan';
import { type Finding, type Judgement, judgeOrder } from './judge';
import type { TargetReader } from './read-target';
import type { Sent } from './sent';
import { Semaphore } from '../../concurrency/semaphore';

/** Compares all that a Ticket Rail says and shows after a run with what it acknowledged. */

/** Reads at a time. */
export const READS_AT_A_TIME = 16;
/** Most findings that are listed; the rest is counted. */
const MAX_FINDINGS = 50;

interface Comparisons {
  readonly equal: number;
  readonly different: number;
  readonly undetermined: number;
}

export interface Checked {
  readonly orders: number;
  /** Events in the histories of all of them. */
  readonly events: number;
  readonly reported: Comparisons;
  readonly stage: Comparisons;
  /** Orders found on lists and on live boards. */
  readonly listed: number;
  readonly live: number;
  readonly findings: { readonly count: number; readonly first: readonly Finding[] };
}

/**
 * @param sent of all orders
 * @throws {TargetError} at the first read that fails; what else is under way ends when the target is closed
 */
export async function checkTarget(
  target: TargetReader,
  orders: readonly PlannedOrder[],
  sent: readonly Sent[],
  onProgress: (orders: number) => void,
): Promise<Checked> {
  const byOrder = new Map<number, Sent[]>();
  for (const one of sent) byOrder.set(one.order, [...(byOrder.get(one.order) ?? []), one]);
  const semaphore = new Semaphore(READS_AT_A_TIME);
  const views = new Map<string, Order>();
  let [events, done] = [0, 0];
  const judgements = await Promise.all(
    orders.map((order, index) =>
      semaphore.use(async (): Promise<Judgement> => {
        const [history, view] = await Promise.all([target.history(order.key), target.order(order.key)]);
        events += history.length;
        if (view !== null) views.set(nameOf(order.key), view);
        onProgress(++done);
        return judgeOrder({ order, sent: byOrder.get(index) ?? [], history, view });
      }),
    ),
  );
  const shown = await checkShown(target, orders, views);
  const findings = [...judgements.flatMap((judgement) => judgement.findings), ...shown.findings];
  return {
    orders: orders.length,
    events,
    reported: countComparisons(judgements, 'reported'),
    stage: countComparisons(judgements, 'stage'),
    listed: shown.listed,
    live: shown.live,
    findings: { count: findings.length, first: findings.slice(0, MAX_FINDINGS) },
  };
}

const nameOf = ({ location_id, order_id }: PlannedOrder['key']): string => JSON.stringify([location_id, order_id]);

const countComparisons = (judgements: readonly Judgement[], axis: 'reported' | 'stage'): Comparisons => ({
  equal: judgements.filter((judgement) => judgement[axis] === 'equal').length,
  different: judgements.filter((judgement) => judgement[axis] === 'different').length,
  undetermined: judgements.filter((judgement) => judgement[axis] === 'undetermined').length,
});

/** Checks that what lists and live boards show is the order as it stands, and that none is missing. */
async function checkShown(target: TargetReader, orders: readonly PlannedOrder[], views: ReadonlyMap<string, Order>) {
  const findings: Finding[] = [];
  let [listed, live] = [0, 0];
  for (const location_id of new Set(orders.map(({ key }) => key.location_id))) {
    const ours = [...views.values()].filter((view) => view.location_id === location_id);
    const list = await target.orders(location_id);
    const snapshot = await target.snapshot(location_id);
    const [onList, onBoard] = [list, snapshot.orders].map((some) => new Map(some.map((one) => [one.order_id, one])));
    for (const view of ours) {
      const isOnBoard = !snapshot.truncated && !FINAL_STAGES.has(view.stage);
      for (const [name, shown, isDue] of [
        ['the list of its location', onList?.get(view.order_id), true],
        ['the live board', onBoard?.get(view.order_id), isOnBoard],
      ] as const) {
        if (shown === undefined ? !isDue : isDeepStrictEqual(shown, view)) continue;
        const detail = shown === undefined ? `it is missing on ${name}` : `${name} shows it otherwise`;
        findings.push({ kind: 'shown-differs', location_id, order_id: view.order_id, detail });
      }
    }
    listed += ours.filter(({ order_id }) => onList?.has(order_id)).length;
    live += ours.filter(({ order_id }) => onBoard?.has(order_id)).length;
  }
  return { findings, listed, live };
}
