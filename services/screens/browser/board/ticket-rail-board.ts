import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { live } from 'lit/directives/live.js';
import type { Order } from '../../../../schemas/order-view';
import { Alarm } from './alarm';
import { frameStyles } from '../shared/frame-styles';
import { freshnessLine, staleBanner, staleWords } from '../feed/freshness-bar';
import './handoff-card';
import type { CardEvent } from './handoff-card';
import { icon, type IconName } from '../shared/icons';
import { LiveOrders } from '../feed/live-orders';
import { listLocations, type Location } from '../feed/locations';
import {
  canceledKey,
  driverKey,
  type Marks,
  mustAcknowledgeDriver,
  noMarks,
  openedAt,
  readMarks,
  recalledKey,
  withMark,
  withoutMark,
} from './model/acknowledgements';
import { arrange, type Arrangement } from './model/arrange';
import { lasted } from '../shared/model/clock';
import type { Change } from '../feed/model/feed-state';
import type { Freshness } from '../shared/model/freshness';
import type { Driver } from './model/handoff';
import { OPEN_STAGES, type OpenStage, readLateness } from '../shared/model/lateness';
import { type News, previousDriver, readNews } from './model/news';
import type { ReplayMoment } from './model/replay';
import { DEFAULT_SETTINGS, readSettings, type Settings } from './model/settings';
import { shortIds } from '../shared/model/short-id';
import { durationWords, stageWords } from '../shared/model/words';
import './settings-dialog';
import { attribute, property, railElement, state, styleSheet } from '../shared/rail-element';
import type { SettingsEvent, TicketRailSettings } from './settings-dialog';
import { keep, load } from '../shared/storage';
import { basics, tokens } from '../shared/theme';
import { TicketRailTile, type TileEvent } from './tile';
import css from './ticket-rail-board.css?inline';

/** Milliseconds that a tile is shown as having just come to its place. */
const FRESH_MS = 1_500;
/** Milliseconds between looks for open orders that have become old. */
const OLD_CHECK_MS = 10_000;
/** Most finished or old orders that are laid out at once. */
const MOST_FOLDED = 200;

const STAGE_ICONS: Readonly<Record<OpenStage, IconName>> = {
  preparing: 'pot',
  ready: 'check',
  driver_here: 'car',
  on_the_way: 'car',
  needs_action: 'alert',
  coming_back: 'back',
};

type Ending = TicketRailTile['ending'];

/**
 * The board of one location, for POS vendors to put into their own pages too. docs/guides/embed-the-board.md lists its
 * attributes, events and custom properties; /screens/example shows it at work.
 *
 * @fires order-opened someone opened an order's handoff card; `detail.order`
 * @fires driver-arrived a driver came while the board was open; `detail.order`
 * @fires order-canceled an order was canceled while the board was open; `detail.order`
 * @fires freshness-changed the board went live or out of date; `detail.kind`, `detail.cause`
 * @fires location-changed someone picked another location; `detail.location`
 */
export class TicketRailBoard extends railElement({
  /** Whose orders are shown. */
  location: attribute('', { reflect: true }),
  /** Base URL of Ticket Rail; empty: where the page comes from. */
  service: attribute(''),
  /** Bearer token of a reader; empty: the browser's cookie says who asks. */
  token: attribute(''),
  /** Shows a picker of locations. */
  picker: attribute(false),
  /** Neither sounds nor opens cards by itself. */
  quiet: attribute(false),
  /** A moment of the past to show in place of the live feed: nothing alarms then, and nothing can be acknowledged. */
  replay: property<ReplayMoment | null>(null),
  search: state(''),
  openId: state<string | null>(null),
  settings: state<Settings>(DEFAULT_SETTINGS),
  marks: state<Marks>(noMarks),
  locations: state<readonly Location[]>([]),
  /** Orders whose drivers have come and that nobody has opened yet, oldest first. */
  arrivals: state<readonly string[]>([]),
  /** Folds that are open: only those are laid out. */
  folds: state<ReadonlySet<string>>(new Set()),
}) {
  readonly #live = new LiveOrders<Order>(this, (changes) => {
    this.#takeIn(changes);
  });
  readonly #alarm = new Alarm(() => {
    this.requestUpdate();
  });
  #previousDrivers = new Map<string, Driver>();
  #changedAt = new Map<string, number>();
  #announcement = '';
  #freshness: Freshness = { kind: 'connecting', ageMs: null };
  /** The tile that has the focus, and where it lies: it may go elsewhere, or out of sight, with what is in focus. */
  #focused: { readonly id: string; readonly list: string; readonly index: number } | null = null;
  /** The card on show opened by itself, so that it closes by itself when the driver has gone. */
  #openedByItself = false;
  #arrangement: Arrangement | null = null;
  #arrangedFrom: readonly unknown[] = [];
  #shortIds: ReadonlyMap<string, string> = new Map();
  #shortIdsOf: ReadonlyMap<string, Order> | null = null;

  constructor() {
    super();
    this.settings = readSettings(load('settings'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Not as a finger comes down: the banner goes away with this, and what was touched would move from under it.
    document.addEventListener('click', this.#touched);
    document.addEventListener('keyup', this.#touched);
    document.addEventListener('visibilitychange', this.#seen);
    window.addEventListener('pageshow', this.#seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('click', this.#touched);
    document.removeEventListener('keyup', this.#touched);
    document.removeEventListener('visibilitychange', this.#seen);
    window.removeEventListener('pageshow', this.#seen);
    this.#alarm.switch(false);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const turned = changed.has('replay') && ((changed.get('replay') ?? null) === null) !== (this.replay === null);
    if (turned || changed.has('location') || changed.has('service') || changed.has('token')) this.#follow();
    if (changed.has('picker') || changed.has('service') || changed.has('token')) void this.#list();
    this.#alarm.switch(this.settings.sound && !this.quiet && this.replay === null);
    this.#noteFreshness();
    this.#noteFocus();
    const { orders } = this.#source.state;
    const here = this.arrivals.filter((id) => orders.get(id)?.stage === 'driver_here');
    if (here.length !== this.arrivals.length) this.arrivals = here;
    if (here.length === 0) this.#alarm.hush();
    if (this.#openedByItself && this.openId !== null && orders.get(this.openId)?.stage !== 'driver_here') {
      this.openId = null;
      if (here.length > 0) this.#openFirstArrival();
    }
  }

  protected override updated(): void {
    this.#restoreFocus();
  }

  protected override render(): TemplateResult {
    const { now, hasData, state } = this.#source;
    const freshness = this.#freshness;
    const arrangement = this.#arranged();
    const opened = this.openId === null ? null : (state.orders.get(this.openId) ?? null);
    return html`<div class="frame" data-freshness=${freshness.kind} @tile-action=${this.#acted}>
      ${this.#renderBar(freshness)}
      <div class="banners">
        ${staleBanner(freshness, this.service)} ${this.#renderSound()} ${this.#renderArrivals()}
      </div>
      ${
        this.location === ''
          ? html`<p class="empty">${this.picker ? 'Choose a location.' : 'No location is set.'}</p>`
          : hasData
            ? this.#renderBoard(arrangement, now, freshness)
            : html`<p class="empty">${freshness.kind === 'stale' ? 'Nothing to show yet.' : 'Loading the orders…'}</p>`
      }
      <div class="unseen" role="status" aria-live="polite">${this.#announcement}</div>
      <ticket-rail-handoff
        .order=${opened}
        .shortId=${this.#short(this.openId ?? '')}
        .others=${this.arrivals.filter((id) => id !== this.openId).map((id) => [id, this.#short(id)] as const)}
        .previousDriver=${this.#previousDriver(this.openId ?? '')}
        .mustSeeDriver=${opened !== null && this.#mustSeeDriver(opened)}
        .now=${now}
        .stale=${staleWords(freshness)}
        @card-action=${this.#cardActed}
      ></ticket-rail-handoff>
      <ticket-rail-settings
        .settings=${this.settings}
        @settings-set=${this.#settingsSet}
        @try-sound=${this.#trySound}
      ></ticket-rail-settings>
    </div>`;
  }

  #renderBar(freshness: Freshness): TemplateResult {
    const { sound } = this.settings;
    return html`<div class="bar">
      <slot name="start"></slot>
      ${
        this.picker
          ? html`<label class="location"
              ><span class="unseen">Location</span>
              <select @focus=${this.#listAgain} @change=${this.#picked} .value=${live(this.location)}>
                ${this.location === '' ? html`<option value="" selected>Choose a location</option>` : nothing}
                ${this.#locationChoices().map(
                  (id) => html`<option value=${id} ?selected=${id === this.location}>${id}</option>`,
                )}
              </select></label
            >`
          : html`<p class="location"><bdi>${this.location}</bdi></p>`
      }
      <label class="search"
        >${icon('search')}<span class="unseen">Search orders, drivers, plates</span>
        <input
          type="search"
          placeholder="Search orders, drivers, plates"
          autocomplete="off"
          spellcheck="false"
          .value=${live(this.search)}
          @input=${this.#searched}
      /></label>
      ${freshnessLine(freshness)}
      <div class="tools">
        ${
          this.quiet
            ? nothing
            : html`<button aria-pressed=${String(sound)} @click=${this.#toggleSound}>
                ${icon(sound ? 'bell' : 'bell-off')} ${sound ? 'Sound on' : 'Sound off'}
              </button>`
        }
        <button aria-label="Settings" title="Settings" aria-haspopup="dialog" @click=${this.#openSettings}>
          ${icon('gear')}
        </button>
        <slot name="end"></slot>
      </div>
    </div>`;
  }

  #renderSound(): TemplateResult | typeof nothing {
    switch (this.#alarm.state) {
      case 'blocked':
        return html`<button class="banner sound" @click=${this.#allowSound}>
          ${icon('bell-off')} <span>Sound is blocked by the browser: touch here to allow it</span>
        </button>`;
      case 'interrupted':
        return html`<button class="banner sound" @click=${this.#allowSound}>
          ${icon('bell-off')}
          <span>Sound is blocked since the screen was locked or a call came in: touch here to bring it back</span>
        </button>`;
      case 'unavailable':
        return html`<p class="banner sound">
          ${icon('bell-off')} This browser cannot play the alarm. Watch the screen.
        </p>`;
      case 'off':
      case 'ready':
        return nothing;
    }
  }

  /** Arrivals that did not open by themselves: somebody was typing, or closed the card before he looked at all. */
  #renderArrivals(): TemplateResult | typeof nothing {
    const [first] = this.arrivals;
    if (first === undefined || this.openId !== null) return nothing;
    const count = this.arrivals.length;
    return html`<button class="banner arrival" @click=${this.#openArrival}>
      ${icon('car')}
      <span
        >${count === 1 ? 'A driver is here' : `${String(count)} drivers are here`}: order
        <bdi>${this.#short(first)}</bdi>. Open the handoff card</span
      >
    </button>`;
  }

  #renderBoard(arrangement: Arrangement, now: number, freshness: Freshness): TemplateResult {
    const { columns, canceled, recalled, finished, old } = arrangement;
    return html`
      <nav class="jump" aria-label="Stages">
        ${OPEN_STAGES.map(
          (stage) =>
            html`<button data-stage=${stage} data-count=${columns[stage].length} @click=${this.#jump(stage)}>
              ${icon(STAGE_ICONS[stage])} <span class="count">${columns[stage].length}</span>
              <span class="word">${stageWords(stage)}</span>
            </button>`,
        )}
      </nav>
      <div class="body" role="group" aria-label="Orders" tabindex="-1" ?data-stale=${freshness.kind === 'stale'}>
        ${
          this.#source.state.truncated
            ? html`<p class="note">${icon('info')} Only the newest 1,000 open orders are shown.</p>`
            : nothing
        }
        ${this.#renderStrip('canceled', this.replay === null ? 'Canceled, to be acknowledged' : 'Canceled in the last 2 hours', 'close', canceled, now, 'acknowledge')}
        ${this.#renderStrip('recalled', 'Recalled', 'back', recalled, now, 'dismiss')}
        <div class="columns">${OPEN_STAGES.map((stage) => this.#renderColumn(stage, columns[stage], now))}</div>
        <div class="folds">
          ${this.#renderFold('finished', 'Finished', finished, now, 'recall')}
          ${this.#renderFold('old', 'Old, still open', old, now, null)}
        </div>
      </div>
    `;
  }

  #renderColumn(stage: OpenStage, orders: readonly Order[], now: number): TemplateResult {
    return html`<section
      class="column"
      data-list=${stage}
      data-stage=${stage}
      data-count=${orders.length}
      aria-labelledby=${`c-${stage}`}
    >
      <h2 id=${`c-${stage}`} tabindex="-1">
        ${icon(STAGE_ICONS[stage])} <span>${stageWords(stage)}</span>
        <span class="count">${orders.length}<span class="unseen"> orders</span></span>
      </h2>
      ${
        orders.length === 0
          ? html`<p class="none">${this.search === '' ? 'No orders' : 'None found'}</p>`
          : this.#renderTiles(orders, now, null)
      }
    </section>`;
  }

  #renderStrip(
    name: 'canceled' | 'recalled',
    heading: string,
    picture: IconName,
    orders: readonly Order[],
    now: number,
    ending: Ending,
  ): TemplateResult | typeof nothing {
    if (orders.length === 0) return nothing;
    return html`<section class="strip" data-list=${name} data-strip=${name} aria-labelledby=${`s-${name}`}>
      <h2 id=${`s-${name}`}>${icon(picture)} <span>${heading}</span> <span class="count">${orders.length}</span></h2>
      ${this.#renderTiles(orders, now, ending)}
    </section>`;
  }

  #renderFold(
    name: 'finished' | 'old',
    heading: string,
    orders: readonly Order[],
    now: number,
    ending: Ending,
  ): TemplateResult | typeof nothing {
    if (orders.length === 0 && name === 'old') return nothing;
    // A search looks into the folds too.
    const isOpen = this.folds.has(name) || (this.search.trim() !== '' && orders.length > 0);
    return html`<details
      class="fold"
      data-list=${name}
      data-fold=${name}
      .open=${live(isOpen)}
      @toggle=${this.#toggled(name)}
    >
      <summary><h2>${heading} (${orders.length})</h2></summary>
      ${isOpen ? this.#renderTiles(orders.slice(0, MOST_FOLDED), now, ending) : nothing}
    </details>`;
  }

  #renderTiles(orders: readonly Order[], now: number, ending: Ending): TemplateResult {
    return html`<ul class="tiles" role="list">
      ${repeat(
        orders,
        ({ order_id }) => order_id,
        (order) => {
          const inStage = lasted(order.stage_since, now);
          return html`<li>
            <ticket-rail-tile
              .order=${order}
              .shortId=${this.#short(order.order_id)}
              .since=${durationWords(inStage)}
              .lateness=${readLateness(order.stage, inStage, this.settings.thresholds)}
              .previousDriver=${this.#previousDriver(order.order_id)}
              .mustSeeDriver=${this.#mustSeeDriver(order)}
              .ending=${this.replay === null ? ending : null}
              ?compact=${ending === 'acknowledge' || ending === 'dismiss'}
              ?fresh=${now - (this.#changedAt.get(order.order_id) ?? 0) < FRESH_MS}
            ></ticket-rail-tile>
          </li>`;
        },
      )}
    </ul>`;
  }

  /** Where the orders come from, and the time by which they are shown. */
  get #source(): Pick<LiveOrders<Order>, 'state' | 'now' | 'hasData' | 'freshness'> {
    return this.replay ?? this.#live;
  }

  #previousDriver(id: string): Driver | null {
    return (this.replay?.previousDrivers ?? this.#previousDrivers).get(id) ?? null;
  }

  #mustSeeDriver(order: Order): boolean {
    return this.replay === null && mustAcknowledgeDriver(order, this.marks);
  }

  /** Laid out anew only when something changed, or an order may have become old. */
  #arranged(): Arrangement {
    const { now, state } = this.#source;
    const marks = this.replay?.marks ?? this.marks;
    const { oldAfterHours } = this.settings;
    const from = [state.orders, marks, this.search, oldAfterHours, Math.floor(now / OLD_CHECK_MS)];
    if (this.#arrangement === null || from.some((one, index) => one !== this.#arrangedFrom[index])) {
      const { search } = this;
      this.#arrangement = arrange(state.orders.values(), { marks, search, now, oldAfterHours });
      this.#arrangedFrom = from;
    }
    return this.#arrangement;
  }

  #short(id: string): string {
    const { orders } = this.#source.state;
    if (orders !== this.#shortIdsOf) {
      this.#shortIds = shortIds(orders.keys());
      this.#shortIdsOf = orders;
    }
    return this.#shortIds.get(id) ?? id;
  }

  #locationChoices(): readonly string[] {
    const ids = this.locations.map(({ location_id }) => location_id);
    return this.location === '' || ids.includes(this.location) ? ids : [this.location, ...ids];
  }

  #follow(): void {
    const token = this.token === '' ? null : this.token;
    this.#previousDrivers = new Map();
    this.#changedAt = new Map();
    this.#announcement = '';
    this.arrivals = [];
    this.openId = null;
    this.marks = readMarks(load(`marks ${this.location}`));
    const location = this.replay === null ? this.location : '';
    this.#live.follow({ service: this.service, location, token, view: 'board' });
  }

  async #list(): Promise<void> {
    if (!this.picker) return;
    const answer = await listLocations(this.service, this.token === '' ? null : this.token);
    if (answer.kind === 'listed') this.locations = answer.locations;
  }

  #takeIn(changes: readonly Change<Order>[]): void {
    const { now } = this.#live;
    this.#setMarks(openedAt(this.marks, now));
    const news: News[] = [];
    for (const change of changes) {
      const { order_id, stage } = change.after;
      const previous = previousDriver(this.#previousDrivers.get(order_id) ?? null, change);
      if (previous === null) this.#previousDrivers.delete(order_id);
      else this.#previousDrivers.set(order_id, previous);
      if (!change.initial && change.before?.stage !== stage) this.#changedAt.set(order_id, now);
      news.push(...readNews(change, now));
    }
    // A snapshot has the newest first; whoever came first is served first.
    news.sort(({ order: one }, { order: other }) => (one.stage_since < other.stage_since ? -1 : 1));
    if (news.length > 0) this.#tell(news);
  }

  #tell(news: readonly News[]): void {
    const sentences: string[] = [];
    let hasArrival = false;
    for (const { kind, order } of news) {
      const name = `Order ${this.#short(order.order_id)}`;
      switch (kind) {
        case 'arrived':
          hasArrival = true;
          this.arrivals = [...this.arrivals.filter((id) => id !== order.order_id), order.order_id];
          sentences.push(`${name}: the driver is here.`);
          this.#emit('driver-arrived', { order });
          break;
        case 'canceled':
          sentences.push(`${name} was canceled.`);
          this.#emit('order-canceled', { order });
          break;
        case 'needs_action':
          sentences.push(`${name} needs action.`);
          break;
        case 'coming_back':
          sentences.push(`${name}: the food is coming back.`);
          break;
        case 'driver_changed':
          sentences.push(`${name}: the driver changed.`);
          break;
      }
    }
    this.#announcement = sentences.slice(0, 5).join(' ');
    if (!hasArrival || this.quiet) return;
    this.#alarm.ring();
    if (this.settings.opensCard && this.openId === null && !this.#isBusy()) this.#openFirstArrival();
  }

  /** Somebody is typing, here or elsewhere on the page, or has a dialog open: a card would take the keys from him. */
  #isBusy(): boolean {
    if (this.renderRoot.querySelector<TicketRailSettings>('ticket-rail-settings')?.isOpen === true) return true;
    if (document.querySelector('dialog[open]') !== null) return true;
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active instanceof HTMLElement && (active.isContentEditable || active.matches('input, textarea, select'));
  }

  #openFirstArrival(): void {
    const [first] = this.arrivals;
    if (first === undefined) return;
    this.#open(first);
    this.#openedByItself = true;
  }

  #open(id: string): void {
    const order = this.#source.state.orders.get(id);
    if (order === undefined) return;
    this.openId = id;
    this.#openedByItself = false;
    this.#emit('order-opened', { order });
  }

  #emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #noteFreshness(): void {
    const before = this.#freshness;
    const { freshness } = this.#source;
    this.#freshness = freshness;
    const cause = freshness.kind === 'stale' ? freshness.cause : null;
    if (before.kind === freshness.kind && (before.kind !== 'stale' || before.cause === cause)) return;
    if (freshness.kind === 'stale') this.#announcement = staleWords(freshness) ?? '';
    else if (freshness.kind === 'live' && before.kind === 'stale') this.#announcement = 'The board is live again.';
    this.#emit('freshness-changed', { kind: freshness.kind, cause });
  }

  /** A tile that moves to another column is made anew there, so that its focus has to be carried over. */
  #noteFocus(): void {
    const tile = (this.renderRoot as ShadowRoot | undefined)?.activeElement;
    if (!(tile instanceof TicketRailTile)) {
      this.#focused = null;
      return;
    }
    const list = tile.closest('[data-list]');
    this.#focused = {
      id: tile.dataset['orderId'] ?? '',
      list: list?.getAttribute('data-list') ?? '',
      index: [...(list?.querySelectorAll('ticket-rail-tile') ?? [])].indexOf(tile),
    };
  }

  /** The focus goes with its tile; if that is out of sight, to the one in its place, and else to the board. */
  #restoreFocus(): void {
    const { renderRoot } = this;
    if (this.#focused === null || (renderRoot as ShadowRoot).activeElement !== null) return;
    const { id, list, index } = this.#focused;
    const left = renderRoot.querySelectorAll<TicketRailTile>(`[data-list="${list}"] ticket-rail-tile`);
    const tile =
      renderRoot.querySelector<TicketRailTile>(`[data-order-id="${CSS.escape(id)}"]`) ??
      left[Math.min(index, left.length - 1)];
    if (tile === undefined) renderRoot.querySelector<HTMLElement>('.body')?.focus({ preventScroll: true });
    else {
      void tile.updateComplete.then(() => {
        tile.focus({ preventScroll: true });
      });
    }
  }

  #setMarks(marks: Marks): void {
    if (marks === this.marks || this.replay !== null) return;
    this.marks = marks;
    keep(`marks ${this.location}`, marks);
  }

  #setSettings(settings: Settings): void {
    this.settings = settings;
    keep('settings', settings);
  }

  readonly #acted = ({ action, order }: TileEvent): void => {
    switch (action) {
      case 'open':
        this.#open(order.order_id);
        return;
      case 'acknowledge-cancel':
        this.#setMarks(withMark(this.marks, canceledKey(order)));
        return;
      case 'acknowledge-driver':
        this.#setMarks(withMark(this.marks, driverKey(order)));
        return;
      case 'recall':
        this.#setMarks(withMark(this.marks, recalledKey(order)));
        return;
      case 'dismiss':
        this.#setMarks(withoutMark(this.marks, recalledKey(order)));
        return;
    }
  };

  readonly #cardActed = (event: CardEvent): void => {
    const order = this.#source.state.orders.get(event.orderId);
    const attended = this.openId;
    switch (event.action) {
      case 'close':
        this.openId = null;
        break;
      case 'open':
        this.#open(event.orderId);
        break;
      case 'acknowledge-driver':
        if (order !== undefined) this.#setMarks(withMark(this.marks, driverKey(order)));
        return;
    }
    this.arrivals = this.arrivals.filter((id) => id !== attended);
    if (this.arrivals.length === 0) this.#alarm.hush();
  };

  readonly #touched = (): void => {
    const { state } = this.#alarm;
    if (state === 'blocked' || state === 'interrupted') void this.#alarm.allow();
  };

  readonly #seen = (): void => {
    if (document.visibilityState === 'visible') this.#alarm.wake();
  };

  readonly #allowSound = async (): Promise<void> => {
    await this.#alarm.allow();
    this.#alarm.sound();
  };

  readonly #trySound = async (): Promise<void> => {
    this.#alarm.switch(true);
    await this.#allowSound();
    this.requestUpdate();
  };

  readonly #toggleSound = (): void => {
    this.#setSettings({ ...this.settings, sound: !this.settings.sound });
  };

  readonly #openSettings = (): void => {
    this.renderRoot.querySelector<TicketRailSettings>('ticket-rail-settings')?.show();
  };

  readonly #settingsSet = (event: SettingsEvent): void => {
    this.#setSettings(event.settings);
  };

  readonly #openArrival = (): void => {
    const [first] = this.arrivals;
    if (first !== undefined) this.#open(first);
  };

  readonly #searched = (event: InputEvent): void => {
    this.search = (event.target as HTMLInputElement).value;
  };

  readonly #listAgain = (): void => {
    void this.#list();
  };

  readonly #picked = (event: Event): void => {
    const location = (event.target as HTMLSelectElement).value;
    if (location === '' || location === this.location) return;
    this.location = location;
    this.#emit('location-changed', { location });
  };

  #toggled(name: string): (event: Event) => void {
    return (event) => {
      const folds = new Set(this.folds);
      if ((event.target as HTMLDetailsElement).open) folds.add(name);
      else folds.delete(name);
      this.folds = folds;
    };
  }

  #jump(stage: OpenStage): () => void {
    return () => {
      const heading = this.renderRoot.querySelector<HTMLElement>(`#c-${stage}`);
      heading?.scrollIntoView({ block: 'start' });
      heading?.focus({ preventScroll: true });
    };
  }

  static override styles = [tokens, basics, frameStyles, styleSheet(css)];
}

customElements.define('ticket-rail-board', TicketRailBoard);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-board': TicketRailBoard;
  }
}
