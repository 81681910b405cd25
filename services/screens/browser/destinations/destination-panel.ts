import { html, nothing, type TemplateResult } from 'lit';
import type { Destination, FailingOrder, ParkedItem } from '../../../../schemas/destinations';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/audit-words';
import { countWords } from '../shared/model/words';
import { failureWords, lagWords, sentWords, stateWords } from './model/destination-words';

const time = (at: string): TemplateResult => html`<time datetime=${at}>${timeWords(Date.parse(at))}</time>`;

const line = (name: string, value: unknown): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

const orderWords = ({ location_id, order_id }: Pick<FailingOrder, 'location_id' | 'order_id'>): TemplateResult =>
  html`<bdi>${order_id}</bdi> of <bdi>${location_id}</bdi>`;

/** Renders what is on record of one destination. */
export function destinationPanel(destination: Destination): TemplateResult {
  const { name, url, position, lag, waiting_orders, delivered, last_delivered_at } = destination;
  const { words, isTrouble, remedy } = stateWords(destination);
  const id = `destination-${name}`;
  return html`<section class="panel stack" aria-labelledby=${id} data-destination=${name} data-trouble=${isTrouble}>
    <h2 id=${id}><bdi>${name}</bdi></h2>
    <p class="state">
      ${icon(isTrouble ? 'alert' : 'check')}<span><strong>${words}</strong> ${remedy}</span>
    </p>
    <dl>
      ${line('Sent to', html`<code>${url}</code>`)} ${line('Sent', html`<bdi>${sentWords(destination)}</bdi>`)}
      ${line('Position', html`<code>${position}</code>`)}
      ${line('Waiting', lagWords(lag, 'not known: it has no position, or one that is not in this log'))}
      ${waiting_orders === 0 ? nothing : line('On their way', countWords(waiting_orders, 'order'))}
      ${line('Delivered', html`${delivered}${last_delivered_at === null ? nothing : html`, last ${time(last_delivered_at)}`}`)}
      ${troubleLines(destination)}
    </dl>
    ${failingTable(destination)} ${parkedTable(destination)}
  </section>`;
}

function troubleLines(destination: Destination): TemplateResult {
  const { failing_since, last_failure, last_failed_at, failed_attempts, next_attempt_at, set_aside } = destination;
  return html`
    ${failing_since === null ? nothing : line('Failing since', time(failing_since))}
    ${
      last_failure === null
        ? nothing
        : line(
            'Last problem',
            html`${failureWords(last_failure)} ${last_failed_at === null ? nothing : time(last_failed_at)}`,
          )
    }
    ${failed_attempts === 0 ? nothing : line('Failed attempts', failed_attempts)}
    ${next_attempt_at === null ? nothing : line('Next attempt', time(next_attempt_at))}
    ${set_aside === 0 ? nothing : line('Set aside', `${countWords(set_aside, 'order')}: the position goes on without`)}
  `;
}

function failingTable({ name, failing_orders: orders }: Destination): TemplateResult | typeof nothing {
  if (orders.length === 0) return nothing;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`Orders that do not arrive at ${name}`}>
    <table>
      <caption>
        Orders that do not arrive
      </caption>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Since</th>
          <th scope="col">Attempts</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        ${orders.map(
          (order) =>
            html`<tr>
              <th scope="row">${orderWords(order)}${order.set_aside ? ', set aside' : ''}</th>
              <td>${time(order.failing_since)}</td>
              <td>${order.attempts}</td>
              <td>${order.next_attempt_at === null ? 'now' : time(order.next_attempt_at)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function parkedTable({ name, parked, last_parked }: Destination): TemplateResult | typeof nothing {
  if (parked === 0) return nothing;
  return html`<p>${countWords(parked, 'item was', 'items were')} given up after three days.</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${`Items that ${name} did not get`}>
      <table>
        <caption>
          The last that were given up
        </caption>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Given up</th>
            <th scope="col">Why</th>
            <th scope="col">Position</th>
          </tr>
        </thead>
        <tbody>
          ${last_parked.map(parkedRow)}
        </tbody>
      </table>
    </div>`;
}

const parkedRow = (item: ParkedItem): TemplateResult =>
  html`<tr>
    <th scope="row">${orderWords(item)}</th>
    <td>${time(item.parked_at)}</td>
    <td>${failureWords(item.reason)}</td>
    <td><code>${item.position}</code></td>
  </tr>`;
