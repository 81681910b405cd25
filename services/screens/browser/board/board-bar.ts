import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { choiceWords } from '../feed/locations';
import { freshnessLine } from '../feed/freshness-bar';
import type { LocationChoice } from './settings/location-choices';
import { icon } from '../shared/icons';
import type { ScreenFreshness } from '../shared/model/freshness';
import { say } from '../shared/model/say';
import { clockWords, type HourCycle } from '../shared/model/words';

/** The bar over the board. */

interface Picker {
  /** The locations that may be shown. */
  readonly choices: readonly LocationChoice[];
  readonly listAgain: () => void;
  readonly picked: (event: Event) => void;
}

interface Bar {
  readonly location: string;
  /** What people call it. */
  readonly called: string;
  /** Picks another location; null: it is set by the page. */
  readonly picker: Picker | null;
  readonly freshness: ScreenFreshness;
  readonly search: string;
  readonly searched: (event: InputEvent) => void;
  /** Whether sound is on; null: this board never sounds. */
  readonly sound: boolean | null;
  readonly toggleSound: () => void;
  readonly openSettings: () => void;
}

function locationPicker(location: string, { choices, listAgain, picked }: Picker): TemplateResult {
  return html`<label class="location"
    ><span class="unseen">${say('board.location')}</span>
    <select @focus=${listAgain} @change=${picked} .value=${live(location)}>
      ${location === '' ? html`<option value="" selected>${say('board.choose')}</option>` : nothing}
      ${choices.map(
        (one) =>
          html`<option value=${one.location_id} ?selected=${one.location_id === location}>${choiceWords(one)}</option>`,
      )}
    </select></label
  >`;
}

function searchField(search: string, searched: (event: InputEvent) => void): TemplateResult {
  return html`<label class="search"
    >${icon('search')}<span class="unseen">${say('board.search')}</span>
    <input
      type="search"
      placeholder=${say('board.search')}
      autocomplete="off"
      spellcheck="false"
      .value=${live(search)}
      @input=${searched}
  /></label>`;
}

const soundSwitch = (isOn: boolean, toggle: () => void): TemplateResult =>
  html`<button aria-pressed=${String(isOn)} @click=${toggle}>
    ${icon(isOn ? 'bell' : 'bell-off')} ${say(isOn ? 'board.sound_on' : 'board.sound_off')}
  </button>`;

const settingsButton = (open: () => void): TemplateResult =>
  html`<button aria-label=${say('settings.open')} title=${say('settings.open')} aria-haspopup="dialog" @click=${open}>
    ${icon('gear')}
  </button>`;

const locationName = (called: string): TemplateResult => html`<p class="location"><bdi>${called}</bdi></p>`;

export function boardBar({
  location,
  called,
  picker,
  freshness,
  search,
  searched,
  sound,
  ...acts
}: Bar): TemplateResult {
  return html`<div class="bar">
    <slot name="start"></slot>
    ${picker === null ? locationName(called) : locationPicker(location, picker)} ${searchField(search, searched)}
    ${freshnessLine(freshness)}
    <div class="tools">
      ${sound === null ? nothing : soundSwitch(sound, acts.toggleSound)} ${settingsButton(acts.openSettings)}
      <slot name="end"></slot>
    </div>
  </div>`;
}

/**
 * Renders the bar of a screen that nobody can touch.
 * @param now milliseconds since the epoch
 * @param goesDark the browser does not keep the screen on
 */
export const wallBar = (
  called: string,
  freshness: ScreenFreshness,
  now: number,
  cycle: HourCycle,
  goesDark: boolean,
): TemplateResult =>
  html`<div class="bar">
    ${locationName(called)} ${freshnessLine(freshness)}
    ${goesDark ? html`<p class="dark">${say('board.goes_dark')}</p>` : nothing}
    <p class="clock">${clockWords(now, cycle)}</p>
  </div>`;
