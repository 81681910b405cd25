import { html, nothing, svg, type TemplateResult } from 'lit';
import type { DriverTurn, OrderSummaries, OrderSummary, StageSpan } from '../../../../../schemas/api/order-summary';
import { type TimeWords, timeWordsBy } from '../../../../../schemas/local-time';
import { sourceWords } from '../../../../../schemas/words/source-words';
import { summaryWords } from '../../../../../schemas/language/sentences/summary-words';
import { icon } from '../../shared/icons';
import { stageWords } from '../../shared/model/words';
import { speech } from '../../shared/model/say';
import { styleSheet } from '../../shared/rail-element';
import type { PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { BAR_WIDTH, barOf, MOST_LISTED, stageSpanWords, turnWords, type Written } from '../model/summary';
import { renderSentence } from '../words/say-parts';
import css from './order-summary.css?inline';

export const summaryStyles = styleSheet(css);

/** What became of an order: one sentence, its stages to scale, and its drivers, with times by a clock. */
export function orderSummaries({ orders, complete }: OrderSummaries, clock: PlaceClock): TemplateResult {
  const timeWords = timeWordsBy(clock.offsetAt);
  return html`${orders.map(
    (order, index) =>
      html`<div class="stack summary" data-first=${order.first_revision}>
        ${
          orders.length === 1
            ? nothing
            : html`<p class="muted">
                ${say('summary.of_number', {
                  number: index + 1,
                  all: orders.length,
                  first: String(order.first_revision),
                  last: String(order.last_revision),
                })}
              </p>`
        }
        ${orderSummary(order, timeWords)}
      </div>`,
  )}
  ${complete ? nothing : html`<p>${icon('info')} ${say('summary.only_first')}</p>`}`;
}

function orderSummary(order: OrderSummary, timeWords: TimeWords): TemplateResult {
  const { stages, stages_left_out, drivers, drivers_left_out, first_received_at } = order;
  const how: Written = { timeWords, since: first_received_at };
  return html`<p class="sentence">${renderSentence(summaryWords(order, timeWords, speech()))}</p>
    <svg class="bar" viewBox=${`0 0 ${String(BAR_WIDTH)} 10`} preserveAspectRatio="none" aria-hidden="true">
      ${barOf(order).map(
        ({ stage, x, width }) => svg`<rect data-stage=${stage} x=${x} y="0" width=${width} height="10"></rect>`,
      )}
    </svg>
    <div class="short">
      <div>
        <h3>${say('board.stages')}</h3>
        <ol class="stages" role="list">
          ${stages.slice(0, MOST_LISTED).map((span) => {
            const { words, took } = stageSpanWords(span, how);
            return html`<li data-stage=${span.stage} title=${wireSpan(span)}>
              <span class="swatch" aria-hidden="true"></span> <strong>${stageWords(span.stage)}</strong>
              <span>${words}</span> ${took === null ? nothing : html`<span class="muted">${took}</span>`}
            </li>`;
          })}
        </ol>
        ${more(stages.length + stages_left_out, 'summary.more_stages')}
      </div>
      <div>
        <h3>${say('summary.drivers')}</h3>
        ${drivers.length === 0 ? html`<p class="muted">${say('summary.no_drivers')}</p>` : nothing}
        <ol class="drivers" role="list">
          ${drivers.slice(0, MOST_LISTED).map((turn) => driverItem(turn, how))}
        </ol>
        ${more(drivers.length + drivers_left_out, 'summary.more_drivers')}
      </div>
    </div>`;
}

const more = (count: number, id: 'summary.more_stages' | 'summary.more_drivers') =>
  count <= MOST_LISTED ? nothing : html`<p class="muted">${say(id, { count: count - MOST_LISTED })}</p>`;

/** Returns from when to when, as the API has it. */
const wireSpan = ({ from, to }: Pick<StageSpan, 'from' | 'to'>): string =>
  to === null ? from : say('span.from_to', { from, to });

function driverItem(turn: DriverTurn, how: Written): TemplateResult {
  const { name, source, license_plate } = turn;
  return html`<li>
    <strong><bdi>${name ?? say('audit.nameless')}</bdi></strong>
    ${source === null ? nothing : html`<span class="muted">· <bdi>${sourceWords(source)}</bdi></span>`}
    ${license_plate === null ? nothing : html`<span class="muted">· <bdi>${license_plate}</bdi></span>`}
    <ul role="list" title=${wireSpan(turn)}>
      ${turnWords(turn, how).map((words) => html`<li>${words}</li>`)}
    </ul>
  </li>`;
}
