import { html, nothing, type TemplateResult } from 'lit';
import type { CoverageGroup } from '../../../../../schemas/api/coverage';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { fieldName } from '../field-name';
import { icon } from '../../shared/icons';
import { exactSpanWords } from '../../operators/model/span-words';
import { numberWords } from '../../shared/model/say';
import { heard, shareWords } from '../model/coverage';
import { say } from '../model/say';
import { driverWords, statusWords } from '../../shared/model/words';
import { sayParts } from '../words/say-parts';

type Field = CoverageGroup['gaps'][number]['field'];

const wordsOf = (field: Field, value: string): string => (field === 'status' ? statusWords(value) : driverWords(value));

const seconds = (value: number): string => exactSpanWords(value * 1_000);

/** @returns what one delivery service sends to one location. */
export function groupPanel(group: CoverageGroup): TemplateResult {
  const { source, location_id, events, late, unknown, further_unknown, unreadable, gaps } = group;
  const name = source === 'unknown' ? say('coverage.no_source') : sourceWords(source);
  return html`<section class="panel stack group" aria-label=${say('words.and', { before: name, next: location_id })} data-source=${source}>
    <div>
      <h2>
        <bdi>${name}</bdi>
        ${source === 'unknown' || source === name ? nothing : html`<code><bdi>${source}</bdi></code>`}
      </h2>
      <p class="muted">
        ${sayParts('coverage.about', {
          location: html`<bdi>${location_id}</bdi>`,
          count: events,
          late: html`<span class="late"
            >${say('coverage.count_share', { number: late.count, share: shareWords(late.share) })}</span
          >`,
        })}
      </p>
    </div>
    <div class="axes">
      ${countsOf('status', group.statuses, events)} ${countsOf('delivery_status', group.delivery_statuses, events)}
    </div>
    ${
      unknown.length === 0
        ? html`<p class="muted">${say('coverage.no_unknown')}</p>`
        : html`<div>
            <h3>${icon('alert')} ${say('coverage.unknown')}</h3>
            <ul class="unknown" role="list">
              ${unknown.map(
                ({ field, value, count }) =>
                  html`<li>
                    <code><bdi>${value}</bdi></code>
                    <span class="muted"
                      >${sayParts('words.and', { before: fieldName(`/${field}`), next: numberWords(count) })}</span
                    >
                  </li>`,
              )}
            </ul>
            ${further_unknown === 0 ? nothing : html`<p>${say('coverage.further', { count: further_unknown })}</p>`}
          </div>`
    }
    ${
      unreadable.length === 0
        ? nothing
        : html`<div>
            <h3>${icon('info')} ${say('coverage.unreadable')}</h3>
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
        ? html`<p class="muted">${say('coverage.none_said')}</p>`
        : html`<table>
            <thead>
              <tr>
                <th scope="col">${say('coverage.value')}</th>
                <th scope="col" class="number">${say('timeline.events')}</th>
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
            <span class="muted">${say('coverage.never')}</span>
            ${never.map((value, index) => html`${index === 0 ? nothing : ', '}<code data-never=${value}>${value}</code>`)}
          </p>`
    }
  </div>`;
}

function gapsOf(name: string, gaps: CoverageGroup['gaps']): TemplateResult {
  return html`<div>
    <h3>${icon('clock')} ${say('coverage.gaps')}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label=${say('coverage.gaps_of', { source: name })}>
      <table class="gaps">
        <thead>
          <tr>
            <th scope="col">${say('coverage.gap_from')}</th>
            <th scope="col">${say('coverage.gap_to')}</th>
            <th scope="col" class="number">${say('coverage.half')}</th>
            <th scope="col" class="number">${say('coverage.most')}</th>
            <th scope="col" class="number">${say('coverage.times')}</th>
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
