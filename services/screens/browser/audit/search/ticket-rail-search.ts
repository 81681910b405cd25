import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Choice } from '../../../../../schemas/api/search-choices';
import type { FoundDriver, FoundOrder, FoundOrders } from '../../../../../schemas/api/order-view';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES } from '../../../../../schemas/vocabulary';
import { KNOWN_SOURCES, sourceWords } from '../../../../../schemas/words/source-words';
import { timeWordsBy } from '../../../../../schemas/local-time';
import { notice } from '../answer-notice';
import { type Answer, ask } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { fieldOf } from '../field-name';
import { icon } from '../../shared/icons';
import { foundFileAddress, searchAddress, timelineAddress, wordsAddress } from '../links';
import { LocationPicks } from '../../feed/location-picks';
import { SpokenLanguage } from '../../shared/language';
import { formData } from '../../shared/field-events';
import { ChoiceCounts } from './choice-counts';
import { choiceField, textField } from './choice-fields';
import { LocationField } from '../location-field';
import { clockOf, clockWords, type PlaceClock } from '../model/place-clock';
import { moment } from '../moment';
import { asksForDriver, type Filter, type Filters, filtersOf, momentOf } from '../model/search';
import { attentionWords, driverWords, statusWords, stageWords } from '../../shared/model/words';
import { listWords } from '../../operators/model/say';
import { AUDITORS_WORDS } from '../words/auditors-words';
import { VERDICT_ORDER, verdictWords } from '../model/event-words';
import { say } from '../model/say';
import { sayParts } from '../words/say-parts';
import { meantLocation } from './meant-location';
import { OneQuestion } from '../one-question';
import { TimeField } from './time-field';
import { languageAttributes, property, railElement, state, styleSheet } from '../../shared/rail-element';
import { basics, tokens } from '../../shared/theme';
import css from './ticket-rail-search.css?inline';

/** Orders that are found at a time. */
const PAGE = 50;

interface Found {
  readonly orders: readonly FoundOrder[];
  /** Where to go on, or null at the end. */
  readonly next: string | null;
}

/** Finds an order by whatever is known of it. */
export class TicketRailSearch extends railElement({
  /** What is looked for; with nothing at all, the newest orders. */
  filters: property<Filters>({}),
  answer: state<Answer<Found> | null>(null),
  isSearching: state(false),
  ...languageAttributes,
}) {
  readonly #from = new TimeField(this, 'from');
  readonly #to = new TimeField(this, 'to', 'later');
  readonly #question = new OneQuestion(this);
  readonly #counts = new ChoiceCounts(this);
  readonly #locations = new LocationPicks(this);
  readonly #location = new LocationField(this, this.#locations);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, ...AUDITORS_WORDS));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('filters')) {
      this.#location.give(this.filters.location_id);
      void this.#find({ orders: [], next: null });
    }
    void this.#counts.countAt(this.#counted());
  }

  /** Pages may be empty before the end: goes on until there is a page full of orders. */
  async #find(before: Found): Promise<void> {
    const asked = this.#question.ask();
    this.isSearching = true;
    const query = new URLSearchParams(this.filters);
    query.set('limit', String(PAGE));
    let { orders, next } = before;
    do {
      if (next !== null) query.set('after', next);
      const page = await ask<FoundOrders>(`/audit/orders?${query.toString()}`, asked);
      if (asked.aborted) return;
      if (page.kind !== 'found') {
        this.answer = page;
        this.isSearching = false;
        return;
      }
      orders = [...orders, ...page.value.orders];
      ({ next } = page.value);
      this.answer = { kind: 'found', value: { orders, next } };
    } while (next !== null && orders.length < before.orders.length + PAGE);
    this.isSearching = false;
  }

  protected override render(): TemplateResult {
    const { answer } = this;
    return html`<div class="frame stack">
      ${this.#renderForm()}
      <div class="stack" aria-busy=${String(this.isSearching)}>
        <div class="row">
          <p class="muted" role="status">${this.#summary()}</p>
          ${
            answer?.kind === 'found' && answer.value.orders.length > 0
              ? html`<a class="button" href=${foundFileAddress(this.filters)} download="orders.csv"
                  >${say('search.save')}</a
                >`
              : nothing
          }
        </div>
        ${
          answer === null
            ? nothing
            : answer.kind === 'found'
              ? this.#renderFound(answer.value)
              : notice(answer, say('search.nothing'))
        }
      </div>
    </div>`;
  }

  #summary(): string {
    const { answer, isSearching } = this;
    const count = answer?.kind === 'found' ? answer.value.orders.length : 0;
    if (isSearching) return count === 0 ? say('search.searching') : say('search.found_so_far', { count });
    if (answer?.kind !== 'found') return '';
    if (count === 0) return say('search.none');
    return say(answer.value.next === null ? 'search.found' : 'search.found_of_more', { count });
  }

  #renderForm(): TemplateResult {
    const { clock } = this.#location;
    return html`<form class="panel stack" @submit=${this.#submitted}>
      <h2>${say('search.heading')}</h2>
      <div class="fields">
        ${this.#location.render()} ${this.#text('order_id', say('search.order_id'))}
        ${this.#text('label', say('search.label'))} ${this.#text('driver', say('search.driver'))}
        ${this.#choice('status', say('search.status'), STATUSES.keys(), statusWords)}
        ${this.#choice('delivery_status', say('search.delivery_status'), DELIVERY_STATUSES.keys(), driverWords)}
        ${this.#sourceField()} ${this.#text('license_plate', say('search.plate'))}
        ${this.#text('phone_last4', say('search.phone'))}
        ${this.#choice('stage', say('field.stage'), STAGES, stageWords)}
        ${this.#choice('attention', say('field.attention'), ATTENTION_CODES, (code) => attentionWords(code).words)}
        ${this.#choice('verdict', say('search.verdict'), VERDICT_ORDER, (code) => verdictWords(code).words)}
        ${this.#from.render(say('search.from'), momentOf(this.filters.from), clock)}
        ${this.#to.render(say('search.until'), momentOf(this.filters.to), clock)}
      </div>
      ${this.#counts.isKnown ? html`<p class="muted">${this.#countsWords()}</p>` : nothing}
      <div class="row">
        <button class="primary">${icon('search')} ${say('search.find')}</button>
        <a class="button" href=${searchAddress({})}>${say('search.clear')}</a>
        <a class="button" href=${wordsAddress()} hreflang="en">${say('audit.words')}</a>
      </div>
    </form>`;
  }

  /** What is typed may be the beginning of a location: nothing is counted there. */
  #counted(): string | null | undefined {
    const { chosen } = this.#location;
    if (chosen === undefined) return null;
    return chosen === this.filters.location_id || this.#locations.has(chosen) ? chosen : undefined;
  }

  #countsWords(): string {
    const { chosen } = this.#location;
    return chosen === undefined
      ? say('search.counts')
      : say('search.counts_at', { location: this.#locations.called(chosen) });
  }

  #text(name: Filter, label: string): TemplateResult {
    return textField({ name, label, value: this.filters[name] ?? '' });
  }

  /** Any source can be looked for: the list has those that are known to come, and those that came. */
  #sourceField(): TemplateResult {
    const counts = this.#counts.of('source');
    const words = [...new Set([...KNOWN_SOURCES, ...counts.map(({ value }) => value)])];
    return textField(
      { name: 'source', label: say('search.source'), value: this.filters.source ?? '' },
      { words: words.map((source) => [source, sourceWords(source)]), counts },
    );
  }

  #choice(name: Choice, label: string, values: Iterable<string>, called: (value: string) => string): TemplateResult {
    return choiceField(
      { name, label, value: this.filters[name] ?? '' },
      { words: Array.from(values, (value) => [value, called(value)]), counts: this.#counts.of(name) },
    );
  }

  #renderFound({ orders, next }: Found): TemplateResult {
    return html`${
      orders.length === 0
        ? next === null
          ? meantLocation(this.filters, this.#locations)
          : nothing
        : html`<table class="found" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">${say('card.order')}</th>
                <th scope="col" role="columnheader">${say('search.stands')}</th>
                <th scope="col" role="columnheader">
                  ${say(asksForDriver(this.filters) ? 'search.driver_sought' : 'search.drivers')}
                </th>
                <th scope="col" role="columnheader">${say('card.last_news')}</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              ${orders.map((order) => this.#renderOrder(order))}
            </tbody>
          </table>`
    }
    ${
      next === null
        ? nothing
        : html`<p>
            <button ?disabled=${this.isSearching} @click=${this.#more}>${say('search.more')}</button>
          </p>`
    }`;
  }

  #renderOrder(order: FoundOrder): TemplateResult {
    const { delivery_status, updated_at } = order;
    const clock = clockOf(this.#locations.zoneOf(order.location_id));
    return html`<tr role="row" data-order-id=${order.order_id}>
      <th scope="row" role="rowheader">
        <a class="open" href=${timelineAddress(order)}><bdi>${order.order_id}</bdi></a>
        <p class="muted"><bdi title=${order.location_id}>${this.#locations.called(order.location_id)}</bdi></p>
      </th>
      <td role="cell">
        <p><strong>${stageWords(order.stage)}</strong></p>
        ${
          order.attention.length === 0
            ? nothing
            : html`<p class="attention">${listWords(order.attention.map((code) => attentionWords(code).words))}</p>`
        }
        <p class="muted">
          ${fieldOf('/status', statusWords(order.status))}${
            delivery_status === null
              ? nothing
              : html`<br />${fieldOf('/delivery_status', driverWords(delivery_status))}`
          }
        </p>
      </td>
      <td role="cell">
        ${
          order.drivers.length === 0
            ? html`<p class="muted">${say('search.no_driver')}</p>`
            : order.drivers.map((driver) => this.#renderDriver(driver, clock))
        }
      </td>
      <td role="cell">
        <p>${moment(updated_at, clock)}</p>
        <p class="muted">
          ${clockWords(clock, Date.parse(updated_at))}<br />${say('audit.revision', { revision: String(order.revision) })}
        </p>
      </td>
    </tr>`;
  }

  #renderDriver({ name, source, license_plate, from, to }: FoundDriver, clock: PlaceClock): TemplateResult {
    const timeWords = timeWordsBy(clock.offsetAt);
    const begin = moment(from, clock);
    return html`<p>
      ${name === null ? html`<span class="muted">${say('search.no_name')}</span>` : html`<bdi>${name}</bdi>`}
      ${source === null ? nothing : html`<span class="muted">· <bdi>${sourceWords(source)}</bdi></span>`}
      ${license_plate === null ? nothing : html`<span class="muted">· <bdi>${license_plate}</bdi></span>`}
      <span class="muted"
        >·
        ${
          to === null
            ? sayParts('span.to_now', { from: begin })
            : sayParts('span.from_to', { from: begin, to: moment(to, clock, () => timeWords(to, from)) })
        }</span
      >
    </p>`;
  }

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const { chosen, clock } = this.#location;
    const filters = filtersOf(Object.fromEntries(formData(event)), clock);
    window.location.assign(searchAddress(chosen === undefined ? filters : { ...filters, location_id: chosen }));
  };

  readonly #more = (): void => {
    if (this.answer?.kind === 'found') void this.#find(this.answer.value);
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-search', TicketRailSearch);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-search': TicketRailSearch;
  }
}
