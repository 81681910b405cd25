import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Order } from '../../../../../schemas/api/order-view';
import type { Compared } from '../../../../../schemas/events/rail-actions';
import { icon } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { type AlikeActs, alikeBlock, type AlikeOnCard, type AskingState } from './handoff-alike';
import { canHandOver, comparableOn, type ShownHandover } from '../model/handoff/presses';

/** What a card shows of handing the order over. */
export interface CardHandover {
  /** Somebody at this screen may say so. */
  readonly may: boolean;
  /** Recorded, or waiting on this screen. */
  readonly done: ShownHandover | null;
  /** Why nothing was recorded, or null. */
  readonly refused: string | null;
  /** What it could be taken for; null where that is no other order. */
  readonly alike: AlikeOnCard | null;
}

export const noHandover: CardHandover = { may: false, done: null, refused: null, alike: null };

/** What can be done in the block, besides what is done about look-alikes. */
interface Acts extends Pick<AlikeActs, 'openInstead' | 'missed'> {
  readonly handOver: (compared: readonly Compared[]) => void;
  readonly undo: () => void;
}

/** @returns what is ticked beside the button that was pressed, and what was asked for */
function comparedBy({ currentTarget }: Event, order: Order, asked: Compared | null): readonly Compared[] {
  const form = currentTarget instanceof HTMLElement ? currentTarget.closest('section') : null;
  return comparableOn(order).filter(
    (one) => one === asked || form?.querySelector(`input[value="${one}"]:checked`) instanceof HTMLElement,
  );
}

/**
 * Renders that the order was handed over, with a way back, and the button that says so; where the order has look-alikes,
 * the answers of the driver are that button.
 * @param asking how far the asking for the answers is
 */
export function handoverBlock(
  order: Order,
  { may, done, refused, alike }: CardHandover,
  asking: AskingState,
  { handOver, undo, ...acts }: Acts,
): TemplateResult | typeof nothing {
  const offers = may && canHandOver(order, done);
  if (done === null && refused === null && alike === null && !offers) return nothing;
  const asked = alike?.question.compared ?? null;
  const pressed = (event: Event): void => {
    handOver(comparedBy(event, order, asked));
  };
  return html`<section class="handover block" aria-label=${say('handover.title')} tabindex="-1">
    ${refused === null ? nothing : html`<p class="stale" role="alert">${icon('alert')} ${refused}</p>`}
    ${
      done === null
        ? nothing
        : html`<p class="done" data-waits=${String(done.waits)}>
            ${icon('check')}
            <bdi>${done.words}</bdi>
            ${may && done.canUndo ? html`<button @click=${undo}>${icon('back')} ${say('handover.undo')}</button>` : nothing}
          </p>`
    }
    ${offers ? ticks(order, asked) : nothing}
    ${alike === null ? nothing : alikeBlock(order, alike, asking, offers ? { ...acts, right: pressed } : null)}
    ${
      offers && alike === null
        ? html`<button class="primary" @click=${pressed}>${icon('check')} ${say('handover.do')}</button>`
        : nothing
    }
  </section>`;
}

/** Renders what can be ticked as compared. @param asked what is compared by asking for it */
const ticks = (order: Order, asked: Compared | null): unknown =>
  keyed(
    // What was ticked for one driver says nothing of another.
    JSON.stringify([order.order_id, order.driver_details]),
    html`<fieldset>
      <legend>${say('handover.compared')}</legend>
      ${repeat(
        comparableOn(order).filter((one) => one !== asked),
        (one) => one,
        (one) => html`<label><input type="checkbox" value=${one} /> ${say(`handover.${one}`)}</label>`,
      )}
    </fieldset>`,
  );
