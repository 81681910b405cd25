import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../shared/icons';

/** Parts of the bar over the board. */

/** Picks the location. @param choices ids of those that may be shown */
export function locationPicker(
  location: string,
  choices: readonly string[],
  listAgain: () => void,
  picked: (event: Event) => void,
): TemplateResult {
  return html`<label class="location"
    ><span class="unseen">Location</span>
    <select @focus=${listAgain} @change=${picked} .value=${live(location)}>
      ${location === '' ? html`<option value="" selected>Choose a location</option>` : nothing}
      ${choices.map((id) => html`<option value=${id} ?selected=${id === location}>${id}</option>`)}
    </select></label
  >`;
}

export function searchField(search: string, searched: (event: InputEvent) => void): TemplateResult {
  return html`<label class="search"
    >${icon('search')}<span class="unseen">Search orders, drivers, plates</span>
    <input
      type="search"
      placeholder="Search orders, drivers, plates"
      autocomplete="off"
      spellcheck="false"
      .value=${live(search)}
      @input=${searched}
  /></label>`;
}

export const soundSwitch = (isOn: boolean, toggle: () => void): TemplateResult =>
  html`<button aria-pressed=${String(isOn)} @click=${toggle}>
    ${icon(isOn ? 'bell' : 'bell-off')} ${isOn ? 'Sound on' : 'Sound off'}
  </button>`;

export const settingsButton = (open: () => void): TemplateResult =>
  html`<button aria-label="Settings" title="Settings" aria-haspopup="dialog" @click=${open}>${icon('gear')}</button>`;
