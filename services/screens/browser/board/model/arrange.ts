import type { Order } from '../../../../../schemas/order-view';
import { FINAL_STAGES } from '../../../../../schemas/vocabulary';
import { isMarked, type Marks, mustAcknowledgeCancel, recalledKey } from './acknowledgements';
import { isOpenStage, OPEN_STAGES, type OpenStage } from '../../shared/model/lateness';
import { sourceWords } from '../../shared/model/words';

/** Where every known order stands on the board; each is in exactly one place. */
export interface Arrangement {
  readonly columns: Readonly<Record<OpenStage, readonly Order[]>>;
  /** Canceled, and nobody at this screen has said that they saw it. */
  readonly canceled: readonly Order[];
  /** Finished, and called back to the board on this screen. */
  readonly recalled: readonly Order[];
  readonly finished: readonly Order[];
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

const isFinal = (stage: string): boolean => (FINAL_STAGES as ReadonlySet<string>).has(stage);

/** What a search looks at: what people see of an order. */
function searched(order: Order): string {
  const driver = order.driver_details;
  const source = driver?.source ?? '';
  return [order.order_id, driver?.name, driver?.vehicle_info?.license_plate, source, sourceWords(source)]
    .join('\n')
    .toLowerCase();
}

const oldestFirst = (one: Order, other: Order): number =>
  one.stage_since < other.stage_since ? -1 : one.stage_since > other.stage_since ? 1 : 0;
const newestFirst = (one: Order, other: Order): number => oldestFirst(other, one);

/** Lays the known orders out. A stage that this build does not know needs someone to look at it. */
export function arrange(orders: Iterable<Order>, { marks, search, now, oldAfterHours }: ArrangeOptions): Arrangement {
  const wanted = search.trim().toLowerCase();
  const columns = Object.fromEntries(OPEN_STAGES.map((stage) => [stage, [] as Order[]])) as Record<OpenStage, Order[]>;
  const canceled: Order[] = [];
  const recalled: Order[] = [];
  const finished: Order[] = [];
  const old: Order[] = [];
  const oldBefore = now - oldAfterHours * 3_600_000;
  for (const order of orders) {
    if (wanted !== '' && !searched(order).includes(wanted)) continue;
    if (isFinal(order.stage)) {
      if (mustAcknowledgeCancel(order, marks)) canceled.push(order);
      else (isMarked(marks, recalledKey(order)) ? recalled : finished).push(order);
    } else if (Date.parse(order.updated_at) < oldBefore) old.push(order);
    else columns[isOpenStage(order.stage) ? order.stage : 'needs_action'].push(order);
  }
  for (const stage of OPEN_STAGES) columns[stage].sort(oldestFirst);
  return {
    columns,
    canceled: canceled.sort(newestFirst),
    recalled: recalled.sort(newestFirst),
    finished: finished.sort(newestFirst),
    old: old.sort(newestFirst),
  };
}
