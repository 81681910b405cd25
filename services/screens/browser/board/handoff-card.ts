import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
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
import { RailElement } from '../shared/rail-element';
import { basics } from '../shared/theme';

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
export class TicketRailHandoff extends RailElement {
  static override properties = {
    order: { attribute: false },
    shortId: { attribute: false },
    others: { attribute: false },
    previousDriver: { attribute: false },
    mustSeeDriver: { attribute: false },
    now: { attribute: false },
    stale: { attribute: false },
    pictureFailed: { state: true },
  };
  /** The order on the card; null closes it. */
  declare order: Order | null;
  declare shortId: string;
  /** Other orders whose drivers have come and wait for somebody to look: id and short id. */
  declare others: readonly (readonly [string, string])[];
  declare previousDriver: Driver | null;
  declare mustSeeDriver: boolean;
  /** Milliseconds since the epoch by the service's clock. */
  declare now: number;
  /** Why what the card says may no longer be true, or null. */
  declare stale: string | null;
  /** Address of the picture that did not load. */
  declare pictureFailed: string | null;

  constructor() {
    super();
    this.order = null;
    this.shortId = '';
    this.others = [];
    this.previousDriver = null;
    this.mustSeeDriver = false;
    this.now = 0;
    this.stale = null;
    this.pictureFailed = null;
  }

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

  static override styles = [
    basics,
    css`
      dialog {
        width: min(54em, calc(100vw - 1rem));
        max-width: none;
        max-height: calc(100dvh - 1rem);
        padding: 0;
        overflow: auto;
        border: 3px solid var(--rail-edge);
        border-radius: calc(2 * var(--rail-radius));
        background: var(--rail-surface);
        color: var(--rail-text);
        overscroll-behavior: contain;
      }
      dialog[data-stage='driver_here'] {
        border-color: var(--rail-arrival);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 60%);
      }
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.8em;
        padding: 0.8em 1em 1em;
      }
      header {
        display: flex;
        align-items: flex-start;
        justify-content: space-between;
        gap: 1em;
      }
      .title {
        min-width: 0;
      }
      h2 {
        font-size: 1.5em;
        line-height: 1.15;
      }
      h2 {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      h3 {
        font-size: 1em;
      }
      .full {
        max-height: 2.8em;
        overflow: hidden;
        color: var(--rail-muted);
        font-size: 0.9em;
      }
      .stage {
        padding: 0.4em 0.8em;
        border: 1px solid var(--rail-edge);
        border-radius: var(--rail-radius);
        font-size: 1.1em;
      }
      dialog[data-stage='driver_here'] .stage {
        border-color: transparent;
        background: var(--rail-arrival);
        color: var(--rail-on-arrival);
      }
      dialog:is([data-stage='needs_action'], [data-stage='canceled'], [data-stage='failed']) .stage {
        border-color: transparent;
        background: var(--rail-alarm);
        color: var(--rail-on-alarm);
      }
      dialog[data-stage='coming_back'] .stage {
        border-color: transparent;
        background: var(--rail-return);
        color: var(--rail-on-return);
      }
      .stale,
      .changed {
        padding: 0.5em 0.8em;
        border-radius: var(--rail-radius);
        background: var(--rail-alarm);
        color: var(--rail-on-alarm);
      }
      .doubt {
        padding: 0.5em 0.8em;
        border: 2px solid var(--rail-late);
        border-radius: var(--rail-radius);
        background: var(--rail-late);
        color: var(--rail-on-late);
      }
      .changed {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5em 1em;
        overflow-wrap: anywhere;
      }
      .changed p {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 4;
      }
      .changed[data-seen='true'] {
        background: none;
        border: 1px solid var(--rail-edge);
        color: var(--rail-text);
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 20em), 1fr));
        align-items: start;
        gap: 0.8em;
      }
      .stack {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.8em;
      }
      .stack:not(:has(*)) {
        display: none;
      }
      .block {
        position: relative;
        min-width: 0;
        /* One letter under a thousand marks is wider than any screen, and cannot be broken. */
        overflow: clip;
        padding: 0.7em 0.9em;
        border: 1px solid var(--rail-line);
        border-radius: var(--rail-radius);
      }
      .driver {
        display: flex;
        flex-wrap: wrap;
        gap: 0.9em;
      }
      [data-unseen='true'] {
        border: 3px dashed var(--rail-alarm);
      }
      .who {
        flex: 1 1 7.5em;
        min-width: 0;
        display: grid;
        gap: 0.35em;
        align-content: start;
      }
      .picture {
        display: block;
        flex: none;
        width: clamp(5em, 26%, 7.5em);
        align-self: flex-start;
        aspect-ratio: 1;
        object-fit: cover;
        border-radius: var(--rail-radius);
        background: var(--rail-ground);
      }
      .picture.none {
        display: grid;
        place-items: center;
        color: var(--rail-muted);
      }
      .picture.none .icon {
        width: 60%;
        height: 60%;
      }
      .name {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        font-size: clamp(1.2rem, 1.6em, 6.4vw);
        line-height: 1.15;
      }
      .source {
        display: inline-block;
        max-width: 100%;
        max-height: 2.8em;
        overflow: hidden;
        padding: 0.05em 0.6em;
        border: 1px solid var(--rail-edge);
        border-radius: 1em;
        font-weight: 600;
      }
      .phone {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4em 0.8em;
        max-height: 8em;
        overflow: hidden;
      }
      .phone bdi {
        font-variant-numeric: tabular-nums;
      }
      .code {
        font-weight: 700;
        font-size: 1.15em;
      }
      .vehicle {
        display: grid;
        gap: 0.5em;
      }
      .plate {
        padding: 0.1em 0.3em;
        border: 3px solid var(--rail-text);
        border-radius: 0.15em;
        background: #ffffff;
        color: #101413;
        font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
        font-size: clamp(1.6rem, 3.4em, 13vw);
        font-weight: 800;
        line-height: 1.15;
        letter-spacing: 0.04em;
        text-align: center;
      }
      .plate bdi,
      .passcode bdi {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      .model {
        display: flex;
        align-items: center;
        gap: 0.5em;
        font-size: 1.3em;
        font-weight: 600;
      }
      .model span {
        display: -webkit-box;
        min-width: 0;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      .swatch {
        flex: none;
        width: 1.6em;
        height: 1.6em;
      }
      .swatch rect {
        stroke: var(--rail-edge);
        stroke-width: 2;
      }
      .instructions {
        max-height: 9em;
        overflow: auto;
        font-size: 1.15em;
        white-space: pre-line;
      }
      .passcode {
        border: 3px solid var(--rail-accent);
        text-align: center;
      }
      .passcode p {
        font-size: clamp(1.6rem, 3.4em, 13vw);
        font-weight: 800;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.12em;
        line-height: 1.15;
      }
      .later,
      .nobody {
        color: var(--rail-muted);
      }
      .nobody {
        font-size: 1.2em;
      }
      .countdown {
        margin-block: 0.2em 0.4em;
        font-size: 1.3em;
      }
      .countdown strong {
        font-variant-numeric: tabular-nums;
      }
      ol {
        padding-inline-start: 1.4em;
      }
      li + li {
        margin-top: 0.3em;
      }
      .axes {
        display: grid;
        gap: 0.25em;
      }
      .axes div {
        display: flex;
        gap: 0.6em;
      }
      dt {
        flex: none;
        width: 5.5em;
        color: var(--rail-muted);
      }
      dd {
        min-width: 0;
        max-height: 4em;
        overflow: hidden;
      }
      .others {
        padding: 0.6em 0.8em 0.8em;
        border: 3px solid var(--rail-arrival);
        border-radius: var(--rail-radius);
      }
      .others ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5em;
        margin-top: 0.5em;
      }
      .others li + li {
        margin: 0;
      }
      .others button {
        max-width: 100%;
        font-size: 1.2em;
      }
    `,
  ];
}

customElements.define('ticket-rail-handoff', TicketRailHandoff);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-handoff': TicketRailHandoff;
  }
}
