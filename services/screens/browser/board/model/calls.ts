import type { Order } from '../../../../../schemas/api/order-view';
import { isMarked, type Marks, mustAcknowledgeCancel, putAwayKey } from './handoff/acknowledgements';
import type { BoardNews } from './news';

/** What sounds until somebody attends to it, from the most urgent on. */
export const CALLS = ['arrived', 'canceled', 'needs_action', 'coming_back', 'very_late'] as const;
export type CallKind = (typeof CALLS)[number];

/** Something that nobody has attended to. */
export interface BoardCall {
  readonly kind: CallKind;
  readonly orderId: string;
  /** Since when the order is in the stage that it is about. */
  readonly since: string;
}

const isCall = (kind: BoardNews['kind']): kind is BoardNews['kind'] & CallKind =>
  (CALLS as readonly string[]).includes(kind);

/** @returns the calls with those that news bring, in place of older ones that say the same of the same orders */
export function withNews(calls: readonly BoardCall[], news: readonly BoardNews[]): readonly BoardCall[] {
  const more = news.flatMap(({ kind, order }) =>
    isCall(kind) ? [{ kind, orderId: order.order_id, since: order.stage_since }] : [],
  );
  if (more.length === 0) return calls;
  const isReplaced = ({ kind, orderId }: BoardCall): boolean =>
    more.some((one) => one.kind === kind && one.orderId === orderId);
  return [...calls.filter((call) => !isReplaced(call)), ...more];
}

/** @returns the calls without those of an order: somebody looks after it */
export function attended(calls: readonly BoardCall[], orderId: string): readonly BoardCall[] {
  const left = calls.filter((call) => call.orderId !== orderId);
  return left.length === calls.length ? calls : left;
}

/** Returns the calls without those of arrivals with these orders: somebody looks after their driver. */
export function arrivalsAttended(calls: readonly BoardCall[], orderIds: readonly string[]): readonly BoardCall[] {
  const left = calls.filter(({ kind, orderId }) => kind !== 'arrived' || !orderIds.includes(orderId));
  return left.length === calls.length ? calls : left;
}

/** @returns the calls whose reason lasts; the same where it does for all */
export function lasting(
  calls: readonly BoardCall[],
  orders: ReadonlyMap<string, Order>,
  marks: Marks,
): readonly BoardCall[] {
  const left = calls.filter(({ kind, orderId, since }) => {
    const order = orders.get(orderId);
    if (order?.stage_since !== since) return false;
    if (kind === 'canceled') return mustAcknowledgeCancel(order, marks);
    return !isMarked(marks, putAwayKey(order));
  });
  return left.length === calls.length ? calls : left;
}

/**
 * @returns the calls without those of orders that are not very late after all, by the minutes that count now
 * @param isVeryLate by the key of an order in its stage, as `veryLate` has it
 */
export function timely(calls: readonly BoardCall[], isVeryLate: (key: string) => boolean): readonly BoardCall[] {
  const left = calls.filter(({ kind, orderId, since }) => kind !== 'very_late' || isVeryLate(`${since} ${orderId}`));
  return left.length === calls.length ? calls : left;
}

/** @returns the kind that is to sound, or null where nothing does. @param isOn whether a kind may sound */
export const loudest = (calls: readonly BoardCall[], isOn: (kind: CallKind) => boolean): CallKind | null =>
  CALLS.find((kind) => isOn(kind) && calls.some((call) => call.kind === kind)) ?? null;
