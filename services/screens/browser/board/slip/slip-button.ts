import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { property, railElement, state } from '../../shared/rail-element';
import { basics } from '../../shared/theme';
import { slipOf } from '../model/handoff/slip';

/** A button that prints the slip of an order. */
export class TicketRailSlipButton extends railElement({
  order: property<Order | null>(null),
  shortId: property(''),
  /** What prints could not be loaded. */
  failed: state(false),
}) {
  /** A slip is being printed, or was a moment ago. */
  #isBusy = false;

  protected override render(): TemplateResult {
    return html`<button @click=${this.#print}>${icon('printer')} ${say('card.print')}</button>
      ${this.failed ? html`<p role="alert">${say('card.print_failed')}</p>` : nothing}`;
  }

  readonly #print = async (): Promise<void> => {
    const { order, shortId } = this;
    if (order === null || this.#isBusy) return;
    this.#isBusy = true;
    try {
      const loaded = await import('./print-slip').catch(() => null);
      this.failed = loaded === null;
      // Loading may take as long as the network lets it: by then the card may be closed, or that of another order.
      const isStillShown = this.isConnected && this.order?.order_id === order.order_id;
      if (isStillShown) await loaded?.printSlip(slipOf(order, shortId));
    } finally {
      this.#isBusy = false;
    }
  };

  static override styles = [basics];
}

customElements.define('ticket-rail-slip-button', TicketRailSlipButton);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-slip-button': TicketRailSlipButton;
  }
}
