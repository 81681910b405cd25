import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Order } from '../../../../schemas/order-view';
import type { Compared } from '../../../../schemas/rail-actions';
import { icon } from '../shared/icons';
import { canHandOver, comparableOn, type Handover } from './model/presses';

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

const LABELS: Readonly<Record<Compared, string>> = {
  passcode: 'Passcode',
  plate: 'Plate',
  number: 'Order number',
  name: 'Name',
};

/** @returns what is ticked beside the button that was pressed */
function tickedBy({ currentTarget }: Event, order: Order): readonly Compared[] {
  const form = currentTarget instanceof HTMLElement ? currentTarget.closest('section') : null;
  return comparableOn(order).filter(
    (one) => form?.querySelector(`input[value="${one}"]:checked`) instanceof HTMLElement,
  );
}

/** Renders that the order was handed over, with a way back, and the button that says so. */
export function handoverBlock(
  order: Order,
  { may, done, refused }: CardHandover,
  { handOver, undo }: { readonly handOver: (compared: readonly Compared[]) => void; readonly undo: () => void },
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
            <bdi>${done.words}</bdi>
            ${may && done.canUndo ? html`<button @click=${undo}>${icon('back')} Undo</button>` : nothing}
          </p>`
    }
    ${
      offers
        ? html`${keyed(
              // What was ticked for one driver says nothing of another.
              JSON.stringify([order.order_id, order.driver_details]),
              html`<fieldset>
                <legend>Compared with what the driver says</legend>
                ${comparableOn(order).map(
                  (one) => html`<label><input type="checkbox" value=${one} /> ${LABELS[one]}</label>`,
                )}
              </fieldset>`,
            )}
            <button
              class="primary"
              @click=${(event: Event) => {
                handOver(tickedBy(event, order));
              }}
            >
              ${icon('check')} Handed over
            </button>`
        : nothing
    }
  </section>`;
}
