import type { OrderEvent } from '../../schemas/events/order-events';
import { type Handover, MAX_SUMMARY_HANDOVERS, type OrderSummary } from '../../schemas/api/order-summary';
import { actionOf } from '../../schemas/events/rail-actions';
import { bounded, namesOf } from './driver-turns';
import type { OrderState } from './order';

/** When people at the counter handed an order over, and to whom. */
export type Handovers = Pick<OrderSummary, 'handovers' | 'handovers_left_out'>;

export const noHandovers: Handovers = { handovers: [], handovers_left_out: 0 };

/**
 * @param state of the order, whose driver is the one on the card
 * @param at when the event came
 * @returns the handovers after one more event
 */
export function handoversAfter(before: Handovers, event: OrderEvent, state: OrderState, at: string): Handovers {
  const { handovers, handovers_left_out } = before;
  const action = actionOf(event);
  if (action?.type === 'rail.handed_over') {
    const { by, at: pressed, compared } = action.data;
    const one: Handover = {
      revision: event.revision,
      by,
      at: pressed,
      received_at: at,
      compared: [...compared],
      ...namesOf(state),
      undone_at: null,
    };
    const all = [...handovers, one];
    const left = all.length > MAX_SUMMARY_HANDOVERS ? 1 : 0;
    return { handovers: bounded(all, MAX_SUMMARY_HANDOVERS), handovers_left_out: handovers_left_out + left };
  }
  if (action?.type === 'rail.undone') {
    const { undone_revision } = action.data;
    const undone = handovers.map((one) => (one.revision === undone_revision ? { ...one, undone_at: at } : one));
    return { handovers: undone, handovers_left_out };
  }
  return { handovers, handovers_left_out };
}
