import { html, nothing, type TemplateResult } from 'lit';
import type { Destination, ParkedItem } from '../../../../schemas/destinations';
import type { OrderKey } from '../../../../schemas/order-key';
import { say } from '../operators/model/say';
import { sayParts } from '../operators/say-parts';
import { icon } from '../shared/icons';
import { timeWords } from '../shared/model/time-words';
import { numberWords } from '../shared/model/say';
import { failureWords, lagWords, sentWords, stateWords } from './model/destination-words';

const time = (at: string): TemplateResult => html`<time datetime=${at}>${timeWords(Date.parse(at))}</time>`;

const line = (name: string, value: unknown): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

function orderWords({ location_id, order_id }: OrderKey, id: 'order.of' | 'destinations.order_set_aside' = 'order.of') {
  return sayParts(id, { order: html`<bdi>${order_id}</bdi>`, location: html`<bdi>${location_id}</bdi>` });
}

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
      ${line(say('destinations.sent_to'), html`<code>${url}</code>`)}
      ${line(say('destinations.sent'), html`<bdi>${sentWords(destination)}</bdi>`)}
      ${line(say('destinations.position'), html`<code>${position}</code>`)}
      ${line(say('destinations.waiting'), lagWords(lag, say('destinations.no_position')))}
      ${waiting_orders === 0 ? nothing : line(say('destinations.under_way'), say('destinations.orders', { count: waiting_orders }))}
      ${line(
        say('destinations.delivered'),
        last_delivered_at === null
          ? numberWords(delivered)
          : sayParts('destinations.delivered_last', { delivered, time: time(last_delivered_at) }),
      )}
      ${troubleLines(destination)}
    </dl>
    ${failingTable(destination)} ${parkedTable(destination)}
  </section>`;
}

function troubleLines(destination: Destination): TemplateResult {
  const { failing_since, last_failure, last_failed_at, failed_attempts, next_attempt_at, set_aside } = destination;
  return html`
    ${failing_since === null ? nothing : line(say('destinations.failing_since'), time(failing_since))}
    ${
      last_failure === null
        ? nothing
        : line(
            say('destinations.last_problem'),
            html`${failureWords(last_failure)} ${last_failed_at === null ? nothing : time(last_failed_at)}`,
          )
    }
    ${failed_attempts === 0 ? nothing : line(say('destinations.failed_attempts'), numberWords(failed_attempts))}
    ${next_attempt_at === null ? nothing : line(say('destinations.next_attempt'), time(next_attempt_at))}
    ${set_aside === 0 ? nothing : line(say('destinations.set_aside'), say('destinations.set_aside_orders', { count: set_aside }))}
  `;
}

function failingTable({ name, failing_orders: orders }: Destination): TemplateResult | typeof nothing {
  if (orders.length === 0) return nothing;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${say('destinations.failing_at', { name })}>
    <table>
      <caption>
        ${say('destinations.failing')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${say('card.order')}</th>
          <th scope="col">${say('destinations.since')}</th>
          <th scope="col">${say('destinations.attempts')}</th>
          <th scope="col">${say('destinations.next')}</th>
        </tr>
      </thead>
      <tbody>
        ${orders.map(
          (order) =>
            html`<tr>
              <th scope="row">${orderWords(order, order.set_aside ? 'destinations.order_set_aside' : 'order.of')}</th>
              <td>${time(order.failing_since)}</td>
              <td>${numberWords(order.attempts)}</td>
              <td>${order.next_attempt_at === null ? say('destinations.now') : time(order.next_attempt_at)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function parkedTable({ name, parked, last_parked }: Destination): TemplateResult | typeof nothing {
  if (parked === 0) return nothing;
  return html`<p>${say('destinations.parked', { count: parked })}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${say('destinations.parked_of', { name })}>
      <table>
        <caption>
          ${say('destinations.last_parked')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${say('card.order')}</th>
            <th scope="col">${say('destinations.given_up')}</th>
            <th scope="col">${say('destinations.why')}</th>
            <th scope="col">${say('destinations.position')}</th>
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
