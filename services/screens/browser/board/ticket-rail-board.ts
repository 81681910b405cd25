import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { staleBanner, staleWords } from '../feed/freshness-bar';
import { frameStyles } from '../shared/frame-styles';
import type { Freshness } from '../shared/model/freshness';
import type { OpenStage } from '../shared/model/lateness';
import { attribute, property, railElement, state, styleSheet } from '../shared/rail-element';
import { PageTurner } from '../shared/page-turner';
import { keep, load } from '../shared/storage';
import { basics, tokens } from '../shared/theme';
import { BoardAlarm } from './board-alarm';
import { boardBody } from './board-body';
import { arrivalBanner, soundBanner } from './board-banners';
import { boardBar, wallBar } from './board-bar';
import type { Fold } from './board-lists';
import { BoardOrders } from './board-orders';
import { BoardRoom } from './board-room';
import { BoardSearch } from './board-search';
import './handoff-card';
import type { CardEvent } from './handoff-card';
import { LocationChoices } from './location-choices';
import { type CallKind, loudest, withNews } from './model/calls';
import { type Handoffs, noHandoffs, ofThoseHere, opened, turnedTo, withArrivals } from './model/handoffs';
import { type News, newsWords } from './model/news';
import type { ReplayMoment } from './model/replay';
import { DEFAULT_SETTINGS, readSettings, type Settings } from './model/settings';
import { Pointer } from './pointer';
import './settings-dialog';
import type { SettingsEvent, TicketRailSettings, TrySoundEvent } from './settings-dialog';
import css from './ticket-rail-board.css?inline';
import wallCss from './wall.css?inline';
import type { TileEvent } from './tile';
import { TileFocus } from './tile-focus';
import { isTyping } from './typing';
import { wallBoxes } from './wall-boxes';

/** Most pieces of news that are said aloud at once. */
const MOST_SAID = 5;

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
  /** `wall`: nobody can touch it; `hand`: somebody can; empty: as the browser says. */
  mode: attribute(''),
  /** A moment of the past to show in place of the live feed: nothing alarms then, and nothing can be acknowledged. */
  replay: property<ReplayMoment | null>(null),
  settings: state<Settings>(DEFAULT_SETTINGS),
  handoffs: state<Handoffs>(noHandoffs),
  /** Folds that are open. */
  folds: state<ReadonlySet<Fold>>(new Set()),
}) {
  readonly #orders = new BoardOrders(this, (news) => {
    this.#announce(news);
  });
  readonly #alarm = new BoardAlarm(this);
  readonly #choices = new LocationChoices(this);
  readonly #search = new BoardSearch(this);
  readonly #pointer = new Pointer(this);
  readonly #room = new BoardRoom(this);
  readonly #pages = new PageTurner(this, () => (this.isWall ? wallBoxes(this.renderRoot) : []));
  #announcement = '';
  #freshness: Freshness = { kind: 'connecting', ageMs: null };

  constructor() {
    super();
    this.settings = readSettings(load('settings'));
    this.addController(new TileFocus(this));
  }

  /** Nobody can touch this screen: it shows everything by itself, and offers nothing. */
  get isWall(): boolean {
    return this.mode === 'wall' || (this.mode !== 'hand' && this.#pointer.isMissing);
  }

  get search(): string {
    return this.#search.text;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const turned = changed.has('replay') && ((changed.get('replay') ?? null) === null) !== (this.replay === null);
    if (turned || changed.has('location') || changed.has('service') || changed.has('token')) this.#follow();
    if (changed.has('picker') || changed.has('service') || changed.has('token')) this.#list();
    this.#alarm.switch(this.settings.sound && !this.quiet && this.replay === null);
    this.#noteFreshness();
    const before = this.handoffs;
    this.handoffs = ofThoseHere(before, this.#orders.source.state.orders);
    if (this.handoffs.openId !== before.openId) this.#announceOpened();
    const late = this.#orders.look(this.settings.thresholds);
    if (late.length > 0) this.#announce(late);
    const kind = this.isWall ? null : loudest(this.#orders.calls, this.#isHeard);
    if (kind === null) this.#alarm.silence();
    else this.#alarm.goOn(kind);
  }

  protected override render(): TemplateResult {
    const { now, hasData } = this.#orders.source;
    const freshness = this.#freshness;
    return html`<div
      class="frame"
      data-freshness=${freshness.kind}
      ?data-wall=${this.isWall}
      .style=${`--rail-text-size: ${String(this.settings.textSize)}`}
      @tile-action=${this.#acted}
    >
      ${this.#renderBar(now, freshness)}
      <div class="banners">
        ${staleBanner(freshness, this.service)}
        ${this.isWall ? nothing : soundBanner(this.#alarm.state, this.#allowSound)} ${this.#renderArrivals()}
      </div>
      ${
        this.location === ''
          ? html`<p class="empty">${this.picker ? 'Choose a location.' : 'No location is set.'}</p>`
          : hasData
            ? boardBody(this.#orders, this, this.#measured, { jump: this.#jump, toggled: this.#toggled })
            : html`<p class="empty">${freshness.kind === 'stale' ? 'Nothing to show yet.' : 'Loading the orders…'}</p>`
      }
      <div class="unseen" role="status" aria-live="polite">${this.#announcement}</div>
      ${this.#renderCard(now, freshness)}
      <ticket-rail-settings
        .settings=${this.settings}
        @settings-set=${this.#settingsSet}
        @try-sound=${this.#trySound}
      ></ticket-rail-settings>
    </div>`;
  }

  get #measured(): Parameters<typeof boardBody>[2] {
    return { room: this.#room.room, more: this.#pages.more };
  }

  #renderBar(now: number, freshness: Freshness): TemplateResult {
    const { location, settings } = this;
    if (this.isWall) return wallBar(location, freshness, now, settings.hourCycle);
    return boardBar({
      location,
      picker: this.picker ? { choices: this.#choices.ids, listAgain: this.#list, picked: this.#picked } : null,
      freshness,
      search: this.search,
      searched: this.#searched,
      sound: this.quiet ? null : settings.sound,
      toggleSound: this.#toggleSound,
      openSettings: this.#openSettings,
    });
  }

  #renderArrivals(): TemplateResult | typeof nothing {
    const { openId, waiting } = this.handoffs;
    const [first] = waiting;
    if (first === undefined || openId !== null || this.isWall) return nothing;
    return arrivalBanner(waiting.length, this.#orders.shortId(first), () => {
      this.#open(first);
    });
  }

  #renderCard(now: number, freshness: Freshness): TemplateResult {
    const { openId, waiting } = this.handoffs;
    const order = openId === null ? null : (this.#orders.get(openId) ?? null);
    const others = waiting.filter((id) => id !== openId);
    return html`<ticket-rail-handoff
      .order=${order}
      .shortId=${this.#orders.shortId(openId ?? '')}
      .others=${others.map((id) => [id, this.#orders.shortId(id)] as const)}
      .previousDriver=${this.#orders.previousDriver(openId ?? '')}
      .mustSeeDriver=${order !== null && this.#orders.mustSeeDriver(order)}
      .now=${now}
      .stale=${staleWords(freshness)}
      @card-action=${this.#cardActed}
    ></ticket-rail-handoff>`;
  }

  #follow(): void {
    this.#announcement = '';
    this.handoffs = noHandoffs;
    this.#orders.follow();
  }

  #announce(news: readonly News[]): void {
    const sentences = news.map(({ kind, order }) => newsWords(kind, `Order ${this.#orders.shortId(order.order_id)}`));
    this.#announcement = sentences.slice(0, MOST_SAID).join(' ');
    const arrived = news.filter(({ kind }) => kind === 'arrived').map(({ order }) => order.order_id);
    this.handoffs = withArrivals(this.handoffs, arrived);
    for (const { kind, order } of news) {
      if (kind === 'arrived') this.#emit('driver-arrived', { order });
      if (kind === 'canceled') this.#emit('order-canceled', { order });
    }
    if (this.quiet) return;
    const kind = loudest(withNews([], news), this.#isHeard);
    if (kind !== null && this.isWall) this.#alarm.sound(kind);
    else if (kind !== null) this.#alarm.ring(kind);
    const [first] = this.handoffs.waiting;
    if (
      arrived.length === 0 ||
      this.isWall ||
      !this.settings.opensCard ||
      this.handoffs.openId !== null ||
      first === undefined
    )
      return;
    if (this.#settingsDialog?.isOpen !== true && !isTyping()) this.#open(first, true);
  }

  #open(id: string, isByItself = false): void {
    if (this.#orders.get(id) === undefined) return;
    if (!isByItself) this.#orders.attend(id);
    this.handoffs = opened(this.handoffs, id, isByItself);
    this.#announceOpened();
  }

  #announceOpened(): void {
    const order = this.#orders.get(this.handoffs.openId ?? '');
    if (order !== undefined) this.#emit('order-opened', { order });
  }

  #emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #noteFreshness(): void {
    const before = this.#freshness;
    const { freshness } = this.#orders.source;
    this.#freshness = freshness;
    const cause = freshness.kind === 'stale' ? freshness.cause : null;
    if (before.kind === freshness.kind && (before.kind !== 'stale' || before.cause === cause)) return;
    if (freshness.kind === 'stale') this.#announcement = staleWords(freshness) ?? '';
    else if (freshness.kind === 'live' && before.kind === 'stale') this.#announcement = 'The board is live again.';
    this.#emit('freshness-changed', { kind: freshness.kind, cause });
  }

  #setSettings(settings: Settings): void {
    this.settings = settings;
    keep('settings', settings);
  }

  get #settingsDialog(): TicketRailSettings | null {
    return this.renderRoot.querySelector<TicketRailSettings>('ticket-rail-settings');
  }

  readonly #acted = ({ action, order }: TileEvent): void => {
    if (action === 'open') this.#open(order.order_id);
    else this.#orders.acknowledge(action, order);
  };

  readonly #cardActed = ({ action, orderId }: CardEvent): void => {
    const order = this.#orders.get(orderId);
    switch (action) {
      case 'acknowledge-driver':
        if (order !== undefined) this.#orders.acknowledge(action, order);
        return;
      case 'close':
      case 'open':
        if (this.handoffs.openId !== null) this.#orders.attend(this.handoffs.openId);
        this.handoffs = turnedTo(this.handoffs, action === 'open' && order !== undefined ? orderId : null);
        if (action === 'open') this.#announceOpened();
    }
  };

  readonly #list = (): void => {
    if (this.picker) void this.#choices.list();
  };

  readonly #isHeard = (kind: CallKind): boolean => this.settings.sounds[kind];

  async #sound(kind: CallKind): Promise<void> {
    await this.#alarm.allow();
    this.#alarm.sound(kind);
  }

  readonly #allowSound = (): void => {
    void this.#sound('arrived');
  };

  readonly #trySound = async ({ kind }: TrySoundEvent): Promise<void> => {
    this.#alarm.switch(true);
    await this.#sound(kind);
    this.requestUpdate();
  };

  readonly #toggleSound = (): void => {
    this.#setSettings({ ...this.settings, sound: !this.settings.sound });
  };

  readonly #openSettings = (): void => {
    this.#settingsDialog?.show();
  };

  readonly #settingsSet = ({ settings }: SettingsEvent): void => {
    this.#setSettings(settings);
  };

  readonly #searched = (event: InputEvent): void => {
    this.#search.set((event.target as HTMLInputElement).value);
  };

  readonly #picked = (event: Event): void => {
    const location = (event.target as HTMLSelectElement).value;
    if (location === '' || location === this.location) return;
    this.location = location;
    this.#emit('location-changed', { location });
  };

  readonly #toggled = (name: Fold, isOpen: boolean): void => {
    const folds = new Set(this.folds);
    if (isOpen) folds.add(name);
    else folds.delete(name);
    this.folds = folds;
  };

  readonly #jump = (stage: OpenStage): void => {
    const heading = this.renderRoot.querySelector<HTMLElement>(`#c-${stage}`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  };

  static override styles = [tokens, basics, frameStyles, styleSheet(css), styleSheet(wallCss)];
}

customElements.define('ticket-rail-board', TicketRailBoard);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-board': TicketRailBoard;
  }
}
