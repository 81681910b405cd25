import { orderKey } from '../../../../../schemas/order-key';
import { type Answer, historyOf, listOrders } from '../audit-client';
import { LOOK_BACK_MS, type ReplaySpan } from '../../board/model/replay';
import { type PastOrder, unfold } from '../../board/model/past-order';

/** Most orders of a replay: more than a counter has in a day. */
export const MOST_ORDERS = 1_000;
/** Histories asked for at a time: as many connections as a browser makes to one host. */
const AT_A_TIME = 6;

export interface LoadedBoard {
  readonly orders: readonly PastOrder[];
  /** Orders of which only the first events were loaded. */
  readonly shortened: number;
}

const iso = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());

/**
 * Loads the whole past of every order that a board could show in a span of time: those that were open at its beginning,
 * and those with news since shortly before.
 * @param onProgress histories loaded, and all that are to be
 */
export async function loadBoard(
  location: string,
  { from, to }: ReplaySpan,
  onProgress: (loaded: number, all: number) => void,
  signal: AbortSignal,
): Promise<Answer<LoadedBoard>> {
  const id = encodeURIComponent(location);
  const open = await listOrders(`/locations/${id}/orders?as_of=${iso(from)}&active=true`, MOST_ORDERS, signal);
  if (open.kind !== 'found') return open;
  const since = iso(Math.max(0, from - LOOK_BACK_MS));
  const found = await listOrders(
    `/audit/orders?location_id=${id}&from=${since}&to=${iso(to + 1)}`,
    MOST_ORDERS,
    signal,
  );
  if (found.kind !== 'found') return found;
  const ids = [...new Set([...open.value, ...found.value].map(({ order_id }) => order_id))];
  if (ids.length > MOST_ORDERS) return { kind: 'too_much', most: MOST_ORDERS };

  const orders: PastOrder[] = [];
  let [loaded, shortened] = [0, 0];
  const troubles: Exclude<Answer<LoadedBoard>, { kind: 'found' }>[] = [];
  const waiting = ids.values();
  const work = async (): Promise<void> => {
    for (const order_id of waiting) {
      if (troubles.length > 0 || signal.aborted) return;
      const key = orderKey(location, order_id);
      const history = await historyOf(key, signal);
      // Retention may have deleted it meanwhile.
      if (history.kind === 'found') {
        orders.push(unfold(key, history.value.events));
        if (!history.value.complete) shortened += 1;
      } else if (history.kind !== 'nothing') troubles.push(history);
      loaded += 1;
      onProgress(loaded, ids.length);
    }
  };
  onProgress(0, ids.length);
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return troubles[0] ?? { kind: 'found', value: { orders, shortened } };
}
