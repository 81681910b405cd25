import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Order } from '../../../../schemas/order-view';
import { icon, type IconName } from '../shared/icons';
import { OPEN_STAGES, type OpenStage } from '../shared/model/lateness';
import { stageWords } from '../shared/model/words';
import type { Arrangement } from './model/arrange';

/** Most finished or old orders that are laid out at once. */
const MOST_FOLDED = 200;

const STAGE_ICONS: Readonly<Record<OpenStage, IconName>> = {
  preparing: 'pot',
  ready: 'check',
  driver_here: 'car',
  on_the_way: 'car',
  needs_action: 'alert',
  coming_back: 'back',
};

type Columns = Arrangement['columns'];

/** Draws the tiles of a list. */
type Tiles = (orders: readonly Order[]) => TemplateResult;

/** Leads to the columns where they do not fit beside each other. */
export function stageLinks(columns: Columns, jump: (stage: OpenStage) => void): TemplateResult {
  return html`<nav class="jump" aria-label="Stages">
    ${OPEN_STAGES.map(
      (stage) =>
        html`<button
          data-stage=${stage}
          data-count=${columns[stage].length}
          @click=${() => {
            jump(stage);
          }}
        >
          ${icon(STAGE_ICONS[stage])} <span class="count">${columns[stage].length}</span>
          <span class="word">${stageWords(stage)}</span>
        </button>`,
    )}
  </nav>`;
}

/** The open orders, a column for each stage. @param none what to say where there are none */
export function stageColumns(columns: Columns, none: string, tiles: Tiles): TemplateResult {
  const column = (stage: OpenStage, orders: readonly Order[]): TemplateResult =>
    html`<section
      class="column"
      data-list=${stage}
      data-stage=${stage}
      data-count=${orders.length}
      aria-labelledby=${`c-${stage}`}
    >
      <h2 id=${`c-${stage}`} tabindex="-1">
        ${icon(STAGE_ICONS[stage])} <span>${stageWords(stage)}</span>
        <span class="count">${orders.length}<span class="unseen"> orders</span></span>
      </h2>
      ${orders.length === 0 ? html`<p class="none">${none}</p>` : tiles(orders)}
    </section>`;
  return html`<div class="columns">${OPEN_STAGES.map((stage) => column(stage, columns[stage]))}</div>`;
}

/** Orders that need a look, across the board. */
export function strip(
  name: 'canceled' | 'recalled',
  heading: string,
  picture: IconName,
  orders: readonly Order[],
  tiles: Tiles,
): TemplateResult | typeof nothing {
  if (orders.length === 0) return nothing;
  return html`<section class="strip" data-list=${name} data-strip=${name} aria-labelledby=${`s-${name}`}>
    <h2 id=${`s-${name}`}>${icon(picture)} <span>${heading}</span> <span class="count">${orders.length}</span></h2>
    ${tiles(orders)}
  </section>`;
}

export type Fold = 'finished' | 'old';

/** Orders that are folded away, and laid out only while they are not. */
export function fold(
  name: Fold,
  heading: string,
  orders: readonly Order[],
  isOpen: boolean,
  tiles: Tiles,
  toggled: (event: Event) => void,
): TemplateResult | typeof nothing {
  if (orders.length === 0 && name === 'old') return nothing;
  return html`<details class="fold" data-list=${name} data-fold=${name} .open=${live(isOpen)} @toggle=${toggled}>
    <summary><h2>${heading} (${orders.length})</h2></summary>
    ${isOpen ? tiles(orders.slice(0, MOST_FOLDED)) : nothing}
  </details>`;
}
