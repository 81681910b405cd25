import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Order } from '../../../../schemas/order-view';
import { guarded } from '../shared/guarded';
import { icon } from '../shared/icons';
import { lasted } from '../shared/model/clock';
import {
  countdownWords,
  type Driver,
  isRobot,
  passcodeOf,
  pictureUrl,
  robotWaits,
  swatch,
  telephoneUrl,
  textOf,
  vehicleParts,
} from './model/handoff';
import {
  ageWords,
  driverWords,
  durationWords,
  statusWords,
  noticeOf,
  sourceWords,
  stageWords,
} from '../shared/model/words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics } from '../shared/theme';
import css from './handoff-card.css?inline';

/** What someone asked for on the card. */
export class CardEvent extends Event {
  static readonly type = 'card-action';
  constructor(
    readonly action: 'close' | 'acknowledge-driver' | 'open',
    readonly orderId: string,
  ) {
    super(CardEvent.type);
  }
}

/** Reasons to doubt what the card shows. */
const DOUBTS: ReadonlySet<string> = new Set(['may_be_a_repeat', 'unreadable_field']);

const LID_STEPS = [
  'Wait until the robot unlocks itself, or enter the passcode on it.',
  'Put the food in.',
  'Close the lid: the robot leaves at once. There is no second chance.',
] as const;

/** Whom the food is handed to: everything that tells the right driver from a wrong one, legible at arm's length. */
export class TicketRailHandoff extends railElement({
  /** The order on the card; null closes it. */
  order: property<Order | null>(null),
  shortId: property(''),
  /** Other orders whose drivers have come and wait for somebody to look: id and short id. */
  others: property<readonly (readonly [string, string])[]>([]),
  previousDriver: property<Driver | null>(null),
  mustSeeDriver: property(false),
  /** Milliseconds since the epoch by the service's clock. */
  now: property(0),
  /** Why what the card says may no longer be true, or null. */
  stale: property<string | null>(null),
  /** Address of the picture that did not load. */
  pictureFailed: state<string | null>(null),
}) {
  protected override updated(changed: PropertyValues<this>): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog === null || !changed.has('order')) return;
    if (this.order !== null && !dialog.open) dialog.showModal();
    if (this.order === null && dialog.open) dialog.close();
  }

  protected override render(): TemplateResult {
    const { order } = this;
    return html`<dialog
      aria-labelledby="title"
      data-order-id=${order?.order_id ?? nothing}
      data-stage=${order?.stage ?? nothing}
      @close=${this.#closed}
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

  /** What tells the right driver from a wrong one, as it came: for an order that the card cannot show whole. */
  #renderLess(order: Order): TemplateResult {
    const driver = order.driver_details;
    const facts = [driver?.name, driver?.vehicle_info?.license_plate, passcodeOf(order)].map(textOf);
    return html`<div class="card">
      <header>
        <div class="title">
          <h2 id="title">Handoff <bdi class="short">${order.order_id}</bdi></h2>
        </div>
        <button class="close" autofocus aria-label="Close" @click=${this.#close}>${icon('close')}</button>
      </header>
      <p class="stale">
        ${icon('alert')} This card cannot be shown whole. Ask the driver for the order and the passcode.
      </p>
      ${facts.map((fact) => (fact === null ? nothing : html`<p class="block"><bdi>${fact}</bdi></p>`))}
      ${this.#renderOthers()}
    </div>`;
  }

  #renderCard(order: Order): TemplateResult {
    const driver = order.driver_details;
    const inStage = lasted(order.stage_since, this.now);
    const instructions = textOf(driver?.handoff_instructions);
    return html`<div class="card">
      <header>
        <div class="title">
          <h2 id="title">Handoff <bdi class="short">${this.shortId}</bdi></h2>
          ${this.shortId === order.order_id ? nothing : html`<p class="full"><bdi>${order.order_id}</bdi></p>`}
        </div>
        <button class="close" autofocus aria-label="Close" @click=${this.#close}>${icon('close')}</button>
      </header>
      ${this.stale === null ? nothing : html`<p class="stale">${icon('cloud')} ${this.stale}</p>`}
      <p class="stage">
        ${icon(order.stage === 'driver_here' ? 'car' : 'clock')} <strong>${stageWords(order.stage)}</strong> for
        ${durationWords(inStage)}
      </p>
      ${this.#renderChange(order)} ${this.#renderDoubts(order)}
      <div class="columns">
        <div class="stack">
          ${
            driver === null
              ? html`<p class="nobody">${icon('person')} No driver is known yet.</p>`
              : this.#renderDriver(order, driver)
          }
        </div>
        <div class="stack">
          ${this.#renderPasscode(order)}
          ${
            instructions === null
              ? nothing
              : html`<section class="block" aria-labelledby="instructions">
                  <h3 id="instructions">Handoff instructions</h3>
                  <p class="instructions" tabindex="0"><bdi>${instructions}</bdi></p>
                </section>`
          }
          ${isRobot(order) ? this.#renderRobot(order, inStage) : nothing} ${this.#renderAxes(order)}
        </div>
      </div>
      ${this.#renderOthers()}
    </div>`;
  }

  #renderAxes({ status, delivery_status, updated_at }: Order): TemplateResult {
    return html`<dl class="axes block">
      <div>
        <dt>Order</dt>
        <dd><bdi>${statusWords(status)}</bdi></dd>
      </div>
      <div>
        <dt>Driver</dt>
        <dd><bdi>${driverWords(delivery_status)}</bdi></dd>
      </div>
      <div>
        <dt>Last news</dt>
        <dd>${ageWords(lasted(updated_at, this.now))} ago</dd>
      </div>
    </dl>`;
  }

  #renderChange({ attention, driver_details }: Order): TemplateResult | typeof nothing {
    if (!(attention as readonly string[]).includes('driver_changed')) return nothing;
    const previous = textOf(this.previousDriver?.name);
    return html`<section class="changed" aria-label="Driver changed" data-seen=${String(!this.mustSeeDriver)}>
      <p>
        ${icon('swap')}
        <strong>${driver_details === null ? 'The driver was taken away.' : 'The driver changed.'}</strong>
        ${previous === null ? nothing : html`Not <del><bdi>${previous}</bdi></del> any more.`}
      </p>
      ${
        this.mustSeeDriver
          ? html`<button class="primary" @click=${this.#acknowledge}>
              ${icon('check')} I have seen the new driver
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

  #renderDriver(order: Order, driver: Driver): TemplateResult {
    const name = textOf(driver.name);
    const source = textOf(driver.source);
    const plate = textOf(driver.vehicle_info?.license_plate);
    const vehicle = vehicleParts(driver);
    const color = swatch(driver.vehicle_info?.color);
    return html`<div class="driver block" data-unseen=${String(this.mustSeeDriver)}>
        ${this.#renderPicture(order, driver)}
        <div class="who">
          <h3><bdi class="name">${name ?? (isRobot(order) ? 'Robot' : 'Driver without a name')}</bdi></h3>
          ${source === null ? nothing : html`<p><bdi class="source">${sourceWords(source)}</bdi></p>`}
          ${this.#renderPhone(driver)}
        </div>
      </div>
      ${
        vehicle.length === 0 && plate === null
          ? nothing
          : html`<div class="vehicle block" data-unseen=${String(this.mustSeeDriver)}>
              ${
                plate === null
                  ? nothing
                  : html`<p class="plate"><span class="unseen">License plate:</span> <bdi>${plate}</bdi></p>`
              }
              ${
                vehicle.length === 0
                  ? nothing
                  : html`<p class="model">
                      ${
                        color === null
                          ? icon(isRobot(order) ? 'robot' : 'car')
                          : html`<svg class="swatch" viewBox="0 0 24 24" aria-hidden="true">
                              <rect x="1" y="1" width="22" height="22" rx="5" fill=${color}></rect>
                            </svg>`
                      }
                      <span>${vehicle.map((part) => html`<bdi>${part}</bdi> `)}</span>
                    </p>`
              }
            </div>`
      }`;
  }

  #renderPicture(order: Order, driver: Driver): TemplateResult {
    const url = pictureUrl(driver.picture_url);
    if (url === null || url === this.pictureFailed) {
      return html`<div class="picture none">${icon(isRobot(order) ? 'robot' : 'person')}</div>`;
    }
    return html`<img
      class="picture"
      alt="Photo of the driver"
      referrerpolicy="no-referrer"
      loading="lazy"
      decoding="async"
      src=${url}
      @error=${() => {
        this.pictureFailed = url;
      }}
    />`;
  }

  #renderPhone(driver: Driver): TemplateResult | typeof nothing {
    const number = textOf(driver.phone?.number);
    const code = textOf(driver.phone?.code);
    if (number === null && code === null) return nothing;
    const url = telephoneUrl(number);
    return html`<p class="phone">
      ${
        number === null
          ? nothing
          : url === null
            ? html`<span>${icon('phone')} <bdi>${number}</bdi></span>`
            : html`<a class="button" href=${url}>${icon('phone')} <bdi>${number}</bdi></a>`
      }
      ${code === null ? nothing : html`<span class="code">code <bdi>${code}</bdi></span>`}
    </p>`;
  }

  #renderPasscode(order: Order): TemplateResult | typeof nothing {
    if (textOf(order.driver_details?.passcode) === null) return nothing;
    const passcode = passcodeOf(order);
    if (passcode !== null) {
      return html`<div class="passcode block">
        <h3>Passcode</h3>
        <p><bdi data-passcode>${passcode}</bdi></p>
      </div>`;
    }
    const isOver = order.stage !== 'preparing' && order.stage !== 'ready';
    return isOver ? nothing : html`<p class="later">The passcode appears when the driver is here.</p>`;
  }

  #renderRobot(order: Order, inStage: number): TemplateResult {
    const left = robotWaits(inStage);
    return html`<section class="robot block" aria-labelledby="robot">
      <h3 id="robot">${icon('robot')} Robot</h3>
      ${
        order.stage !== 'driver_here'
          ? nothing
          : left === 0
            ? html`<p class="countdown" role="timer"><strong>Its 10 minutes are over</strong>: it may have left.</p>`
            : html`<p class="countdown" role="timer">leaves in <strong>${countdownWords(left)}</strong></p>`
      }
      <ol>
        ${LID_STEPS.map((step) => html`<li>${step}</li>`)}
      </ol>
    </section>`;
  }

  #renderOthers(): TemplateResult | typeof nothing {
    const { others } = this;
    if (others.length === 0) return nothing;
    return html`<section class="others" aria-labelledby="others">
      <h3 id="others">
        ${icon('car')}
        ${others.length === 1 ? '1 more driver is here' : `${String(others.length)} more drivers are here`}
      </h3>
      <ul>
        ${others.map(
          ([id, short]) =>
            html`<li>
              <button aria-label=${`Open handoff card of order ${id}`} title=${id} @click=${this.#open(id)}>
                <bdi>${short}</bdi>
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #tell(action: 'close' | 'acknowledge-driver' | 'open', orderId = this.order?.order_id ?? ''): void {
    this.dispatchEvent(new CardEvent(action, orderId));
  }

  #open(id: string): () => void {
    return () => {
      this.#tell('open', id);
    };
  }

  readonly #acknowledge = (): void => {
    this.#tell('acknowledge-driver');
  };

  readonly #close = (): void => {
    this.renderRoot.querySelector('dialog')?.close();
  };

  readonly #closed = (): void => {
    if (this.order !== null) this.#tell('close');
  };

  /** A touch beside the card closes it. */
  readonly #clicked = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) this.#close();
  };

  static override styles = [basics, styleSheet(css)];
}

customElements.define('ticket-rail-handoff', TicketRailHandoff);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-handoff': TicketRailHandoff;
  }
}
