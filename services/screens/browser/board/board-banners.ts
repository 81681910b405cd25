import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../shared/icons';
import type { AlarmState } from './alarm';

/** What stands over the board because somebody has to do something about it. */

/** The alarm cannot sound. @param allow to be called by a touch */
export function soundBanner(state: AlarmState, allow: () => void): TemplateResult | typeof nothing {
  switch (state) {
    case 'blocked':
      return html`<button class="banner sound" @click=${allow}>
        ${icon('bell-off')} <span>Sound is blocked by the browser: touch here to allow it</span>
      </button>`;
    case 'interrupted':
      return html`<button class="banner sound" @click=${allow}>
        ${icon('bell-off')}
        <span>Sound is blocked since the screen was locked or a call came in: touch here to bring it back</span>
      </button>`;
    case 'unavailable':
      return html`<p class="banner sound">
        ${icon('bell-off')} This browser cannot play the alarm. Watch the screen.
      </p>`;
    case 'off':
    case 'ready':
      return nothing;
  }
}

/**
 * Drivers have come whose cards did not open by themselves: somebody was typing, or closed the card before looking.
 * @param first the short id of the order of the first of them
 */
export function arrivalBanner(count: number, first: string, open: () => void): TemplateResult {
  return html`<button class="banner arrival" @click=${open}>
    ${icon('car')}
    <span
      >${count === 1 ? 'A driver is here' : `${String(count)} drivers are here`}: order <bdi>${first}</bdi>. Open the
      handoff card</span
    >
  </button>`;
}
