import { css, html, nothing, type TemplateResult } from 'lit';
import { stringifyJson } from '../../../../schemas/exact-json';
import { RailElement } from '../shared/rail-element';
import { basics } from '../shared/theme';

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

  static override styles = [
    basics,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      summary {
        display: flex;
        align-items: center;
        gap: 0.5em;
        min-height: max(44px, 2.4em);
        padding: 0 0.6em;
        border: 1px solid var(--rail-line);
        border-radius: var(--rail-radius);
        font-weight: 600;
        cursor: pointer;
      }
      summary::before {
        content: '';
        border-block: 0.3em solid transparent;
        border-inline-start: 0.45em solid currentcolor;
      }
      details[open] > summary::before {
        transform: rotate(90deg);
      }
      pre {
        max-height: 24em;
        margin: 0.4em 0 0;
        padding: 0.6em;
        overflow: auto;
        border: 1px solid var(--rail-line);
        border-radius: var(--rail-radius);
        background: var(--rail-ground);
        font:
          0.85em/1.45 ui-monospace,
          'SF Mono',
          Menlo,
          Consolas,
          'DejaVu Sans Mono',
          monospace;
        white-space: pre-wrap;
      }
    `,
  ];
}

customElements.define('ticket-rail-json', TicketRailJson);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-json': TicketRailJson;
  }
}
