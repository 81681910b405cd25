import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guarded } from '../shared/guarded';
import { icon, type IconName } from '../shared/icons';
import type { Order } from '../../../../schemas/order-view';
import { clip, type Driver, isRobot, textOf } from './model/handoff';
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
import { RailElement } from '../shared/rail-element';
import { basics } from '../shared/theme';

/** What someone asked for on a tile. */
export type TileAction = 'open' | 'acknowledge-cancel' | 'acknowledge-driver' | 'recall' | 'dismiss';

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
export class TicketRailTile extends RailElement {
  static override properties = {
    order: { attribute: false },
    shortId: { attribute: false },
    since: { attribute: false },
    lateness: { attribute: false },
    previousDriver: { attribute: false },
    mustSeeDriver: { attribute: false },
    ending: { attribute: false },
    fresh: { type: Boolean, reflect: true },
    compact: { type: Boolean, reflect: true },
  };
  declare order: Order | null;
  declare shortId: string;
  /** How long it has been in its stage, in words. */
  declare since: string;
  declare lateness: Lateness;
  declare previousDriver: Driver | null;
  declare mustSeeDriver: boolean;
  /** What can be done with an order that is over. */
  declare ending: 'acknowledge' | 'recall' | 'dismiss' | null;
  /** It has just come to this place. */
  declare fresh: boolean;
  /** It lies in a strip across the board, where height is dear. */
  declare compact: boolean;

  constructor() {
    super();
    this.order = null;
    this.shortId = '';
    this.since = '';
    this.lateness = 'on_time';
    this.previousDriver = null;
    this.mustSeeDriver = false;
    this.ending = null;
    this.fresh = false;
    this.compact = false;
  }

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

  static override styles = [
    basics,
    css`
      :host {
        display: block;
        content-visibility: auto;
        contain-intrinsic-size: auto 10em;
      }
      article {
        position: relative;
        overflow: hidden;
        padding: 0.55em 0.7em 0.65em;
        border: 1px solid var(--rail-line);
        border-inline-start: 0.35em solid var(--rail-edge);
        border-radius: var(--rail-radius);
        background: var(--rail-surface);
        box-shadow: var(--rail-shadow);
      }
      :host([data-stage='ready']) article {
        border-inline-start-color: var(--rail-ready);
      }
      :host([data-stage='on_the_way']) article {
        border-inline-start-color: var(--rail-road);
      }
      :host([data-stage='driver_here']) article {
        border: 3px solid var(--rail-arrival);
        animation: arrival 2.4s ease-in-out infinite;
      }
      :host(:is([data-stage='needs_action'], [data-stage='canceled'], [data-stage='failed'])) article {
        border: 3px solid var(--rail-alarm);
      }
      :host(:is([data-stage='coming_back'], [data-stage='returned'])) article {
        border: 3px solid var(--rail-return);
      }
      :host([fresh]) article {
        animation: come 0.5s ease-out;
      }
      @container (min-width: 24em) {
        :host([compact]) article {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
          column-gap: 0.8em;
        }
        :host([compact]) article > * {
          grid-column: 1;
        }
        :host([compact]) .actions {
          grid-column: 2;
          grid-row: 1 / span 4;
          align-self: center;
        }
      }
      @keyframes come {
        from {
          opacity: 0;
          transform: translateY(-0.6em);
        }
      }
      @keyframes arrival {
        50% {
          box-shadow: inset 0 0 0 3px var(--rail-arrival);
        }
      }
      .band {
        display: flex;
        align-items: center;
        gap: 0.4em;
        margin: -0.55em -0.7em 0.5em;
        padding: 0.3em 0.7em;
        background: var(--rail-edge);
        color: var(--rail-surface);
        font-weight: 700;
      }
      :host([data-stage='driver_here']) .band {
        background: var(--rail-arrival);
        color: var(--rail-on-arrival);
      }
      :host(:is([data-stage='needs_action'], [data-stage='canceled'], [data-stage='failed'])) .band {
        background: var(--rail-alarm);
        color: var(--rail-on-alarm);
      }
      :host(:is([data-stage='coming_back'], [data-stage='returned'])) .band {
        background: var(--rail-return);
        color: var(--rail-on-return);
      }
      :host([data-stage='completed']) .band {
        background: transparent;
        color: var(--rail-ready);
        padding-block-end: 0;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.1em 0.6em;
      }
      h3 {
        min-width: 0;
        font-size: 1em;
      }
      /* The whole tile opens the card; other buttons lie above this one. */
      .open {
        min-width: 44px;
        min-height: 44px;
        margin-block: -0.25em;
        justify-content: flex-start;
        padding: 0;
        border: 0;
        background: none;
        font-size: 1.55em;
        line-height: 1.1;
        font-weight: 800;
        font-variant-numeric: tabular-nums;
        text-align: start;
      }
      .open bdi {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      .open::after {
        content: '';
        position: absolute;
        inset: 0;
      }
      .open:focus-visible {
        outline: none;
      }
      .open:focus-visible::after {
        outline: 4px solid var(--rail-accent);
        outline-offset: -4px;
      }
      .time {
        display: flex;
        align-items: center;
        gap: 0.3em;
        padding: 0.1em 0.45em;
        border-radius: var(--rail-radius);
        color: var(--rail-muted);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      :host([data-late='late']) .time {
        background: var(--rail-late);
        color: var(--rail-on-late);
      }
      :host([data-late='very_late']) .time {
        background: var(--rail-alarm);
        color: var(--rail-on-alarm);
      }
      .sub {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.1em 0.5em;
        margin-bottom: 0.3em;
        color: var(--rail-muted);
        font-size: 0.85em;
      }
      .full {
        min-width: 0;
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .source {
        padding: 0.05em 0.5em;
        border: 1px solid var(--rail-edge);
        border-radius: 1em;
        color: var(--rail-text);
        font-weight: 600;
      }
      .axis {
        display: flex;
        gap: 0.45em;
        margin-top: 0.15em;
      }
      .axis > span {
        display: -webkit-box;
        min-width: 0;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      .axis .icon {
        margin-top: 0.05em;
        color: var(--rail-muted);
      }
      .name::before,
      del::before {
        content: '· ';
        font-weight: 400;
      }
      .name {
        font-weight: 600;
      }
      del::before {
        display: inline-block;
        white-space: pre;
      }
      del {
        color: var(--rail-muted);
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3em;
        margin-top: 0.45em;
      }
      .chips li {
        display: flex;
        align-items: center;
        gap: 0.3em;
        max-width: 100%;
        padding: 0.1em 0.5em;
        border: 1px solid var(--rail-edge);
        border-radius: var(--rail-radius);
        font-size: 0.9em;
        font-weight: 600;
      }
      .chips [data-tone='alarm'] {
        border-color: var(--rail-alarm);
        background: var(--rail-alarm);
        color: var(--rail-on-alarm);
      }
      .chips [data-tone='notice'] {
        border-color: var(--rail-late);
        background: var(--rail-late);
        color: var(--rail-on-late);
      }
      .actions {
        position: relative;
        display: flex;
        flex-wrap: wrap;
        gap: 0.4em;
        margin-top: 0.55em;
        pointer-events: none;
      }
      .actions button {
        flex: 1;
        pointer-events: auto;
      }
    `,
  ];
}

customElements.define('ticket-rail-tile', TicketRailTile);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-tile': TicketRailTile;
  }
}
