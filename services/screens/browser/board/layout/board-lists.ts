import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon, type IconName } from '../../shared/icons';
import type { OpenStage } from '../../../../../schemas/files/thresholds';
import { numberWords, say } from '../../shared/model/say';
import { stageWords } from '../../shared/model/words';
import type { Tiles } from './board-tiles';
import type { Arrangement } from '../model/arrange';
import { STACKS } from '../model/lanes';

/** Most finished or old orders that are laid out at once. */
const MOST_FOLDED = 200;

const STAGE_ICONS: Readonly<Record<OpenStage, IconName>> = {
  preparing: 'pot',
  ready: 'check',
  driver_here: 'car',
  on_the_way: 'road',
  needs_action: 'alert',
  coming_back: 'back',
};

type Columns = Arrangement['columns'];

/** Leads to the columns where they do not fit beside each other. */
export function stageLinks(
  columns: Columns,
  isShown: (stage: OpenStage) => boolean,
  jump: (stage: OpenStage) => void,
): TemplateResult {
  return html`<nav class="jump" aria-label=${say('board.stages')}>
    ${STACKS.flat()
      .filter(isShown)
      .map(
        (stage) =>
          html`<button
            data-stage=${stage}
            data-count=${columns[stage].length}
            @click=${() => {
              jump(stage);
            }}
          >
            ${icon(STAGE_ICONS[stage])} <span class="count">${numberWords(columns[stage].length)}</span>
            <span class="word">${stageWords(stage)}</span>
          </button>`,
      )}
  </nav>`;
}

/** What a column of the board is drawn with. */
export interface ColumnDrawing {
  readonly isShown: (stage: OpenStage) => boolean;
  /** Lanes of each of {@link STACKS}. */
  readonly lanes: readonly number[];
  readonly tiles: (stage: OpenStage) => Tiles;
  /** How many of a list's orders are on another page: 0 where it has but one. */
  readonly more: (list: string) => number;
}

/** Says what is not on this page. */
export const moreWords = (count: number): TemplateResult | typeof nothing =>
  count === 0 ? nothing : html`<span class="more">${say('board.more', { count })}</span>`;

/** Renders the open orders, a column for each stage; one without orders is folded to its head. */
export function stageColumns(columns: Columns, drawing: ColumnDrawing): TemplateResult {
  const { isShown, lanes, tiles, more } = drawing;
  const column = (stage: OpenStage): TemplateResult => {
    const orders = columns[stage];
    return html`<section
      class="column"
      data-list=${stage}
      data-stage=${stage}
      data-count=${orders.length}
      .style=${`--count: ${String(orders.length)}`}
      aria-labelledby=${`c-${stage}`}
    >
      <h2 id=${`c-${stage}`} tabindex="-1">
        ${icon(STAGE_ICONS[stage])} <span>${stageWords(stage)}</span> ${moreWords(more(stage))}
        <span class="count"
          >${numberWords(orders.length)}${
            orders.length === 0
              ? nothing
              : html`<span class="unseen"> ${say('board.of_orders', { count: orders.length })}</span>`
          }</span
        >
      </h2>
      ${orders.length === 0 ? nothing : tiles(stage)(orders)}
    </section>`;
  };
  return html`<div class="columns">
    ${STACKS.map((stages, at) => {
      const shown = stages.filter(isShown);
      const share = lanes[at] ?? 0;
      return shown.length === 0
        ? nothing
        : html`<div class="stack" data-lanes=${share} .style=${`--lanes: ${String(share)}`}>${shown.map(column)}</div>`;
    })}
  </div>`;
}

/** Orders that need a look, across the board. */
export function strip(
  name: 'canceled' | 'recalled',
  heading: string,
  picture: IconName,
  orders: readonly Order[],
  tiles: Tiles,
  more: number,
): TemplateResult | typeof nothing {
  if (orders.length === 0) return nothing;
  return html`<section class="strip" data-list=${name} data-strip=${name} aria-labelledby=${`s-${name}`}>
    <h2 id=${`s-${name}`}>
      ${icon(picture)} <span>${heading}</span> ${moreWords(more)}
      <span class="count">${numberWords(orders.length)}</span>
    </h2>
    ${tiles(orders)}
  </section>`;
}

export type Fold = 'finished' | 'old' | 'put-away';

/** Orders that are folded away, and laid out only while they are not. */
export function fold(
  name: Fold,
  heading: string,
  orders: readonly Order[],
  isOpen: boolean,
  tiles: Tiles,
  turn: (isOpen: boolean) => void,
): TemplateResult | typeof nothing {
  // The browser says that it opened a fold only after a while, in which the board may be drawn as it was.
  const pressed = (event: Event): void => {
    event.preventDefault();
    turn(!isOpen);
  };
  if (orders.length === 0 && name !== 'finished') return nothing;
  return html`<details class="fold" data-list=${name} data-fold=${name} .open=${live(isOpen)}>
    <summary @click=${pressed}><h2>${heading} (${numberWords(orders.length)})</h2></summary>
    ${isOpen ? tiles(orders.slice(0, MOST_FOLDED)) : nothing}
  </details>`;
}
