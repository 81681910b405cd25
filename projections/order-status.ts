import { type OrderEventData } from '../schemas/order-events';

/** The two axes of an order, which are independent of each other: no pair is an error (docs/protocol.md#section-1). */
export interface Reported {
  readonly status: string | null;
  readonly delivery_status: string | null;
}

export const nothingReported: Reported = { status: null, delivery_status: null };

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** @returns what one delivery itself says on each axis; null where it says nothing. Words nobody knows are kept. */
export function saidBy(data: OrderEventData): Reported {
  return { status: textOrNull(data['status']), delivery_status: textOrNull(data['delivery_status']) };
}

/** Last reported wins; an axis that a delivery is silent about keeps its last value (docs/protocol.md#ruling-4-5). */
export function lastReported(before: Reported, said: Reported): Reported {
  return {
    status: said.status ?? before.status,
    delivery_status: said.delivery_status ?? before.delivery_status,
  };
}
