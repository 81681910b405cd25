import { html, type TemplateResult } from 'lit';
import type { OrderSummaries } from '../../../../../schemas/api/order-summary';
import type { PastOrder, PastStep } from '../../board/model/past-order';
import { icon } from '../../shared/icons';
import { numberWords } from '../../shared/model/say';
import { notice } from '../answer-notice';
import type { Answer } from '../audit-client';
import { exportAddress, replayAddress, searchAddressBefore, wordsAddress } from '../links';
import { VERDICT_ORDER } from '../model/event-words';
import { clockWords, type PlaceClock } from '../model/place-clock';
import { say } from '../model/say';
import { spanBetween } from '../../operators/model/span-words';
import { moment } from '../moment';
import { sayParts } from '../words/say-parts';
import { orderSummaries } from './order-summary';
import { verdictMark } from './verdict-mark';

interface Head {
  readonly past: PastOrder;
  /** The event that is pointed at. */
  readonly current: PastStep;
  readonly summary: Answer<OrderSummaries>;
  /** What people call its location. */
  readonly called: string;
  /** By which times are shown. */
  readonly clock: PlaceClock;
  /** The evidence, if it can be had. */
  readonly evidence: unknown;
}

/** Renders what became of an order, and where its head leads to. */
export function timelineHead({
  past: { key, steps },
  current,
  summary,
  called,
  clock,
  evidence,
}: Head): TemplateResult {
  const [first, last] = [steps[0]?.at ?? 0, steps.at(-1)?.at ?? 0];
  const counts = VERDICT_ORDER.map(
    (verdict) => [verdict, steps.filter(({ event }) => event.verdict === verdict).length] as const,
  ).filter(([, count]) => count > 0);
  return html`<section class="panel stack" aria-labelledby="order">
    <div>
      <h2 id="order">${sayParts('tile.order', { order: html`<bdi>${key.order_id}</bdi>` })}</h2>
      <p class="muted">
        ${sayParts('timeline.about', {
          location: html`<bdi title=${key.location_id}>${called}</bdi>`,
          count: steps.length,
          time: spanBetween(first, last),
          from: moment(new Date(first).toISOString(), clock),
          clock: clockWords(clock, last),
        })}
      </p>
    </div>
    ${summary.kind === 'found' ? orderSummaries(summary.value, clock) : notice(summary, say('timeline.no_summary'))}
    ${evidence}
    <ul class="row counts" role="list" aria-label=${say('timeline.verdicts')}>
      ${counts.map(([verdict, count]) => html`<li>${verdictMark(verdict)} <span class="count">${numberWords(count)}</span></li>`)}
    </ul>
    <div class="row">
      <a class="button" href=${searchAddressBefore()}>${icon('search')} ${say('timeline.another')}</a>
      <a class="button" href=${replayAddress(key.location_id, current.at)}>${icon('pot')} ${say('timeline.board')}</a>
      ${(['ndjson', 'csv'] as const).map(
        (format) =>
          html`<a class="button" download href=${exportAddress(key, format)}
            >${say('timeline.export', { format: format.toUpperCase() })}</a
          >`,
      )}
      <a class="button" href=${wordsAddress()} hreflang="en">${say('audit.words')}</a>
    </div>
  </section>`;
}
