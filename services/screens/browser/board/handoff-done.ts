import { html, nothing, type TemplateResult } from 'lit';
import { checkedWords } from '../../../../schemas/action-words';
import type { Order } from '../../../../schemas/order-view';
import { icon } from '../shared/icons';
import { canHandOver, comparedOn, type Handover } from './model/presses';

/** What a card shows of handing the order over. */
export interface CardHandover {
  /** Somebody at this screen may say so. */
  readonly may: boolean;
  /** Recorded, or waiting on this screen. */
  readonly done: Handover | null;
  /** Why nothing was recorded, or null. */
  readonly refused: string | null;
}

export const noHandover: CardHandover = { may: false, done: null, refused: null };

/** Renders that the order was handed over, with a way back, and the button that says so. */
export function handoverBlock(
  order: Order,
  { may, done, refused }: CardHandover,
  { handOver, undo }: { readonly handOver: () => void; readonly undo: () => void },
): TemplateResult | typeof nothing {
  const offers = may && canHandOver(order, done);
  if (done === null && refused === null && !offers) return nothing;
  return html`<section class="handover block" aria-label="Handover">
    ${refused === null ? nothing : html`<p class="stale" role="alert">${icon('alert')} ${refused}</p>`}
    ${
      done === null
        ? nothing
        : html`<p class="done" data-waits=${String(done.waits)}>
            ${icon('check')}
            <bdi>${done.words}</bdi> ${may ? html`<button @click=${undo}>${icon('back')} Undo</button>` : nothing}
          </p>`
    }
    ${
      offers
        ? html`<button class="primary" @click=${handOver}>${icon('check')} Handed over</button>
            <p class="muted">It is recorded that the driver ${checkedWords(comparedOn(order))}.</p>`
        : nothing
    }
  </section>`;
}
