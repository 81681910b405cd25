import { html, LitElement } from 'lit';

export class TicketRailBoard extends LitElement {
  protected override render() {
    return html`<p>Board</p>`;
  }
}

customElements.define('ticket-rail-board', TicketRailBoard);
