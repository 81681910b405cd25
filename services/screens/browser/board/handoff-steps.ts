import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../schemas/order-view';
import { icon } from '../shared/icons';
import { countdownWords, passcodeOf, robotWaits, textOf } from './model/handoff';

/** @returns what the driver says or types, once the driver is here. */
export function passcodeBlock(order: Order): TemplateResult | typeof nothing {
  if (textOf(order.driver_details?.passcode) === null) return nothing;
  const passcode = passcodeOf(order);
  if (passcode !== null) {
    return html`<div class="passcode block">
      <h3>Passcode</h3>
      <p><bdi data-passcode>${passcode}</bdi></p>
    </div>`;
  }
  const isOver = order.stage !== 'preparing' && order.stage !== 'ready';
  return isOver ? nothing : html`<p class="later">The passcode appears when the driver is here.</p>`;
}

const LID_STEPS = [
  'Wait until the robot unlocks itself, or enter the passcode on it.',
  'Put the food in.',
  'Close the lid: the robot leaves at once. There is no second chance.',
] as const;

/** @returns how a robot is loaded. @param inStage milliseconds that the order has been in its stage */
export function robotBlock(order: Order, inStage: number): TemplateResult {
  const left = robotWaits(inStage);
  return html`<section class="robot block" aria-labelledby="robot">
    <h3 id="robot">${icon('robot')} Robot</h3>
    ${
      order.stage !== 'driver_here'
        ? nothing
        : left === 0
          ? html`<p class="countdown" role="timer"><strong>Its 10 minutes are over</strong>: it may have left.</p>`
          : html`<p class="countdown" role="timer">leaves in <strong>${countdownWords(left)}</strong></p>`
    }
    <ol>
      ${LID_STEPS.map((step) => html`<li>${step}</li>`)}
    </ol>
  </section>`;
}
