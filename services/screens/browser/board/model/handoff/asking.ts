import type { Order } from '../../../../../../schemas/api/order-view';
import type { Question } from './look-alikes';

/** What is asked on a card, and of whom: where this changes, a wrong answer says nothing any more. */
export const askedKey = (
  { order_id, driver_details }: Pick<Order, 'order_id' | 'driver_details'>,
  { asked, answers }: Question,
): string => JSON.stringify([order_id, driver_details, asked, answers.map(({ text, isRight }) => [text, isRight])]);

/** An order on a card, and what it could be taken for. */
export interface CardOrder {
  readonly orderId: string;
  /** It can be handed over, so that look-alikes matter. */
  readonly isOpen: boolean;
  /** Ids of its look-alikes. */
  readonly alike: readonly string[];
}

/** What to say of look-alikes of an order that somebody looks at: nothing, that it has others now, or has none. */
export type AlikeNews = 'others' | 'none' | null;

/** Returns what changed; null where another card is shown, or the order needs nobody to be asked any more. */
export function alikeNews(before: CardOrder | null, after: CardOrder | null): AlikeNews {
  if (before === null || after?.orderId !== before.orderId || !before.isOpen || !after.isOpen) return null;
  const isSame = after.alike.length === before.alike.length && after.alike.every((id) => before.alike.includes(id));
  return isSame ? null : after.alike.length === 0 ? 'none' : 'others';
}
