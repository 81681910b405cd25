import { html, nothing, type TemplateResult } from 'lit';
import { stringifyJson } from '../../../../schemas/exact-json';
import { RailElement, styleSheet } from '../shared/rail-element';
import { basics } from '../shared/theme';
import css from './json-details.css?inline';

/** A JSON value that is laid out only when somebody wants to see it. */
export class TicketRailJson extends RailElement {
  static override properties = { label: {}, value: { attribute: false }, isOpen: { state: true } };
  declare label: string;
  declare value: unknown;
  declare private isOpen: boolean;

  constructor() {
    super();
    this.label = '';
    this.value = null;
    this.isOpen = false;
  }

  protected override render(): TemplateResult {
    return html`<details @toggle=${this.#toggled}>
      <summary>${this.label}</summary>
      ${this.isOpen ? html`<pre tabindex="0"><bdi>${stringifyJson(this.value, 2)}</bdi></pre>` : nothing}
    </details>`;
  }

  readonly #toggled = (event: Event): void => {
    this.isOpen = (event.target as HTMLDetailsElement).open;
  };

  static override styles = [basics, styleSheet(css)];
}

customElements.define('ticket-rail-json', TicketRailJson);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-json': TicketRailJson;
  }
}
