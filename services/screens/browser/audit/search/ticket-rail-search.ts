import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Choice } from '../../../../../schemas/api/search-choices';
import type { FoundOrder, FoundOrders } from '../../../../../schemas/api/order-view';
import { ATTENTION_CODES, DELIVERY_STATUSES, STAGES, STATUSES } from '../../../../../schemas/vocabulary';
import { KNOWN_SOURCES, sourceWords } from '../../../../../schemas/words/source-words';
import { notice } from '../answer-notice';
import { type Answer, ask } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { icon } from '../../shared/icons';
import { foundFileAddress, replaceAddress, searchAddress, searchQuery, wordsAddress } from '../links';
import { LocationPicks } from '../../feed/location-picks';
import type { Location } from '../../feed/locations';
import { SpokenLanguage } from '../../shared/language';
import { formData } from '../../shared/field-events';
import { ChoiceCounts } from './choice-counts';
import { choiceField, textField } from './choice-fields';
import { LocationField } from '../location-field';
import { everText, nowText } from '../model/choices';
import { asksForDriver, type Filter, type Filters, filtersOf, FOUND_PAGE, momentOf, shownIn } from '../model/search';
import { attentionWords, driverWords, statusWords, stageWords } from '../../shared/model/words';
import { AUDITORS_WORDS } from '../words/auditors-words';
import { VERDICT_ORDER, verdictWords } from '../model/event-words';
import { say } from '../model/say';
import { foundOrders } from './found-orders';
import { meantLocation, severalLocations } from './meant-location';
import { OneQuestion } from '../one-question';
import { SpanField } from './span-field';
import { TimeField } from './time-field';
import { languageAttributes, property, railElement, state, styleSheet } from '../../shared/rail-element';
import { basics, tokens } from '../../shared/theme';
import css from './ticket-rail-search.css?inline';

interface Found {
  readonly orders: readonly FoundOrder[];
  /** Where to go on, or null at the end. */
  readonly next: string | null;
}

/** Finds an order by whatever is known of it. */
export class TicketRailSearch extends railElement({
  /** What is looked for; with nothing at all, the newest orders. */
  filters: property<Filters>({}),
  /** How many orders are shown at first. */
  shown: property<number>(FOUND_PAGE),
  /** What is looked for at one of several locations that may be meant; null: one is, or any. */
  unclear: state<{ readonly filters: Filters; readonly locations: readonly Location[] } | null>(null),
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
  readonly #span = new SpanField(this, this.#from, this.#to, () => this.#location.clock);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, ...AUDITORS_WORDS));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('filters')) {
      this.#location.give(this.filters.location_id);
      void this.#find({ orders: [], next: null }, this.shown);
    }
    void this.#counts.countAt(this.#counted());
  }

  /** Pages may be empty before the end: goes on until there are so many orders more. */
  async #find(before: Found, more: number): Promise<void> {
    const asked = this.#question.ask();
    this.isSearching = true;
    const query = new URLSearchParams(this.filters);
    query.set('limit', String(FOUND_PAGE));
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
    } while (next !== null && orders.length < before.orders.length + more);
    this.isSearching = false;
    if (before.orders.length > 0) replaceAddress(searchAddress(this.#asked));
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
        ${this.#location.render()} ${this.#text('driver', say('search.driver'))} ${this.#span.render()}
        ${this.#from.render(say('search.from'), momentOf(this.filters.from), clock)}
        ${this.#to.render(say('search.until'), momentOf(this.filters.to), clock)}
        ${this.#text('order_id', say('search.order_id'))} ${this.#text('label', say('search.label'))}
        ${this.#text('license_plate', say('search.plate'))} ${this.#text('phone_last4', say('search.phone'))}
        ${this.#sourceField()} ${this.#choice('status', say('search.status'), STATUSES.keys(), statusWords)}
        ${this.#choice('delivery_status', say('search.delivery_status'), DELIVERY_STATUSES.keys(), driverWords)}
        ${this.#choice('stage', say('field.stage'), STAGES, stageWords)}
        ${this.#choice('attention', say('field.attention'), ATTENTION_CODES, (code) => nowText(attentionWords(code).words))}
        ${this.#choice('verdict', say('search.verdict'), VERDICT_ORDER, (code) => everText(verdictWords(code).words))}
      </div>
      ${this.unclear === null ? nothing : severalLocations(this.unclear.filters, this.unclear.locations)}
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

  /** Any source can be looked for: the list has those that are known to come, and those that came, as people call them. */
  #sourceField(): TemplateResult {
    const counts = this.#counts.of('source').map((count) => ({ ...count, value: sourceWords(count.value) }));
    const words = new Set([...KNOWN_SOURCES.map(sourceWords), ...counts.map(({ value }) => value)]);
    return textField(
      { name: 'source', label: say('search.source'), value: this.filters.source ?? '' },
      { words: [...words].map((source) => [source, source]), counts },
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
        : foundOrders(orders, this.#locations, asksForDriver(this.filters), searchQuery(this.#asked))
    }
    ${
      next === null
        ? nothing
        : html`<p>
            <button ?disabled=${this.isSearching} @click=${this.#more}>${say('search.more')}</button>
          </p>`
    }`;
  }

  /** What stands in the address of this search, but for the language. */
  get #asked(): Readonly<Record<string, string>> {
    const { answer } = this;
    return { ...this.filters, ...shownIn(answer?.kind === 'found' ? answer.value.orders.length : this.shown) };
  }

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const { chosen, clock, several } = this.#location;
    const filters = filtersOf(Object.fromEntries(formData(event)), clock);
    this.unclear = several.length === 0 ? null : { filters, locations: several };
    if (several.length > 0) return;
    window.location.assign(searchAddress(chosen === undefined ? filters : { ...filters, location_id: chosen }));
  };

  readonly #more = (): void => {
    if (this.answer?.kind === 'found') void this.#find(this.answer.value, FOUND_PAGE);
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-search', TicketRailSearch);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-search': TicketRailSearch;
  }
}
