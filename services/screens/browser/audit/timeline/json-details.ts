import { html, nothing, type TemplateResult } from 'lit';
import { stringifyJson } from '../../../../../schemas/json/exact-json';
import { isOpened } from '../../shared/field-events';
import { attribute, property, railElement, state, styleSheet } from '../../shared/rail-element';
import { auditStyles } from '../../shared/styles/audit-styles';
import { basics } from '../../shared/theme';
import css from './json-details.css?inline';

/** A JSON value that is laid out only when somebody wants to see it. */
export class TicketRailJson extends railElement({
  label: attribute(''),
  value: property<unknown>(null),
  isOpen: state(false),
}) {
  protected override render(): TemplateResult {
    return html`<details @toggle=${this.#toggled}>
      <summary>${this.label}</summary>
      ${this.isOpen ? html`<pre tabindex="0"><bdi>${stringifyJson(this.value, 2)}</bdi></pre>` : nothing}
    </details>`;
  }

  readonly #toggled = (event: Event): void => {
    this.isOpen = isOpened(event);
  };

  static override styles = [basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-json', TicketRailJson);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-json': TicketRailJson;
  }
}
