import type { OrderKey } from '../../schemas/order-key';

/** An order that the POS accepted: what it was sent, and what it answered, as text. */
export interface AcceptedOrder {
  readonly key: OrderKey;
  readonly delivery: string;
  readonly answer: string;
}
