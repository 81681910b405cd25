import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { type OrderKey, orderKey } from '../../../../../schemas/order-key';
import { notice } from '../answer-notice';
import type { OrderSummaries } from '../../../../../schemas/api/order-summary';
import type { OrderReceipts } from '../../../../../schemas/api/screen-reports';
import { type Answer, historyOf, MOST_EVENTS, newerEvents, receiptsOf, summaryOf } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { icon } from '../../shared/icons';
import { clockOf, type PlaceClock } from '../model/place-clock';
import { NO_SCREENS, shownByRevision } from '../model/shown-on';
import { OneQuestion } from '../one-question';
import { summaryStyles } from './order-summary';
import { shownNotice } from './shown-on';
import { eventItem } from './timeline-event';
import { timelineHead } from './timeline-head';
import { timelinePlayer } from './timeline-player';
import { evidenceLinks } from './evidence-links';
import { replaceAddress, timelineAddress } from '../links';
import { SpokenLanguage } from '../../shared/language';
import { speech } from '../../shared/model/say';
import { AUDITORS_WORDS } from '../words/auditors-words';
import { say } from '../model/say';
import { indexOfRevision, type PastOrder, type PastStep, unfold } from '../../board/model/past-order';
import { LocationPicks } from '../../feed/location-picks';
import { attribute, languageAttributes, property, railElement, state, styleSheet } from '../../shared/rail-element';
import { basics, tokens } from '../../shared/theme';
import { verdictStyles } from './verdict-mark';
import css from './ticket-rail-timeline.css?inline';

/** Milliseconds that each event is shown while the order is played. */
const STEP_MS = 1_500;
/** Events that are laid out at once: more than nearly all orders have. */
const LAID_OUT = 200;

interface Shown {
  readonly past: PastOrder;
  /** False where there were more events than are shown. */
  readonly complete: boolean;
  /** Of the service, which sees all that drivers are distinguished by. */
  readonly summary: Answer<OrderSummaries>;
}

/** One order from its first event to its last: what was said, how it was read, and how the order stood after it. */
export class TicketRailTimeline extends railElement({
  location: attribute(''),
  order: attribute(''),
  /** Of the event that is pointed at; null: the last. */
  revision: property<number | null>(null),
  answer: state<Answer<Shown> | null>(null),
  /** What screens showed of it; null: it is not known yet. */
  receipts: state<Answer<OrderReceipts> | null>(null),
  /** How many events had come meanwhile when evidence was saved last, which this page shows now; null: it is not known. */
  newer: state<number | null>(null),
  isPlaying: state(false),
  ...languageAttributes,
}) {
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #question = new OneQuestion(this);
  readonly #newerQuestion = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);
  #mustScroll = false;
  /** On which screens each revision was, as far as is known. */
  #screens = NO_SCREENS;

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, ...AUDITORS_WORDS));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('location') || changed.has('order')) void this.#load();
  }

  protected override updated(): void {
    if (!this.#mustScroll || this.answer?.kind !== 'found') return;
    this.#mustScroll = false;
    // Once the parts of the events have their height too.
    requestAnimationFrame(() => {
      this.renderRoot.querySelector('[aria-current="step"]')?.scrollIntoView({ block: 'start' });
    });
  }

  async #load(): Promise<void> {
    const asked = this.#question.ask();
    this.answer = null;
    this.receipts = null;
    this.newer = null;
    this.#screens = NO_SCREENS;
    this.#mustScroll = this.revision !== null;
    await this.#read(orderKey(this.location, this.order), asked);
  }

  async #read(key: OrderKey, asked: AbortSignal): Promise<void> {
    const [found, summary] = await Promise.all([historyOf(key, asked), summaryOf(key, asked)]);
    if (asked.aborted) return;
    if (found.kind !== 'found') {
      this.answer = found;
      return;
    }
    const { events, complete } = found.value;
    this.answer = { kind: 'found', value: { past: unfold(key, events), complete, summary } };
    await this.#loadReceipts(key, asked);
  }

  /** Evidence has all that came until it is saved: what came since this page was read has to stand here too. */
  async #catchUp(): Promise<void> {
    if (this.answer?.kind !== 'found') return;
    const asked = this.#newerQuestion.ask();
    const { key, steps } = this.answer.value.past;
    const count = await newerEvents(key, steps.at(-1)?.event.revision ?? 0, asked);
    if (asked.aborted) return;
    this.newer = count;
    if (count !== null && count > 0) await this.#read(key, this.#question.ask());
  }

  /** Reads what screens showed, once the history stands there: many days may have to be looked through. */
  async #loadReceipts(key: OrderKey, asked: AbortSignal): Promise<void> {
    const receipts = await receiptsOf(key, asked);
    if (asked.aborted) return;
    if (receipts.kind === 'found') this.#screens = shownByRevision(receipts.value.receipts);
    this.receipts = receipts;
  }

  protected override render(): TemplateResult {
    const { answer } = this;
    return html`<div class="frame stack" aria-busy=${String(answer === null)}>
      ${
        answer === null
          ? html`<p class="panel" role="status">${say('timeline.reading')}</p>`
          : answer.kind === 'found'
            ? this.#renderOrder(answer.value)
            : notice(answer, say('timeline.nothing'))
      }
    </div>`;
  }

  #renderOrder(shown: Shown): TemplateResult {
    const { past, complete } = shown;
    const { steps } = past;
    const clock = this.#clock;
    const at = this.#index(past);
    const current = steps[at];
    if (current === undefined) return notice({ kind: 'nothing' }, say('timeline.no_update'));
    const first = Math.floor(at / LAID_OUT) * LAID_OUT;
    const laidOut = steps.slice(first, first + LAID_OUT);
    return html`${this.#renderHead(shown, current)} ${this.#renderPlayer(steps, at, current)}
      ${
        complete
          ? nothing
          : html`<p class="panel">${icon('info')} ${say('timeline.only_first', { most: MOST_EVENTS })}</p>`
      }
      ${
        steps.length <= LAID_OUT
          ? nothing
          : html`<p class="panel">
              ${icon('info')}
              ${say('timeline.part', { first: first + 1, last: first + laidOut.length, all: steps.length })}
            </p>`
      }
      ${shownNotice(this.receipts)}
      <ol class="events stack" role="list" aria-label=${say('timeline.events')}>
        ${repeat(
          laidOut,
          ({ event }) => event.revision,
          (step, index) =>
            guard([step, first + index === at, this.#screens, clock, speech()], () =>
              eventItem(
                past.key,
                step,
                steps[first + index - 1] ?? null,
                first + index === at,
                clock,
                this.#screens.get(step.event.revision) ?? [],
                this.#follow,
              ),
            ),
        )}
      </ol>`;
  }

  #renderHead({ past, complete, summary }: Shown, current: PastStep): TemplateResult {
    const { key, steps } = past;
    const last = steps.at(-1) ?? current;
    const zone = this.#locations.zoneOf(key.location_id);
    const evidence = { key, last: last.event, zone, newer: this.newer, saved: this.#saved };
    return timelineHead({
      past,
      current,
      summary,
      called: this.#locations.called(key.location_id),
      clock: this.#clock,
      evidence: complete ? evidenceLinks(evidence) : nothing,
    });
  }

  #renderPlayer(steps: readonly PastStep[], at: number, current: PastStep): TemplateResult {
    return timelinePlayer(
      { all: steps.length, current, at, isPlaying: this.isPlaying, clock: this.#clock },
      {
        togglePlay: this.#togglePlay,
        goTo: (to) => {
          this.#pause();
          this.#show(steps[to]);
        },
      },
    );
  }

  get #clock(): PlaceClock {
    return clockOf(this.#locations.zoneOf(this.location));
  }

  #index(past: PastOrder): number {
    return this.revision === null ? past.steps.length - 1 : Math.max(0, indexOfRevision(past, this.revision));
  }

  #show(step: PastStep | undefined): void {
    if (step === undefined) return;
    this.revision = step.event.revision;
    this.#mustScroll = true;
    replaceAddress(timelineAddress(orderKey(this.location, this.order), this.revision));
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.isPlaying = false;
  }

  readonly #togglePlay = (): void => {
    if (this.isPlaying || this.answer?.kind !== 'found') {
      this.#pause();
      return;
    }
    const { past } = this.answer.value;
    const { steps } = past;
    // From the end there is nothing to play but all of it again.
    if (this.#index(past) === steps.length - 1) this.#show(steps[0]);
    this.isPlaying = true;
    this.#timer = setInterval(() => {
      const next = this.#index(past) + 1;
      this.#show(steps[next]);
      if (next >= steps.length - 1) this.#pause();
    }, STEP_MS);
  };

  readonly #saved = (): void => {
    void this.#catchUp();
  };

  /** A link that is opened elsewhere, or in another tab, is the browser's. */
  readonly #follow = (revision: number, click: MouseEvent): void => {
    if (click.ctrlKey || click.metaKey || click.shiftKey || this.answer?.kind !== 'found') return;
    click.preventDefault();
    this.#pause();
    this.#show(this.answer.value.past.steps.find((step) => step.event.revision === revision));
  };

  static override styles = [tokens, basics, verdictStyles, auditStyles, summaryStyles, styleSheet(css)];
}

customElements.define('ticket-rail-timeline', TicketRailTimeline);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-timeline': TicketRailTimeline;
  }
}
