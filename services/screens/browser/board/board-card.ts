import { html, type TemplateResult } from 'lit';
import { staleWords } from '../feed/freshness-bar';
import type { Freshness } from '../shared/model/freshness';
import type { BoardOrders } from './board-orders';
import './handoff-card';
import type { CardEvent } from './handoff-card';
import type { Handoffs } from './model/handoffs';
import { oneOfEachVisit } from './model/visits';

/** Renders the handoff card over a board: of the order that is open, or of none. */
export function boardCard(
  board: BoardOrders,
  { openId, waiting }: Handoffs,
  freshness: Freshness,
  acted: (event: CardEvent) => void,
): TemplateResult {
  const order = openId === null ? null : (board.get(openId) ?? null);
  const atCard = openId === null ? [] : board.ofVisit(openId);
  const others = oneOfEachVisit(waiting, board.ofVisit).filter((id) => !atCard.includes(id));
  return html`<ticket-rail-handoff
    .order=${order}
    .shortId=${board.shortId(openId ?? '')}
    .group=${board.groupOf(openId ?? '').map((one) => ({ order: one, shortId: board.shortId(one.order_id) }))}
    .others=${others.map((id) => [id, board.shortId(id)] as const)}
    .previousDriver=${board.previousDriver(openId ?? '')}
    .mustSeeDriver=${order !== null && board.mustSeeDriver(order)}
    .now=${board.source.now}
    .stale=${staleWords(freshness)}
    @card-action=${acted}
  ></ticket-rail-handoff>`;
}
