import type { Compared } from '../../../../../schemas/events/rail-actions';

export type CardAction = 'close' | 'acknowledge-driver' | 'open' | 'open-instead' | 'hand-over' | 'undo';

/** An event that says what someone asked for on the card. */
export class CardEvent extends Event {
  static readonly type = 'card-action';
  constructor(
    readonly action: CardAction,
    readonly orderId: string,
    /** Of a handover: what somebody says to have compared. */
    readonly compared: readonly Compared[] = [],
  ) {
    super(CardEvent.type);
  }
}
