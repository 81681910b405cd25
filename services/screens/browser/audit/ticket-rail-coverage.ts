import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { CoverageReport } from '../../../../schemas/coverage';
import { endpointPanel } from './coverage-endpoint';
import { groupPanel } from './coverage-group';
import { notice } from './answer-notice';
import { type Answer, ask } from './audit-client';
import { auditStyles } from '../shared/audit-styles';
import { basePath } from '../shared/base-path';
import { icon } from '../shared/icons';
import { LocationPicks } from '../feed/location-picks';
import { formData } from '../shared/field-events';
import { timeWords, zoneWords } from '../shared/model/audit-words';
import { COVERAGE_FILTERS } from './model/coverage';
import { type Filter, type Filters, filtersOf, momentOf } from './model/search';
import { countWords } from '../shared/model/words';
import { OneQuestion } from './one-question';
import { TimeField } from './time-field';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-coverage.css?inline';

/** Sources and locations that are laid out at a time. */
const PAGE = 20;

/** Shows what each delivery service really sends to each location, and how well the endpoint takes it. */
export class TicketRailCoverage extends railElement({
  filters: property<Filters>({}),
  answer: state<Answer<CoverageReport> | null>(null),
  /** Groups that are laid out. */
  most: state<number>(PAGE),
}) {
  readonly #from = new TimeField(this, 'from');
  readonly #to = new TimeField(this, 'to');
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('filters')) void this.#load();
  }

  async #load(): Promise<void> {
    const asked = this.#question.ask();
    this.answer = null;
    this.most = PAGE;
    const query = new URLSearchParams();
    for (const name of COVERAGE_FILTERS) {
      const value = this.filters[name];
      if (value !== undefined) query.set(name, value);
    }
    const answer = await ask<CoverageReport>(`/coverage?${query.toString()}`, asked);
    if (!asked.aborted) this.answer = answer;
  }

  protected override render(): TemplateResult {
    const { answer } = this;
    return html`<div class="frame stack" aria-busy=${String(answer === null)}>
      ${this.#renderForm()}
      ${
        answer === null
          ? html`<p class="panel" role="status">Reading the log…</p>`
          : answer.kind === 'found'
            ? this.#renderReport(answer.value)
            : notice(answer, 'Nothing was reported.')
      }
    </div>`;
  }

  #renderForm(): TemplateResult {
    const zone = zoneWords(Date.now());
    return html`<form class="panel fields" @submit=${this.#submitted}>
      <label
        >Location
        <input
          name="location_id"
          maxlength="200"
          list="locations"
          autocomplete="off"
          .value=${this.filters.location_id ?? ''}
      /></label>
      <datalist id="locations">
        ${this.#locations.all.map(({ location_id, name }) => html`<option value=${location_id}>${name ?? nothing}</option>`)}
      </datalist>
      <label
        >Source <input name="source" maxlength="200" autocomplete="off" .value=${this.filters.source ?? ''}
      /></label>
      ${this.#from.render(`From (${zone})`, momentOf(this.filters.from))}
      ${this.#to.render(`Until (${zone})`, momentOf(this.filters.to))}
      <button class="primary">${icon('search')} Show</button>
    </form>`;
  }

  #renderReport(report: CoverageReport): TemplateResult {
    const { groups, endpoint, complete, covered_until, ungrouped_events, events } = report;
    return html`
      ${endpoint === null ? nothing : endpointPanel(endpoint)}
      <p role="status">
        ${countWords(events, 'event')} from ${timeWords(Date.parse(report.from))} to
        ${timeWords(Date.parse(report.to))}, in
        ${countWords(groups.length, 'source and location', 'sources and locations')}.
        ${
          complete || covered_until === null
            ? nothing
            : html`<strong>Counted only until ${timeWords(Date.parse(covered_until))}: ask for a shorter time.</strong>`
        }
        ${ungrouped_events === 0 ? nothing : `${countWords(ungrouped_events, 'event')} of further sources are not distinguished.`}
      </p>
      ${groups.slice(0, this.most).map((group) => groupPanel(group))}
      ${groups.length <= this.most ? nothing : html`<p><button @click=${this.#more}>Show more</button></p>`}
    `;
  }

  readonly #more = (): void => {
    this.most += PAGE;
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const filters: Partial<Record<Filter, string>> = filtersOf(Object.fromEntries(formData(event)));
    const query = new URLSearchParams(filters).toString();
    window.location.assign(`${basePath}/audit/coverage${query === '' ? '' : `?${query}`}`);
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-coverage', TicketRailCoverage);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-coverage': TicketRailCoverage;
  }
}
