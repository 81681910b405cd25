import { html, nothing, type TemplateResult } from 'lit';
import type { SandboxSummary } from '../../../../schemas/sandbox';
import { auditStyles } from '../shared/styles/audit-styles';
import { icon } from '../shared/icons';
import { DSP_MODE_WORDS, POS_MODE_WORDS, speedWords } from './model/sandbox-words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { command } from './sandbox-client';
import { basics } from '../shared/theme';
import css from './sandbox-parties.css?inline';

/** Shows who is connected with whom, and how the built-in ones behave. */
export class TicketRailSandboxParties extends railElement({
  summary: property<SandboxSummary | null>(null),
  /** Why the last switch did nothing. */
  trouble: state<string | null>(null),
}) {
  protected override render(): TemplateResult | typeof nothing {
    const { summary } = this;
    if (summary === null) return nothing;
    const { dsp, pos, partner_id, speed, version } = summary;
    const orderUrl = new URL(`/order/${encodeURIComponent(partner_id)}`, document.baseURI).href;
    return html`<ul class="parties" role="list">
        <li class="panel" data-party="dsp">
          <h2>DSP</h2>
          <p>
            ${dsp.builtin ? 'Built in' : 'Yours'}, takes events at <code><bdi>${dsp.url}</bdi></code>
          </p>
          ${dsp.builtin ? this.#renderModes('dsp', 'The built-in DSP', DSP_MODE_WORDS, dsp.mode) : nothing}
        </li>
        <li class="panel" data-party="stream">
          <h2>Stream</h2>
          <p>
            This sandbox, takes orders at <code><bdi>${orderUrl}</bdi></code>
          </p>
          <p class="muted">${speedWords(speed)} Version ${version}.</p>
        </li>
        <li class="panel" data-party="pos">
          <h2>POS</h2>
          <p>
            ${pos.builtin ? 'Built in' : 'Yours'}, takes orders at <code><bdi>${pos.url}</bdi></code>
          </p>
          ${pos.builtin ? this.#renderModes('pos', 'The built-in POS', POS_MODE_WORDS, pos.mode) : nothing}
          ${
            pos.out_of_stock.length === 0
              ? nothing
              : html`<p>
                  Out of stock: <code><bdi>${pos.out_of_stock.join(', ')}</bdi></code>
                </p>`
          }
        </li>
      </ul>
      <p role="status" class=${this.trouble === null ? 'unseen' : 'trouble'}>${this.trouble ?? ''}</p>`;
  }

  #renderModes(
    party: 'dsp' | 'pos',
    label: string,
    words: Readonly<Record<string, string>>,
    current: string,
  ): TemplateResult {
    return html`<div class="modes" role="group" aria-label=${`${label} is`}>
      ${Object.entries(words).map(
        ([mode, name]) =>
          html`<button
            type="button"
            aria-pressed=${String(mode === current)}
            @click=${() => void this.#set(party, mode)}
          >
            ${mode === current ? icon('check') : nothing}${name}
          </button>`,
      )}
    </div>`;
  }

  async #set(party: 'dsp' | 'pos', mode: string): Promise<void> {
    const answer = await command<SandboxSummary>(party, { mode });
    this.trouble = answer.kind === 'refused' ? answer.detail : null;
  }

  static override styles = [basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-sandbox-parties', TicketRailSandboxParties);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-sandbox-parties': TicketRailSandboxParties;
  }
}
