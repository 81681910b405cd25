import { html, type TemplateResult } from 'lit';
import { staleWords } from '../../feed/freshness-bar';
import type { Order } from '../../../../../schemas/api/order-view';
import { guarded } from '../../shared/guarded';
import type { ScreenFreshness } from '../../shared/model/freshness';
import type { HourCycle } from '../../shared/model/words';
import type { BoardOrders } from '../board-orders';
import './handoff-card';
import type { CardEvent } from './card-event';
import type { AlikeOnCard } from './handoff-alike';
import { type CardHandover, noHandover } from './handoff-done';
import type { Handoffs } from '../model/handoff/handoffs';
import { callings, lookAlikesOf, questionOf } from '../model/handoff/look-alikes';
import { canHandOver } from '../model/handoff/presses';
import { oneOfEachVisit } from '../model/handoff/visits';

/** Renders the handoff card over a board: of the order that is open, or of none. */
export function boardCard(
  board: BoardOrders,
  { openId, waiting }: Handoffs,
  freshness: ScreenFreshness,
  hourCycle: HourCycle,
  acted: (event: CardEvent) => void,
): TemplateResult {
  const order = openId === null ? null : (board.get(openId) ?? null);
  const atCard = openId === null ? [] : board.ofVisit(openId);
  const others = oneOfEachVisit(waiting, board.ofVisit).filter((id) => !atCard.includes(id));
  return html`<ticket-rail-handoff
    .order=${order}
    .shortId=${board.shortId(openId ?? '')}
    .group=${board.groupOf(openId ?? '').map((one) => ({ order: one, shortId: board.shortId(one.order_id) }))}
    .others=${others.map((id) => [id, board.wordsFor(id)] as const)}
    .previousDriver=${board.previousDriver(openId ?? '')}
    .mustSeeDriver=${order !== null && board.mustSeeDriver(order)}
    .handover=${order === null ? noHandover : handoverOn(board, order, hourCycle)}
    .prints=${!board.isPast}
    .now=${board.source.now}
    .stale=${staleWords(freshness)}
    @card-action=${acted}
  ></ticket-rail-handoff>`;
}

function handoverOn(board: BoardOrders, order: Order, hourCycle: HourCycle): CardHandover {
  const { actions, isPast } = board;
  const done = actions.handover(order, hourCycle);
  return {
    may: actions.may && !isPast,
    done,
    refused: actions.refusal(order.order_id),
    // Also where nobody may say that it was handed over: the food goes. Orders that cannot be compared keep none here.
    alike:
      canHandOver(order, done) && !isPast
        ? guarded(
            () => alikeOn(board, order),
            () => null,
          )
        : null,
  };
}

function alikeOn(board: BoardOrders, order: Order): AlikeOnCard | null {
  const shortId = (id: string): string => board.shortId(id);
  const found = lookAlikesOf(order, board.source.state.orders.values(), {
    now: board.source.now,
    shortId,
    group: board.groupOf(order.order_id),
    handoverOf: (one) => board.actions.handoverState(one),
  });
  if (found.length === 0) return null;
  const called = callings([order, ...found], shortId);
  const ofOthers = new Map([...called].filter(([id]) => id !== order.order_id));
  return { question: questionOf(order, found, shortId), called: ofOthers };
}
