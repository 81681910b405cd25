import { html, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import type { CoverageGroup, CoverageReport, Endpoint } from '../../../../schemas/coverage';
import { notice } from './answer-notice';
import { type Answer, ask } from './audit-client';
import { auditStyles } from '../shared/audit-styles';
import { basePath } from '../shared/base-path';
import { fieldName } from './field-name';
import { icon } from '../shared/icons';
import { locationIds } from '../feed/locations';
import { spanWords, timeWords, toLocalField, zoneWords } from '../shared/model/audit-words';
import { alarmWords, COVERAGE_FILTERS, heard, notAuthenticWords, shareWords } from './model/coverage';
import { type Filter, type Filters, filtersOf } from './model/search';
import { countWords, driverWords, statusWords, sourceWords } from '../shared/model/words';
import { property, railElement, state, styleSheet } from '../shared/rail-element';
import { basics, tokens } from '../shared/theme';
import css from './ticket-rail-coverage.css?inline';

/** Sources and locations that are laid out at a time. */
const PAGE = 20;

type Field = CoverageGroup['gaps'][number]['field'];

const wordsOf = (field: Field, value: string): string => (field === 'status' ? statusWords(value) : driverWords(value));

const seconds = (value: number): string => spanWords(value * 1_000);
const number = (value: number): string => value.toLocaleString('en');

/** What each delivery service really sends to each location, and how well the endpoint takes it. */
export class TicketRailCoverage extends railElement({
  filters: property<Filters>({}),
  answer: state<Answer<CoverageReport> | null>(null),
  locations: state<readonly string[]>([]),
  /** Groups that are laid out. */
  most: state<number>(PAGE),
}) {
  #asked = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    void locationIds().then((ids) => {
      this.locations = ids;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('filters')) void this.#load();
  }

  async #load(): Promise<void> {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.answer = null;
    this.most = PAGE;
    const query = new URLSearchParams();
    for (const name of COVERAGE_FILTERS) {
      const value = this.filters[name];
      if (value !== undefined) query.set(name, value);
    }
    const answer = await ask<CoverageReport>(`/coverage?${query.toString()}`, asked.signal);
    if (!asked.signal.aborted) this.answer = answer;
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
    return html`<form class="panel fields" @submit=${this.#submitted}>
      <label
        >Location
        <input
          name="location_id"
          maxlength="200"
          list="locations"
          autocomplete="off"
          .value=${this.filters.location_id ?? ''}
        />
        <datalist id="locations">${this.locations.map((id) => html`<option value=${id}></option>`)}</datalist></label
      >
      <label
        >Source <input name="source" maxlength="200" autocomplete="off" .value=${this.filters.source ?? ''}
      /></label>
      ${this.#renderTime('from', 'From')} ${this.#renderTime('to', 'Until')}
      <button class="primary">${icon('search')} Show</button>
    </form>`;
  }

  #renderTime(name: 'from' | 'to', label: string): TemplateResult {
    const at = Date.parse(this.filters[name] ?? '');
    return html`<label
      >${label} (${zoneWords(Date.now())})
      <input type="datetime-local" step="1" name=${name} .value=${Number.isNaN(at) ? '' : toLocalField(at)}
    /></label>`;
  }

  #renderReport(report: CoverageReport): TemplateResult {
    const { groups, endpoint, complete, covered_until, ungrouped_events, events } = report;
    return html`
      ${endpoint === null ? nothing : this.#renderEndpoint(endpoint)}
      <p role="status">
        ${countWords(events, 'event')} from ${timeWords(Date.parse(report.from))} to
        ${timeWords(Date.parse(report.to))}, in
        ${countWords(groups.length, 'source and location', 'sources and locations')}.
        ${
          complete || covered_until === null
            ? nothing
            : html`<strong>Counted only until ${timeWords(Date.parse(covered_until))}: ask for a shorter time.</strong>`
        }
        ${ungrouped_events === 0 ? nothing : `${countWords(ungrouped_events, 'event')} of further sources are not told apart.`}
      </p>
      ${groups.slice(0, this.most).map((group) => this.#renderGroup(group))}
      ${groups.length <= this.most ? nothing : html`<p><button @click=${this.#more}>Show more</button></p>`}
    `;
  }

  #renderEndpoint({ since, deliveries, repeats, non_2xx, not_authentic }: Endpoint): TemplateResult {
    const { share, alarms, window_seconds } = non_2xx;
    const worst = alarms.filter(({ reached }) => reached).at(-1);
    return html`<section class="panel stack" aria-labelledby="endpoint" data-endpoint>
      <h2 id="endpoint">Our own answers to Stream</h2>
      <p class="share" data-reached=${worst === undefined ? nothing : worst.at}>
        ${icon(worst === undefined ? 'check' : 'alert')}
        <span
          ><strong>${shareWords(share)}</strong> of Stream's calls of the last ${seconds(window_seconds)} were not
          answered 2xx${worst === undefined ? '.' : `: ${alarmWords(worst.at)}.`}</span
        >
      </p>
      <div class="gauge" aria-hidden="true">
        <svg viewBox="0 0 100 8" preserveAspectRatio="none">
          <rect class="ground" width="100" height="8"></rect>
          <rect class="full" width=${Math.min(100, share * 100)} height="8"></rect>
          ${alarms.map(({ at }) => svg`<rect class="at" x=${at * 100} width="0.4" height="8"></rect>`)}
        </svg>
      </div>
      <ul class="alarms" role="list">
        ${alarms.map(
          ({ at, reached }) =>
            html`<li data-reached=${String(reached)}>
              ${icon(reached ? 'alert' : 'check')}
              <span><b>${shareWords(at)}</b> ${reached ? 'reached' : 'not reached'}: ${alarmWords(at)}</span>
            </li>`,
        )}
      </ul>
      <p data-secrets-in-doubt=${String(not_authentic.secrets_in_doubt)}>
        ${icon(not_authentic.secrets_in_doubt ? 'alert' : 'check')}
        <span
          ><strong>${shareWords(not_authentic.share)}</strong> of all calls were refused as not authentic.
          ${notAuthenticWords(not_authentic.secrets_in_doubt)}</span
        >
      </p>
      <p>
        Repeats:
        ${repeats.share === null ? 'nothing came yet' : `${shareWords(repeats.share)} of what could be used (${number(repeats.count)})`}.
        <span class="muted"
          >Since ${timeWords(Date.parse(since))}, when this process began: repeats are answered, and not stored.</span
        >
      </p>
      <p class="muted">
        ${Object.entries(deliveries)
          .filter(([, count]) => count > 0)
          .map(([outcome, count]) => `${outcome} ${number(count)}`)
          .join(' · ')}
      </p>
    </section>`;
  }

  #renderGroup(group: CoverageGroup): TemplateResult {
    const { source, location_id, events, late, unknown, further_unknown, unreadable, gaps } = group;
    const name = source === 'unknown' ? 'No source told' : sourceWords(source);
    return html`<section class="panel stack group" aria-label=${`${name}, ${location_id}`} data-source=${source}>
      <div>
        <h2><bdi>${name}</bdi></h2>
        <p class="muted">
          <bdi>${location_id}</bdi> · ${countWords(events, 'event')} · late:
          <span class="late">${number(late.count)} (${shareWords(late.share)})</span>
        </p>
      </div>
      <div class="axes">
        ${this.#renderCounts('status', group.statuses, events)}
        ${this.#renderCounts('delivery_status', group.delivery_statuses, events)}
      </div>
      ${
        unknown.length === 0
          ? html`<p class="muted">No value that nobody has told us of.</p>`
          : html`<div>
              <h3>${icon('alert')} Values that nobody has told us of</h3>
              <ul class="unknown" role="list">
                ${unknown.map(
                  ({ field, value, count }) =>
                    html`<li>
                      <code><bdi>${value}</bdi></code>
                      <span class="muted">${fieldName(`/${field}`)}, ${number(count)}</span>
                    </li>`,
                )}
              </ul>
              ${further_unknown === 0 ? nothing : html`<p>${countWords(further_unknown, 'event')} with yet others.</p>`}
            </div>`
      }
      ${
        unreadable.length === 0
          ? nothing
          : html`<div>
              <h3>${icon('info')} Fields that came in another form</h3>
              <ul class="unknown" role="list">
                ${unreadable.map(
                  ({ pointer, count }) =>
                    html`<li><span>${fieldName(pointer)}</span> <span class="muted">${number(count)}</span></li>`,
                )}
              </ul>
            </div>`
      }
      ${gaps.length === 0 ? nothing : this.#renderGaps(name, gaps)}
    </section>`;
  }

  #renderCounts(field: Field, counts: Readonly<Record<string, number>>, events: number): TemplateResult {
    const { said, never } = heard(counts);
    return html`<div data-field=${field}>
      <h3>${fieldName(`/${field}`)}</h3>
      ${
        said.length === 0
          ? html`<p class="muted">None was ever said.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th scope="col">Value</th>
                  <th scope="col" class="number">Events</th>
                </tr>
              </thead>
              <tbody>
                ${said.map(
                  ([value, count]) =>
                    html`<tr data-value=${value}>
                      <th scope="row" title=${wordsOf(field, value)}><code>${value}</code></th>
                      <td class="number">
                        ${number(count)}
                        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                          <rect width=${events === 0 ? 0 : (count / events) * 100} height="4"></rect>
                        </svg>
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
      ${
        never.length === 0
          ? nothing
          : html`<p class="never">
              <span class="muted">Never said:</span>
              ${never.map((value, index) => html`${index === 0 ? nothing : ', '}<code data-never=${value}>${value}</code>`)}
            </p>`
      }
    </div>`;
  }

  #renderGaps(name: string, gaps: CoverageGroup['gaps']): TemplateResult {
    return html`<div>
      <h3>${icon('clock')} Usual time between one value and the next</h3>
      <div class="scroll" tabindex="0" role="group" aria-label=${`Times between values of ${name}`}>
        <table class="gaps">
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" class="number">Half within</th>
              <th scope="col" class="number">90 % within</th>
              <th scope="col" class="number">Times</th>
            </tr>
          </thead>
          <tbody>
            ${gaps.map(
              ({ field, from, to, count, median_seconds, p90_seconds }) =>
                html`<tr data-field=${field}>
                  <td><code>${from}</code></td>
                  <td><code>${to}</code></td>
                  <td class="number">${seconds(median_seconds)}</td>
                  <td class="number">${seconds(p90_seconds)}</td>
                  <td class="number">${number(count)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`;
  }

  readonly #more = (): void => {
    this.most += PAGE;
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const filters: Partial<Record<Filter, string>> = filtersOf(
      Object.fromEntries(new FormData(event.target as HTMLFormElement)),
    );
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
