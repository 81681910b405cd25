import { html, nothing, type TemplateResult } from 'lit';
import type { CoverageGroup } from '../../../../../schemas/api/coverage';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { spanWords } from '../../../../../schemas/words/span-words';
import { fieldName } from '../field-name';
import { icon } from '../../shared/icons';
import { heard, numberWords, shareWords } from '../model/coverage';
import { countWords, driverWords, statusWords } from '../../shared/model/words';

type Field = CoverageGroup['gaps'][number]['field'];

const wordsOf = (field: Field, value: string): string => (field === 'status' ? statusWords(value) : driverWords(value));

const seconds = (value: number): string => spanWords(value * 1_000);

/** @returns what one delivery service sends to one location. */
export function groupPanel(group: CoverageGroup): TemplateResult {
  const { source, location_id, events, late, unknown, further_unknown, unreadable, gaps } = group;
  const name = source === 'unknown' ? 'No source given' : sourceWords(source);
  return html`<section class="panel stack group" aria-label=${`${name}, ${location_id}`} data-source=${source}>
    <div>
      <h2><bdi>${name}</bdi></h2>
      <p class="muted">
        <bdi>${location_id}</bdi> · ${countWords(events, 'event')} · late:
        <span class="late">${numberWords(late.count)} (${shareWords(late.share)})</span>
      </p>
    </div>
    <div class="axes">
      ${countsOf('status', group.statuses, events)} ${countsOf('delivery_status', group.delivery_statuses, events)}
    </div>
    ${
      unknown.length === 0
        ? html`<p class="muted">No undocumented value.</p>`
        : html`<div>
            <h3>${icon('alert')} Undocumented values</h3>
            <ul class="unknown" role="list">
              ${unknown.map(
                ({ field, value, count }) =>
                  html`<li>
                    <code><bdi>${value}</bdi></code>
                    <span class="muted">${fieldName(`/${field}`)}, ${numberWords(count)}</span>
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
                  html`<li><span>${fieldName(pointer)}</span> <span class="muted">${numberWords(count)}</span></li>`,
              )}
            </ul>
          </div>`
    }
    ${gaps.length === 0 ? nothing : gapsOf(name, gaps)}
  </section>`;
}

function countsOf(field: Field, counts: Readonly<Record<string, number>>, events: number): TemplateResult {
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
                      ${numberWords(count)}
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

function gapsOf(name: string, gaps: CoverageGroup['gaps']): TemplateResult {
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
                <td class="number">${numberWords(count)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </div>`;
}
