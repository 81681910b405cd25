import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Order } from '../../../../schemas/order-view';
import { lasted } from '../shared/model/clock';
import { readLateness } from '../shared/model/lateness';
import { durationWords } from '../shared/model/words';
import type { BoardOrders } from './board-orders';
import type { Settings } from './model/settings';
import type { Ending } from './tile';

/** Milliseconds that a tile is shown as having just come to its place. */
const FRESH_MS = 1_500;

/** @returns what draws a list of tiles. @param ending what can be done with the orders, if they are over */
export function tilesOf(
  board: BoardOrders,
  { thresholds }: Settings,
  ending: Ending,
): (orders: readonly Order[]) => TemplateResult {
  const { now } = board.source;
  const tile = (order: Order): TemplateResult => {
    const { order_id, stage, stage_since } = order;
    const inStage = lasted(stage_since, now);
    return html`<li>
      <ticket-rail-tile
        .order=${order}
        .shortId=${board.shortId(order_id)}
        .since=${durationWords(inStage)}
        .lateness=${readLateness(stage, inStage, thresholds)}
        .previousDriver=${board.previousDriver(order_id)}
        .mustSeeDriver=${board.mustSeeDriver(order)}
        .ending=${board.isReplay ? null : ending}
        ?compact=${ending === 'acknowledge' || ending === 'dismiss'}
        ?fresh=${now - board.movedAt(order_id) < FRESH_MS}
      ></ticket-rail-tile>
    </li>`;
  };
  return (orders) =>
    html`<ul class="tiles" role="list">
      ${repeat(orders, ({ order_id }) => order_id, tile)}
    </ul>`;
}
