import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import { say } from '../shared/model/say';
import { sayParts } from '../shared/say-parts';
import type { AlarmState } from './alarm';
import type { BoardOrders } from './board-orders';
import type { CallKind } from './model/calls';
import type { Handoffs } from './model/handoff/handoffs';
import { newsWords } from './model/news';
import { oneOfEachVisit } from './model/handoff/visits';

/** What stands over the board because somebody has to do something about it. */

/** Renders the banner that says that the alarm cannot sound, if it cannot. @param allow to be called by a touch */
function soundBanner(state: AlarmState, allow: () => void): TemplateResult | typeof nothing {
  switch (state) {
    case 'blocked':
      return html`<button class="banner sound" @click=${allow}>
        ${icon('bell-off')} <span>${say('banner.sound_blocked')}</span>
      </button>`;
    case 'interrupted':
      return html`<button class="banner sound" @click=${allow}>
        ${icon('bell-off')}
        <span>${say('banner.sound_interrupted')}</span>
      </button>`;
    case 'unavailable':
      return html`<p class="banner sound">${icon('bell-off')} ${say('banner.sound_unavailable')}</p>`;
    case 'off':
    case 'ready':
      return nothing;
  }
}

/**
 * Drivers have come whose cards did not open by themselves: somebody was typing, or closed the card before looking.
 * @param first the short id of the order of the first of them
 */
function arrivalBanner(count: number, first: string, open: () => void): TemplateResult {
  return html`<button class="banner arrival" @click=${open}>
    ${icon('car')}
    <span>${sayParts('banner.arrived', { count, order: html`<bdi>${first}</bdi>` })}</span>
  </button>`;
}

/**
 * Renders the banner that says what else sounds, and silences it when it is touched.
 * @param words what is the matter
 * @param more how many other matters sound besides
 */
const callBanner = (words: string, more: number, silence: () => void): TemplateResult =>
  html`<button class="banner call" @click=${silence}>
    ${icon('bell')}
    <span><bdi>${words}</bdi>${more === 0 ? nothing : ` ${say('banner.more', { count: more })}`}</span>
    <strong>${say('banner.silence')}</strong>
  </button>`;

/** What came and could not be used: a board that lacks it looks like one that is complete. */
const quarantineBanner = (count: number): TemplateResult =>
  html`<p class="banner quarantined">${icon('info')} <span>${say('banner.quarantined', { count })}</span></p>`;

interface Acts {
  readonly allowSound: () => void;
  readonly open: (id: string) => void;
  /** @param ids of orders that somebody has heard of */
  readonly silence: (ids: readonly string[]) => void;
}

/** @param isHeard whether a call sounds on this screen */
export function boardBanners(
  board: BoardOrders,
  { openId, waiting }: Handoffs,
  alarm: AlarmState,
  isHeard: (kind: CallKind) => boolean,
  { allowSound, open, silence }: Acts,
): TemplateResult {
  const drivers = openId === null ? oneOfEachVisit(waiting, board.ofVisit) : [];
  const [first] = drivers;
  const calls = alarm === 'off' ? [] : board.calls.filter(({ kind }) => kind !== 'arrived' && isHeard(kind));
  const [call] = calls;
  return html`${soundBanner(alarm, allowSound)}
  ${
    first === undefined
      ? nothing
      : arrivalBanner(drivers.length, board.wordsFor(first), () => {
          open(first);
        })
  }
  ${
    call === undefined
      ? nothing
      : callBanner(newsWords(call.kind, board.wordsFor(call.orderId)), calls.length - 1, () => {
          silence(calls.map(({ orderId }) => orderId));
        })
  }
  ${board.quarantined === 0 ? nothing : quarantineBanner(board.quarantined)}`;
}
