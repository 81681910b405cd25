import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Order } from '../../../../../schemas/api/order-view';
import { lasted } from '../../shared/model/clock';
import { classifyLateness } from '../../shared/model/lateness';
import { say } from '../../shared/model/say';
import { durationWords } from '../../shared/model/words';
import type { BoardOrders } from '../board-orders';
import { badgeWords } from '../model/handoff/driver-group';
import { countdownWords, isRobot, robotWaits } from '../model/handoff/handoff';
import type { Settings } from '../model/settings';
import type { Ending } from '../tile/tile';
import type { Shape } from '../model/tile-words';

/** Milliseconds that a tile is shown as having just come to its place. */
const FRESH_MS = 1_500;

/** How the tiles of a list are drawn. */
export interface Drawing {
  readonly shape: Shape;
  /** What can be done with the orders besides opening their cards. */
  readonly ending: Ending;
  /** Nobody can touch them. */
  readonly still: boolean;
}

/** Draws the tiles of a list. */
export type Tiles = (orders: readonly Order[]) => TemplateResult;

const leavesWords = (left: number): string =>
  left === 0 ? say('tile.gone') : say('tile.left', { time: countdownWords(left) });

/** @returns what draws a list of tiles */
export function tilesOf(board: BoardOrders, settings: Settings, { shape, ending, still }: Drawing): Tiles {
  const { now } = board.source;
  const { hourCycle } = settings;
  const thresholds = board.thresholdsOf(settings);
  const tile = (order: Order): TemplateResult => {
    const { order_id, stage, stage_since } = order;
    const inStage = lasted(stage_since, now);
    return html`<li>
      <ticket-rail-tile
        .order=${order}
        .shortId=${board.shortId(order_id)}
        .since=${durationWords(inStage)}
        .leaves=${stage === 'driver_here' && isRobot(order) ? leavesWords(robotWaits(inStage)) : ''}
        .lateness=${classifyLateness(stage, inStage, thresholds)}
        .previousDriver=${board.previousDriver(order_id)}
        .handedOver=${board.actions.handover(order, hourCycle)?.words ?? ''}
        .group=${badgeWords(board.groupOf(order_id))}
        .mustSeeDriver=${board.mustSeeDriver(order)}
        .ending=${board.isPast ? null : ending}
        .still=${still}
        .shape=${shape}
        ?fresh=${now - board.movedAt(order_id) < FRESH_MS}
      ></ticket-rail-tile>
    </li>`;
  };
  return (orders) =>
    html`<ul class="tiles" role="list" data-shape=${shape}>
      ${repeat(orders, ({ order_id }) => order_id, tile)}
    </ul>`;
}
