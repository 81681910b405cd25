import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { choiceWords, theOneSought } from '../feed/locations';
import { valueOf } from '../shared/field-events';
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
  readonly picked: (location: string) => void;
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

/** From so many locations on, one is looked for by a part of its name or id: no list of them is read through. */
const MANY = 40;

function locationList(location: string, { choices, listAgain, picked }: Picker): TemplateResult {
  const change = (event: Event): void => {
    picked(valueOf(event));
  };
  return html`<label class="location"
    ><span class="unseen">${say('board.location')}</span>
    <select @focus=${listAgain} @change=${change} .value=${live(location)}>
      ${location === '' ? html`<option value="" selected>${say('board.choose')}</option>` : nothing}
      ${choices.map(
        (one) =>
          html`<option value=${one.location_id} ?selected=${one.location_id === location}>${choiceWords(one)}</option>`,
      )}
    </select></label
  >`;
}

function locationSearch(location: string, { choices, listAgain, picked }: Picker): TemplateResult {
  const shown = choices.find((one) => one.location_id === location);
  const words = shown === undefined ? '' : choiceWords(shown);
  const focus = (event: Event): void => {
    (event.currentTarget as HTMLInputElement).select(); // by the template
    listAgain();
  };
  const change = (event: Event): void => {
    const field = event.currentTarget as HTMLInputElement; // by the template
    const found = theOneSought(choices, field.value) ?? shown;
    field.value = found === undefined ? '' : choiceWords(found);
    // What is typed next takes its place.
    if (field.matches(':focus')) field.select();
    if (found !== undefined) picked(found.location_id);
  };
  return html`<label class="location"
      ><span class="unseen">${say('board.location')}</span>
      <input
        list="locations"
        placeholder=${say('board.choose')}
        autocomplete="off"
        spellcheck="false"
        @focus=${focus}
        @change=${change}
        .value=${words}
    /></label>
    ${guard(
      [choices],
      () =>
        html`<datalist id="locations">
          ${choices.map((one) => html`<option value=${choiceWords(one)}></option>`)}
        </datalist>`,
    )}`;
}

const locationPicker = (location: string, picker: Picker): TemplateResult =>
  picker.choices.length < MANY ? locationList(location, picker) : locationSearch(location, picker);

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
