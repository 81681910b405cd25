import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { freshnessNews, staleBanner } from '../feed/freshness-bar';
import { ScreenReporter } from '../reports/screen-reports';
import { valueOf } from '../shared/field-events';
import { Awake } from '../shared/awake';
import type { ScreenFreshness } from '../shared/model/freshness';
import { keepLanguage, SpokenLanguage } from '../shared/language';
import { say, speech } from '../shared/model/say';
import { attribute, languageAttributes, property, railElement, state } from '../shared/rail-element';
import { PageTurner } from '../shared/page-turner';
import { BoardAlarm } from './board-alarm';
import { boardCard } from './card/board-card';
import { boardBody } from './layout/board-body';
import { boardBanners } from './board-banners';
import { boardBar, wallBar } from './board-bar';
import { BoardHandoffs } from './card/board-handoffs';
import type { Fold } from './layout/board-lists';
import { BoardOrders } from './board-orders';
import { boardStyles } from './board-styles';
import { BoardRoom } from './layout/board-room';
import { BoardSearch } from './board-search';
import { BoardSettings } from './settings/board-settings';
import type { CardEvent } from './card/card-event';
import { TileKeys } from './keys/tile-keys';
import { LocationChoices } from './settings/location-choices';
import { type CallKind, loudest, withNews } from './model/calls';
import { type BoardNews, nothingSaid, saidOf } from './model/news';
import type { KeptMoment } from '../kept/model/kept-moment';
import type { ReplayMoment } from './model/replay';
import type { Settings } from './model/settings';
import { Pointer } from './pointer';
import './settings/settings-dialog';
import type { TicketRailSettings } from './settings/settings-dialog';
import type { SettingsEvent } from './settings/settings-events';
import { jumpWithin } from './layout/jump';
import type { TileEvent } from './tile/tile';
import { TileFocus } from './tile/tile-focus';
import { isTyping } from './typing';
import { wallBoxes } from './layout/wall-boxes';

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
  /** Keeps the screen from going dark. */
  awake: attribute(false),
  /** Digits and arrows are for this board also where nothing on the page has the focus. */
  keys: attribute(false),
  /** Name of this screen, for who runs the service; empty: as it is set on it; null: it reports nothing. */
  screen: property<string | null>(null),
  ...languageAttributes,
  /** A moment of the past to show in place of the live feed: nothing alarms then, and nothing can be acknowledged. */
  replay: property<ReplayMoment | null>(null),
  /** What to show until something comes from the live feed; the same holds of it. */
  kept: property<KeptMoment | null>(null),
  /** Folds that are open. */
  folds: state<ReadonlySet<Fold>>(new Set()),
}) {
  readonly #open = (id: string): void => {
    this.#handoffs.open(id, false);
  };

  readonly #orders = new BoardOrders(
    this,
    (news) => {
      for (const { kind, order } of news) {
        if (kind === 'arrived') this.#emit('driver-arrived', { order });
        if (kind === 'canceled') this.#emit('order-canceled', { order });
      }
      this.#announce(news);
    },
    this.#open,
  );
  /** What the live feed says, whatever is shown. */
  readonly live = this.#orders.live;
  readonly #handoffs = new BoardHandoffs(this, this.#orders, (order) => {
    this.#emit('order-opened', { order });
  });
  readonly #alarm = new BoardAlarm(this);
  readonly #awake = new Awake(this);
  readonly #reports = new ScreenReporter(this, this.#orders);
  readonly #choices = new LocationChoices(this);
  readonly #settings = new BoardSettings(this);
  readonly #search = new BoardSearch(this);
  readonly #pointer = new Pointer(this);
  readonly #room = new BoardRoom(this);
  readonly #pages = new PageTurner(this, () => (this.isWall ? wallBoxes(this.renderRoot) : []));
  /** What is said aloud. */
  #announcement = nothingSaid;
  #freshness: ScreenFreshness = { kind: 'connecting', ageMs: null };

  constructor() {
    super();
    const keys = new TileKeys(this, { isAway: () => this.#isBusy, open: this.#open });
    for (const one of [new TileFocus(this), keys, new SpokenLanguage(this)]) this.addController(one);
  }

  /** Nobody can touch this screen: it shows everything by itself, and offers nothing. */
  get isWall(): boolean {
    return this.mode === 'wall' || (this.mode !== 'hand' && this.#pointer.isMissing);
  }

  get settings(): Settings {
    return this.#settings.value;
  }

  get search(): string {
    return this.#search.text;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const turned = changed.has('replay') && ((changed.get('replay') ?? null) === null) !== (this.replay === null);
    if (turned || changed.has('location') || changed.has('service') || changed.has('token')) this.#follow();
    if (changed.has('picker') || changed.has('service') || changed.has('token')) this.#choices.list();
    this.#alarm.volume = this.settings.volume;
    this.#alarm.switch(this.settings.sound && !this.quiet && this.replay === null);
    this.#noteFreshness();
    const uncovered = this.#handoffs.goOn();
    this.#orders.callFor(uncovered);
    if (uncovered.length > 0) this.#announce(uncovered);
    const late = this.#orders.look(this.settings);
    if (late.length > 0) this.#announce(late);
    this.#alarm.goOn(this.isWall ? null : loudest(this.#orders.calls, this.#isHeard));
  }

  protected override render(): TemplateResult {
    const [{ now, hasData }, freshness] = [this.#orders.source, this.#freshness];
    const measured = { room: this.#room.room, more: this.#pages.more };
    return html`<div
      class="frame"
      lang=${speech().language}
      dir=${speech().direction}
      data-freshness=${freshness.kind}
      ?data-wall=${this.isWall}
      .style=${`--rail-text-size: ${String(this.settings.textSize)}`}
      @tile-action=${this.#acted}
    >
      ${this.#renderBar(now, freshness)} ${this.#renderBanners(freshness)}
      ${
        this.location === ''
          ? html`<p class="empty">${say(this.picker ? 'board.choose_one' : 'board.no_location')}</p>`
          : hasData
            ? boardBody(this.#orders, this, measured, { jump: jumpWithin(this.renderRoot), toggled: this.#toggled })
            : html`<p class="empty">${say(freshness.kind === 'stale' ? 'board.nothing_yet' : 'board.loading')}</p>`
      }
      <div class="unseen" role="status" aria-live="polite">${this.#announcement()}</div>
      ${boardCard(this.#orders, this.#handoffs.value, freshness, this.settings.hourCycle, this.#cardActed)}
      <ticket-rail-settings
        .settings=${this.settings}
        .usual=${this.#orders.facts.thresholds}
        .goesDark=${this.#awake.isRefused}
        @settings-set=${this.#settingsSet}
        @try-sound=${this.#alarm.tried}
      ></ticket-rail-settings>
    </div>`;
  }

  #renderBar(now: number, freshness: ScreenFreshness): TemplateResult {
    const called = this.replay?.called ?? this.#orders.facts.name ?? this.location;
    if (this.isWall) return wallBar(called, freshness, now, this.settings.hourCycle, this.#awake.isRefused);
    return boardBar({
      location: this.location,
      called,
      picker: this.picker ? { choices: this.#choices.all, listAgain: this.#choices.list, picked: this.#picked } : null,
      freshness,
      search: this.search,
      searched: this.#searched,
      sound: this.quiet ? null : this.settings.sound,
      toggleSound: this.#settings.toggleSound,
      openSettings: () => this.#settingsDialog?.show(),
    });
  }

  #renderBanners(freshness: ScreenFreshness): TemplateResult {
    const acts = { allowSound: () => void this.#alarm.try('arrived'), open: this.#open, silence: this.#silence };
    return html`<div class="banners">
      ${staleBanner(freshness, this.service)}
      ${this.isWall ? nothing : boardBanners(this.#orders, this.#handoffs.value, this.#alarm.state, this.#isHeard, acts)}
    </div>`;
  }

  #follow(): void {
    this.#announcement = nothingSaid;
    this.#handoffs.forget();
    this.#orders.follow();
  }

  #announce(news: readonly BoardNews[]): void {
    this.#announcement = saidOf(news, (id) => this.#orders.wordsFor(id));
    const sounding = this.#handoffs.arrive(news);
    if (this.quiet) return;
    const kind = loudest(withNews([], sounding), this.#isHeard);
    const sounds = kind !== null && (this.isWall ? this.#alarm.sound(kind) : this.#alarm.ring(kind));
    if (sounds) this.#reports.heard(sounding.flatMap((one) => (one.kind === kind ? one.order : [])));
    const hasArrived = news.some(({ kind: one }) => one === 'arrived');
    if (hasArrived && !this.isWall && this.settings.opensCard && !this.#isBusy) this.#handoffs.openFirst();
  }

  /** Returns whether somebody is at something else than the board itself. */
  get #isBusy(): boolean {
    return this.#handoffs.value.openId !== null || this.#settingsDialog?.isOpen === true || isTyping();
  }

  readonly #silence = (ids: readonly string[]): void => {
    for (const id of ids) this.#orders.attend(id);
    this.requestUpdate();
  };

  #emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #noteFreshness(): void {
    const before = this.#freshness;
    this.#freshness = this.#orders.source.freshness;
    const news = freshnessNews(before, this.#freshness);
    if (news === null) return;
    this.#announcement = news.said ?? this.#announcement;
    this.#emit('freshness-changed', { kind: this.#freshness.kind, cause: news.cause });
  }

  get #settingsDialog(): TicketRailSettings | null {
    return this.renderRoot.querySelector<TicketRailSettings>('ticket-rail-settings');
  }

  readonly #acted = ({ action, order }: TileEvent): void => {
    if (action === 'open') this.#open(order.order_id);
    else this.#orders.act(action, order);
  };

  readonly #cardActed = ({ action, orderId, compared }: CardEvent): void => {
    const order = this.#orders.get(orderId);
    switch (action) {
      case 'acknowledge-driver':
      case 'hand-over':
      case 'undo':
        if (order !== undefined) this.#orders.act(action, order, compared);
        return;
      case 'open-instead':
        this.#open(orderId);
        return;
      case 'close':
      case 'open':
        this.#handoffs.turn(action === 'open' ? orderId : null);
    }
  };

  readonly #isHeard = (kind: CallKind): boolean => this.settings.sounds[kind];

  readonly #settingsSet = ({ settings, language }: SettingsEvent): void => {
    this.#settings.set(settings);
    if (language !== null) keepLanguage(language);
  };

  readonly #searched = (event: InputEvent): void => {
    this.#search.set(valueOf(event));
  };

  readonly #picked = (location: string): void => {
    if (location === '' || location === this.location) return;
    this.location = location;
    this.#emit('location-changed', { location });
  };

  readonly #toggled = (name: Fold, isOpen: boolean): void => {
    const others = [...this.folds].filter((one) => one !== name);
    this.folds = new Set(isOpen ? [...others, name] : others);
  };

  static override styles = boardStyles;
}

customElements.define('ticket-rail-board', TicketRailBoard);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-board': TicketRailBoard;
  }
}
