import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guarded } from '../shared/guarded';
import { icon, type IconName } from '../shared/icons';
import type { Order } from '../../../../schemas/order-view';
import { clip, type Driver, isRobot, textOf } from './model/handoff';
import type { Acknowledgement } from './model/acknowledgements';
import type { Lateness } from '../shared/model/lateness';
import {
  driverWords,
  statusWords,
  LATENESS_WORDS,
  noticeOf,
  sourceWords,
  stageWords,
  type Tone,
} from '../shared/model/words';
import { attribute, property, railElement, styleSheet } from '../shared/rail-element';
import { basics } from '../shared/theme';
import css from './tile.css?inline';

/** What someone asked for on a tile. */
export type TileAction = 'open' | Acknowledgement;

/** What can be done with an order that is over. */
export type Ending = 'acknowledge' | 'recall' | 'dismiss' | null;

export class TileEvent extends Event {
  static readonly type = 'tile-action';
  constructor(
    readonly action: TileAction,
    readonly order: Order,
  ) {
    super(TileEvent.type, { bubbles: true });
  }
}

/** Most characters of a text of others on a tile; the handoff card has all of it. */
const MOST_CHARACTERS = 80;

const TONE_ICONS: Readonly<Record<Tone, IconName>> = { alarm: 'alert', notice: 'bell', info: 'info' };

/** What a stage shouts over the tile, if it does. */
const BANDS: Readonly<Record<string, readonly [IconName, string]>> = {
  driver_here: ['car', 'Driver is here'],
  needs_action: ['alert', 'Needs action'],
  coming_back: ['back', 'Food is coming back'],
  canceled: ['close', 'Canceled'],
  failed: ['close', 'Failed'],
  returned: ['back', 'Returned'],
  completed: ['check', 'Done'],
};
/** Codes that the band says already. */
const SAID_BY_BAND: Readonly<Record<string, string>> = { driver_here: 'driver_here', coming_back: 'coming_back' };

/** One order on the board. It changes only when what it shows changes: times come as words. */
export class TicketRailTile extends railElement({
  order: property<Order | null>(null),
  shortId: property(''),
  /** How long it has been in its stage, in words. */
  since: property(''),
  lateness: property<Lateness>('on_time'),
  previousDriver: property<Driver | null>(null),
  mustSeeDriver: property(false),
  ending: property<Ending>(null),
  /** It has just come to this place. */
  fresh: attribute(false, { reflect: true }),
  /** It lies in a strip across the board, where height is dear. */
  compact: attribute(false, { reflect: true }),
}) {
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.open')?.focus(options);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('order') && !changed.has('lateness')) return;
    this.dataset['orderId'] = this.order?.order_id ?? '';
    this.dataset['stage'] = this.order?.stage ?? '';
    this.dataset['late'] = this.lateness;
  }

  protected override update(changed: PropertyValues<this>): void {
    const focused = (): boolean => (this.renderRoot as ShadowRoot).activeElement !== null;
    const hadFocus = focused();
    super.update(changed);
    // A button that was pressed may go away by that.
    if (hadFocus && !focused()) this.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { order } = this;
    if (order === null) return nothing;
    return guarded(
      () => this.#renderTile(order),
      () => this.#renderLess(order),
    );
  }

  /** An order that cannot be shown whole. */
  #renderLess({ order_id, stage }: Order): TemplateResult {
    return html`<article aria-label=${`Order ${clip(order_id, MOST_CHARACTERS)}`}>
      <button class="open" aria-haspopup="dialog" @click=${this.#act('open')}><bdi>${order_id}</bdi></button>
      <p class="axis">${icon('alert')} <bdi>${stage}</bdi>: cannot be shown whole</p>
    </article>`;
  }

  #renderTile(order: Order): TemplateResult {
    const source = textOf(order.driver_details?.source);
    return html`
      <article aria-label=${`Order ${clip(order.order_id, MOST_CHARACTERS)}`}>
        ${this.compact && order.stage === 'canceled' ? nothing : this.#renderBand(order)}
        <div class="head">
          <h3>
            <button
              class="open"
              aria-haspopup="dialog"
              aria-label=${`Open handoff card of order ${order.order_id}`}
              title=${order.order_id}
              @click=${this.#act('open')}
            >
              <bdi>${this.shortId}</bdi>
            </button>
          </h3>
          <p class="time">
            ${this.lateness === 'on_time' ? icon('clock') : icon('alert')}
            <span class="unseen">In this stage for</span> <span class="since">${this.since}</span>
            ${this.lateness === 'on_time' ? nothing : html`<strong>${LATENESS_WORDS[this.lateness]}</strong>`}
          </p>
        </div>
        <p class="sub">
          ${this.shortId === order.order_id ? nothing : html`<bdi class="full">${order.order_id}</bdi>`}
          ${source === null ? nothing : html`<bdi class="source">${clip(sourceWords(source), 24)}</bdi>`}
        </p>
        <p class="axis">
          ${icon('pot')}<span><b>Order:</b> <bdi>${statusWords(order.status)}</bdi></span>
        </p>
        ${this.#renderDriver(order)} ${this.#renderChips(order)} ${this.#renderActions()}
      </article>
    `;
  }

  #renderBand({ stage }: Order): TemplateResult | typeof nothing {
    const band = Object.hasOwn(BANDS, stage) ? BANDS[stage] : undefined;
    if (band === undefined) return nothing;
    const [name, words] = band;
    return html`<p class="band">${icon(name)} ${words || stageWords(stage)}</p>`;
  }

  #renderDriver(order: Order): TemplateResult {
    const name = textOf(order.driver_details?.name);
    const previous = textOf(this.previousDriver?.name);
    return html`<p class="axis">
      ${icon(isRobot(order) ? 'robot' : 'person')}
      <span>
        <b>Driver:</b> <bdi>${driverWords(order.delivery_status)}</bdi>
        ${previous === null ? nothing : html`<del><bdi>${clip(previous, MOST_CHARACTERS)}</bdi></del>`}
        ${name === null ? nothing : html`<bdi class="name">${clip(name, MOST_CHARACTERS)}</bdi>`}
      </span>
    </p>`;
  }

  #renderChips(order: Order): TemplateResult | typeof nothing {
    const { attention, stage } = order;
    const codes = (attention as readonly string[]).filter((code) => SAID_BY_BAND[stage] !== code);
    if (codes.length === 0) return nothing;
    return html`<ul class="chips">
      ${codes.map((code) => {
        const { words, tone } = noticeOf(code, order);
        const name = code === 'robot' ? 'robot' : code === 'driver_changed' ? 'swap' : TONE_ICONS[tone];
        return html`<li data-attention=${code} data-tone=${tone}>${icon(name)} <bdi>${words}</bdi></li>`;
      })}
    </ul>`;
  }

  #renderActions(): TemplateResult | typeof nothing {
    const { mustSeeDriver, ending } = this;
    if (!mustSeeDriver && ending === null) return nothing;
    return html`<div class="actions">
      ${
        mustSeeDriver
          ? html`<button class="primary" @click=${this.#act('acknowledge-driver')}>
              ${icon('check')} I have seen the new driver
            </button>`
          : nothing
      }
      ${
        ending === 'acknowledge'
          ? html`<button class="primary" @click=${this.#act('acknowledge-cancel')}>
              ${icon('check')} Acknowledge
            </button>`
          : nothing
      }
      ${ending === 'recall' ? html`<button @click=${this.#act('recall')}>${icon('back')} Recall</button>` : nothing}
      ${ending === 'dismiss' ? html`<button @click=${this.#act('dismiss')}>${icon('close')} Dismiss</button>` : nothing}
    </div>`;
  }

  #act(action: TileAction): () => void {
    return () => {
      if (this.order !== null) this.dispatchEvent(new TileEvent(action, this.order));
    };
  }

  static override styles = [basics, styleSheet(css)];
}

customElements.define('ticket-rail-tile', TicketRailTile);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-tile': TicketRailTile;
  }
}
