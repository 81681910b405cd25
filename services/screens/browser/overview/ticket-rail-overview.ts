import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { freshnessLine, freshnessNews, staleBanner } from '../feed/freshness-bar';
import { auditStyles } from '../shared/styles/audit-styles';
import { basePath } from '../shared/base-path';
import { frameStyles } from '../shared/styles/frame-styles';
import { icon, type IconName } from '../shared/icons';
import type { ScreenFreshness, LiveFreshness } from '../shared/model/freshness';
import { SpokenLanguage } from '../shared/language';
import { numberWords } from '../shared/model/say';
import { stageWords } from '../shared/model/words';
import { say } from '../operators/model/say';
import { OPERATORS_WORDS } from '../operators/operators-words';
import { sayParts } from '../operators/say-parts';
import { languageAttributes, railElement, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import { LiveOverview } from './live-overview';
import { type AlarmKind, byNeed, type Need, needOf } from './model/need';
import { alarmWords, waitWords } from './model/overview-words';
import css from './ticket-rail-overview.css?inline';

/** Milliseconds after the last sign of somebody who is about to choose that locations stay where they are. */
const HELD_MS = 5_000;

const PICTURES: Readonly<Record<AlarmKind, IconName>> = {
  very_late: 'clock',
  needs_action: 'alert',
  canceled: 'close',
  coming_back: 'back',
  driver_here: 'car',
};

/** Returns the address of a board. @param language that this page was asked to speak: the board is to speak it too */
const boardOf = (id: string, language: string): string =>
  `${basePath}/screens/board?${new URLSearchParams({ location: id, ...(language === '' ? {} : { lang: language }) }).toString()}`;

/** All locations of the reader and how they fare, those where somebody is needed first. */
export class TicketRailOverview extends railElement(languageAttributes) {
  readonly #live = new LiveOverview(this);
  /** Ids as they were drawn last. */
  #drawn: readonly string[] = [];
  /** Of a clock that never goes back: until then nothing moves away under a pointer, or from the keyboard's focus. */
  #heldUntil = -Infinity;
  #freshness: ScreenFreshness = this.#live.freshness;
  /** What is said aloud. */
  #announcement = (): string => '';
  #focused: string | null = null;

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, OPERATORS_WORDS));
  }

  /** What can be said of the age of what it shows. */
  get freshness(): LiveFreshness {
    return this.#live.freshness;
  }

  protected override willUpdate(): void {
    const before = this.#freshness;
    this.#freshness = this.#live.freshness;
    this.#announcement = freshnessNews(before, this.#freshness)?.said ?? this.#announcement;
    this.#focused = this.#focusedLink?.dataset['of'] ?? null;
  }

  /** A link that is moved loses the focus. */
  protected override updated(): void {
    if (this.#focused === null || this.#focusedLink !== null) return;
    const links = [...this.renderRoot.querySelectorAll<HTMLAnchorElement>('a[data-of]')];
    links.find((link) => link.dataset['of'] === this.#focused)?.focus({ preventScroll: true });
  }

  get #focusedLink(): HTMLAnchorElement | null {
    return this.shadowRoot?.activeElement?.closest<HTMLAnchorElement>('a[data-of]') ?? null;
  }

  protected override render(): TemplateResult {
    const { state, now } = this.#live;
    const freshness = this.#freshness;
    return html`<div class="frame stack" aria-busy=${String(state.locations === null)}>
      <div class="row">${freshnessLine(freshness)}</div>
      ${staleBanner(freshness, '')}
      ${
        state.locations === null
          ? html`<p class="panel">${say(freshness.kind === 'stale' ? 'overview.nothing_yet' : 'overview.loading')}</p>`
          : html`<div ?data-stale=${freshness.kind === 'stale'}>
              ${this.#renderLocations(
                [...state.locations.values()].map((one) => needOf(one, now)),
                state.truncated,
              )}
            </div>`
      }
      <div class="unseen" role="status" aria-live="polite">${this.#announcement()}</div>
    </div>`;
  }

  #renderLocations(needs: readonly Need[], truncated: boolean): TemplateResult {
    const isHeld = performance.now() < this.#heldUntil;
    const sorted = byNeed(needs, isHeld ? this.#drawn : null);
    this.#drawn = sorted.map(({ location }) => location.location_id);
    const calling = needs.filter(({ alarms }) => alarms.length > 0).length;
    if (needs.length === 0) return html`<p class="panel">${say('overview.none')}</p>`;
    return html`<p class="sum">
        ${sayParts(truncated ? 'overview.calling_of_more' : 'overview.calling', {
          count: calling,
          locations: html`<strong>${say('overview.locations', { count: calling })}</strong>`,
          all: needs.length,
        })}
      </p>
      <ol
        role="list"
        @pointermove=${this.#hold}
        @pointerdown=${this.#hold}
        @focusin=${this.#hold}
        @keydown=${this.#hold}
      >
        ${repeat(
          sorted,
          ({ location }) => location.location_id,
          (need) => this.#renderLocation(need),
        )}
      </ol>`;
  }

  #renderLocation({ location, alarms, wait }: Need): TemplateResult {
    const { location_id: id, name, stages, quiet } = location;
    return html`<li data-location=${id} data-alarm=${alarms[0]?.kind ?? nothing}>
      <h2>
        <a href=${boardOf(id, this.language)} data-of=${id}><bdi>${name ?? id}</bdi></a>
      </h2>
      ${name === null ? nothing : html`<p class="muted"><bdi>${id}</bdi></p>`}
      ${
        alarms.length === 0
          ? nothing
          : html`<ul class="alarms" role="list" aria-label=${say('overview.alarms')}>
              ${alarms.map(
                (alarm) => html`<li data-kind=${alarm.kind}>${icon(PICTURES[alarm.kind])} ${alarmWords(alarm)}</li>`,
              )}
            </ul>`
      }
      ${wait === null ? nothing : html`<p class="wait" data-late=${wait.lateness}>${waitWords(wait)}</p>`}
      ${
        stages.length === 0
          ? html`<p class="muted">${say('overview.no_orders')}</p>`
          : html`<dl>
              ${stages.map(
                ({ stage, orders }) =>
                  html`<div data-stage=${stage}>
                    <dt>${stageWords(stage)}</dt>
                    <dd>${numberWords(orders)}</dd>
                  </div>`,
              )}
            </dl>`
      }
      ${quiet === 0 ? nothing : html`<p class="muted">${say('overview.quiet', { count: quiet })}</p>`}
    </li>`;
  }

  readonly #hold = (): void => {
    this.#heldUntil = performance.now() + HELD_MS;
  };

  static override styles = [tokens, basics, frameStyles, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-overview', TicketRailOverview);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-overview': TicketRailOverview;
  }
}
