import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guarded } from '../../shared/guarded';
import { icon, type IconName } from '../../shared/icons';
import type { Order } from '../../../../../schemas/api/order-view';
import type { Driver } from '../../../../../projections/order/driver-details';
import { clip } from '../model/handoff/handoff';
import type { Acknowledgement } from '../model/handoff/acknowledgements';
import { type Called, calledOn, MOST_CHARACTERS, type Shape } from '../model/tile-words';
import { labelWords } from '../../shared/model/label-words';
import type { Lateness } from '../../shared/model/lateness';
import { say } from '../../shared/model/say';
import { latenessWords } from '../../shared/model/words';
import { sayParts } from '../../shared/say-parts';
import { attribute, property, railElement, styleSheet } from '../../shared/rail-element';
import { basics } from '../../shared/theme';
import { axes, band, chips, line, shortAxes } from './tile-parts';
import css from './tile.css?inline';
import rowCss from './tile-row.css?inline';

/** What someone asked for on a tile. */
export type TileAction = 'open' | Acknowledgement;

/** What can be done with an order besides opening its card. */
export type Ending = 'acknowledge-cancel' | 'recall' | 'dismiss' | 'put-away' | 'take-back' | null;

export class TileEvent extends Event {
  static readonly type = 'tile-action';
  constructor(
    readonly action: TileAction,
    readonly order: Order,
  ) {
    super(TileEvent.type, { bubbles: true });
  }
}

const ENDINGS: Readonly<Record<NonNullable<Ending>, IconName>> = {
  'acknowledge-cancel': 'check',
  recall: 'back',
  dismiss: 'close',
  'put-away': 'check',
  'take-back': 'back',
};

/** One order on the board. It changes only when what it shows changes: times come as words. */
export class TicketRailTile extends railElement({
  order: property<Order | null>(null),
  shortId: property(''),
  /** How long it has been in its stage, in words. */
  since: property(''),
  /** How long a robot that is here will wait, in words; empty: no robot is here. */
  leaves: property(''),
  lateness: property<Lateness>('on_time'),
  /** That its driver takes other orders too, in words; empty: it is the only one. */
  group: property(''),
  /** That it was handed over, in words; empty: it was not. */
  handedOver: property(''),
  previousDriver: property<Driver | null>(null),
  mustSeeDriver: property(false),
  ending: property<Ending>(null),
  /** Nobody can touch it: it shows, and has no buttons. */
  still: attribute(false, { reflect: true }),
  /** It has just come to this place. */
  fresh: attribute(false, { reflect: true }),
  shape: attribute('roomy', { reflect: true }),
  /** The key that opens it; empty: none does, or nobody uses keys. */
  digit: property(''),
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
    const focused = (): boolean => (this.renderRoot as ShadowRoot).activeElement !== null; // that of a Lit element
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

  /** Renders an order that cannot be shown whole. */
  #renderLess({ order_id, stage }: Order): TemplateResult {
    return html`<article aria-label=${say('tile.order', { order: clip(order_id, MOST_CHARACTERS) })}>
      <button class="open" aria-haspopup="dialog" @click=${this.#act('open')}><bdi>${order_id}</bdi></button>
      <p class="axis">${icon('alert')} ${sayParts('tile.not_whole', { stage: html`<bdi>${stage}</bdi>` })}</p>
    </article>`;
  }

  /** Returns the shape of the tile, as the board sets it. */
  get #shape(): Shape {
    return this.shape as Shape; // by the docstring
  }

  #renderTile(order: Order): TemplateResult {
    const called = calledOn(this.#shape, order, this.shortId);
    return html`
      <article aria-label=${say('tile.order', { order: clip(order.order_id, MOST_CHARACTERS) })}>
        ${this.shape === 'row' ? nothing : band(order, this.shape === 'compact')} ${this.#renderHead(order, called)}
        ${this.#renderFacts(order, called)} ${chips(order, this.#shape, this)} ${this.#renderActions()}
      </article>
    `;
  }

  #renderHead(order: Order, { title, more }: Called): TemplateResult {
    return html`<div class="head">
      ${this.#renderTitle(order, title)} ${more === '' ? nothing : html`<p class="known"><bdi>${more}</bdi></p>`}
      ${this.#renderTime()}
    </div>`;
  }

  #renderTitle(order: Order, title: string): TemplateResult {
    if (this.still) return html`<h3 class="open"><bdi>${title}</bdi></h3>`;
    const called = labelWords(order);
    return html`<h3>
      <button
        class="open"
        aria-haspopup="dialog"
        aria-keyshortcuts=${this.digit === '' ? nothing : this.digit}
        aria-label=${say('tile.open', { order: called === null ? order.order_id : `${called}, ${order.order_id}` })}
        title=${order.order_id}
        @click=${this.#act('open')}
      >
        ${this.digit === '' ? nothing : html`<kbd>${this.digit}</kbd>`} <bdi>${title}</bdi>
      </button>
    </h3>`;
  }

  #renderTime(): TemplateResult {
    const isOnTime = this.lateness === 'on_time';
    const isShort = this.shape !== 'roomy';
    return html`<p class="time">
      ${icon(isOnTime ? 'clock' : 'alert')} <span class="unseen">${say('tile.in_stage')}</span>
      <span class=${this.leaves === '' ? 'since' : 'since unseen'}>${this.since}</span> ${this.leaves}
      ${isOnTime ? nothing : html`<strong class=${isShort ? 'unseen' : ''}>${latenessWords(this.lateness)}</strong>`}
    </p>`;
  }

  #renderFacts(order: Order, { more }: Called): TemplateResult {
    switch (this.#shape) {
      case 'roomy':
        return axes(order, this.previousDriver);
      case 'compact':
        return shortAxes(order, this.previousDriver);
      case 'row':
        // Nothing is to be done: number and name take the room.
        return order.stage === 'on_the_way' && more !== ''
          ? html`<div class="unseen">${line(order)}</div>`
          : line(order);
    }
  }

  #renderActions(): TemplateResult | typeof nothing {
    const { mustSeeDriver, ending } = this;
    if (this.still || (!mustSeeDriver && ending === null)) return nothing;
    const button = (action: Acknowledgement, picture: IconName, words: string, isMain: boolean): TemplateResult =>
      html`<button class=${isMain ? 'primary' : ''} @click=${this.#act(action)}>${icon(picture)} ${words}</button>`;
    return html`<div class="actions">
      ${mustSeeDriver ? button('acknowledge-driver', 'check', say('tile.seen_driver'), true) : nothing}
      ${
        ending === null
          ? nothing
          : button(ending, ENDINGS[ending], say(`ending.${ending}`), ending === 'acknowledge-cancel')
      }
    </div>`;
  }

  #act(action: TileAction): () => void {
    return () => {
      if (this.order !== null) this.dispatchEvent(new TileEvent(action, this.order));
    };
  }

  static override styles = [basics, styleSheet(css), styleSheet(rowCss)];
}

customElements.define('ticket-rail-tile', TicketRailTile);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-tile': TicketRailTile;
  }
}
