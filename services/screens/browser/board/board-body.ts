import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../schemas/order-view';
import { icon } from '../shared/icons';
import type { OpenStage } from '../shared/model/lateness';
import { fold, type Fold, stageColumns, stageLinks, strip } from './board-lists';
import type { BoardOrders } from './board-orders';
import { tilesOf } from './board-tiles';
import type { Settings } from './model/settings';
import type { Ending } from './tile';

/** What somebody has set and searched on this screen. */
interface Look {
  readonly settings: Settings;
  readonly search: string;
  /** Folds that are open. */
  readonly folds: ReadonlySet<Fold>;
}

interface Actions {
  readonly jump: (stage: OpenStage) => void;
  readonly toggled: (name: Fold, isOpen: boolean) => void;
}

/** All orders of a board, each in its place. */
export function boardBody(board: BoardOrders, look: Look, { jump, toggled }: Actions): TemplateResult {
  const { settings, search, folds } = look;
  const { columns, canceled, recalled, finished, old } = board.arranged(search, settings.oldAfterHours);
  const tiles = (ending: Ending) => tilesOf(board, settings, ending);
  const foldOf = (name: Fold, heading: string, orders: readonly Order[], ending: Ending) => {
    // A search looks into the folds too.
    const isOpen = folds.has(name) || (search.trim() !== '' && orders.length > 0);
    return fold(name, heading, orders, isOpen, tiles(ending), (event) => {
      toggled(name, (event.target as HTMLDetailsElement).open);
    });
  };
  const canceledWords = board.isReplay ? 'Canceled in the last 2 hours' : 'Canceled, to be acknowledged';
  return html`
    ${stageLinks(columns, jump)}
    <div
      class="body"
      role="group"
      aria-label="Orders"
      tabindex="-1"
      ?data-stale=${board.source.freshness.kind === 'stale'}
    >
      ${
        board.source.state.truncated
          ? html`<p class="note">${icon('info')} Only the newest 1,000 open orders are shown.</p>`
          : nothing
      }
      ${strip('canceled', canceledWords, 'close', canceled, tiles('acknowledge'))}
      ${strip('recalled', 'Recalled', 'back', recalled, tiles('dismiss'))}
      ${stageColumns(columns, search === '' ? 'No orders' : 'None found', tiles(null))}
      <div class="folds">
        ${foldOf('finished', 'Finished', finished, 'recall')} ${foldOf('old', 'Old, still open', old, null)}
      </div>
    </div>
  `;
}
