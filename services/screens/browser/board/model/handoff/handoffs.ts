import type { Order } from '../../../../../../schemas/api/order-view';

/** Which handoff card is open, and which drivers wait for theirs. */
export interface Handoffs {
  readonly openId: string | null;
  /** The card opened by itself, so that it closes by itself when the driver has gone. */
  readonly isByItself: boolean;
  /** Ids of orders whose drivers have come and that nobody has opened yet, oldest first. */
  readonly waiting: readonly string[];
}

export const noHandoffs: Handoffs = { openId: null, isByItself: false, waiting: [] };

const without = (ids: readonly string[], gone: readonly (string | null)[]): readonly string[] =>
  ids.filter((id) => !gone.includes(id));

/** Adds orders whose drivers have come. @param ids of their orders, oldest first */
export const withArrivals = (handoffs: Handoffs, ids: readonly string[]): Handoffs => ({
  ...handoffs,
  waiting: [...without(handoffs.waiting, ids), ...ids],
});

/**
 * Somebody turns from the card that is open to another, or to none: the driver of the first is attended to.
 * @param ofVisit ids of all orders for which that driver came
 */
export const turnedTo = (
  { openId, waiting }: Handoffs,
  next: string | null,
  ofVisit: readonly string[] = [],
): Handoffs => ({ openId: next, isByItself: false, waiting: without(waiting, [openId, ...ofVisit]) });

/** Opens a card, by a touch or by itself; its driver waits on until somebody closes it. */
export const opened = ({ waiting }: Handoffs, openId: string, isByItself: boolean): Handoffs => ({
  openId,
  isByItself,
  waiting,
});

/** Drivers and orders may have gone. @returns the same handoffs where none of these has */
export function ofThoseHere(handoffs: Handoffs, orders: ReadonlyMap<string, Order>): Handoffs {
  const isHere = (id: string): boolean => orders.get(id)?.stage === 'driver_here';
  const { openId, isByItself } = handoffs;
  const waiting = handoffs.waiting.filter(isHere);
  if (isByItself && openId !== null && !isHere(openId)) {
    return { openId: waiting[0] ?? null, isByItself: waiting.length > 0, waiting };
  }
  if (openId !== null && !orders.has(openId)) return { openId: null, isByItself: false, waiting };
  return waiting.length === handoffs.waiting.length ? handoffs : { ...handoffs, waiting };
}
