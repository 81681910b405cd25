import { html, nothing, type TemplateResult } from 'lit';
import type { FoundOrder } from '../../../../../schemas/api/order-view';
import type { LocationPicks } from '../../feed/location-picks';
import { listWords } from '../../operators/model/say';
import { attentionWords, driverWords, stageWords, statusWords } from '../../shared/model/words';
import { fieldOf } from '../field-name';
import { timelineAddress } from '../links';
import { clockOf, clockWords, type PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';
import { foundDriver } from './found-driver';

/**
 * Renders the orders that were found as a table.
 * @param sought whether only drivers who were looked for are shown
 * @param search by which they were found, as the query of its address
 */
export const foundOrders = (
  orders: readonly FoundOrder[],
  locations: LocationPicks,
  sought: boolean,
  search: string,
): TemplateResult =>
  html`<table class="found" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">${say('card.order')}</th>
        <th scope="col" role="columnheader">${say('search.stands')}</th>
        <th scope="col" role="columnheader">${say(sought ? 'search.driver_sought' : 'search.drivers')}</th>
        <th scope="col" role="columnheader" aria-sort="descending">${say('search.news')}</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${orders.map((order) => orderRow(order, locations, search))}
    </tbody>
  </table>`;

function orderRow(order: FoundOrder, locations: LocationPicks, search: string): TemplateResult {
  const { delivery_status } = order;
  const clock = clockOf(locations.zoneOf(order.location_id));
  return html`<tr role="row" data-order-id=${order.order_id}>
    <th scope="row" role="rowheader">
      <a class="open" href=${timelineAddress(order, null, search)}><bdi>${order.order_id}</bdi></a>
      <p class="muted"><bdi title=${order.location_id}>${locations.called(order.location_id)}</bdi></p>
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
          delivery_status === null ? nothing : html`<br />${fieldOf('/delivery_status', driverWords(delivery_status))}`
        }
      </p>
    </td>
    <td role="cell">
      ${
        order.drivers.length === 0
          ? html`<p class="muted">${say('search.no_driver')}</p>`
          : order.drivers.map((driver) => foundDriver(driver, clock))
      }
    </td>
    <td role="cell">${newsOf(order, clock)}</td>
  </tr>`;
}

/** Renders when an order came, by which it has its place in the list, and when there was news of it last. */
function newsOf(order: FoundOrder, clock: PlaceClock): TemplateResult {
  const { first_received_at, updated_at, number_since, revision } = order;
  return html`<p class="news">${sayParts('search.first_news', { time: moment(first_received_at, clock) })}</p>
    ${
      number_since === first_received_at
        ? nothing
        : html`<p class="muted">${sayParts('search.number_since', { time: moment(number_since, clock) })}</p>`
    }
    <p class="news">${sayParts('search.last_news', { time: moment(updated_at, clock) })}</p>
    <p class="muted">
      ${clockWords(clock, Date.parse(updated_at))}<br />${say('audit.revision', { revision: String(revision) })}
    </p>`;
}
