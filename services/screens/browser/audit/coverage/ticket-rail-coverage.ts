import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { CoverageReport } from '../../../../../schemas/api/coverage';
import { endpointPanel } from './coverage-endpoint';
import { groupPanel } from './coverage-group';
import { notice } from '../answer-notice';
import { type Answer, ask } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { basePath } from '../../shared/base-path';
import { icon } from '../../shared/icons';
import { LocationPicks } from '../../feed/location-picks';
import { formData } from '../../shared/field-events';
import { COVERAGE_FILTERS } from '../model/coverage';
import { clockOf, clockWords, type PlaceClock } from '../model/place-clock';
import { moment } from '../moment';
import { LocationField } from '../location-field';
import { type Filter, type Filters, filtersOf, momentOf } from '../model/search';
import { countWords } from '../../shared/model/words';
import { OneQuestion } from '../one-question';
import { TimeField } from '../search/time-field';
import { property, railElement, state, styleSheet } from '../../shared/rail-element';
import { basics, tokens } from '../../shared/theme';
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
  readonly #to = new TimeField(this, 'to', 'later');
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);
  readonly #location = new LocationField(this, this.#locations);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('filters')) return;
    this.#location.give(this.filters.location_id);
    void this.#load();
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
    const { clock } = this.#location;
    return html`<form class="panel fields" @submit=${this.#submitted}>
      ${this.#location.render()}
      <label
        >Source <input name="source" maxlength="200" autocomplete="off" .value=${this.filters.source ?? ''}
      /></label>
      ${this.#from.render('From', momentOf(this.filters.from), clock)}
      ${this.#to.render('Until', momentOf(this.filters.to), clock)}
      <button class="primary">${icon('search')} Show</button>
    </form>`;
  }

  #renderReport(report: CoverageReport): TemplateResult {
    const { groups, endpoint, complete, covered_until, ungrouped_events, events } = report;
    const clock = this.#clock;
    return html`
      ${endpoint === null ? nothing : endpointPanel(endpoint, clock)}
      <p role="status">
        ${countWords(events, 'event')} from ${moment(report.from, clock)} to ${moment(report.to, clock)}
        (${clockWords(clock, Date.parse(report.to))}), in
        ${countWords(groups.length, 'source and location', 'sources and locations')}.
        ${
          complete || covered_until === null
            ? nothing
            : html`<strong>Counted only until ${moment(covered_until, clock)}: ask for a shorter time.</strong>`
        }
        ${ungrouped_events === 0 ? nothing : `${countWords(ungrouped_events, 'event')} of further sources are not distinguished.`}
      </p>
      ${groups.slice(0, this.most).map((group) => groupPanel(group))}
      ${groups.length <= this.most ? nothing : html`<p><button @click=${this.#more}>Show more</button></p>`}
    `;
  }

  /** Of the location that the report is about. */
  get #clock(): PlaceClock {
    const { location_id } = this.filters;
    return clockOf(location_id === undefined ? null : this.#locations.zoneOf(location_id));
  }

  readonly #more = (): void => {
    this.most += PAGE;
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const { chosen } = this.#location;
    const filters: Partial<Record<Filter, string>> = {
      ...filtersOf(Object.fromEntries(formData(event)), this.#location.clock),
      ...(chosen === undefined ? {} : { location_id: chosen }),
    };
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
