import {
  type FailureReason,
  PosAcceptance,
  PosRejection,
  type PosValidation,
  WireId,
} from '../../../schemas/wire/stream-dsp';
import type { Exchange } from './post';

/** What a POS's answer to `order.created` comes to. */
export type PosDecision =
  | { readonly kind: 'accepted'; readonly providerId: string; readonly prepMinutes: number | null }
  | { readonly kind: 'rejected'; readonly failure: OrderFailure };

/** Why an order failed, as it is reported to the DSP. */
export interface OrderFailure {
  readonly reason: FailureReason;
  readonly invalidItemIds: readonly string[];
  readonly message: string | null;
}

/** Errors of a POS that mean that it takes no orders now. */
const CLOSED: ReadonlySet<string> = new Set(['pos_offline', 'store_unavailable']);

/** Longest message of a POS that is passed on. */
const MAX_MESSAGE_LENGTH = 500;

const failure = (
  reason: FailureReason,
  message: string | null,
  invalidItemIds: readonly string[] = [],
): OrderFailure => ({
  reason,
  invalidItemIds,
  message: message?.slice(0, MAX_MESSAGE_LENGTH) ?? null,
});

/**
 * Returns a reason of a DSP for what the POS found wrong. Which of them fits is not documented: stock first, as it
 * names what the customer could leave out.
 */
function failureOf({ stockValidation, orderTotalsValidation, orderValidation }: PosValidation): OrderFailure {
  if (stockValidation?.length) {
    // What is no id can be none of the order's, and a delivery service would not take it.
    const ids = new Set(
      stockValidation.map(({ provider_id }) => provider_id).filter((id) => WireId.safeParse(id).success),
    );
    return failure('items_unavailable', 'The POS has not enough of these.', [...ids]);
  }
  const [totals] = orderTotalsValidation ?? [];
  if (totals !== undefined) {
    const { posTotal, streamTotal } = totals;
    const message = `The POS comes to ${String(posTotal)}, the order to ${String(streamTotal)}.`;
    return failure('order_validation_error', message);
  }
  const [error] = orderValidation ?? [];
  if (error === undefined) return failure('unknown', 'The POS rejected the order without a reason.');
  const { order_error, order_error_reason } = error;
  const message = typeof order_error_reason !== 'string' ? order_error : `${order_error}: ${order_error_reason}`;
  return failure(CLOSED.has(order_error) ? 'restaurant_not_accepting_orders' : 'unknown', message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads the POS's answer to `order.created` (docs/protocol.md#section-2).
 * @returns its decision, or null if that was none, and the order has to be sent again
 */
export function parsePosAnswer(exchange: Exchange): PosDecision | null {
  if (exchange.kind === 'no-answer') return null;
  const { status, body } = exchange;
  if (status >= 200 && status < 300) {
    const accepted = PosAcceptance.safeParse(parsed(body));
    if (accepted.success) {
      const { provider_id, prep_time_minutes } = accepted.data.order;
      return { kind: 'accepted', providerId: provider_id, prepMinutes: prep_time_minutes ?? null };
    }
    // Sent again, the order might be inserted twice.
    const message = `The POS answered ${String(status)} without order.provider_id, which accepts an order.`;
    return { kind: 'rejected', failure: failure('unknown', message) };
  }
  if (status !== 400) return null;
  const rejected = PosRejection.safeParse(parsed(body));
  if (rejected.success) return { kind: 'rejected', failure: failureOf(rejected.data.posValidation) };
  return { kind: 'rejected', failure: failure('unknown', 'The POS answered 400 without posValidation.') };
}

/** What is reported to a DSP after the last attempt in vain. */
export const noDecision: OrderFailure = failure('unknown', 'The POS did not decide about the order in time.');
