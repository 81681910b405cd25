import { sameDriver } from '../../../../../projections/order/driver';
import type { Order } from '../../../../../schemas/api/order-view';
import type { OrderChange } from '../../feed/model/feed-state';
import { lasted } from '../../shared/model/clock';
import type { Thresholds } from '../../../../../schemas/files/thresholds';
import { classifyLateness } from '../../shared/model/lateness';
import { say } from '../../shared/model/say';
import type { Driver } from '../../../../../projections/order/driver-details';

/** What a change means to people who look at the board. */
export type BoardNews =
  | { readonly kind: 'arrived'; readonly order: Order }
  | { readonly kind: 'canceled'; readonly order: Order }
  | { readonly kind: 'needs_action'; readonly order: Order }
  | { readonly kind: 'coming_back'; readonly order: Order }
  | { readonly kind: 'driver_changed'; readonly order: Order }
  | { readonly kind: 'very_late'; readonly order: Order };

/** A driver who came this shortly before the screen opened is news to it, in milliseconds. */
export const RECENT_ARRIVAL_MS = 60_000;

const hasChangedDriver = (order: Order | null): boolean => order?.attention.includes('driver_changed') ?? false;

/** @param now milliseconds since the epoch by the service's clock */
export function newsOfChange({ before, after, initial }: OrderChange<Order>, now: number): BoardNews[] {
  const news: BoardNews[] = [];
  const { stage } = after;
  const entered = before?.stage !== stage || before.stage_since !== after.stage_since;
  // In place of the driver who is here, another one may be: the order stays at its stage.
  const isAnother = !initial && isAnotherDriver(before?.driver_details ?? null, after.driver_details);
  if (stage === 'driver_here' && (entered || isAnother)) {
    if (!initial || now - Date.parse(after.stage_since) < RECENT_ARRIVAL_MS)
      news.push({ kind: 'arrived', order: after });
  }
  if (initial) return news;
  if ((stage === 'canceled' || stage === 'needs_action' || stage === 'coming_back') && entered) {
    news.push({ kind: stage, order: after });
  }
  if (hasChangedDriver(after) && before !== null && !isSameDriver(before.driver_details, after.driver_details)) {
    news.push({ kind: 'driver_changed', order: after });
  }
  return news;
}

/**
 * @returns orders for which somebody at the counter can do something and that are very late, by a key of their own for each
 *   stage that they are in
 */
export function veryLate(orders: Iterable<Order>, now: number, thresholds: Thresholds): ReadonlyMap<string, BoardNews> {
  const late = new Map<string, BoardNews>();
  for (const order of orders) {
    const { order_id, stage, stage_since } = order;
    if (stage === 'on_the_way' || stage === 'coming_back') continue;
    if (classifyLateness(stage, lasted(stage_since, now), thresholds) !== 'very_late') continue;
    late.set(`${stage_since} ${order_id}`, { kind: 'very_late', order });
  }
  return late;
}

const isSameDriver = (one: Driver | null, other: Driver | null): boolean =>
  one === null || other === null ? one === other : sameDriver(one, other);

const isAnotherDriver = (one: Driver | null, other: Driver | null): boolean =>
  one !== null && other !== null && !sameDriver(one, other);

/**
 * Returns the driver that people may still be waiting for. The feed says only who drives now, so it is the one that
 * this screen showed before.
 * @param kept what this said before the change
 */
export function previousDriver(kept: Driver | null, { before, after }: OrderChange<Order>): Driver | null {
  if (!hasChangedDriver(after)) return null;
  const driver = after.driver_details;
  const shown = before?.driver_details ?? null;
  const previous = shown !== null && (driver === null || !sameDriver(shown, driver)) ? shown : kept;
  return previous !== null && driver !== null && sameDriver(previous, driver) ? null : previous;
}

/** @returns what is said of one piece of news. @param order what people call it */
export const newsWords = (kind: BoardNews['kind'], order: string): string => say(`news.${kind}`, { order });

/** Most pieces of news that are said aloud at once. */
const MOST_SAID = 5;

/** What is said aloud while there is no news. */
export const nothingSaid = (): string => '';

/**
 * @returns what is said aloud, in the language of the page then: the rest of it does not change any more
 * @param wordsFor gives what people call an order
 */
export function saidOf(news: readonly BoardNews[], wordsFor: (id: string) => string): () => string {
  const said = news.slice(0, MOST_SAID).map(({ kind, order }) => [kind, wordsFor(order.order_id)] as const);
  return () => said.map(([kind, order]) => newsWords(kind, order)).join(' ');
}
