import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Order } from '../../../../../schemas/api/order-view';
import { notice } from '../answer-notice';
import { type Answer, serviceClock } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { icon } from '../../shared/icons';
import { replaceAddress, replayAddress } from '../links';
import { LocationPicks } from '../../feed/location-picks';
import { choiceWords } from '../../feed/locations';
import { clockOf, clockWords, type PlaceClock } from '../model/place-clock';
import { setClockZone } from '../../shared/model/words';
import { timeWords } from '../../shared/model/time-words';
import {
  changeAfter,
  changeBefore,
  DEFAULT_SPAN_HOURS,
  DEFAULT_SPEED,
  momentOf,
  momentsOfChange,
  playedTo,
  type ReplayMoment,
  type ReplayWords,
  type ReplaySpan,
  SPAN_HOURS,
  spanAround,
  withWords,
} from '../../board/model/replay';
import { SpokenLanguage } from '../../shared/language';
import { AUDITORS_WORDS } from '../words/auditors-words';
import { say } from '../model/say';
import { attribute, languageAttributes, property, railElement, state, styleSheet } from '../../shared/rail-element';
import { type LoadedBoard, loadBoard } from './replay-client';
import { replayNotes } from './replay-notes';
import { replayPlayer } from './replay-player';
import { OneQuestion } from '../one-question';
import { TimeField } from '../search/time-field';
import { basics, tokens } from '../../shared/theme';
import '../../board/ticket-rail-board';
import { formData, valueOf } from '../../shared/field-events';
import css from './ticket-rail-replay.css?inline';

/** Milliseconds between two pictures while it plays. */
const FRAME_MS = 100;

/** The board of a location as of any second of its past, and from there on as it was. */
export class TicketRailReplay extends railElement({
  location: attribute(''),
  /** Milliseconds since the epoch; null: the newest. */
  at: property<number | null>(null),
  /** Hours that the scrubber covers. */
  hours: property<number>(DEFAULT_SPAN_HOURS),
  span: state<ReplaySpan | null>(null),
  answer: state<Answer<LoadedBoard> | null>(null),
  progress: state<readonly [number, number] | null>(null),
  moment: state<ReplayMoment | null>(null),
  isPlaying: state(false),
  speed: state<number>(DEFAULT_SPEED),
  /** The order whose card was opened last. */
  opened: state<Order | null>(null),
  ...languageAttributes,
}) {
  #moments: readonly number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #field = new TimeField(this, 'at');
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, ...AUDITORS_WORDS));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('location') || changed.has('hours')) void this.#load();
    setClockZone(this.#clock.zone);
  }

  /** Loads the span around the moment, and shows the board as of it. */
  async #load(): Promise<void> {
    const asked = this.#question.ask();
    this.#pause();
    this.answer = null;
    this.progress = null;
    this.moment = null;
    this.opened = null;
    if (this.location === '') return;
    const span = spanAround(this.at, this.hours, await serviceClock());
    const answer = await loadBoard(
      this.location,
      span,
      (loaded, all) => {
        if (!asked.aborted) this.progress = [loaded, all];
      },
      asked,
    );
    if (asked.aborted) return;
    this.span = span;
    this.answer = answer;
    this.#moments = answer.kind === 'found' ? momentsOfChange(answer.value.orders, span) : [];
    if (answer.kind === 'found') this.#show(this.at ?? span.to);
  }

  /** Shows another moment; loads what is around it if it is not loaded. */
  #show(at: number): void {
    const { span, answer } = this;
    this.at = at;
    replaceAddress(replayAddress(this.location, at, this.hours));
    if (span === null || answer?.kind !== 'found') return;
    if (at < span.from || at > span.to) void this.#load();
    else this.moment = momentOf(this.location, answer.value.orders, at, this.moment, this.#wordsOf(at));
  }

  protected override render(): TemplateResult {
    const { answer, moment, location } = this;
    return html`<div class="frame stack" aria-busy=${String(answer === null && location !== '')}>
      ${this.#renderChoice()}
      ${
        location === ''
          ? html`<p class="panel">${say('board.choose_one')}</p>`
          : answer === null || !this.#locations.isSettled
            ? this.#renderProgress()
            : answer.kind !== 'found'
              ? notice(answer, say('replay.nothing'))
              : moment === null || this.span === null
                ? nothing
                : html`${this.#renderPlayer(this.span, moment.now)} ${replayNotes(answer.value, this.span, this.#clock)}
                    <ticket-rail-board
                      quiet
                      .location=${location}
                      .replay=${withWords(moment, this.#wordsOf(moment.now))}
                      @order-opened=${this.#orderOpened}
                    ></ticket-rail-board>`
      }
    </div>`;
  }

  #renderChoice(): TemplateResult {
    const { at, hours, location } = this;
    return html`<form class="panel choice" @submit=${this.#submitted}>
      <label
        >${say('board.location')}
        <select @change=${this.#picked} .value=${live(location)}>
          ${location === '' ? html`<option value="" selected>${say('board.choose')}</option>` : nothing}
          ${this.#locations
            .allWith(location)
            .map(
              (one) =>
                html`<option value=${one.location_id} ?selected=${one.location_id === location}>
                  ${choiceWords(one)}
                </option>`,
            )}
        </select></label
      >
      ${this.#field.render(say('replay.moment'), at, this.#clock, { isDisabled: location === '', isNamed: false })}
      <label
        >${say('replay.scrubber')}
        <select @change=${this.#spanPicked}>
          ${SPAN_HOURS.map(
            (choice) =>
              html`<option value=${choice} ?selected=${choice === hours}>
                ${say('replay.hours', { count: choice })}
              </option>`,
          )}
        </select></label
      >
      <button class="primary" ?disabled=${location === ''}>${say('replay.go')}</button>
      <div class="row">
        <button type="button" ?disabled=${this.span === null} @click=${this.#shift(-1)}>
          ${icon('previous')} ${say('replay.earlier', { count: hours })}
        </button>
        <button type="button" ?disabled=${this.span === null} @click=${this.#shift(1)}>
          ${say('replay.later', { count: hours })} ${icon('next')}
        </button>
      </div>
      <p class="muted">${say('replay.clock', { clock: clockWords(this.#clock, at ?? Date.now()) })}</p>
    </form>`;
  }

  #renderProgress(): TemplateResult {
    const { progress } = this;
    return html`<div class="panel stack" role="status">
      <p>${progress === null ? say('replay.looking') : say('replay.reading', { count: progress[1] })}</p>
      ${
        progress === null
          ? nothing
          : html`<progress
              aria-label=${say('replay.read')}
              max=${Math.max(1, progress[1])}
              .value=${progress[0]}
            ></progress>`
      }
    </div>`;
  }

  #renderPlayer(span: ReplaySpan, now: number): TemplateResult {
    const { isPlaying, speed, opened } = this;
    return replayPlayer(
      {
        span,
        now,
        isPlaying,
        speed,
        opened,
        clock: this.#clock,
        before: changeBefore(this.#moments, now),
        next: changeAfter(this.#moments, now),
      },
      { togglePlay: this.#togglePlay, goTo: this.#goTo, setSpeed: this.#setSpeed },
    );
  }

  get #clock(): PlaceClock {
    return clockOf(this.#locations.zoneOf(this.location));
  }

  #wordsOf(at: number): ReplayWords {
    return { asOf: timeWords(at, this.#clock.offsetAt), called: this.#locations.called(this.location) };
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.isPlaying = false;
  }

  readonly #togglePlay = (): void => {
    if (this.isPlaying) {
      this.#pause();
      return;
    }
    // From the end there is nothing to play but all of it again.
    if (this.span !== null && this.at === this.span.to) this.#show(this.span.from);
    this.isPlaying = true;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      const { at, span } = this;
      if (at === null || span === null) return;
      const next = playedTo(at, now - last, this.speed, span);
      last = now;
      this.#show(next);
      if (next === span.to) this.#pause();
    }, FRAME_MS);
  };

  readonly #goTo = (at: number): void => {
    this.#pause();
    this.#show(at);
  };

  #shift(direction: 1 | -1): () => void {
    return () => {
      this.#goTo((this.at ?? this.span?.to ?? 0) + direction * this.hours * 3_600_000);
    };
  }

  readonly #setSpeed = (speed: number): void => {
    this.speed = speed;
  };

  readonly #spanPicked = (event: Event): void => {
    this.hours = Number(valueOf(event));
    replaceAddress(replayAddress(this.location, this.at, this.hours));
  };

  readonly #picked = (event: Event): void => {
    const location = valueOf(event);
    if (location === '') return;
    this.location = location;
    replaceAddress(replayAddress(location, this.at, this.hours));
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const at = this.#field.parse(formData(event), this.#clock);
    // A field holds whole seconds: the same second is the same moment.
    if (at !== null && Math.floor((this.at ?? -1) / 1_000) !== at / 1_000) this.#goTo(at);
  };

  readonly #orderOpened = (event: CustomEvent<{ order: Order }>): void => {
    this.#pause();
    this.opened = event.detail.order;
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-replay', TicketRailReplay);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-replay': TicketRailReplay;
  }
}
