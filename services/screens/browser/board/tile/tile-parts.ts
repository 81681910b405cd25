import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon, type IconName } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { attentionWords, driverWords, noticeOf, stageWords, statusWords, type Tone } from '../../shared/model/words';
import type { Driver } from '../../../../../projections/order/driver-details';
import { clip, isRobot, textOf } from '../model/handoff/handoff';
import { MOST_CHARACTERS, nameOf, newsOf, type Shape, sourceOf } from '../model/tile-words';
import { isMoneyLost, troubleWords } from '../model/trouble';

/** Parts of a tile that only show. */

const TONE_ICONS: Readonly<Record<Tone, IconName>> = { alarm: 'alert', notice: 'bell', info: 'info' };

/** What a stage shouts over the tile, if it does. */
const BANDS: Readonly<Record<string, IconName>> = {
  driver_here: 'car',
  needs_action: 'alert',
  coming_back: 'back',
  canceled: 'close',
  failed: 'close',
  returned: 'back',
  completed: 'check',
};
const bandWords = (stage: string): string =>
  stage === 'driver_here' || stage === 'coming_back' ? attentionWords(stage).words : stageWords(stage);
/** Codes that the band says already. */
const SAID_BY_BAND: Readonly<Record<string, readonly string[]>> = {
  driver_here: ['driver_here'],
  coming_back: ['coming_back'],
  needs_action: ['no_driver', 'delivery_failed'],
};
/** Codes that are said by another part of a tile of this shape. */
const SAID_BY_SHAPE: Readonly<Record<Shape, readonly string[]>> = {
  roomy: [],
  compact: ['robot'],
  row: ['robot', 'canceled_after_pickup'],
};

/** @param isShort the column says what most bands do */
export function band(order: Order, isShort: boolean): TemplateResult | typeof nothing {
  const { stage } = order;
  const name = Object.hasOwn(BANDS, stage) ? BANDS[stage] : undefined;
  if (name === undefined) return nothing;
  const words = bandWords(stage);
  const trouble = stage === 'needs_action' ? troubleWords(order) : null;
  return html`<p class=${isShort && trouble === null ? 'unseen' : 'band'}>
    ${icon(name)}
    <span>${trouble === null ? words : html`<span class="unseen">${words}:</span> ${trouble}`}</span>
  </p>`;
}

const driverIcon = (order: Order): TemplateResult =>
  isRobot(order) ? html`${icon('robot')}<span class="unseen">${attentionWords('robot').words}</span>` : icon('person');

function people(order: Order, previousDriver: Driver | null): TemplateResult {
  const name = nameOf(order);
  const previous = textOf(previousDriver?.name);
  return html`${previous === null ? nothing : html`<del><bdi>${clip(previous, MOST_CHARACTERS)}</bdi></del> `}${
    name === null ? nothing : html`<bdi class="name">${name}</bdi>`
  }`;
}

/** Renders both axes, a line each. */
export function axes(order: Order, previousDriver: Driver | null): TemplateResult {
  const source = sourceOf(order);
  return html`<p class="axis">
      ${icon('pot')}<span><b>${say('axis.order')}</b> <bdi>${statusWords(order.status)}</bdi></span>
      ${source === null ? nothing : html`<bdi class="source">${source}</bdi>`}
    </p>
    <p class="axis">
      ${driverIcon(order)}
      <span
        ><b>${say('axis.driver')}</b>
        <bdi class="state">${driverWords(order.delivery_status)}</bdi> ${people(order, previousDriver)}</span
      >
    </p>`;
}

/** Renders who comes, and what the stage does not say: a line each. Somebody who hears the tile gets both axes. */
export function shortAxes(order: Order, previousDriver: Driver | null): TemplateResult {
  const isHere = order.stage === 'driver_here';
  const isSaid = order.stage === 'needs_action' && troubleWords(order) !== null;
  const source = sourceOf(order);
  const who = nameOf(order) ?? source;
  const unseen = isHere
    ? `${say('axis.driver')} ${driverWords(order.delivery_status)}`
    : `${say('axis.order')} ${statusWords(order.status)}`;
  return html`${
      who === null && previousDriver === null
        ? nothing
        : html`<p class="axis who">
            ${driverIcon(order)}<span
              >${people(order, previousDriver)}${source === null ? nothing : html` <bdi class="source">${source}</bdi>`}</span
            >
          </p>`
    }
    ${
      isSaid
        ? html`<p class="unseen">${say('axis.driver')} <bdi>${newsOf(order)}</bdi></p>`
        : html`<p class="axis">
            ${icon(isHere ? 'pot' : 'car')}<span
              ><b class="unseen">${say(isHere ? 'axis.order' : 'axis.driver')}</b> <bdi>${newsOf(order)}</bdi></span
            >
          </p>`
    }
    <p class="unseen"><bdi>${unseen}</bdi></p>`;
}

/** Renders one line that says who has the food, or who canceled it. */
export function line(order: Order): TemplateResult {
  const isCanceled = order.stage === 'canceled';
  const who = nameOf(order) ?? sourceOf(order);
  const words =
    isCanceled && isMoneyLost(order) ? attentionWords('canceled_after_pickup').words : statusWords(order.status);
  return html`<p class="axis line" ?data-lost=${isCanceled && isMoneyLost(order)}>
    <span>${isCanceled || who === null ? html`<bdi>${words}</bdi>` : html`<bdi class="name">${who}</bdi>`}</span>
    <span class="unseen"
      >${say('axis.order')} <bdi>${statusWords(order.status)}</bdi>, ${say('axis.driver')}
      <bdi>${driverWords(order.delivery_status)}</bdi></span
    >
  </p>`;
}

/**
 * Renders what needs attention, and with which other orders the driver comes.
 * @param shape of the tile: in its head, or in its only line, some of it is said already
 * @param said words about the other orders of its driver, and that it was handed over; empty where there are none
 */
export function chips(
  order: Order,
  shape: Shape,
  { group, handedOver }: { readonly group: string; readonly handedOver: string },
): TemplateResult | typeof nothing {
  const alreadySaid = [...(SAID_BY_BAND[order.stage] ?? []), ...SAID_BY_SHAPE[shape]];
  const codes = (order.attention as readonly string[]).filter((code) => !alreadySaid.includes(code));
  if (codes.length === 0 && group === '' && handedOver === '') return nothing;
  return html`<ul class="chips">
    ${handedOver === '' ? nothing : html`<li data-handed-over>${icon('check')} <bdi>${handedOver}</bdi></li>`}
    ${group === '' ? nothing : html`<li data-group>${icon('stack')} ${group}</li>`}
    ${codes.map((code) => {
      const { words, tone } = noticeOf(code, order);
      const name = code === 'robot' ? 'robot' : code === 'driver_changed' ? 'swap' : TONE_ICONS[tone];
      return html`<li data-attention=${code} data-tone=${tone}>${icon(name)} <bdi>${words}</bdi></li>`;
    })}
  </ul>`;
}
