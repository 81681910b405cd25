import { html, nothing, type TemplateResult } from 'lit';
import { auditStyles } from '../shared/styles/audit-styles';
import { frameStyles } from '../shared/styles/frame-styles';
import { freshnessLine } from '../feed/freshness-bar';
import { icon } from '../shared/icons';
import { LiveSandbox } from './live-sandbox';
import { goneWords } from './model/sandbox-words';
import './sandbox-form';
import { railElement, state, styleSheet } from '../shared/rail-element';
import { PickOrderEvent } from './sandbox-hops';
import './sandbox-orders';
import './sandbox-parties';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-sandbox.css?inline';

/** The sandbox: who is connected, what is submitted, what becomes of it, and what went over the wire. */
export class TicketRailSandbox extends railElement({
  /** The DSP's id of the order that is looked at; null: all are. */
  picked: state<string | null>(null),
}) {
  readonly #live = new LiveSandbox(this);

  constructor() {
    super();
    this.addEventListener(PickOrderEvent.type, (event) => {
      if (event instanceof PickOrderEvent) this.picked = event.orderId;
    });
  }

  protected override render(): TemplateResult {
    const { known, freshness, now } = this.#live;
    const gone = goneWords(freshness);
    const orders = known?.orders ?? [];
    return html`<div class="frame stack">
      <div class="top">
        ${freshnessLine(freshness)}
        <div role="alert">
          ${
            gone === null
              ? nothing
              : html`<div class="banner stale">
                  ${icon('cloud')}
                  <p>${gone}</p>
                </div>`
          }
        </div>
      </div>
      ${
        known === null
          ? html`<p class="panel">${gone === null ? 'Loading…' : 'Nothing to show yet.'}</p>`
          : html`<div class="stack" ?data-stale=${gone !== null}>
              <ticket-rail-sandbox-parties .summary=${known.summary}></ticket-rail-sandbox-parties>
              <div class="columns">
                <div class="stack">
                  <ticket-rail-sandbox-form
                    class="panel"
                    .summary=${known.summary}
                    .orders=${orders}
                  ></ticket-rail-sandbox-form>
                  <ticket-rail-sandbox-orders
                    class="panel"
                    .orders=${orders}
                    .picked=${this.picked}
                    .now=${now}
                  ></ticket-rail-sandbox-orders>
                </div>
                <ticket-rail-sandbox-hops
                  class="panel"
                  .hops=${known.hops}
                  .order=${this.picked}
                  .orderName=${orders.find(({ order_id }) => order_id === this.picked)?.customer_facing_id ?? null}
                  .now=${now}
                ></ticket-rail-sandbox-hops>
              </div>
            </div>`
      }
    </div>`;
  }

  static override styles = [tokens, basics, frameStyles, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-sandbox', TicketRailSandbox);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-sandbox': TicketRailSandbox;
  }
}
