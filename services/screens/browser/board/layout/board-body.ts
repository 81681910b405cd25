import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { recordOf } from '../../../../../schemas/records';
import { OLD_CANCELLATION_MS } from '../../../../../schemas/api/screen-limits';
import { SNAPSHOT_ACTIVE_ORDERS } from '../../../../../schemas/vocabulary';
import { icon } from '../../shared/icons';
import { OPEN_STAGES, type OpenStage } from '../../../../../schemas/files/thresholds';
import { isOld } from '../../shared/model/freshness';
import { say } from '../../shared/model/say';
import { fold, type Fold, stageColumns, stageLinks, strip } from './board-lists';
import type { BoardOrders } from '../board-orders';
import { tilesOf } from './board-tiles';
import type { Arrangement } from '../model/arrange';
import { planOf, type ColumnRoom } from '../model/plan';
import { isStageShown, type Settings } from '../model/settings';
import type { Ending } from '../tile/tile';
import type { Shape } from '../model/tile-words';

/** What somebody has set and searched on this screen. */
interface Look {
  readonly settings: Settings;
  readonly search: string;
  /** Folds that are open. */
  readonly folds: ReadonlySet<Fold>;
  /** A screen that nobody can touch. */
  readonly isWall: boolean;
}

/** What was measured of the board as it is. */
interface Measured {
  readonly room: ColumnRoom;
  readonly more: (list: string) => number;
}

interface Actions {
  readonly jump: (stage: OpenStage) => void;
  readonly toggled: (name: Fold, isOpen: boolean) => void;
}

/** Renders all orders of a board, each in its place. */
export function boardBody(board: BoardOrders, look: Look, { room, more }: Measured, actions: Actions): TemplateResult {
  const { settings, isWall } = look;
  const arrangement = board.arranged(look.search, settings.oldAfterHours);
  const { columns, canceled, recalled } = arrangement;
  const tiles = (shape: Shape, ending: Ending) => tilesOf(board, settings, { shape, ending, still: isWall });
  const isShown = (stage: OpenStage): boolean => isStageShown(settings, stage);
  const counts = recordOf(OPEN_STAGES, (stage) => (isShown(stage) ? columns[stage].length : 0));
  const { isCompact, lanes } = planOf(counts, room, isWall);
  const shapeOf = (stage: OpenStage): Shape => (stage === 'on_the_way' ? 'row' : isCompact ? 'compact' : 'roomy');
  const canceledWords = board.isPast
    ? say('list.canceled_lately', { count: OLD_CANCELLATION_MS / 3_600_000 })
    : say('list.canceled_to_acknowledge');
  return html`
    ${isWall ? nothing : stageLinks(columns, isShown, actions.jump)}
    <div
      class="body"
      role="group"
      aria-label=${say('board.orders')}
      tabindex="-1"
      ?data-stale=${isOld(board.source.freshness)}
    >
      ${
        board.source.state.truncated
          ? html`<p class="note">${icon('info')} ${say('board.truncated', { count: SNAPSHOT_ACTIVE_ORDERS })}</p>`
          : nothing
      }
      ${strip('canceled', isWall ? say('list.canceled') : canceledWords, 'close', canceled, tiles('row', 'acknowledge-cancel'), more('canceled'))}
      ${isWall ? nothing : strip('recalled', say('list.recalled'), 'back', recalled, tiles('row', 'dismiss'), 0)}
      ${stageColumns(columns, {
        isShown,
        lanes,
        tiles: (stage) => tiles(shapeOf(stage), stage === 'needs_action' ? 'put-away' : null),
        more,
      })}
      ${isWall ? nothing : folds(arrangement, look, tiles, actions)}
    </div>
  `;
}

function folds(
  { finished, putAway, old }: Arrangement,
  { folds: opened, search }: Look,
  tiles: (shape: Shape, ending: Ending) => (orders: readonly Order[]) => TemplateResult,
  { toggled }: Actions,
): TemplateResult {
  const foldOf = (name: Fold, heading: string, orders: readonly Order[], ending: Ending) => {
    // A search looks into the folds too.
    const isOpen = opened.has(name) || (search.trim() !== '' && orders.length > 0);
    return fold(name, heading, orders, isOpen, tiles('roomy', ending), (isNowOpen) => {
      toggled(name, isNowOpen);
    });
  };
  return html`<div class="folds">
    ${foldOf('finished', say('list.finished'), finished, 'recall')}
    ${foldOf('put-away', say('list.put_away'), putAway, 'take-back')} ${foldOf('old', say('list.old'), old, null)}
  </div>`;
}
