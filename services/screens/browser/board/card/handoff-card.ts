import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import type { Compared } from '../../../../../schemas/events/rail-actions';
import { labelWords } from '../../shared/model/label-words';
import { guarded } from '../../shared/guarded';
import { icon } from '../../shared/icons';
import { lasted } from '../../shared/model/clock';
import type { Driver } from '../../../../../projections/order/driver-details';
import { isRobot, passcodeOf, textOf } from '../model/handoff/handoff';
import { say } from '../../shared/model/say';
import { ageWords, driverWords, durationWords, statusWords, noticeOf, stageWords } from '../../shared/model/words';
import { sayParts } from '../../shared/say-parts';
import { property, railElement, state, styleSheet } from '../../shared/rail-element';
import { basics } from '../../shared/theme';
import { type CardAction, CardEvent } from './card-event';
import { Asking } from './handoff-asking';
import { driverBlocks } from './handoff-driver';
import { handoverBlock, noHandover } from './handoff-done';
import { groupBlock, type GroupMember } from './handoff-group';
import { passcodeBlock, robotBlock } from './handoff-steps';
import '../slip/slip-button';
import css from './handoff-card.css?inline';
import driverCss from './handoff-driver.css?inline';
import groupCss from './handoff-group.css?inline';

/** Reasons to doubt what the card shows. */
const DOUBTS: ReadonlySet<string> = new Set(['may_be_a_repeat', 'unreadable_field']);

const title = (order: string) => sayParts('card.title', { order: html`<bdi class="short">${order}</bdi>` });

/**
 * Whom the food is handed to: everything that distinguishes the right driver from a wrong one, legible at arm's length.
 */
export class TicketRailHandoff extends railElement({
  /** The order on the card; null closes it. */
  order: property<Order | null>(null),
  shortId: property(''),
  /** Other orders whose drivers have come and wait for somebody to look: id and short id. */
  others: property<readonly (readonly [string, string])[]>([]),
  /** All orders that the driver takes, where there are several. */
  group: property<readonly GroupMember[]>([]),
  previousDriver: property<Driver | null>(null),
  mustSeeDriver: property(false),
  /** That it was handed over, and whether somebody may say so here. */
  handover: property(noHandover),
  /** Its slip can be printed. */
  prints: property(false),
  /** Milliseconds since the epoch by the service's clock. */
  now: property(0),
  /** Why what the card says may no longer be true, or null. */
  stale: property<string | null>(null),
  /** Address of the picture that did not load. */
  pictureFailed: state<string | null>(null),
}) {
  readonly #asking = new Asking(this);

  /** Browsers send `close` with a frame only, and by then the next driver may have come: the attribute goes at once. */
  protected override firstUpdated(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    const closed = (): void => {
      if (this.order !== null && dialog?.open === false) this.#announce('close');
    };
    if (dialog !== null) new MutationObserver(closed).observe(dialog, { attributeFilter: ['open'] });
  }

  protected override updated(changed: PropertyValues<this>): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog === null || !changed.has('order')) return;
    // News of the same order open nothing: it may have been closed a moment ago.
    const isAnother = changed.get('order')?.order_id !== this.order?.order_id;
    if (this.order !== null && isAnother && !dialog.open) dialog.showModal();
    if (this.order === null && dialog.open) dialog.close();
  }

  protected override render(): TemplateResult {
    const { order } = this;
    return html`<dialog
      aria-labelledby="title"
      data-order-id=${order?.order_id ?? nothing}
      data-stage=${order?.stage ?? nothing}
      @click=${this.#clicked}
    >
      ${
        order === null
          ? nothing
          : guarded(
              () => this.#renderCard(order),
              () => this.#renderLess(order),
            )
      }
    </dialog>`;
  }

  /**
   * Renders what distinguishes the right driver from a wrong one, as it came: for an order that the card cannot show
   * whole.
   */
  #renderLess(order: Order): TemplateResult {
    const driver = order.driver_details;
    const facts = [driver?.name, driver?.vehicle_info?.license_plate, passcodeOf(order)].map(textOf);
    return html`<div class="card">
      <header>
        <div class="title">
          <h2 id="title">${title(order.order_id)}</h2>
        </div>
        <button class="close" autofocus aria-label=${say('close')} @click=${this.#close}>${icon('close')}</button>
      </header>
      <p class="stale">${icon('alert')} ${say('card.not_whole')}</p>
      ${facts.map((fact) => (fact === null ? nothing : html`<p class="block"><bdi>${fact}</bdi></p>`))}
      ${groupBlock(this.group, order, this.#open)} ${this.#renderOthers()}
    </div>`;
  }

  #renderCard(order: Order): TemplateResult {
    const driver = order.driver_details;
    const called = labelWords(order) ?? this.shortId;
    const inStage = lasted(order.stage_since, this.now);
    const instructions = textOf(driver?.handoff_instructions);
    return html`<div class="card">
      <header>
        <div class="title">
          <h2 id="title">${title(called)}</h2>
          ${called === order.order_id ? nothing : html`<p class="full"><bdi>${order.order_id}</bdi></p>`}
        </div>
        <button class="close" autofocus aria-label=${say('close')} @click=${this.#close}>${icon('close')}</button>
      </header>
      ${this.stale === null ? nothing : html`<p class="stale">${icon('cloud')} ${this.stale}</p>`}
      <p class="stage">
        ${icon(order.stage === 'driver_here' ? 'car' : 'clock')}
        ${sayParts('card.stage_for', {
          stage: html`<strong>${stageWords(order.stage)}</strong>`,
          time: durationWords(inStage),
        })}
      </p>
      ${this.#renderChange(order)} ${this.#renderDoubts(order)} ${groupBlock(this.group, order, this.#open)}
      <p class="unseen" role="status">${this.#asking.said}</p>
      ${handoverBlock(order, this.handover, this.#asking.state, {
        handOver: this.#handOver,
        undo: this.#undo,
        missed: this.#asking.miss,
        openInstead: this.#openInstead,
      })}
      <div class="columns">
        <div class="stack">
          ${
            driver === null
              ? html`<p class="nobody">${icon('person')} ${say('card.no_driver')}</p>`
              : driverBlocks(order, driver, this.mustSeeDriver, {
                  failed: this.pictureFailed,
                  onFailure: this.#pictureFailed,
                })
          }
        </div>
        <div class="stack">
          ${passcodeBlock(order)}
          ${
            instructions === null
              ? nothing
              : html`<section class="block" aria-labelledby="instructions">
                  <h3 id="instructions">${say('card.instructions')}</h3>
                  <p class="instructions" tabindex="0"><bdi>${instructions}</bdi></p>
                </section>`
          }
          ${isRobot(order) ? robotBlock(order, inStage) : nothing} ${this.#renderAxes(order)}
        </div>
      </div>
      ${
        this.prints
          ? html`<ticket-rail-slip-button .order=${order} .shortId=${this.shortId}></ticket-rail-slip-button>`
          : nothing
      }
      ${this.#renderOthers()}
    </div>`;
  }

  #renderAxes({ status, delivery_status, reported_at }: Order): TemplateResult {
    return html`<dl class="axes block">
      <div>
        <dt>${say('card.order')}</dt>
        <dd><bdi>${statusWords(status)}</bdi></dd>
      </div>
      <div>
        <dt>${say('card.driver')}</dt>
        <dd><bdi>${driverWords(delivery_status)}</bdi></dd>
      </div>
      <div>
        <dt>${say('card.last_news')}</dt>
        <dd>${say('card.ago', { age: ageWords(lasted(reported_at, this.now)) })}</dd>
      </div>
    </dl>`;
  }

  #renderChange({ attention, driver_details }: Order): TemplateResult | typeof nothing {
    if (!attention.includes('driver_changed')) return nothing;
    const previous = textOf(this.previousDriver?.name);
    return html`<section class="changed" aria-label=${say('card.changed')} data-seen=${String(!this.mustSeeDriver)}>
      <p>
        ${icon('swap')}
        <strong>${say(driver_details === null ? 'card.driver_gone' : 'card.driver_changed')}</strong>
        ${previous === null ? nothing : sayParts('card.not_previous', { driver: html`<del><bdi>${previous}</bdi></del>` })}
      </p>
      ${
        this.mustSeeDriver
          ? html`<button class="primary" @click=${this.#acknowledge}>
              ${icon('check')} ${say('tile.seen_driver')}
            </button>`
          : nothing
      }
    </section>`;
  }

  #renderDoubts(order: Order): readonly TemplateResult[] {
    return (order.attention as readonly string[])
      .filter((code) => DOUBTS.has(code))
      .map(
        (code) =>
          html`<p class="doubt" data-attention=${code}>
            ${icon('bell')} <strong>${noticeOf(code, order).words}</strong>
          </p>`,
      );
  }

  #renderOthers(): TemplateResult | typeof nothing {
    const { others } = this;
    if (others.length === 0) return nothing;
    return html`<section class="others" aria-labelledby="others">
      <h3 id="others">${icon('car')} ${say('card.others', { count: others.length })}</h3>
      <ul>
        ${others.map(
          ([id, short]) =>
            html`<li>
              <button aria-label=${say('tile.open', { order: id })} title=${id} @click=${this.#open(id)}>
                <bdi>${short}</bdi>
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #announce(action: CardAction, orderId = this.order?.order_id ?? ''): void {
    this.dispatchEvent(new CardEvent(action, orderId));
  }

  readonly #open =
    (id: string): (() => void) =>
    () => {
      this.#announce('open', id);
    };

  readonly #openInstead =
    (id: string): (() => void) =>
    () => {
      this.#announce('open-instead', id);
    };

  readonly #pictureFailed = (url: string): void => {
    this.pictureFailed = url;
  };

  readonly #handOver = (compared: readonly Compared[]): void => {
    this.dispatchEvent(new CardEvent('hand-over', this.order?.order_id ?? '', compared));
  };

  readonly #undo = (): void => {
    this.#announce('undo');
  };

  readonly #acknowledge = (): void => {
    this.#announce('acknowledge-driver');
  };

  readonly #close = (): void => {
    this.renderRoot.querySelector('dialog')?.close();
  };

  /** A touch beside the card closes it. */
  readonly #clicked = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) this.#close();
  };

  static override styles = [basics, ...[css, driverCss, groupCss].map(styleSheet)];
}

customElements.define('ticket-rail-handoff', TicketRailHandoff);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-handoff': TicketRailHandoff;
  }
}
