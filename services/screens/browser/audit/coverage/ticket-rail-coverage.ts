import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { CoverageReport } from '../../../../../schemas/api/coverage';
import { endpointPanel } from './coverage-endpoint';
import { groupPanel } from './coverage-group';
import { notice } from '../answer-notice';
import { type Answer, ask } from '../audit-client';
import { auditStyles } from '../../shared/styles/audit-styles';
import { icon } from '../../shared/icons';
import { LocationPicks } from '../../feed/location-picks';
import { formData } from '../../shared/field-events';
import { COVERAGE_FILTERS } from '../model/coverage';
import { clockOf, clockWords, type PlaceClock } from '../model/place-clock';
import { moment } from '../moment';
import { LocationField } from '../location-field';
import { type Filter, type Filters, filtersOf, momentOf } from '../model/search';
import { SpokenLanguage } from '../../shared/language';
import { AUDITORS_WORDS } from '../words/auditors-words';
import { coverageAddress } from '../links';
import { say } from '../model/say';
import { sayParts } from '../words/say-parts';
import { OneQuestion } from '../one-question';
import { TimeField } from '../search/time-field';
import { languageAttributes, property, railElement, state, styleSheet } from '../../shared/rail-element';
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
  ...languageAttributes,
}) {
  readonly #from = new TimeField(this, 'from');
  readonly #to = new TimeField(this, 'to', 'later');
  readonly #question = new OneQuestion(this);
  readonly #locations = new LocationPicks(this);
  readonly #location = new LocationField(this, this.#locations);

  constructor() {
    super();
    this.addController(new SpokenLanguage(this, ...AUDITORS_WORDS));
  }

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
          ? html`<p class="panel" role="status">${say('coverage.reading')}</p>`
          : answer.kind === 'found'
            ? this.#renderReport(answer.value)
            : notice(answer, say('coverage.nothing'))
      }
    </div>`;
  }

  #renderForm(): TemplateResult {
    const { clock } = this.#location;
    return html`<form class="panel fields" @submit=${this.#submitted}>
      ${this.#location.render()}
      <label
        >${say('coverage.source')}
        <input name="source" maxlength="200" autocomplete="off" .value=${this.filters.source ?? ''}
      /></label>
      ${this.#from.render(say('coverage.from'), momentOf(this.filters.from), clock)}
      ${this.#to.render(say('coverage.until'), momentOf(this.filters.to), clock)}
      <button class="primary">${icon('search')} ${say('quarantine.show')}</button>
    </form>`;
  }

  #renderReport(report: CoverageReport): TemplateResult {
    const { groups, endpoint, complete, covered_until, ungrouped_events, events } = report;
    const clock = this.#clock;
    return html`
      ${endpoint === null ? nothing : endpointPanel(endpoint, clock)}
      <p role="status">
        ${sayParts('coverage.report', {
          count: events,
          from: moment(report.from, clock),
          to: moment(report.to, clock),
          clock: clockWords(clock, Date.parse(report.to)),
          groups: say('coverage.groups', { count: groups.length }),
        })}
        ${
          complete || covered_until === null
            ? nothing
            : html`<strong>${sayParts('coverage.until_only', { time: moment(covered_until, clock) })}</strong>`
        }
        ${ungrouped_events === 0 ? nothing : say('coverage.ungrouped', { count: ungrouped_events })}
      </p>
      ${groups.slice(0, this.most).map((group) => groupPanel(group))}
      ${groups.length <= this.most ? nothing : html`<p><button @click=${this.#more}>${say('coverage.more')}</button></p>`}
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
    window.location.assign(coverageAddress(filters));
  };

  static override styles = [tokens, basics, auditStyles, styleSheet(css)];
}

customElements.define('ticket-rail-coverage', TicketRailCoverage);

declare global {
  interface HTMLElementTagNameMap {
    'ticket-rail-coverage': TicketRailCoverage;
  }
}
