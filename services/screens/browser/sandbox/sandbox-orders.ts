import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { keysOf } from '../../../../schemas/records';
import type { OrderAction, SandboxOrderState, SandboxOrder } from '../../../../schemas/sandbox';
import { auditStyles } from '../shared/styles/audit-styles';
import { valueOf } from '../shared/field-events';
import { icon, type IconName } from '../shared/icons';
import { secondsUntil } from './model/sandbox-hops';
import { ACTION_WORDS, allows, fulfillmentWords, matchesOrder, STATE_WORDS } from './model/sandbox-words';
import { countWords, driverWords, statusWords } from '../shared/model/words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { command } from './sandbox-client';
import { PickOrderEvent } from './sandbox-hops';
import { basics } from '../shared/theme';
import css from './sandbox-orders.css?inline';

/** Orders that are drawn at once. */
const DRAWN_ORDERS = 50;

const STATE_ICONS: Readonly<Record<SandboxOrderState, IconName>> = {
  submitted: 'clock',
  accepted: 'pot',
  rejected: 'alert',
  canceled: 'close',
  ended: 'check',
};

const ACTIONS = keysOf(ACTION_WORDS);

/** The orders, newest first; the one that is picked can be acted upon. */
export class TicketRailSandboxOrders extends railElement({
  orders: property<readonly SandboxOrder[]>([]),
  /** The DSP's id; null: none. */
  picked: property<string | null>(null),
  /** Milliseconds since the epoch by the process's clock. */
  now: property(0),
  /** What someone looks for. */
  text: state(''),
  /** What came of the last action. */
  outcome: state<{ readonly orderId: string; readonly words: string } | null>(null),
}) {
  protected override render(): TemplateResult {
    const { orders, text } = this;
    const found = text.trim() === '' ? orders : orders.filter((order) => matchesOrder(order, text));
    const drawn = found.filter((order, index) => index < DRAWN_ORDERS || order.order_id === this.picked);
    return html`
      <h2 id="title">Orders</h2>
      <label>
        <span>Find an order</span>
        <input type="search" autocomplete="off" maxlength="200" .value=${text} @input=${this.#typed} />
      </label>
      <p class="muted">
        ${
          orders.length === 0
            ? 'None yet.'
            : drawn.length < found.length
              ? `The newest ${String(drawn.length)} of ${countWords(found.length, 'order')}.`
              : `${countWords(found.length, 'order')}.`
        }
      </p>
      <ol role="list" aria-labelledby="title">
        ${repeat(
          drawn,
          ({ order_id }) => order_id,
          (order) => this.#renderOrder(order),
        )}
      </ol>
    `;
  }

  #renderOrder(order: SandboxOrder): TemplateResult {
    const { order_id, customer_facing_id, provider_id, state, status, delivery_status, driver_name } = order;
    const isPicked = order_id === this.picked;
    const wait = secondsUntil(order.next_step_at, this.now);
    return html`<li class="order" data-order=${order_id} data-state=${state}>
      <button
        type="button"
        class="pick"
        aria-expanded=${String(isPicked)}
        @click=${() => {
          this.dispatchEvent(new PickOrderEvent(isPicked ? null : order_id));
        }}
      >
        <span class="line">
          <strong class="name"><bdi>${customer_facing_id}</bdi></strong>
          <span class="state">${icon(STATE_ICONS[state])} ${STATE_WORDS[state]}</span>
        </span>
        <span class="line">
          <span
            ><bdi>${fulfillmentWords(order.fulfillment_type)}</bdi>${order.unpaid ? ', unpaid' : nothing} ·
            <bdi>${provider_id ?? 'no id of the POS'}</bdi></span
          >
          ${
            order.next_step_at === null
              ? nothing
              : html`<span class="next"
                  >${icon('clock')} ${wait === null ? 'Next step now' : `Next step in ${String(wait)} s`}</span
                >`
          }
        </span>
        ${
          status === null && delivery_status === null
            ? nothing
            : html`<span class="line">
                <span>Order: <bdi>${statusWords(status)}</bdi></span>
                ${delivery_status === null ? nothing : html`<span>Driver: <bdi>${driverWords(delivery_status)}</bdi></span>`}
              </span>`
        }
        ${
          driver_name === null
            ? nothing
            : html`<span class="line"
                ><span>${icon('person')} <bdi>${driver_name}</bdi></span></span
              >`
        }
      </button>
      ${isPicked ? this.#renderPicked(order) : nothing}
    </li>`;
  }

  #renderPicked(order: SandboxOrder): TemplateResult {
    const { order_id, location_id, story, reason, status, delivery_status } = order;
    const rows: readonly (readonly [string, string | null])[] = [
      ["DSP's id", order_id],
      ['Location', location_id],
      ['Story', story],
      ['status', status],
      ['delivery_status', delivery_status],
      ['Reason', reason],
    ];
    return html`<div class="picked">
      <dl>
        ${rows.map(([name, value]) =>
          value === null
            ? nothing
            : html`<div>
                <dt>${name}</dt>
                <dd><bdi>${value}</bdi></dd>
              </div>`,
        )}
      </dl>
      <div class="actions" role="group" aria-label=${`Do with order ${order.customer_facing_id}`}>
        ${ACTIONS.map((action) => {
          const can = allows(order, action);
          return html`<button
            type="button"
            aria-disabled=${can ? nothing : 'true'}
            @click=${() => {
              if (can) void this.#act(order_id, action);
            }}
          >
            ${ACTION_WORDS[action]}
          </button>`;
        })}
      </div>
      <p role="status">${this.outcome?.orderId === order_id ? html`<bdi>${this.outcome.words}</bdi>` : nothing}</p>
    </div>`;
  }

  async #act(orderId: string, action: OrderAction): Promise<void> {
    this.outcome = { orderId, words: `${ACTION_WORDS[action]}…` };
    const answer = await command<SandboxOrder>(`orders/${encodeURIComponent(orderId)}/actions`, { action });
    const words = answer.kind === 'done' ? `${ACTION_WORDS[action]}: done.` : answer.detail;
    this.outcome = { orderId, words };
  }

  readonly #typed = (event: Event): void => {
    this.text = valueOf(event);
  };

  static override styles = [basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-sandbox-orders', TicketRailSandboxOrders);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-sandbox-orders': TicketRailSandboxOrders;
  }
}
