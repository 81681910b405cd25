import { html, nothing, type TemplateResult } from 'lit';
import type { Order } from '../../../../../schemas/api/order-view';
import { icon } from '../../shared/icons';
import { say } from '../../shared/model/say';
import { sayParts } from '../../shared/say-parts';
import { countdownWords, passcodeOf, robotWaits, textOf } from '../model/handoff/handoff';

/** @returns what the driver says or types, once the driver is here. */
export function passcodeBlock(order: Order): TemplateResult | typeof nothing {
  if (textOf(order.driver_details?.passcode) === null) return nothing;
  const passcode = passcodeOf(order);
  if (passcode !== null) {
    return html`<div class="passcode block">
      <h3>${say('card.passcode')}</h3>
      <p><bdi data-passcode>${passcode}</bdi></p>
    </div>`;
  }
  const isOver = order.stage !== 'preparing' && order.stage !== 'ready';
  return isOver ? nothing : html`<p class="later">${say('card.passcode_later')}</p>`;
}

const LID_STEPS = ['robot.wait', 'robot.load', 'robot.lid'] as const;

/** @returns how a robot is loaded. @param inStage milliseconds that the order has been in its stage */
export function robotBlock(order: Order, inStage: number): TemplateResult {
  const left = robotWaits(inStage);
  return html`<section class="robot block" aria-labelledby="robot">
    <h3 id="robot">${icon('robot')} ${say('robot.title')}</h3>
    ${
      order.stage !== 'driver_here'
        ? nothing
        : left === 0
          ? html`<p class="countdown" role="timer">
              ${sayParts('robot.may_have_left', { over: html`<strong>${say('robot.over')}</strong>` })}
            </p>`
          : html`<p class="countdown" role="timer">
              ${sayParts('robot.leaves_in', { time: html`<strong>${countdownWords(left)}</strong>` })}
            </p>`
    }
    <ol>
      ${LID_STEPS.map((step) => html`<li>${say(step)}</li>`)}
    </ol>
  </section>`;
}
