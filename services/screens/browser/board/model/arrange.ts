import type { Order } from '../../../../../schemas/api/order-view';
import { recordOf } from '../../../../../schemas/records';
import { isFinalStage } from '../../../../../schemas/vocabulary';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { isMarked, type Marks, mustAcknowledgeCancel, putAwayKey, recalledKey } from './handoff/acknowledgements';
import { isRobot } from './handoff/handoff';
import { isMoneyLost } from './trouble';
import { labelWords } from '../../shared/model/label-words';
import { OPEN_STAGES, type OpenStage } from '../../../../../schemas/files/thresholds';
import { isOpenStage } from '../../shared/model/lateness';

/** Where every known order stands on the board; each is in exactly one place. */
export interface Arrangement {
  readonly columns: Readonly<Record<OpenStage, readonly Order[]>>;
  /** Canceled, and nobody at this screen has said that they saw it. */
  readonly canceled: readonly Order[];
  /** Finished, and called back to the board on this screen. */
  readonly recalled: readonly Order[];
  readonly finished: readonly Order[];
  /** Needing action, and somebody at this screen has put it away. */
  readonly putAway: readonly Order[];
  /** Open, but without news for long. */
  readonly old: readonly Order[];
}

export interface ArrangeOptions {
  readonly marks: Marks;
  readonly search: string;
  /** Milliseconds since the epoch by the service's clock. */
  readonly now: number;
  readonly oldAfterHours: number;
}

/** Returns what a search looks at, in lower case: what people see of an order. */
function searched(order: Order): string {
  const driver = order.driver_details;
  const source = driver?.source ?? '';
  return [
    order.order_id,
    labelWords(order),
    order.label?.brand,
    driver?.name,
    driver?.vehicle_info?.license_plate,
    source,
    sourceWords(source),
  ]
    .join('\n')
    .toLowerCase();
}

const oldestFirst = (one: Order, other: Order): number =>
  one.stage_since < other.stage_since ? -1 : one.stage_since > other.stage_since ? 1 : 0;
const newestFirst = (one: Order, other: Order): number => oldestFirst(other, one);

/** @returns an order of orders in which those that `is` holds of come first, and `then` decides among the others */
const first =
  (is: (order: Order) => boolean, then: (one: Order, other: Order) => number) =>
  (one: Order, other: Order): number =>
    Number(is(other)) - Number(is(one)) || then(one, other);

/** Lays the known orders out. A stage that this build does not know needs someone to look at it. */
export function arrange(orders: Iterable<Order>, { marks, search, now, oldAfterHours }: ArrangeOptions): Arrangement {
  const wanted = search.trim().toLowerCase();
  const isFound = (order: Order): boolean => wanted === '' || searched(order).includes(wanted);
  const columns = recordOf(OPEN_STAGES, (): Order[] => []);
  const canceled: Order[] = [];
  const recalled: Order[] = [];
  const finished: Order[] = [];
  const putAway: Order[] = [];
  const old: Order[] = [];
  const oldBefore = now - oldAfterHours * 3_600_000;
  for (const order of orders) {
    const mustBeSeen = order.stage === 'driver_here' || mustAcknowledgeCancel(order, marks);
    // No word that somebody left in the search may hide a driver who is here, or a cancellation.
    if (!mustBeSeen && !isFound(order)) continue;
    if (isFinalStage(order.stage)) {
      if (mustBeSeen) canceled.push(order);
      else (isMarked(marks, recalledKey(order)) ? recalled : finished).push(order);
    } else if (Date.parse(order.reported_at) < oldBefore) old.push(order);
    else if (order.stage === 'needs_action' && isMarked(marks, putAwayKey(order))) putAway.push(order);
    else columns[isOpenStage(order.stage) ? order.stage : 'needs_action'].push(order);
  }
  for (const stage of OPEN_STAGES) columns[stage].sort(oldestFirst);
  // A robot leaves by itself. Among drivers who are here, those that were searched for come first.
  columns.driver_here.sort(first(isFound, first(isRobot, oldestFirst)));
  columns.needs_action.sort(first(isMoneyLost, oldestFirst));
  return {
    columns,
    canceled: canceled.sort(first(isFound, first(isMoneyLost, newestFirst))),
    recalled: recalled.sort(newestFirst),
    finished: finished.sort(newestFirst),
    putAway: putAway.sort(newestFirst),
    old: old.sort(newestFirst),
  };
}
